package eventbridge

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
)

// constantEndpoint asks the SDK's rules once: the client's region, endpoint and endpoint id never change.
type constantEndpoint struct {
	resolver sdk.EndpointResolverV2
	once     sync.Once
	endpoint smithyendpoints.Endpoint
	err      error
}

// ResolveEndpoint implements the SDK's EndpointResolverV2.
func (e *constantEndpoint) ResolveEndpoint(ctx context.Context, p sdk.EndpointParameters) (smithyendpoints.Endpoint, error) {
	e.once.Do(func() { e.endpoint, e.err = e.resolver.ResolveEndpoint(ctx, p) })
	return e.endpoint, e.err
}

// ParseEndpoint reads a custom endpoint: without a scheme it means https (contract 1.1). The
// error says what is wrong with it, without the field's name.
func ParseEndpoint(endpoint string) (*url.URL, error) {
	text := strings.TrimSpace(endpoint)
	if text == "" {
		return nil, errors.New("must not be blank")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // without the URL itself: it may hold a password
		}
		return nil, errors.New("is no URL: " + err.Error())
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("must be an http or https URL, but its scheme is " + u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("must be a URL with a host, such as https://vpce-1.events.eu-central-1.vpce.amazonaws.com")
	case u.User != nil:
		return nil, errors.New("must not hold a user name or password")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("must not hold a query or a fragment")
	}
	return u, nil
}
