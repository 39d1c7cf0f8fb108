package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTransportIsWhatIsSaidElseWhatHasAnAddress(t *testing.T) {
	t.Parallel()
	const grpc, rest = "CAMUNDA_CLIENT_GRPCADDRESS=http://g:26500", "CAMUNDA_CLIENT_RESTADDRESS=http://r:8080"
	for _, tt := range []struct {
		name   string
		env    []string
		yaml   string
		over   bool
		rest   string // the address
		origin string // of the choice
	}{
		{name: "nothing", origin: `"false" (default)`},
		{name: "only a gRPC address", env: []string{grpc}, origin: `"false" (default)`},
		{name: "only a REST address", env: []string{rest}, over: true, rest: "http://r:8080", origin: `"true" (follows from camunda.client.rest-address, since no gRPC address is given)`},
		{name: "both", env: []string{grpc, rest}, rest: "http://r:8080", origin: `"false" (default)`},
		{name: "both, REST preferred", env: []string{grpc, rest, "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true"}, over: true, rest: "http://r:8080", origin: `"true" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC)`},
		{name: "the other spelling of Spring", env: []string{grpc, rest, "CAMUNDA_CLIENT_PREFER_REST_OVER_GRPC=true"}, over: true, rest: "http://r:8080", origin: `"true" (environment variable CAMUNDA_CLIENT_PREFER_REST_OVER_GRPC)`},
		{name: "the name of Camunda 8.6", env: []string{grpc, rest}, yaml: "camunda.client.zeebe.prefer-rest-over-grpc: true\n", over: true, rest: "http://r:8080", origin: `"true" (app.yaml:1)`},
		{name: "the variable of the Java client", env: []string{grpc, rest, "ZEEBE_PREFER_REST=true"}, over: true, rest: "http://r:8080", origin: `"true" (environment variable ZEEBE_PREFER_REST)`},
		{name: "camel case in a file", env: []string{grpc, rest}, yaml: "camunda: {client: {preferRestOverGrpc: true}}\n", over: true, rest: "http://r:8080", origin: `"true" (app.yaml:1)`},
		{name: "REST preferred, and no address", env: []string{"CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true"}, over: true, rest: "http://localhost:8080", origin: `"true" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC)`},
		{name: "the one address of Camunda 8.5 to 8.7", env: []string{"CAMUNDA_CLIENT_ZEEBE_BASEURL=http://b:8080/x", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true"}, over: true, rest: "http://b:8080/x", origin: `"true" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC)`},
		{name: "the same, over gRPC", env: []string{"CAMUNDA_CLIENT_ZEEBE_BASEURL=http://b:443", rest}, rest: "http://r:8080", origin: `"false" (default)`},
		{name: "the host of the Go client", env: []string{"ZEEBE_HOST=z", rest}, rest: "http://r:8080", origin: `"false" (default)`},
		{
			name: "SaaS", env: []string{"CAMUNDA_CLIENT_CLOUD_CLUSTERID=c-1", "CAMUNDA_CLIENT_CLOUD_REGION=bru-2", "CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true"},
			over: true, rest: "https://bru-2.zeebe.camunda.io:443/c-1", origin: `"true" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC)`,
		},
		{
			name: "SaaS over gRPC", env: []string{"CAMUNDA_CLIENT_CLOUD_CLUSTERID=c-1", "CAMUNDA_CLIENT_CLOUD_REGION=bru-2", "CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s", rest},
			rest: "http://r:8080", origin: `"false" (default)`,
		},
		{
			name: "SaaS by its REST address", env: []string{"CAMUNDA_CLIENT_MODE=saas", "CAMUNDA_CLIENT_RESTADDRESS=https://r/c-1", "CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true"},
			over: true, rest: "https://r/c-1", origin: `"true" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC)`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := load(nil, tt.env, tt.yaml)
			require.NoError(t, err)
			assert.Equal(t, tt.over, c.Gateway.OverREST)
			assert.Equal(t, tt.rest, c.Gateway.RESTAddress)
			assert.Equal(t, "camunda.client.prefer-rest-over-grpc is "+tt.origin, c.Origin("camunda.client.prefer-rest-over-grpc"))
			assert.Equal(t, tt.over, c.Gateway.Target == "", "the gateway has one address")
		})
	}
}

func TestATransportWithoutAnAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		env        []string
	}{
		{
			name: "gRPC", env: []string{"CAMUNDA_CLIENT_RESTADDRESS=http://r:8080", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=false"},
			want: `camunda.client.grpc-address: found nothing (not set), expected the gateway's gRPC address, since camunda.client.prefer-rest-over-grpc is "false" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC) and only camunda.client.rest-address is given`,
		},
		{
			name: "REST", env: []string{"ZEEBE_ADDRESS=http://g:26500", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true"},
			want: `camunda.client.rest-address: found nothing (not set), expected the address of the Orchestration Cluster REST API, since camunda.client.prefer-rest-over-grpc is "true" (environment variable CAMUNDA_CLIENT_PREFERRESTOVERGRPC)`,
		},
		{name: "no choice", env: []string{"CAMUNDA_CLIENT_PREFERRESTOVERGRPC=perhaps"}, want: `camunda.client.prefer-rest-over-grpc: found "perhaps"`},
		{
			name: "SaaS without a cluster", env: []string{"CAMUNDA_CLIENT_MODE=saas", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true", "CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s"},
			want: "camunda.client.cloud.cluster-id: found nothing",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(nil, tt.env, "")
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestWhatHasNoEffectOverRESTIsSaid(t *testing.T) {
	t.Parallel()
	const rest = "CAMUNDA_CLIENT_RESTADDRESS=http://far:8080"
	for _, tt := range []struct {
		name string
		env  []string
		want []string
	}{
		{"nothing to say", []string{rest}, nil},
		{"streams", []string{rest, "CAMUNDA_CLIENT_WORKER_DEFAULTS_STREAMENABLED=true"}, []string{"camunda.client.worker.defaults.stream-enabled is true, but jobs cannot be streamed over REST: each poll waits at the gateway for the next job"}},
		{"no streams", []string{rest, "CAMUNDA_CLIENT_WORKER_DEFAULTS_STREAMENABLED=false"}, nil},
		{"certificates", []string{rest, "CAMUNDA_CLIENT_CACERTIFICATEPATH=/ca.pem"}, []string{"camunda.client.ca-certificate-path is set, but the gateway's address http://far:8080 is plaintext"}},
		{"credentials in plain text, with a filter that reads no models", []string{rest, "CAMUNDA_CLIENT_AUTH_USERNAME=u", "CAMUNDA_CLIENT_AUTH_PASSWORD=p", "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=DISABLED"}, []string{"credentials go to http://far:8080 unencrypted: camunda.client.rest-address is plaintext"}},
		{"gRPC's address says nothing about TLS", []string{rest, "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=true", "ZEEBE_ADDRESS=g:26500"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := load(nil, tt.env, "")
			require.NoError(t, err)
			var about []string
			for _, text := range texts(warnings, false) {
				if !strings.Contains(text, "secret-filter") {
					about = append(about, text)
				}
			}
			assert.Equal(t, tt.want, about)
		})
	}
}
