//go:build chart

package chart

import (
	"io/fs"
	"path"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// configured reads what the chart renders as the worker would in its pod: the variables, and the files of config maps
// where they are mounted. Secrets read as their references.
func configured(t *testing.T, all []object) *config.Config {
	t.Helper()
	var env []string
	for name, value := range environment(t, all) {
		env = append(env, name+"="+value)
	}
	_, container := pod(t, all)
	args := at(container, "args").([]any)
	require.Equal(t, []any{"run"}, args)
	c, warnings, err := config.Load(nil, env, func(file string) ([]byte, error) {
		mounts, _ := at(container, "volumeMounts").([]any)
		for _, mount := range mounts {
			if at(mount, "mountPath") != path.Dir(file) { // the worker looks for files where nothing is mounted, too
				continue
			}
			if text, ok := at(find(t, all, "ConfigMap"), "data").(object)[path.Base(file)].(string); ok {
				return []byte(text), nil
			}
		}
		return nil, fs.ErrNotExist
	})
	require.NoError(t, err)
	for _, w := range warnings {
		// Within a namespace that is how camunda-platform comes.
		assert.Regexp(t, `credentials go to http://camunda-(zeebe-gateway:26500|zeebe-gateway:8080|keycloak) unencrypted: |^client .*: the client's credentials go to http://camunda-keycloak unencrypted: `, w.Text)
	}
	return c
}

func TestTheWorkerUnderstandsEveryWayToInstall(t *testing.T) {
	t.Parallel()
	checks := map[string]func(t *testing.T, c *config.Config){
		"default": func(t *testing.T, c *config.Config) {
			t.Helper()
			assert.Equal(t, "camunda-zeebe-gateway:26500", c.Gateway.Target)
			assert.False(t, c.Gateway.TLS)
			assert.Equal(t, "/etc/eventbridge-connector/secrets", c.Secrets.Directory)
			assert.Equal(t, config.FilterStrict, c.Secrets.FilterMode)
			assert.Equal(t, 256, c.Worker.MaxJobsActive)
			assert.Equal(t, 20*time.Second, c.Worker.GracePeriod)
			assert.Equal(t, 8080, c.Server.Port)
			assert.Equal(t, "json", c.Log.Format)
		},
		"oauth": func(t *testing.T, c *config.Config) {
			t.Helper()
			assert.Equal(t, config.Auth{
				Method: config.AuthOIDC, ClientID: "connectors", ClientSecret: "secret camunda-credentials key identity-connectors-client-token",
				TokenURL: "http://camunda-keycloak/auth/realms/camunda-platform/protocol/openid-connect/token", Audience: "orchestration-api",
				Scope: "orchestration-api/.default", Timeout: c.Auth.Timeout,
			}, c.Auth)
		},
		"basic-tls": func(t *testing.T, c *config.Config) {
			t.Helper()
			assert.True(t, c.Gateway.TLS)
			assert.Equal(t, "zeebe.internal.example.com:443", c.Gateway.Target)
			assert.Equal(t, "/etc/eventbridge-connector/ca/ca.crt", c.Gateway.CACertificatePath)
			assert.Equal(t, "zeebe.example.com", c.Gateway.OverrideAuthority)
			assert.Equal(t, "connectors", c.Auth.Username)
			assert.Equal(t, []string{"tenant-a", "tenant-b"}, c.Worker.TenantIDs)
			assert.Equal(t, "eventbridge-eu", c.Connector.JobType)
		},
		"saas": func(t *testing.T, c *config.Config) {
			t.Helper()
			assert.Equal(t, config.ModeSaaS, c.Mode)
			assert.Equal(t, "3d7a1c2e-0000-4000-8000-000000000000", c.Cloud.ClusterID)
			assert.Equal(t, "bru-2", c.Cloud.Region)
			assert.NotEmpty(t, c.Auth.TokenURL, "it follows from the mode")
		},
		"env": func(t *testing.T, c *config.Config) {
			t.Helper()
			assert.Empty(t, c.Secrets.Directory)
			assert.Equal(t, config.FilterDisabled, c.Secrets.FilterMode)
			assert.Equal(t, 30*time.Second, c.Gateway.KeepAlive, "of the file")
			assert.Equal(t, 5*time.Second, c.Worker.PollInterval, "of the file, dotted and nested")
			assert.Equal(t, 5*time.Second, c.Connector.RequestTimeout)
		},
		"client-keys": func(t *testing.T, c *config.Config) {
			t.Helper()
			assert.Empty(t, c.Auth.ClientSecret)
			const folder = "/etc/eventbridge-connector/"
			assert.Equal(t, config.Key{CertificatePath: folder + "gateway-client/tls.crt", KeyPath: folder + "gateway-client/tls.key"}, c.Gateway.ClientKey)
			assert.Equal(t, config.Key{CertificatePath: folder + "token-client/tls.crt", KeyPath: folder + "token-client/tls.key"}, c.Auth.TLSKey)
			assert.Equal(t, config.Key{CertificatePath: folder + "client-assertion/tls.crt", KeyPath: folder + "client-assertion/tls.key"}, c.Auth.Assertion.Key)
		},
		"clients": func(t *testing.T, c *config.Config) {
			t.Helper()
			all := c.Clients()
			require.Len(t, all, 3)
			billing, orders, other := all[0], all[1], all[2]
			assert.Equal(t, []string{"billing", "orders", "other-cluster"}, []string{billing.Client, orders.Client, other.Client})
			assert.Equal(t, "orders", orders.Gateway.PhysicalTenant)
			assert.Equal(t, "secret camunda-credentials key identity-connectors-client-token", orders.Auth.ClientSecret)
			assert.Equal(t, 256, orders.Worker.MaxJobsActive)
			assert.Equal(t, "billing", billing.Gateway.PhysicalTenant)
			assert.Equal(t, "billing-connectors", billing.Auth.ClientID)
			assert.Equal(t, "secret camunda-billing key secret", billing.Auth.ClientSecret)
			assert.Equal(t, 32, billing.Worker.MaxJobsActive)
			assert.Equal(t, "zeebe.example.com:8443", other.Gateway.Target)
			assert.Equal(t, config.TenantsAssigned, other.Worker.TenantFilter)
			for _, client := range all {
				assert.Equal(t, config.AuthOIDC, client.Auth.Method)
				assert.Equal(t, config.LeasePrefer, client.Worker.WithLease)
			}
		},
		"hpa":       func(t *testing.T, c *config.Config) { t.Helper(); assert.Equal(t, 64, c.Worker.MaxJobsActive) },
		"placement": func(t *testing.T, c *config.Config) { t.Helper(); assert.Equal(t, time.Minute, c.Worker.GracePeriod) },
	}
	files := values(t)
	for name := range checks {
		require.Contains(t, files, name)
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := template(t, chartFolder, "--values", file)
			require.NoError(t, err)
			c := configured(t, all)
			if check, some := checks[name]; some {
				check(t, c)
			}
		})
	}
}

func TestWhatTheValuesSetWinsOverTheFile(t *testing.T) {
	t.Parallel()
	c := configured(t, render(t, "configuration.server.port=9999", "service.serverPort=9090"))
	assert.Equal(t, 9090, c.Server.Port)
}

func TestTheChartsDefaultsAreTheWorkers(t *testing.T) {
	t.Parallel()
	ours := configured(t, render(t))
	own, _, err := config.Load(nil, []string{"CAMUNDA_CLIENT_GRPCADDRESS=http://camunda-zeebe-gateway:26500"}, nil)
	require.NoError(t, err)
	own.Log.Format = "json" // the one difference
	assert.Equal(t, own.Worker, ours.Worker)
	assert.Equal(t, own.Connector, ours.Connector)
	assert.Equal(t, own.Secrets, ours.Secrets)
	assert.Equal(t, own.Gateway, ours.Gateway)
	assert.Equal(t, own.Server, ours.Server)
	assert.Equal(t, own.Log, ours.Log)
}
