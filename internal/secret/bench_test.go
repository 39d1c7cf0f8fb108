package secret_test

import (
	"testing"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// BenchmarkResolve is a job with two secrets in its credentials, in the mode STRICT with its model at hand, and one without
// any secret.
func BenchmarkResolve(b *testing.B) {
	f := secret.NewTaskFilter([]secret.Mapping{
		{Source: "{{secrets.KEY}}", Target: "authentication.accessKey"},
		{Source: "{{secrets.SECRET}}", Target: "authentication.secretKey"},
		{Source: "={orderId: order.id, note: order.note}", Target: "input.detail"},
	}, func(secret.Placeholder, []string) {})
	r := secret.NewResolver([]secret.Provider{everything{}}, f)
	for name, authentication := range map[string]string{
		"TwoSecrets": `{"type":"credentials","accessKey":"{{secrets.KEY}}","secretKey":"{{secrets.SECRET}}"}`,
		"NoSecret":   `{"type":"defaultCredentialsChain"}`,
	} {
		variables := []secret.Variable{
			{Name: "authentication", JSON: []byte(authentication)},
			{Name: "configuration", JSON: []byte(`{"region":"eu-central-1"}`)},
			{Name: "input", JSON: []byte(`{"eventBusName":"orders","source":"shop","detailType":"OrderPlaced","detail":{"orderId":"A-1","note":"gift"}}`)},
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := r.Resolve(b.Context(), ofSend, variables); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFlow reads the input mappings of a task.
func BenchmarkFlow(b *testing.B) {
	mappings := []secret.Mapping{
		{Source: "{{secrets.KEY}}", Target: "authentication.accessKey"},
		{Source: "{{secrets.SECRET}}", Target: "authentication.secretKey"},
		{Source: "{{secrets.TOKEN}}", Target: "token"},
		{Source: `={t: "Bearer " + token, items: for i in order.items return {sku: i.sku, n: i.n}}`, Target: "input.detail"},
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = secret.NewTaskFilter(mappings, nil)
	}
}
