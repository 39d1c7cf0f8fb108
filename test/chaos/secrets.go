package main

import (
	"regexp"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
)

// Credentials of the workers and of jobs. All but the access key are secrets that are searched for.
const (
	accessKey    = "AKIACHAOS00000000000"
	literalKey   = "cnry-literal-Wq81zTu" // of jobs that name no secret
	clientSecret = "cnry-client-Hs5&8<xQ"
	accessToken  = "cnry-token-vn3k8d2m6r"
	collectorKey = "cnry-collector-Key77"
)

// Which marked secrets a job uses, and for what.
const (
	keySecret     = "percent"
	sessionSecret = "long"
)

var detailSecrets = []string{"plain", "short", "signs", "lines", "letters"}

func placeholder(name string) string { return "{{secrets." + name + "}}" }

// secretEnv returns the variables of a worker's environment that hold secrets.
func secretEnv() []string {
	env := []string{"CAMUNDA_CLIENT_AUTH_CLIENTSECRET=" + clientSecret, "OTEL_EXPORTER_OTLP_HEADERS=api-key=" + collectorKey}
	for _, s := range leak.Secrets() {
		env = append(env, "SECRET_"+s.Name+"="+s.Value)
	}
	return env
}

// marks returns the secrets that are searched for.
func marks() []leak.Mark {
	all := []leak.Mark{
		leak.NewMark("a job's own secret key", literalKey), leak.NewMark("the client's secret", clientSecret),
		leak.NewMark("the access token", accessToken), leak.NewMark("the collector's key", collectorKey),
	}
	for _, s := range leak.Secrets() {
		all = append(all, leak.NewMark(s.Name, s.Value))
	}
	return all
}

// leaky returns a text that has all secrets in it, as a party that answers the worker may write it.
func leaky(text string) string {
	texts := []string{text}
	for _, s := range leak.Secrets() {
		texts = append(texts, s.Value)
	}
	return strings.Join(texts, ", ")
}

// What stands where the worker proves who it is: the token, or the client's secret, in a header field; the client's secret in
// the form of a request for a token; the key that the operator gives it for the collector.
var (
	authorization    = regexp.MustCompile(`(?im)^(authorization: )[^\r\n]*`)
	clientCredential = regexp.MustCompile(`(^|&)client_secret=[^&]*`)
	apiKey           = regexp.MustCompile(`(?im)^(api-key: )[^\r\n]*`)
)

// withoutCredentials takes out of a request what may stand there.
func withoutCredentials(where string, data []byte) []byte {
	switch where {
	case "token endpoint body":
		return clientCredential.ReplaceAll(data, []byte("$1"))
	case "token endpoint head", "REST API head":
		return authorization.ReplaceAll(data, []byte("$1"))
	case "traces head":
		return apiKey.ReplaceAll(data, []byte("$1"))
	}
	return data
}
