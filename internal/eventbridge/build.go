package eventbridge

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go/logging"
)

// build makes the SDK client for r. The error is an *[Error].
func (s *Sender) build(ctx context.Context, r *Request) (*client, error) {
	var endpoint *string // nil = the region's own
	if r.Endpoint != "" {
		u, err := ParseEndpoint(r.Endpoint)
		if err != nil {
			return nil, inputError("the endpoint "+err.Error(), err)
		}
		endpoint = new(u.String())
	}
	cfg, err := s.config(ctx, r)
	if err != nil {
		return nil, credentialsError(err)
	}
	if err := s.share(&cfg); err != nil {
		return nil, credentialsError(err)
	}
	made := &client{policy: s.retryer(&cfg), credentials: faultMarker{cfg.Credentials}}
	made.sdk = sdk.NewFromConfig(cfg, func(o *sdk.Options) {
		o.Logger = logging.Nop{} // the SDK would write to standard error
		o.Retryer = onlySkew{}
		o.RetryMaxAttempts = 0 // the retryer knows them
		o.Credentials = made.credentials
		if endpoint != nil { // else what AWS's own settings name
			o.BaseEndpoint = endpoint
		}
		o.EndpointResolverV2 = &constantEndpoint{resolver: o.EndpointResolverV2}
	})
	if err := checkRules(ctx, made.sdk.Options(), r.EndpointID); err != nil {
		return nil, err
	}
	return made, nil
}

// share makes the exchanger that all calls share. Its transport is the one of the SDK's own client as the
// first loaded configuration shaped it (AWS_CA_BUNDLE), with room for as many idle connections as there are jobs.
func (s *Sender) share(cfg *aws.Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared != nil {
		return nil
	}
	buildable, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		if cfg.HTTPClient != nil {
			return errors.New("the AWS configuration has an HTTP client of its own")
		}
		buildable = awshttp.NewBuildableClient()
	}
	t := buildable.GetTransport()
	t.IdleConnTimeout = idleConnection
	t.MaxResponseHeaderBytes = maxHeader
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = s.options.MaxConns
	if t.MaxConnsPerHost > 0 {
		t.MaxConnsPerHost = max(t.MaxConnsPerHost, s.options.MaxConns)
	}
	t.DisableCompression = true // the answer's headers and body are shown as they were on the wire
	s.shared = &exchanger{transport: t, timeout: s.options.RequestTimeout, observer: s.options.Observer, proxy: t.Proxy}
	return nil
}
