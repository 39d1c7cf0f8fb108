package config_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// load reads a configuration with yaml, if any, as the file app.yaml.
func load(args, env []string, yaml string) (*config.Config, []config.Warning, error) {
	if yaml != "" {
		args = append([]string{"--config", "app.yaml"}, args...)
	}
	return config.Load(args, env, func(path string) ([]byte, error) {
		if path != "app.yaml" {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return []byte(yaml), nil
	})
}

func mustLoad(t *testing.T, args, env []string, yaml string) *config.Config {
	t.Helper()
	c, _, err := load(args, env, yaml)
	require.NoError(t, err)
	return c
}

func texts(warnings []config.Warning, minor bool) []string {
	var out []string
	for _, w := range warnings {
		if w.Minor == minor {
			out = append(out, w.Text)
		}
	}
	return out
}

func TestDefaultsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	c, warnings, err := load(nil, nil, "")
	require.NoError(t, err)
	assert.Empty(t, warnings)
	assert.Equal(t, config.ModeSelfManaged, c.Mode)
	assert.Equal(t, "localhost:26500", c.Gateway.Target)
	assert.False(t, c.Gateway.TLS)
	assert.Equal(t, config.AuthNone, c.Auth.Method)
	assert.Equal(t, 256, c.Worker.MaxJobsActive)
	assert.Equal(t, time.Minute, c.Worker.Lease)
	assert.True(t, c.Worker.StreamEnabled)
	assert.Equal(t, 10*time.Minute, c.Worker.StreamTimeout)
	assert.Empty(t, c.Worker.TenantIDs)
	assert.Equal(t, "io.camunda:aws-eventbridge:1", c.Connector.JobType)
	assert.Equal(t, 10*time.Second, c.Connector.RequestTimeout)
	assert.Equal(t, 45*time.Second, c.Gateway.KeepAlive)
	assert.Equal(t, "SECRET_", c.Secrets.EnvPrefix)
	assert.True(t, c.Secrets.EnvEnabled)
	assert.Equal(t, config.FilterStrict, c.Secrets.FilterMode)
	assert.Equal(t, 8080, c.Server.Port)
}

func TestAFlagWinsOverTheEnvironmentOverTheFile(t *testing.T) {
	t.Parallel()
	const yaml = "server:\n  port: 1111\n"
	env := []string{"SERVER_PORT=2222"}
	assert.Equal(t, 1111, mustLoad(t, nil, nil, yaml).Server.Port)
	assert.Equal(t, 2222, mustLoad(t, nil, env, yaml).Server.Port)
	assert.Equal(t, 3333, mustLoad(t, []string{"--port", "3333"}, env, yaml).Server.Port)
	assert.Equal(t, 4444, mustLoad(t, []string{"--server.port=4444"}, env, yaml).Server.Port)
}

func TestVariables(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		env  []string
		got  func(*config.Config) any
		want any
	}{
		{"dots as underscores, dashes dropped", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE=7"}, func(c *config.Config) any { return c.Worker.MaxJobsActive }, 7},
		{"dashes as underscores too", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_MAX_JOBS_ACTIVE=7"}, func(c *config.Config) any { return c.Worker.MaxJobsActive }, 7},
		{"dashes as they are", []string{"ZEEBE_CLIENT_BROKER_GATEWAY-ADDRESS=h:1", "ZEEBE_CLIENT_SECURITY_PLAINTEXT=true"}, func(c *config.Config) any { return c.Gateway.Target }, "h:1"},
		{"the name without dashes wins", []string{"ZEEBE_CLIENT_BROKER_GATEWAY-ADDRESS=h:1", "ZEEBE_CLIENT_BROKER_GATEWAYADDRESS=n:2"}, func(c *config.Config) any { return c.Gateway.Target }, "n:2"},
		{"but not if it is empty", []string{"ZEEBE_CLIENT_BROKER_GATEWAY-ADDRESS=h:1", "ZEEBE_CLIENT_BROKER_GATEWAYADDRESS="}, func(c *config.Config) any { return c.Gateway.Target }, "h:1"},
		{"the Go client's names", []string{"ZEEBE_ADDRESS=h:1"}, func(c *config.Config) any { return c.Gateway.Target }, "h:1"},
		{"Camunda's win over the Go client's", []string{"ZEEBE_ADDRESS=h:1", "CAMUNDA_CLIENT_GRPCADDRESS=http://c:2"}, func(c *config.Config) any { return c.Gateway.Target }, "c:2"},
		{"8.7's spelling", []string{"CAMUNDA_CLIENT_ZEEBE_GRPCADDRESS=http://old:3"}, func(c *config.Config) any { return c.Gateway.Target }, "old:3"},
		{"the new spelling wins over 8.7's", []string{"CAMUNDA_CLIENT_ZEEBE_GRPCADDRESS=http://old:3", "CAMUNDA_CLIENT_GRPCADDRESS=http://c:2"}, func(c *config.Config) any { return c.Gateway.Target }, "c:2"},
		{"host and port of the Go client", []string{"ZEEBE_HOST=h", "ZEEBE_PORT=5"}, func(c *config.Config) any { return c.Gateway.Target }, "h:5"},
		{"a Kubernetes service named zeebe is not meant for us", []string{"ZEEBE_PORT=tcp://10.0.0.1:26500", "ZEEBE_SERVICE_HOST=10.0.0.1"}, func(c *config.Config) any { return c.Gateway.Target }, "localhost:26500"},
		{"the connector's own timeout wins, in milliseconds", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_TIMEOUT=PT5M", "CONNECTOR_AWS_EVENTBRIDGE_TIMEOUT=30000"}, func(c *config.Config) any { return c.Worker.Lease }, 30 * time.Second},
		{"the connector's older name", []string{"CONNECTOR_AWSEVENTBRIDGE_TIMEOUT=30000"}, func(c *config.Config) any { return c.Worker.Lease }, 30 * time.Second},
		{"the connector's type", []string{"CONNECTOR_AWS_EVENTBRIDGE_TYPE=x:1"}, func(c *config.Config) any { return c.Connector.JobType }, "x:1"},
		{"an empty prefix is a prefix", []string{"CAMUNDA_CONNECTOR_SECRETPROVIDER_ENVIRONMENT_PREFIX="}, func(c *config.Config) any { return c.Secrets.EnvPrefix }, ""},
		{"an empty variable is not set", []string{"SERVER_PORT="}, func(c *config.Config) any { return c.Server.Port }, 8080},
		{"an empty REST address is none, as Compose writes an unset variable", []string{"CAMUNDA_CLIENT_RESTADDRESS="}, func(c *config.Config) any { return c.Gateway.RESTAddress }, ""},
		{"nor does it hide an older name's", []string{"CAMUNDA_CLIENT_RESTADDRESS=", "ZEEBE_REST_ADDRESS=http://r:8080", "ZEEBE_ADDRESS=http://g:1"}, func(c *config.Config) any { return c.Gateway.RESTAddress }, "http://r:8080"},
		{"nor that which follows from mode saas", []string{"CAMUNDA_CLIENT_RESTADDRESS=", "CAMUNDA_CLIENT_MODE=saas", "CAMUNDA_CLIENT_CLOUD_CLUSTERID=c", "CAMUNDA_CLIENT_CLOUD_REGION=bru-2", "CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s"}, func(c *config.Config) any { return c.Gateway.RESTAddress }, "https://bru-2.zeebe.camunda.io:443/c"},
		{"tenant-aware secrets", []string{"CAMUNDA_CONNECTOR_SECRETPROVIDER_ENVIRONMENT_TENANTAWARE=true"}, func(c *config.Config) any { return c.Secrets.EnvTenantAware }, true},
		{"process-aware secrets", []string{"CAMUNDA_CONNECTOR_SECRETPROVIDER_ENVIRONMENT_PROCESSDEFINITIONAWARE=true"}, func(c *config.Config) any { return c.Secrets.EnvProcessAware }, true},
		{"the filter's mode in any case", []string{"CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=disabled"}, func(c *config.Config) any { return c.Secrets.FilterMode }, config.FilterDisabled},
		{"runtime saas counts as soon as it is set", []string{"CAMUNDA_CONNECTOR_RUNTIME_SAAS="}, func(c *config.Config) any { return c.Connector.SaaS }, true},
		{"several tenants", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=a, b,a,,<default>"}, func(c *config.Config) any { return c.Worker.TenantIDs }, []string{"a", "b", "<default>"}},
		{"one tenant", []string{"CAMUNDA_CLIENT_TENANTID=a"}, func(c *config.Config) any { return c.Worker.TenantIDs }, []string{"a"}},
		{"the list wins over the one", []string{"CAMUNDA_CLIENT_TENANTID=a", "CAMUNDA_CLIENT_TENANTIDS=b"}, func(c *config.Config) any { return c.Worker.TenantIDs }, []string{"b"}},
		{"keep-alive of the Go client, in milliseconds", []string{"ZEEBE_KEEP_ALIVE=30000"}, func(c *config.Config) any { return c.Gateway.KeepAlive }, 30 * time.Second},
		{"a size", []string{"CAMUNDA_CLIENT_MAXMESSAGESIZE=4MB"}, func(c *config.Config) any { return c.Gateway.MaxMessageSize }, config.Size(4 << 20)},
		{"a level of log lines that only Spring has", []string{"LOGGING_LEVEL_ROOT=FATAL"}, func(c *config.Config) any { return c.Log.Level }, "error"},
		{"mode in Camunda's other spelling", []string{"CAMUNDA_CLIENT_MODE=self-managed"}, func(c *config.Config) any { return c.Mode }, config.ModeSelfManaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, tt.got(mustLoad(t, nil, tt.env, "")))
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		address, target string
		tls             bool
		args            []string
	}{
		{"http://h:1", "h:1", false, nil},
		{"https://h:1", "h:1", true, nil},
		{"https://h", "h:443", true, nil},
		{"grpc://h:1", "h:1", false, nil},
		{"grpcs://h:1/", "h:1", true, nil},
		{"HTTP://h:1", "h:1", false, nil},
		{"h", "h:26500", true, nil},
		{"h:1", "h:1", true, nil},
		{"h:1", "h:1", false, []string{"--plaintext"}},
		{"https://h:1", "h:1", true, []string{"--plaintext"}},
		{"http://[::1]:5", "[::1]:5", false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.address+strings.Join(tt.args, ""), func(t *testing.T) {
			t.Parallel()
			c := mustLoad(t, append(tt.args, "--grpc-address", tt.address), nil, "")
			assert.Equal(t, tt.target, c.Gateway.Target)
			assert.Equal(t, tt.tls, c.Gateway.TLS)
		})
	}
}

func TestAnAddressWithoutSchemeWarns(t *testing.T) {
	t.Parallel()
	_, warnings, err := load(nil, []string{"ZEEBE_ADDRESS=h:1"}, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"camunda.client.grpc-address h:1 has no scheme, so TLS is used; write http://h:1 for plaintext"}, texts(warnings, false))
}

func TestModeSaaSComposesTheAddresses(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, nil, []string{
		"CAMUNDA_CLIENT_CLOUD_CLUSTERID=abc-1", "CAMUNDA_CLIENT_CLOUD_REGION=bru-2",
		"CAMUNDA_CLIENT_AUTH_CLIENTID=id", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s3cr3t",
	}, "")
	assert.Equal(t, config.ModeSaaS, c.Mode)
	assert.Equal(t, "abc-1.bru-2.zeebe.camunda.io:443", c.Gateway.Target)
	assert.True(t, c.Gateway.TLS)
	assert.Equal(t, "https://bru-2.zeebe.camunda.io:443/abc-1", c.Gateway.RESTAddress)
	assert.Equal(t, config.AuthOIDC, c.Auth.Method)
	assert.Equal(t, "https://login.cloud.camunda.io/oauth/token", c.Auth.TokenURL)
	assert.Equal(t, "zeebe.camunda.io", c.Auth.Audience)
}

func TestAClusterOfSaaSWithoutARegionIsWhereCamundasClientsLookForIt(t *testing.T) {
	t.Parallel()
	c, warnings, err := load([]string{"--mode=saas", "--cluster-id=a", "--client-id=i", "--client-secret=s"}, nil, "")
	require.NoError(t, err)
	assert.Equal(t, "a.bru-2.zeebe.camunda.io:443", c.Gateway.Target)
	assert.Equal(t, "https://bru-2.zeebe.camunda.io:443/a", c.Gateway.RESTAddress)
	assert.Contains(t, strings.Join(texts(warnings, false), "\n"), "camunda.client.cloud.region is not set, so bru-2 is used")
	_, warnings, err = load([]string{"--mode=saas", "--grpc-address=https://g:443", "--client-id=i", "--client-secret=s"}, nil, "")
	require.NoError(t, err)
	assert.Empty(t, texts(warnings, false), "with an address no region is needed")
}

func TestTheTokenURLMayBeFoundByTheIssuer(t *testing.T) {
	t.Parallel()
	client := []string{"--client-id=i", "--client-secret=s"}
	c := mustLoad(t, client, []string{"CAMUNDA_CLIENT_AUTH_ISSUERURL=http://k:18080/auth/realms/camunda-platform/"}, "")
	assert.Equal(t, "http://k:18080/auth/realms/camunda-platform/.well-known/openid-configuration", c.Auth.DiscoveryURL)
	assert.Empty(t, c.Auth.TokenURL)
	c = mustLoad(t, client, []string{"CAMUNDA_CLIENT_AUTH_ISSUERURL=http://k/", "CAMUNDA_CLIENT_AUTH_WELLKNOWNCONFIGURATIONURL=https://w/x"}, "")
	assert.Equal(t, "https://w/x", c.Auth.DiscoveryURL)
	c = mustLoad(t, append(client, "--mode=saas", "--cluster-id=a", "--region=b", "--issuer-url=https://k"), nil, "")
	assert.Empty(t, c.Auth.TokenURL, "the issuer's, not the one of mode saas")
}

func TestTheMethodOfAuthenticationFollowsFromTheCredentials(t *testing.T) {
	t.Parallel()
	oidc := []string{"--client-id=i", "--client-secret=s", "--token-url=https://t/"}
	basic := []string{"--username=u", "--password=p"}
	assert.Equal(t, config.AuthOIDC, mustLoad(t, oidc, nil, "").Auth.Method)
	assert.Equal(t, config.AuthBasic, mustLoad(t, basic, nil, "").Auth.Method)
	assert.Equal(t, config.AuthNone, mustLoad(t, append(oidc, "--auth-method=none"), nil, "").Auth.Method)
	assert.Equal(t, config.AuthNone, mustLoad(t, []string{"--client-id=i", "--auth-method=none"}, nil, "").Auth.Method)
}

func TestFile(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, nil, nil, `
# nested, dotted and in camel case
camunda:
  client:
    grpcAddress: http://file:1
    worker.defaults:
      max-jobs-active: 9
      timeout: 2m
      tenant-ids: [a, b]
    rest-address:
    execution-threads: 3
camunda.connector.secretprovider.environment.prefix: ""
logging: {level: {root: DEBUG}}
`)
	assert.Equal(t, "file:1", c.Gateway.Target)
	assert.Equal(t, 9, c.Worker.MaxJobsActive)
	assert.Equal(t, 2*time.Minute, c.Worker.Lease)
	assert.Equal(t, []string{"a", "b"}, c.Worker.TenantIDs)
	assert.Empty(t, c.Gateway.RESTAddress)
	assert.Empty(t, c.Secrets.EnvPrefix)
	assert.Equal(t, "debug", c.Log.Level)
}

func TestTheStrongestNameInTheFileWinsWhereverItStands(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{
		"logging.level: warn\nlogging.level.root: debug\n",
		"logging.level.root: debug\nlogging.level: warn\n",
		"logging.level: debug\nlogging.level.root: ''\n",
	} {
		c := mustLoad(t, nil, nil, yaml)
		assert.Equal(t, "debug", c.Log.Level, yaml)
		assert.True(t, c.Given("logging.level.root"))
	}
	assert.False(t, mustLoad(t, nil, nil, "server.port: 1\n").Given("logging.level.root"), "a default was not given")
}

func TestEachValueKeepsItsSource(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, []string{"--port=3"}, []string{"SERVER_PORT=2", "SERVER_ADDRESS=a", "ZEEBE_CLIENT_WORKER_MAX-JOBS-ACTIVE=5"}, "server: {address: b, port: 1}\nlogging:\n  format: json\n")
	sources := map[string]string{}
	for _, v := range c.Values() {
		sources[v.Setting.Key] = v.Source
	}
	assert.Equal(t, "flag --port", sources["server.port"])
	assert.Equal(t, "environment variable SERVER_ADDRESS", sources["server.address"])
	assert.Equal(t, "app.yaml:3", sources["logging.format"])
	assert.Equal(t, "environment variable ZEEBE_CLIENT_WORKER_MAX-JOBS-ACTIVE", sources["camunda.client.worker.defaults.max-jobs-active"], "as it was spelt")
	assert.Equal(t, "default", sources["logging.level.root"])
	assert.Equal(t, "not set", sources["camunda.client.rest-address"])
}

func TestWhatIsWrongIsSaidInOneLineEach(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		env  []string
		yaml string
		want string
	}{
		{
			"a variable", nil,
			[]string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE=lots"},
			"",
			`camunda.client.worker.defaults.max-jobs-active: found "lots" (environment variable CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE), expected a whole number from 1 to 100000, such as 64`,
		},
		{
			"a flag",
			[]string{"--lease", "soon"},
			nil, "",
			`camunda.client.worker.defaults.timeout: found "soon" (flag --lease), expected a duration from PT5S to PT24H, as ISO 8601, with a unit, or in milliseconds, such as PT2M`,
		},
		{"a line of the file", nil, nil, "server:\n  address: a\n  port: 70000\n", `server.port: found "70000" (app.yaml:3), expected a whole number from 0 to 65535, such as 9090`},
		{"one of few", nil, []string{"CAMUNDA_CLIENT_MODE=cloud"}, "", `camunda.client.mode: found "cloud" (environment variable CAMUNDA_CLIENT_MODE), expected one of selfManaged, saas`},
		{"yes or no", []string{"--stream-enabled=perhaps"}, nil, "", `camunda.client.worker.defaults.stream-enabled: found "perhaps" (flag --stream-enabled), expected true or false`},
		{"an address with a path", []string{"--grpc-address=http://h:1/x"}, nil, "", `camunda.client.grpc-address: found "http://h:1/x" (flag --grpc-address), expected an http or https URL with a host and a port, or host:port, such as https://zeebe.example.com:443`},
		{"an address with a password", []string{"--grpc-address=http://u:pass@h:1"}, nil, "", `camunda.client.grpc-address: found "http://***@h:1" (flag --grpc-address), expected an http or https URL with a host and a port, or host:port, such as https://zeebe.example.com:443`},
		{"an unknown flag", []string{"--grpc-addrss=x"}, nil, "", "unknown flag --grpc-addrss; did you mean --grpc-address?"},
		{"an unknown key", nil, nil, "camunda:\n  client:\n    grpc-addrss: x\n", "unknown key camunda.client.grpc-addrss (app.yaml:3); did you mean camunda.client.grpc-address?"},
		{"a key without its parents", nil, nil, "max-jobs-active: 3\n", "unknown key max-jobs-active (app.yaml:1); did you mean camunda.client.worker.defaults.max-jobs-active?"},
		{"a key that is like none", nil, nil, "completely.different.thing: 3\n", "unknown key completely.different.thing (app.yaml:1)"},
		{"a key twice", nil, nil, "server.port: 1\nserver: {port: 2}\n", "server.port: set twice in app.yaml, in the lines 1 and 2"},
		{"a flag without its value", []string{"--port"}, nil, "", "flag --port needs a value: --port NUMBER"},
		{"an argument", []string{"start"}, nil, "", `unexpected argument "start": settings are given as flags, --port 9090`},
		{"a file that is no YAML", nil, nil, "a: [", "configuration file app.yaml (flag --config): not valid YAML: line 1: did not find expected node content"},
		{"a file that is a text", nil, nil, "hello", "configuration file app.yaml (flag --config): line 1: expected keys with values, such as server.port: 8080"},
		{"a file that names itself", nil, nil, "a: &a\n  b: *a\n", "configuration file app.yaml (flag --config): line 2: nested too deeply, expected at most 20 levels"},
		{"a file that is a list", nil, nil, "[1, 2]", "configuration file app.yaml (flag --config): line 1: expected keys with values, such as server.port: 8080"},
		{"a value where keys belong", nil, nil, "server: 8080", "server: found a value (app.yaml:1), expected keys under it, such as server.port"},
		{"a client id without a secret", []string{"--client-id=i"}, nil, "", "camunda.client.auth.client-secret: found nothing (not set), expected a value, since camunda.client.auth.client-id is given (flag --client-id); or camunda.client.auth.method=none"},
		{"a password without a user", nil, []string{"CAMUNDA_CLIENT_AUTH_PASSWORD=p"}, "", "camunda.client.auth.username: found nothing (not set), expected a value, since camunda.client.auth.password is given (environment variable CAMUNDA_CLIENT_AUTH_PASSWORD); or camunda.client.auth.method=none"},
		{"a list of objects", nil, nil, "server.port: [{a: 1}]", "configuration file app.yaml (flag --config): line 1: server.port[0]: expected a plain value"},
		{"a file that is not there", []string{"--config", "no.yaml"}, nil, "", `connector.aws-eventbridge.config: found "no.yaml" (flag --config), expected a file that can be read: file does not exist`},
		{"Secrets Manager without a secret", []string{"--secrets-aws"}, nil, "", "camunda.connector.secretprovider.aws-secrets-manager.secrets: found nothing (not set), expected names of JSON secrets, or camunda.connector.secretprovider.aws-secrets-manager.prefix for one secret per name, since camunda.connector.secretprovider.aws-secrets-manager.enabled is true"},
		{"saas without a cluster id", []string{"--mode=saas", "--region=r", "--client-id=i", "--client-secret=s"}, nil, "", "camunda.client.cloud.cluster-id: found nothing (not set), expected the cluster's id, since camunda.client.mode is saas"},
		{"oidc without a URL", []string{"--auth-method=oidc", "--client-id=i", "--client-secret=s"}, nil, "", "camunda.client.auth.token-url: found nothing (not set), expected the URL where tokens are asked for, or camunda.client.auth.issuer-url, since camunda.client.auth.method is oidc"},
		{"several at once", nil, []string{"SERVER_PORT=x", "LOGGING_FORMAT=xml"}, "", "server.port: found \"x\" (environment variable SERVER_PORT), expected a whole number from 0 to 65535, such as 9090\nlogging.format: found \"xml\" (environment variable LOGGING_FORMAT), expected one of text, json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(tt.args, tt.env, tt.yaml)
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestUnknownVariablesUnderOurPrefixesWarn(t *testing.T) {
	t.Parallel()
	_, warnings, err := load(nil, []string{
		"CAMUNDA_CLIENT_GRPCADRESS=http://x:1", // a slip
		"ZEEBE_ADDRSS=x:1",
		"CONNECTOR_AWS_EVENTBRIDGE_TYP=x",
		"CAMUNDA_CONNECTOR_POLLING_ENABLED=false", // the bundle's own
		"CAMUNDA_CLIENT_EXECUTIONTHREADS=10",
		"CONNECTOR_OUTBOUND_DISABLED=x", "CONNECTOR_HTTP_REST_TYPE=x", "PATH=/bin", "CAMUNDA_OPERATE_CLIENT_URL=x", // not under our prefixes
		"ZEEBE_BROKER_NETWORK_HOST=0.0.0.0", "ZEEBE_GATEWAY_SERVICE_HOST=10.0.0.1", "ZEEBE_GATEWAY_PORT_26500_TCP_ADDR=10.0.0.1", "ZEEBE_PORT=tcp://10.0.0.1:26500",
	}, "")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"unknown environment variable CAMUNDA_CLIENT_GRPCADRESS; did you mean CAMUNDA_CLIENT_GRPCADDRESS?",
		"unknown environment variable CONNECTOR_AWS_EVENTBRIDGE_TYP; did you mean CONNECTOR_AWS_EVENTBRIDGE_TYPE?",
		"unknown environment variable ZEEBE_ADDRSS; did you mean ZEEBE_ADDRESS?",
	}, texts(warnings, false))
	assert.Equal(t, []string{
		"environment variable CAMUNDA_CLIENT_EXECUTIONTHREADS has no effect here",
		"environment variable CAMUNDA_CONNECTOR_POLLING_ENABLED has no effect here",
	}, texts(warnings, true))
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"a filter that cannot read models", []string{"--secret-filter=lax"}, "without camunda.client.rest-address no deployed model can be read"},
		{"secrets in AWS that nobody asks for", []string{"--secrets-aws-prefix=x/"}, "AWS Secrets Manager is not asked"},
		{"credentials in plain text over REST", []string{"--grpc-address=http://localhost:1", "--rest-address=http://far:1/x", "--username=u", "--password=p"}, "credentials go to http://far:1 unencrypted: camunda.client.rest-address is plaintext"},
		{"credentials in plain text", []string{"--grpc-address=http://far:1", "--username=u", "--password=p"}, "credentials go to http://far:1 unencrypted: camunda.client.grpc-address is plaintext"},
		{"TLS that is asked for twice, differently", []string{"--grpc-address=https://h:1", "--plaintext"}, "says TLS, and that counts"},
		{"a CA without TLS", []string{"--ca-certificate-path=/x"}, "is plaintext"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := load(tt.args, nil, "")
			require.NoError(t, err)
			require.Len(t, warnings, 1)
			assert.Contains(t, warnings[0].Text, tt.want)
		})
	}
	for _, fine := range [][]string{
		{"--grpc-address=http://localhost:1", "--rest-address=http://h:1"},
		{"--grpc-address=http://localhost:1", "--rest-address=http://h:1", "--secret-filter=lax"},
		{"--grpc-address=http://localhost:1", "--rest-address=http://[::1]:8080", "--username=u", "--password=p"},
		{"--grpc-address=http://localhost:1", "--rest-address=http://far:1", "--username=u", "--password=p", "--secret-filter=disabled"},
	} {
		_, warnings, err := load(fine, nil, "")
		require.NoError(t, err)
		assert.Empty(t, warnings, fine)
	}
}

func TestSecretsAreShownNowhere(t *testing.T) {
	t.Parallel()
	env := []string{"ZEEBE_CLIENT_ID=id", "ZEEBE_CLIENT_SECRET=hush-hush", "ZEEBE_AUTHORIZATION_SERVER_URL=https://t/", "CAMUNDA_CLIENT_AUTH_PASSWORD=hush-hush"}
	c := mustLoad(t, nil, env, "")
	var out strings.Builder
	require.NoError(t, c.Print(&out))
	assert.NotContains(t, out.String(), "hush-hush")
	assert.Contains(t, out.String(), "camunda.client.auth.client-secret: '***'")
	assert.Contains(t, out.String(), "# environment variable ZEEBE_CLIENT_SECRET")
	for _, v := range c.Values() {
		assert.NotContains(t, v.Text, "hush-hush")
	}
}

func TestWhatConfigPrintsIsReadAgain(t *testing.T) {
	t.Parallel()
	args := []string{
		"--grpc-address=https://h:1", "--max-message-size=4097", "--lease=90500", "--tenant-ids=a,b", "--secrets-env-prefix=", "--worker-name=yes: # 1",
		"--log-level=OFF", "--no-stream-enabled", "--resource=a${b", "--zeebe-base-url=https://h:1",
	}
	first := mustLoad(t, args, nil, "")
	var out, again strings.Builder
	require.NoError(t, first.Print(&out))
	second, _, err := load(nil, nil, out.String())
	require.NoError(t, err, out.String())
	require.NoError(t, second.Print(&again))
	withoutSources := func(text string) (lines []string) {
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "  # ")
			lines = append(lines, strings.TrimSpace(line))
		}
		return lines
	}
	assert.Equal(t, withoutSources(out.String()), withoutSources(again.String()))
	assert.Equal(t, first.Worker, second.Worker)
	assert.Equal(t, first.Gateway, second.Gateway)
}

func TestHelpIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"--help", "-h", "-help"} {
		_, _, err := load([]string{arg}, nil, "")
		require.ErrorIs(t, err, config.ErrHelp)
	}
	var unknown *config.UnknownError
	_, _, err := load([]string{"-x"}, nil, "")
	require.True(t, errors.As(err, &unknown))
	assert.Equal(t, "--x", unknown.Name)
}
