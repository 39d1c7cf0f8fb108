package secret_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// model is the filter STRICT for a task with these mappings.
func model(t *testing.T, mappings ...secret.Mapping) secret.Filter {
	t.Helper()
	f := secret.NewModelFilter(secret.ModelOptions{Definitions: &cluster{tasks: task(mappings...)}, CacheSize: 10})
	t.Cleanup(f.Close)
	return f
}

func TestANameThatIsNotResolvedIsNeverACredential(t *testing.T) {
	t.Parallel()
	strict := model(t, secret.Mapping{Source: "{{secrets.A}}", Target: "authentication.accessKey"}, secret.Mapping{Source: "x", Target: "awsCredential.region"})
	tests := []struct {
		name           string
		filter         secret.Filter
		variable, json string
		path, found    string // empty = no error
		cause          string
	}{
		{"what the model does not name", strict, "authentication", `{"accessKey":"{{secrets.B}}"}`, "authentication.accessKey", "{{secrets.B}}", "do not name this secret for this field"},
		{"what the model names elsewhere", strict, "authentication", `{"secretKey":"{{secrets.A}}"}`, "authentication.secretKey", "{{secrets.A}}", "do not name this secret for this field"},
		{"within a longer text", strict, "authentication", `{"sessionToken":"x {{ secrets.B }} y"}`, "authentication.sessionToken", "{{secrets.B}}", "do not name"},
		{"the bare form", strict, "authentication", `{"secretKey":"secrets.B"}`, "authentication.secretKey", "secrets.B", "do not name"},
		{"a role", strict, "authentication", `{"roleArn":"{{secrets.B}}"}`, "authentication.roleArn", "{{secrets.B}}", "do not name"},
		{"an external id", strict, "authentication", `{"externalId":"{{secrets.B}}"}`, "authentication.externalId", "{{secrets.B}}", "do not name"},
		{"a key", strict, "authentication", `{"{{secrets.B}}":"x"}`, "authentication", "{{secrets.B}}", "do not name"},
		{"the reusable credential", strict, "awsCredential", `{"authentication":{"secretKey":"{{secrets.B}}"}}`, "awsCredential.authentication.secretKey", "{{secrets.B}}", "do not name"},
		{"the endpoint", strict, "configuration", `{"endpoint":"https://{{secrets.B}}"}`, "configuration.endpoint", "{{secrets.B}}", "do not name"},
		{"the region", strict, "configuration", `{"region":"secrets.B"}`, "configuration.region", "secrets.B", "do not name"},
		{"a reusable credential that the model does not make", model(t), "awsCredential", `{"authentication":{"secretKey":"{{secrets.B}}"}}`, "", "", ""},
		{"a secret of the cluster", secret.AllowAll{}, "authentication", `{"secretKey":"camunda.secrets.KEY_1"}`, "authentication.secretKey", "camunda.secrets.KEY_1", "camunda.secrets.KEY_1 was not resolved by the cluster"},
		{"a quoted secret of the cluster", strict, "authentication", "{\"secretKey\":\"x camunda.secrets.`db-password`\"}", "authentication.secretKey", "camunda.secrets.`db-password`", "was not resolved by the cluster"},
		{"without a model", secret.CredentialsOnly{}, "authentication", `{"accessKey":"camunda.secrets.db-password"}`, "authentication.accessKey", "camunda.secrets.db-password", "was not resolved by the cluster"},
		{"escaped", secret.AllowAll{}, "authentication", `{"secretKey":"camunda.\u0073ecrets.K"}`, "authentication.secretKey", "camunda.secrets.K", "was not resolved by the cluster"},
		{"a secret of the cluster in a credential that is not used", model(t), "awsCredential", `{"authentication":{"secretKey":"camunda.secrets.K"}}`, "", "", ""},
		{"the value is a placeholder", secret.AllowAll{}, "authentication", `{"secretKey":"{{secrets.NESTED}}"}`, "authentication.secretKey", "a secret", "is itself the name of a secret"},
		{"the value is a placeholder of the bare form", secret.AllowAll{}, "authentication", `{"secretKey":"{{secrets.SELF}}"}`, "authentication.secretKey", "a secret", "is itself the name of a secret"},
		{"a text that only looks similar", strict, "authentication", `{"secretKey":"mycamunda.secrets.K {{secrets}} {secrets.A} secrets. {{secret.A}}"}`, "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := secret.NewResolver([]secret.Provider{&store{values: samples}}, tt.filter)
			got, mask, err := r.Resolve(t.Context(), ofSend, []secret.Variable{{Name: tt.variable, JSON: []byte(tt.json)}})
			if tt.path == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.json, string(got[0].JSON))
				return
			}
			unresolved, ok := errors.AsType[*secret.UnresolvedError](err)
			require.True(t, ok, "got %v", err)
			assert.Equal(t, tt.path, unresolved.Path)
			assert.Equal(t, tt.found, unresolved.Written)
			require.ErrorContains(t, err, tt.path+": found "+tt.found+", which is not resolved")
			require.ErrorContains(t, err, tt.cause)
			assert.Equal(t, err.Error(), mask.Apply(err.Error()), "the message tells no secret, and the name is none")
		})
	}
}

// TestAPathShowsAKeyAsItIsWritten and not the secret that it stands for.
func TestAPathShowsAKeyAsItIsWritten(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	r := secret.NewResolver([]secret.Provider{everything{}}, secret.AllowAll{}).WithLog(slog.New(slog.NewTextHandler(&log, nil)))
	const json = `{"{{secrets.A}}":{"b":["camunda.secrets.K"]}}`
	for _, variable := range []string{"authentication", "input"} {
		_, _, err := r.Resolve(t.Context(), ofSend, []secret.Variable{{Name: variable, JSON: []byte(json)}})
		unresolved, ok := errors.AsType[*secret.UnresolvedError](err)
		require.True(t, ok, "got %v", err)
		assert.Equal(t, variable+".{{secrets.A}}.b[0]", unresolved.Path)
	}
	assert.Empty(t, log.String(), "an error is not told twice")
}

// TestASecretOfTheClusterThatStaysInAnEventIsAnError in every field that is sent, and nowhere else.
func TestASecretOfTheClusterThatStaysInAnEventIsAnError(t *testing.T) {
	t.Parallel()
	of := ofSend
	of.Sent = []string{"eventBusName", "source", "detailType", "detail", "resources", "events"}
	for _, tt := range []struct{ json, path, found string }{
		{`{"eventBusName":"camunda.secrets.BUS"}`, "input.eventBusName", "camunda.secrets.BUS"},
		{`{"source":"com.example.camunda.secrets.a camunda.secrets.S"}`, "input.source", "camunda.secrets.S"},
		{`{"detailType":["camunda.secrets.` + "`a b`" + `"]}`, "input.detailType[0]", "camunda.secrets.`a b`"},
		{`{"detail":{"headers":[{"token":"Bearer camunda.secrets.TOKEN"}]}}`, "input.detail.headers[0].token", "camunda.secrets.TOKEN"},
		{`{"detail":{"camunda.secrets.KEY":1}}`, "input.detail", "camunda.secrets.KEY"},
		{`{"detail":"{\"k\":\"camunda\u002esecrets.T\"}"}`, "input.detail", "camunda.secrets.T"},
		{`{"resources":["arn:x","camunda.secrets.R"]}`, "input.resources[1]", "camunda.secrets.R"},
		{`{"events":[{"source":"a"},{"source":"camunda.secrets.E"}]}`, "input.events[1].source", "camunda.secrets.E"},
		{`{"detail":{"note":"about secrets.anything, camunda.secrets. and xcamunda.secrets.K"}}`, "", ""},
		{`{"token":"camunda.secrets.TOKEN","camunda.secrets.KEY":1}`, "", ""},
	} {
		r := secret.NewResolver([]secret.Provider{&store{values: samples}}, secret.AllowAll{})
		got, _, err := r.Resolve(t.Context(), of, []secret.Variable{{Name: "input", JSON: []byte(tt.json)}})
		if tt.path == "" {
			require.NoError(t, err, tt.json)
			assert.Equal(t, tt.json, string(got[0].JSON))
			continue
		}
		unresolved, ok := errors.AsType[*secret.UnresolvedError](err)
		require.True(t, ok, "got %v", err)
		assert.Equal(t, tt.path, unresolved.Path)
		require.ErrorContains(t, err, tt.found+" was not resolved by the cluster")
	}
}

// TestAValueThatLooksLikeASecretOfTheClusterIsSent: what a provider gives is not looked at again.
func TestAValueThatLooksLikeASecretOfTheClusterIsSent(t *testing.T) {
	t.Parallel()
	r := secret.NewResolver([]secret.Provider{&store{values: map[string]string{"A": "camunda.secrets.B"}}}, secret.AllowAll{})
	got, _, err := r.Resolve(t.Context(), ofSend, []secret.Variable{{Name: "input", JSON: []byte(`{"detail":"{{secrets.A}}"}`)}})
	require.NoError(t, err)
	assert.Equal(t, `{"detail":"camunda.secrets.B"}`, string(got[0].JSON))
}

func TestWhatLiesInSecretFieldsIsMaskedWhereverItCameFrom(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, variable, json, text, want string }{
		{"a secret key", "authentication", `{"type":"credentials","secretKey":"from process data"}`, "credentials from process data", "credentials ***"},
		{"an access key is an id", "authentication", `{"accessKey":"AKIA"}`, "AKIA", "AKIA"},
		{"an external id", "authentication", `{"externalId":"shared","roleArn":"arn:aws:iam::1:role/r"}`, "shared arn:aws:iam::1:role/r", "*** arn:aws:iam::1:role/r"},
		{"a session token", "authentication", `{"sessionToken":"tok\"en"}`, `a tok"en and tok\"en`, `a *** and ***`},
		{"a number", "authentication", `{"secretKey":12345678}`, "12345678", "***"},
		{"lists of one", "authentication", `[{"secretKey":["listed-key"]}]`, "listed-key", "***"},
		{"the reusable credential", "awsCredential", `{"authentication":{"secretKey":"reusable","sessionToken":"token"}}`, "reusable token", "*** ***"},
		{"an escaped key", "authentication", `{"\u0073ecretKey":"escaped"}`, "escaped", "***"},
		{"a blank one hides nothing", "authentication", `{"secretKey":" "}`, "a b", "a b"},
		{"elsewhere it is data", "input", `{"secretKey":"data"}`, "data", "data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := secret.NewResolver(nil, secret.CredentialsOnly{})
			_, mask, err := r.Resolve(t.Context(), ofSend, []secret.Variable{{Name: tt.variable, JSON: []byte(tt.json)}})
			require.NoError(t, err)
			assert.Equal(t, tt.want, mask.Apply(tt.text))
		})
	}
	r := secret.NewResolver(nil, secret.AllowAll{})
	_, mask, err := r.Resolve(t.Context(), ofSend, []secret.Variable{
		{Name: "authentication", JSON: []byte(`{"secretKey":"literal"}`)}, {Name: "input", JSON: []byte(`"{{secrets.NOPE}}"`)},
	})
	require.Error(t, err)
	assert.Equal(t, "***", mask.Apply("literal"), "beside an error, too")
}
