package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCredentialsOnPlaintextAreWarnedOfOnceEach(t *testing.T) {
	t.Parallel()
	oidc := []string{"--grpc-address=https://far:1", "--client-id=me", "--client-secret=s3cr3t"}
	manager := []string{"--secrets-aws", "--secrets-aws-secrets=x"}
	for _, tt := range []struct {
		name string
		args []string
		env  []string
		want []string
	}{
		{
			"the token URL beside a secured gateway", append(oidc, "--token-url=http://issuer:8080/token?k=s3cr3t"), nil,
			[]string{"the client's credentials go to http://issuer:8080 unencrypted: camunda.client.auth.token-url is plaintext"},
		},
		{
			"the issuer", append(oidc, "--issuer-url=http://issuer/realms/x"), nil,
			[]string{"questions for the token URL go to http://issuer unencrypted: camunda.client.auth.issuer-url is plaintext"},
		},
		{
			"the configuration's own address", append(oidc, "--well-known-configuration-url=http://issuer/x"), nil,
			[]string{"questions for the token URL go to http://issuer unencrypted: camunda.client.auth.well-known-configuration-url is plaintext"},
		},
		{"a secured token URL", append(oidc, "--token-url=https://issuer/token"), nil, nil},
		{"a token URL on this host", append(oidc, "--token-url=http://127.0.0.9:8080/token"), nil, nil},
		{"a token URL that is not used", []string{"--grpc-address=https://far:1", "--token-url=http://issuer/token"}, nil, nil},
		{"gateway, REST and token URL", []string{"--grpc-address=http://a:1", "--rest-address=http://b:2/x", "--client-id=me", "--client-secret=s3cr3t", "--token-url=http://c/token"}, nil, []string{
			"credentials go to http://a:1 unencrypted: camunda.client.grpc-address is plaintext",
			"credentials go to http://b:2 unencrypted: camunda.client.rest-address is plaintext",
			"the client's credentials go to http://c unencrypted: camunda.client.auth.token-url is plaintext",
		}},
		{
			"OTLP with headers", nil,
			[]string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS=authorization=s3cr3t"},
			[]string{"the headers of the OTLP exporter (which may hold a token) go to http://collector:4318 unencrypted: OTEL_EXPORTER_OTLP_ENDPOINT is plaintext"},
		},
		{
			"OTLP with headers of traces", nil,
			[]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://collector/v1/traces", "OTEL_EXPORTER_OTLP_TRACES_HEADERS=x=s3cr3t", "OTEL_EXPORTER_OTLP_ENDPOINT=http://other"},
			[]string{"the headers of the OTLP exporter (which may hold a token) go to http://collector unencrypted: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is plaintext"},
		},
		{
			"OTLP with a password", nil,
			[]string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://u:s3cr3t@collector"},
			[]string{"the headers of the OTLP exporter (which may hold a token) go to http://collector unencrypted: OTEL_EXPORTER_OTLP_ENDPOINT is plaintext"},
		},
		{
			"OTLP by https, made plain", nil,
			[]string{"OTEL_EXPORTER_OTLP_ENDPOINT=https://collector:4317", "OTEL_EXPORTER_OTLP_HEADERS=a=s3cr3t", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_INSECURE=true"},
			[]string{"the headers of the OTLP exporter (which may hold a token) go to http://collector:4317 unencrypted: OTEL_EXPORTER_OTLP_ENDPOINT is plaintext"},
		},
		{"OTLP by http, made secure", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector", "OTEL_EXPORTER_OTLP_HEADERS=a=b", "OTEL_EXPORTER_OTLP_TRACES_INSECURE=false", "OTEL_EXPORTER_OTLP_INSECURE=true"}, nil},
		{"traces on the console", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector", "OTEL_EXPORTER_OTLP_HEADERS=a=b", "OTEL_TRACES_EXPORTER=console"}, nil},
		{"OTLP without headers", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318"}, nil},
		{"OTLP to this host", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318", "OTEL_EXPORTER_OTLP_HEADERS=a=b"}, nil},
		{"OTLP secured", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=https://collector", "OTEL_EXPORTER_OTLP_HEADERS=a=b"}, nil},
		{"no traces", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector", "OTEL_EXPORTER_OTLP_HEADERS=a=b", "OTEL_TRACES_EXPORTER=none"}, nil},
		{"no OpenTelemetry", nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector", "OTEL_EXPORTER_OTLP_HEADERS=a=b", "OTEL_SDK_DISABLED=true"}, nil},
		{"AWS endpoints", nil, []string{"AWS_ENDPOINT_URL_EVENTBRIDGE=http://localstack:4566", "AWS_ENDPOINT_URL_STS=http://localstack:4566", "AWS_ENDPOINT_URL=https://aws.example.com"}, []string{
			"signed requests to AWS (with the session token, if there is one) go to http://localstack:4566 unencrypted: AWS_ENDPOINT_URL_EVENTBRIDGE is plaintext",
			"signed requests to AWS (with the session token, if there is one) go to http://localstack:4566 unencrypted: AWS_ENDPOINT_URL_STS is plaintext",
		}},
		{"AWS endpoints that are passed over", nil, []string{"AWS_ENDPOINT_URL=http://localstack:4566", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, nil},
		{
			"Secrets Manager's endpoint", append(manager, "--secrets-aws-endpoint=http://vpce"), nil,
			[]string{"signed requests for secrets go to http://vpce unencrypted: camunda.connector.secretprovider.aws-secrets-manager.endpoint is plaintext"},
		},
		{
			"Secrets Manager's endpoint by AWS's name", manager,
			[]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER=http://vpce"},
			[]string{"signed requests to AWS (with the session token, if there is one) go to http://vpce unencrypted: AWS_ENDPOINT_URL_SECRETS_MANAGER is plaintext"},
		},
		{
			"a proxy with a password", nil,
			[]string{"HTTPS_PROXY=http://u:s3cr3t@proxy:3128"},
			[]string{"the proxy's user and password go to http://proxy:3128 unencrypted: HTTPS_PROXY is plaintext"},
		},
		{
			"a proxy with a password and no scheme", nil,
			[]string{"https_proxy=u:s3cr3t@proxy:3128"},
			[]string{"the proxy's user and password go to http://proxy:3128 unencrypted: https_proxy is plaintext"},
		},
		{"a SOCKS proxy", nil, []string{"HTTP_PROXY=socks5://u:s3cr3t@proxy"}, []string{"the proxy's user and password go to socks5://proxy unencrypted: HTTP_PROXY is plaintext"}},
		{"a proxy without a password", nil, []string{"HTTPS_PROXY=http://proxy:3128"}, nil},
		{"a secured proxy", nil, []string{"HTTPS_PROXY=https://u:s3cr3t@proxy:3128"}, nil},
		{"a proxy on this host", nil, []string{"HTTPS_PROXY=http://u:s3cr3t@[::1]:3128"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := load(tt.args, tt.env, "")
			require.NoError(t, err)
			got := texts(warnings, false)
			assert.ElementsMatch(t, tt.want, got)
			for _, text := range got {
				assert.NotContains(t, text, "s3cr3t")
			}
		})
	}
}
