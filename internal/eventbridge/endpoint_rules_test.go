package eventbridge

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEndpointThatDoesNotGoWithFIPSIsAnInputErrorBeforeTheSend(t *testing.T) {
	t.Parallel()
	fips := config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled)
	dualStack := config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled)
	for _, tt := range []struct {
		name   string
		option func(*config.LoadOptions) error
		change func(r *Request, b *bus)
		want   string
	}{
		{
			"FIPS, the job's endpoint", fips, func(r *Request, b *bus) { r.Endpoint = b.URL },
			"there is no endpoint to send to: FIPS and custom endpoint are not supported; AWS_USE_FIPS_ENDPOINT (or use_fips_endpoint) is true for this worker: leave out configuration.endpoint, or unset it",
		},
		{"FIPS, a global endpoint", fips, func(r *Request, _ *bus) { r.Endpoint, r.EndpointID = "", "abcde.veo" }, "FIPS is not supported with EventBridge multi-region endpoints; AWS_USE_FIPS_ENDPOINT (or use_fips_endpoint) is true for this worker: leave out input.endpointId, or unset it"},
		{"dual stack, the job's endpoint", dualStack, func(r *Request, b *bus) { r.Endpoint = b.URL }, "Dualstack and custom endpoint are not supported; AWS_USE_DUALSTACK_ENDPOINT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := startBus(t, answer{status: 200, body: accepted})
			r := b.request()
			tt.change(r, b)
			_, err := newSender(t, Options{LoadOptions: []func(*config.LoadOptions) error{tt.option}}).Send(t.Context(), r)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, KindInput, e.Kind)
			assert.Contains(t, e.Message, tt.want)
			assert.Empty(t, b.requests)
		})
	}
}

func TestEndpointsOfAWSsSettingsAreCheckedAtTheStart(t *testing.T) {
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string // empty = fine
	}{
		{"FIPS and one endpoint for all", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://u:s3cr3t@localstack:4566"}, "the endpoint of EventBridge is http://u:xxxxx@localstack:4566"},
		{"FIPS and EventBridge's", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL_EVENTBRIDGE": "https://vpce"}, "AWS_USE_FIPS_ENDPOINT (or use_fips_endpoint) is true for this worker"},
		{"FIPS and that of STS", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL_STS": "https://vpce"}, "the endpoint of STS is https://vpce (AWS_ENDPOINT_URL_STS"},
		{"dual stack", map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL": "https://vpce"}, "AWS_USE_DUALSTACK_ENDPOINT"},
		{"FIPS alone", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, ""},
		{"an endpoint alone", map[string]string{"AWS_ENDPOINT_URL": "https://vpce"}, ""},
		{"an endpoint that is passed over", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "https://vpce", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""},
		{"that of another service", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL_S3": "https://vpce"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			err := newSender(t, Options{}).CheckEndpoints(t.Context())
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "s3cr3t")
		})
	}
}
