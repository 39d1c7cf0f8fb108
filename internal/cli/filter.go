package cli

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
	"github.com/eventbridge-connector/eventbridge-connector/internal/trace"
)

// secretFilter returns the configured filter, and the one that reads deployed models if it is that; the tracer may be nil.
func secretFilter(c *config.Config, gateway cluster, allowed *endpoint.Policy, tracer *trace.Tracer, log *slog.Logger) (secret.Filter, *clusterModels) {
	without := secret.CredentialsOnly{EndpointAllowed: connector.EndpointAllowed(allowed)}
	switch {
	case c.Secrets.FilterMode == config.FilterDisabled:
		return secret.AllowAll{}, nil
	case c.Gateway.RESTAddress == "":
		return without, nil
	}
	o := secret.ModelOptions{Definitions: definitions{gateway}, Lax: c.Secrets.FilterMode == config.FilterLax, Log: log}
	if c.Secrets.CacheEnabled {
		o.CacheSize = c.Secrets.CacheSize
	}
	if tracer != nil {
		o.Definitions = tracer.Definitions(o.Definitions)
	}
	models := &clusterModels{ModelFilter: secret.NewModelFilter(o), without: without, version: gateway.GatewayVersion, log: log}
	return models, models
}

// filterInWords says for the log which secrets jobs may use.
func filterInWords(c *config.Config) string {
	if c.Secrets.FilterMode != config.FilterDisabled && c.Gateway.RESTAddress == "" {
		return "authentication only"
	}
	return c.Secrets.FilterMode
}

// definitions reads deployed process definitions from the cluster.
type definitions struct{ cluster check.Definitions }

// InputMappings implements secret.Definitions.
func (d definitions) InputMappings(ctx context.Context, key int64) (map[string][]secret.Mapping, error) {
	text, err := d.cluster.ProcessXML(ctx, key)
	if err != nil {
		return nil, err
	}
	elements, err := bpmn.InputMappings(text)
	if err != nil {
		return nil, fmt.Errorf("what the REST API gave is no model (%w); look whether camunda.client.rest-address is the Orchestration Cluster REST API", err)
	}
	mappings := make(map[string][]secret.Mapping, len(elements))
	for id, inputs := range elements {
		mappings[id] = simulate.Mappings(inputs)
	}
	return mappings, nil
}
