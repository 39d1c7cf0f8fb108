package cli

import (
	"context"
	"errors"
	"log/slog"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// secretProviders are the configured ones, in the order in which they are asked: environment, files, AWS Secrets Manager.
type secretProviders struct {
	all     []secret.Provider
	files   *secret.Directory // nil = none
	manager *secret.Manager   // nil = none
	cluster *secret.Cluster   // of the command check alone; nil = none
}

func newSecretProviders(ctx context.Context, lookup func(string) (string, bool), c *config.Config, log *slog.Logger) (*secretProviders, error) {
	p := &secretProviders{}
	if c.Secrets.EnvEnabled {
		properties := func(name string) (string, bool) {
			if value, ok := lookup(name); ok {
				return value, true
			}
			return c.SecretProperty(name)
		}
		p.all = append(p.all, secret.NewEnvironment(properties, secret.EnvironmentOptions{
			Prefix: c.Secrets.EnvPrefix, TenantAware: c.Secrets.EnvTenantAware, ProcessAware: c.Secrets.EnvProcessAware,
			Separator: c.Secrets.EnvSeparator, Tenants: c.KnownTenants(), Log: log,
		}))
	}
	var err error
	if c.Secrets.Directory != "" {
		if p.files, err = secret.NewDirectory(c.Secrets.Directory); err != nil {
			return nil, c.Wrong("camunda.connector.secretprovider.files.directory", "a directory that can be read: "+reason(err))
		}
		p.all = append(p.all, p.files)
	}
	if m := c.Secrets.Manager; m.Enabled {
		p.manager, err = secret.NewManager(ctx, secret.ManagerOptions{
			Secrets: m.Secrets, Prefix: m.Prefix, Region: m.Region, Endpoint: m.Endpoint, TTL: m.TTL, Stale: m.Stale, Log: log,
		})
		if errors.Is(err, secret.ErrNoRegion) {
			return nil, c.Wrong("camunda.connector.secretprovider.aws-secrets-manager.region", "the region of the secrets, here or in AWS_REGION")
		}
		if err != nil {
			return nil, err
		}
		p.all = append(p.all, p.manager)
	}
	return p, nil
}

// legacyMode returns the resolver with what camunda.connector.secret-resolver.legacy.mode switches off.
func legacyMode(c *config.Config, r *secret.Resolver) *secret.Resolver {
	if c.Secrets.LegacyMode == config.LegacyOff {
		return r.WithoutSecrets()
	}
	return r
}

// clusterSecrets returns what asks the cluster of this client for secrets that no provider has; nil if the configuration does not
// want that. The registry is told the values.
func clusterSecrets(c *config.Config, api secret.ClusterAPI, log *slog.Logger, inUse *outlet.Registry) *secret.Cluster {
	if c.Secrets.LegacyMode != config.LegacyFallback {
		return nil
	}
	return secret.NewCluster(secret.ClusterOptions{API: api, Note: inUse.Note, Log: log})
}
