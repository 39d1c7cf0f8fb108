package cli

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
)

// endpoints returns where requests may go: where the configuration and AWS's own settings say. The error names the setting.
func endpoints(ctx context.Context, c *config.Config) (*endpoint.Policy, connector.Ambient, error) {
	var ambient connector.Ambient
	policy, err := endpoint.NewPolicy(c.Connector.AllowedEndpoints)
	if err != nil {
		return nil, ambient, fmt.Errorf("%w: %w", c.Wrong(endpoint.Setting, "hosts with commas between them"), err)
	}
	events, tokens, err := eventbridge.ConfiguredEndpoints(ctx)
	if err != nil {
		return nil, ambient, err
	}
	if ambient.Events, err = ambientURL("AWS_ENDPOINT_URL_EVENTBRIDGE or AWS_ENDPOINT_URL", events); err != nil {
		return nil, ambient, err
	}
	if ambient.Events != nil {
		policy = policy.Allow(ambient.Events)
	}
	ambient.Tokens, err = ambientURL("AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL", tokens)
	return policy, ambient, err
}

// ambientURL reads an endpoint of AWS's own settings; nil = none.
func ambientURL(name, text string) (*url.URL, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // none
	}
	u, err := eventbridge.ParseEndpoint(text)
	if err != nil {
		return nil, fmt.Errorf("the endpoint of %s, or of AWS's shared files, %w", name, err)
	}
	return u, nil
}

// checkManager refuses an endpoint of Secrets Manager that the worker's own credentials must not be used for.
func checkManager(c *config.Config, lookup func(string) (string, bool)) error {
	if !c.Secrets.Manager.Enabled {
		return nil
	}
	const key = "camunda.connector.secretprovider.aws-secrets-manager.endpoint"
	const expected = "an https URL, since the worker's own credentials are not used over plain http, but to this machine"
	text, refused := c.Secrets.Manager.Endpoint, error(c.Wrong(key, expected))
	for _, name := range []string{"AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"} {
		if text == "" {
			text, _ = lookup(name)
			refused = &config.ValueError{Key: name, Found: strconv.Quote(text), Source: "environment variable", Expected: expected}
		}
	}
	if text == "" {
		return nil
	}
	if u, err := eventbridge.ParseEndpoint(text); err != nil || endpoint.Plain(u) {
		return refused
	}
	return nil
}
