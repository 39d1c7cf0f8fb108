package eventbridge

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// checkRules asks the SDK's rules for the endpoint of a client before anything is sent: FIPS and dual-stack endpoints do not
// go with an endpoint of one's own, nor FIPS with a global endpoint. The error is an *[Error] of the input.
func checkRules(ctx context.Context, o sdk.Options, endpointID string) error {
	p := sdk.EndpointParameters{
		Region: aws.String(o.Region), Endpoint: o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	}
	if !*p.UseFIPS && !*p.UseDualStack {
		return nil
	}
	if endpointID != "" {
		p.EndpointId = &endpointID
	}
	_, err := o.EndpointResolverV2.ResolveEndpoint(ctx, p)
	if err == nil {
		return nil
	}
	field := "configuration.endpoint"
	if p.Endpoint == nil {
		field = "input.endpointId"
	}
	return inputError("there is no endpoint to send to: "+ruleText(err)+modes(*p.UseFIPS, *p.UseDualStack)+": leave out "+field+", or unset it", err)
}

// ruleText is what a rule says, without the SDK's introduction.
func ruleText(err error) string {
	text := strings.TrimPrefix(err.Error(), "endpoint rule error, ")
	return strings.TrimSuffix(strings.TrimPrefix(text, "Invalid Configuration: "), ".")
}

// modes says which settings of AWS's the rules may be about.
func modes(fips, dualStack bool) string {
	var names []string
	if fips {
		names = append(names, "AWS_USE_FIPS_ENDPOINT (or use_fips_endpoint) is true")
	}
	if dualStack {
		names = append(names, "AWS_USE_DUALSTACK_ENDPOINT (or use_dualstack_endpoint) is true")
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + strings.Join(names, ", ") + " for this worker"
}

// CheckEndpoints tells whether the endpoints that AWS's own settings name (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_EVENTBRIDGE,
// AWS_ENDPOINT_URL_STS, endpoint_url) go with the rest of them; otherwise every job would fail. Nothing is sent.
func (s *Sender) CheckEndpoints(ctx context.Context) error {
	cfg, err := s.load(ctx)
	if err != nil {
		return nil //nolint:nilerr // a job with credentials of its own may still do; those that do not tell why
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // the rules in question are the same everywhere
	}
	events, tokens := sdk.NewFromConfig(cfg).Options(), sts.NewFromConfig(cfg).Options()
	for _, e := range []struct {
		service, variable string
		base              *string
		fips              aws.FIPSEndpointState
		dualStack         aws.DualStackEndpointState
	}{
		{"EventBridge", "AWS_ENDPOINT_URL_EVENTBRIDGE", events.BaseEndpoint, events.EndpointOptions.UseFIPSEndpoint, events.EndpointOptions.UseDualStackEndpoint},
		{"STS", "AWS_ENDPOINT_URL_STS", tokens.BaseEndpoint, tokens.EndpointOptions.UseFIPSEndpoint, tokens.EndpointOptions.UseDualStackEndpoint},
	} {
		fips, dualStack := e.fips == aws.FIPSEndpointStateEnabled, e.dualStack == aws.DualStackEndpointStateEnabled
		if e.base != nil && (fips || dualStack) {
			return fmt.Errorf("the endpoint of %s is %s (%s, AWS_ENDPOINT_URL or endpoint_url)%s: AWS has no such endpoints beside one of your own; unset one of the two",
				e.service, withoutUser(*e.base), e.variable, modes(fips, dualStack))
		}
	}
	return nil
}

// withoutUser is a URL without its password, for people to see.
func withoutUser(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "a text that is no URL"
	}
	return u.Redacted()
}
