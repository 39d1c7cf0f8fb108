package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestVariablesInSpringsSpellings(t *testing.T) {
	t.Parallel()
	tenants := func(c *config.Config) any { return c.Worker.TenantIDs }
	target := func(c *config.Config) any { return c.Gateway.Target }
	tests := []struct {
		name string
		env  []string
		got  func(*config.Config) any
		want any
	}{
		{"with dots", []string{"camunda.client.grpc-address=http://h:1"}, target, "h:1"},
		{"with dots, in camel case", []string{"camunda.client.grpcAddress=http://h:1"}, target, "h:1"},
		{"in small letters", []string{"camunda_client_grpcaddress=http://h:1"}, target, "h:1"},
		{"the usual spelling wins", []string{"camunda.client.grpc-address=http://other:1", "CAMUNDA_CLIENT_GRPCADDRESS=http://h:1"}, target, "h:1"},
		{"a list by index", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS_0=a", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS_1=b"}, tenants, []string{"a", "b"}},
		{"a list by index between underscores", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANT_IDS_1_=b", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANT_IDS_0_=a"}, tenants, []string{"a", "b"}},
		{"a list by index in brackets", []string{"camunda.client.worker.defaults.tenant-ids[0]=a", "camunda.client.worker.defaults.tenant-ids[1]=b"}, tenants, []string{"a", "b"}},
		{"a whole list wins over its elements", []string{"CAMUNDA_CLIENT_TENANTIDS=c", "CAMUNDA_CLIENT_TENANTIDS_0=a"}, tenants, []string{"c"}},
		{"tenants of 8.5", []string{"ZEEBE_CLIENT_DEFAULT-JOB-WORKER-TENANT-IDS=t1,t2"}, tenants, []string{"t1", "t2"}},
		{"one tenant of the Java client", []string{"ZEEBE_DEFAULT_TENANT_ID=t1"}, tenants, []string{"t1"}},
		{"streams of 8.5", []string{"ZEEBE_CLIENT_DEFAULT-JOB-WORKER-STREAM-ENABLED=false"}, func(c *config.Config) any { return c.Worker.StreamEnabled }, false},
		{"the poll interval of 8.5", []string{"ZEEBE_CLIENT_JOB_POLLINTERVAL=PT7S"}, func(c *config.Config) any { return c.Worker.PollInterval.String() }, "7s"},
		{
			"a job type of a connector that was registered by hand",
			[]string{"CONNECTOR_ORDERS_FUNCTION=io.example.EventBridgeFunction", "CONNECTOR_ORDERS_TYPE=x:1", "CONNECTOR_ORDERS_TIMEOUT=30000", "CONNECTOR_MAIL_FUNCTION=io.example.MailFunction", "CONNECTOR_MAIL_TYPE=y:1"},
			func(c *config.Config) any { return c.Connector.JobType + " " + c.Worker.Lease.String() }, "x:1 30s",
		},
		{"a placeholder", []string{"HOST_OF_GATEWAY=h", "CAMUNDA_CLIENT_GRPCADDRESS=http://${HOST_OF_GATEWAY}:${PORT_OF_GATEWAY:1}"}, target, "h:1"},
		{"a password that looks like a placeholder", []string{"CAMUNDA_CLIENT_AUTH_USERNAME=u", "CAMUNDA_CLIENT_AUTH_PASSWORD=a${b"}, func(c *config.Config) any { return c.Auth.Password }, "a${b"},
		{"JSON", []string{`SPRING_APPLICATION_JSON={"camunda":{"client":{"grpc-address":"http://h:1","worker":{"defaults":{"tenant-ids":["a","b"]}}}}}`, "CAMUNDA_CLIENT_GRPCADDRESS=http://env:1"}, target, "h:1"},
		{"8.6's base URL is the gateway's", []string{"CAMUNDA_CLIENT_ZEEBE_BASEURL=https://h:443/"}, target, "h:443"},
		{"a base URL beside a gRPC address is REST's", []string{"CAMUNDA_CLIENT_ZEEBE_BASEURL=http://h:8080", "CAMUNDA_CLIENT_GRPCADDRESS=http://g:1"}, func(c *config.Config) any { return c.Gateway.RESTAddress + " " + c.Gateway.Target }, "http://h:8080 g:1"},
		{"mode oidc", []string{"CAMUNDA_CLIENT_MODE=oidc", "ZEEBE_CLIENT_ID=i", "ZEEBE_CLIENT_SECRET=s", "ZEEBE_AUTHORIZATION_SERVER_URL=https://t"}, func(c *config.Config) any { return c.Mode + " " + c.Auth.Method }, "selfManaged oidc"},
		{"mode simple", []string{"CAMUNDA_CLIENT_MODE=simple"}, func(c *config.Config) any { return c.Mode + " " + c.Auth.Method }, "selfManaged none"},
		{"mode basic", []string{"CAMUNDA_CLIENT_MODE=basic", "COMMON_USERNAME=u", "COMMON_PASSWORD=p"}, func(c *config.Config) any { return c.Mode + " " + c.Auth.Method + " " + c.Auth.Username }, "selfManaged basic u"},
		{"the contact point of 8.0", []string{"ZEEBE_CLIENT_BROKER_CONTACTPOINT=h:1", "ZEEBE_CLIENT_SECURITY_PLAINTEXT=true"}, target, "h:1"},
		{"the client default of 8.10", []string{"CAMUNDA_CLIENTS_DEFAULT_GRPCADDRESS=http://h:1", "CAMUNDA_CLIENTS_DEFAULT_PRIMARY=true"}, target, "h:1"},
		{"the client default of 8.10, with dots", []string{"camunda.clients.default.worker.defaults.tenant-ids[0]=a"}, tenants, []string{"a"}},
		{
			"the names that the Console of SaaS gives",
			[]string{"CAMUNDA_CLUSTER_ID=abc", "CAMUNDA_CLIENT_ID=i", "CAMUNDA_CLIENT_SECRET=s", "CAMUNDA_CLUSTER_REGION=jfk-1", "CAMUNDA_OAUTH_URL=https://login.example.com/token"},
			func(c *config.Config) any { return c.Mode + " " + c.Gateway.Target + " " + c.Auth.TokenURL }, "saas abc.jfk-1.zeebe.camunda.io:443 https://login.example.com/token",
		},
		{"a poll that waits as long as usual", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_REQUESTTIMEOUT=0"}, func(c *config.Config) any { return c.Worker.RequestTimeout.String() }, "20s"},
		{"a duration with a comma", []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_TIMEOUT=PT30,5S"}, func(c *config.Config) any { return c.Worker.Lease.String() }, "30.5s"},
		{"no loggers", []string{"MANAGEMENT_ENDPOINT_LOGGERS_ENABLED=false"}, func(c *config.Config) any { return c.Server.LoggersAccess }, "none"},
		{"structured logs", []string{"LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs"}, func(c *config.Config) any { return c.Log.Format }, "json"},
		{"a method wins over the mode", []string{"CAMUNDA_CLIENT_MODE=oidc", "CAMUNDA_CLIENT_AUTH_METHOD=none"}, func(c *config.Config) any { return c.Auth.Method }, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, tt.got(mustLoad(t, nil, tt.env, "")))
		})
	}
}

func TestFilesInSpringsForms(t *testing.T) {
	t.Parallel()
	const documents = `
camunda.client.grpc-address: http://all:1
---
spring.config.activate.on-profile: prod & !eu
camunda.client.grpc-address: http://prod:1
---
spring: {config: {activate: {on-profile: "eu, us"}}}
camunda.client.grpc-address: http://eu:1
---
spring.config.activate.on-cloud-platform: kubernetes
server.port: 7070
`
	tests := []struct {
		name  string
		args  []string
		env   []string
		files map[string]string
		want  string
		port  int
	}{
		{"no profile", nil, nil, map[string]string{"/config/application.yaml": documents}, "all:1", 8080},
		{"a profile", nil, []string{"SPRING_PROFILES_ACTIVE=prod"}, map[string]string{"/config/application.yaml": documents}, "prod:1", 8080},
		{"two profiles", nil, []string{"SPRING_PROFILES_ACTIVE=prod,eu"}, map[string]string{"/config/application.yaml": documents}, "eu:1", 8080},
		{"a platform", nil, []string{"KUBERNETES_SERVICE_HOST=10.0.0.1"}, map[string]string{"/config/application.yaml": documents}, "all:1", 7070},
		{"a profile's own file", nil, []string{"spring.profiles.active=prod"}, map[string]string{"/config/application.yaml": documents, "/config/application-prod.yaml": "server.port: 6060\n"}, "prod:1", 6060},
		{"a profile that the file names", nil, nil, map[string]string{"/application.yaml": "spring.profiles.active: eu\n" + documents}, "eu:1", 8080},
		{"the folder config wins", nil, nil, map[string]string{"/application.yaml": "server.port: 1\ncamunda.client.grpc-address: http://a:1", "/config/application.yml": "server.port: 2\n"}, "a:1", 2},
		{"a file that is named is the only one", []string{"--config=/x.yaml"}, nil, map[string]string{"/config/application.yaml": "server.port: 2\n", "/x.yaml": "camunda.client.grpc-address: http://x:1\n"}, "x:1", 8080},
		{"a location", nil, []string{"SPRING_CONFIG_LOCATION=file:/etc/app/"}, map[string]string{"/config/application.yaml": "server.port: 2\n", "/etc/app/application.yaml": "camunda.client.grpc-address: http://x:1\n"}, "x:1", 8080},
		{"one more location", nil, []string{"SPRING_CONFIG_ADDITIONAL_LOCATION=optional:file:/none.yaml,file:/more.yaml"}, map[string]string{"/config/application.yaml": documents, "/more.yaml": "server.port: 3\n"}, "all:1", 3},
		{"an import of the environment", nil, []string{"SPRING_CONFIG_IMPORT=file:/more.yaml"}, map[string]string{"/config/application.yaml": documents, "/more.yaml": "server.port: 3\n"}, "all:1", 3},
		{"an import beside the file", []string{"--config=/etc/app/x.yaml"}, nil, map[string]string{"/etc/app/x.yaml": "spring.config.import: [more.yaml]\nserver.port: 1\ncamunda.client.grpc-address: http://x:1\n", "/etc/app/more.yaml": "server.port: 3\n"}, "x:1", 3},
		{"placeholders", nil, []string{"A=h"}, map[string]string{"/application.yaml": "operate.host: ${A}\nserver.port: ${NONE:${NOTHING:5}}\ncamunda.client.grpc-address: 'http://${operate.host}:1'\n"}, "h:1", 5},
		{"a placeholder of a setting", nil, []string{"SERVER_PORT=4"}, map[string]string{"/application.yaml": "camunda.client.grpc-address: 'http://h:${server.port}'\n"}, "h:4", 4},
		{"what is merged in", nil, nil, map[string]string{"/application.yaml": "operate: &o {port: 1, address: a}\nserver:\n  <<: *o\n  port: 6\n"}, "localhost:26500", 6},
		{"lists of objects of others", nil, nil, map[string]string{"/application.yaml": "camunda.security: {users: [{name: a, roles: [b]}]}\nserver.port: 5\n"}, "localhost:26500", 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, accounts, err := loadFiles(tt.args, tt.env, tt.files)
			require.NoError(t, err)
			assert.Equal(t, tt.want, c.Gateway.Target)
			assert.Equal(t, tt.port, c.Server.Port)
			for _, a := range accounts {
				assert.NotContains(t, []config.Fate{0, config.Unknown, config.Refused}, a.Fate, a.Name)
			}
		})
	}
}

func TestWhatCannotBeFollowedIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, yaml, want string
		env              []string
	}{
		{name: "a list of addresses", yaml: "camunda.client.grpc-address: [http://a:1, http://b:1]\n", want: `camunda.client.grpc-address: found the list "http://a:1,http://b:1" (app.yaml:1), expected one value: an http or https URL`},
		{name: "a list of addresses in one text", env: []string{"CAMUNDA_CLIENT_RESTADDRESS=http://a:1,http://b:1"}, want: `camunda.client.rest-address: found "http://a:1,http://b:1"`},
		{name: "a list of hosts", env: []string{"ZEEBE_ADDRESS=a,b"}, want: `camunda.client.grpc-address: found "a,b" (environment variable ZEEBE_ADDRESS), expected`},
		{name: "a list of hosts of the REST API", env: []string{"ZEEBE_ADDRESS=http://a", "ZEEBE_REST_ADDRESS=http://a,b"}, want: `camunda.client.rest-address: found "http://a,b"`},
		{name: "tenants as JSON", env: []string{`CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=["a","b"]`}, want: `expected tenant ids, separated by commas, without quotes, brackets and line breaks`},
		{name: "tenants as YAML", env: []string{"CAMUNDA_CLIENT_TENANTIDS=- a\n- b"}, want: `expected tenant ids`},
		{name: "a tenant that is an expression", env: []string{"CAMUNDA_CLIENT_TENANTID=#{null}"}, want: `camunda.client.tenant-id: found "#{null}"`},
		{name: "two tenants where there is one", env: []string{"CAMUNDA_CLIENT_TENANTID=a,b"}, want: `expected one tenant id`},
		{name: "JSON that is none", env: []string{`SPRING_APPLICATION_JSON={"a":`}, want: "environment variable SPRING_APPLICATION_JSON: expected a JSON object: not valid: line 1"},
		{name: "an endpoint without a scheme", env: []string{"AWS_ENDPOINT_URL_EVENTBRIDGE=host:9"}, want: `AWS_ENDPOINT_URL_EVENTBRIDGE: found "host:9" (environment variable), expected an http or https URL`},
		{name: "an endpoint of another scheme", env: []string{"AWS_ENDPOINT_URL=ftp://u:hush@host"}, want: `AWS_ENDPOINT_URL: found "***@host"`},
		{name: "metadata that are no URL", env: []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT=::x"}, want: `AWS_EC2_METADATA_SERVICE_ENDPOINT: found "::x"`},
		{name: "a region that is none", env: []string{"AWS_REGION=eu_central"}, want: `AWS_REGION: found "eu_central" (environment variable), expected a region, such as eu-central-1`},
		{name: "a list of proxies", env: []string{"HTTPS_PROXY=a,b"}, want: `HTTPS_PROXY: found "a,b"`},
		{name: "a placeholder that is not set", yaml: "server.port: ${PORT}\n", want: `server.port: found "${PORT}" (app.yaml:1), expected the environment variable or key PORT, which is not set; or a default, as in ${PORT:default}`},
		{name: "placeholders in a circle", yaml: "a.b: 1\nserver.port: ${operate.a}\noperate: {a: '${operate.b}', b: '${operate.a}'}\n", want: "its placeholders name each other in a circle"},
		{name: "an import that is not there", yaml: "spring.config.import: file:/none.yaml\n", want: `spring.config.import: found "file:/none.yaml" (app.yaml:1), expected a file that can be read: file does not exist`},
		{name: "an import of another kind", yaml: "spring.config.import: 'vault:/run/secrets/'\n", want: "expected a YAML or properties file"},
		{name: "files that import each other", yaml: "spring.config.import: app.yaml\n", want: "do files import each other?"},
		{name: "an expression of profiles", yaml: "spring.config.activate.on-profile: 'a &'\n", want: "expected an expression of profiles, such as prod & !eu"},
		{name: "a slip under a root that is known", yaml: "camunda.client.zeebe.grpc-addrss: http://a:1\n", want: "unknown key camunda.client.zeebe.grpc-addrss (app.yaml:1); did you mean camunda.client.grpc-address?"},
		{name: "a slip in a root", yaml: "camunda.clent.grpc-address: http://a:1\n", want: "unknown key camunda.clent.grpc-address (app.yaml:1); did you mean camunda.client.grpc-address?"},
		{name: "a proxy without a host", env: []string{"http_proxy=http://:3128"}, want: `http_proxy: found "http://:3128" (environment variable), expected the address of a proxy`},
		{name: "a proxy with a password", env: []string{"HTTPS_PROXY=u:hush@p:port"}, want: `HTTPS_PROXY: found "***@p:port"`},
		{name: "a proxy of a scheme that nobody speaks", env: []string{"HTTP_PROXY=ftp://p:1"}, want: `HTTP_PROXY: found "ftp://p:1"`},
		{name: "a file of certificates without any", env: []string{"SSL_CERT_FILE=app.yaml"}, yaml: "server.port: 1\n", want: `SSL_CERT_FILE: found "app.yaml" (environment variable), expected a PEM file with certificates: found none in it`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(nil, tt.env, tt.yaml)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "hush")
		})
	}
}

func TestWhatDecidesAboutJobsIsSaid(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"CAMUNDA_CLIENT_ENABLED=false":                                       "this worker takes jobs all the same",
		"ZEEBE_CLIENT_ENABLED=false":                                         "this worker takes jobs all the same",
		"CAMUNDA_CLIENT_WORKER_DEFAULTS_ENABLED=false":                       "this worker takes jobs all the same",
		"ZEEBE_CLIENT_WORKER_DEFAULTTYPE=x":                                  "the job type is connector.aws-eventbridge.type",
		"CAMUNDA_CLIENT_WORKER_OVERRIDE_X_ENABLED=false":                     "there is one worker",
		"CONNECTOR_OUTBOUND_DISABLED_0=io.camunda:aws-eventbridge:1":         "it switches off Camunda's connector, not this worker",
		"AWS_WEB_IDENTITY_TOKEN_FILE=/none":                                  "environment variable AWS_WEB_IDENTITY_TOKEN_FILE names /none, which cannot be read: file does not exist",
		"AWS_CONFIG_FILE=/none":                                              "environment variable AWS_CONFIG_FILE names /none",
		"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r":                      "AWS_ROLE_ARN has no effect without AWS_WEB_IDENTITY_TOKEN_FILE",
		"TZ=Nowhere/City":                                                    `environment variable TZ is "Nowhere/City", which is the name of no time zone`,
		`CAMUNDA_CLIENT_WORKER_DEFAULTS_NAME="w"`:                            "camunda.client.worker.defaults.name: the quotes around the value are part of it",
		"ALL_PROXY=socks5://p:1":                                             "environment variable ALL_PROXY has no effect; set HTTPS_PROXY",
		"CONNECTOR_OUTBOUND_DISABLED=a:1,io.camunda:aws-eventbridge:1":       "it switches off Camunda's connector, not this worker",
		"JAVA_OPTS=-Djavax.net.ssl.trustStore=/x":                            "set camunda.client.ca-certificate-path (of the gateway)",
		`SPRING_APPLICATION_JSON={"camunda":{"client":{"grpc-addrss":"x"}}}`: "did you mean camunda.client.grpc-address?",
	} {
		_, warnings, err := load(nil, []string{name}, "")
		require.NoError(t, err, name)
		assert.Contains(t, strings.Join(texts(warnings, false), "\n"), want, name)
	}
	for _, harmless := range []string{
		"CAMUNDA_CLIENT_ENABLED=true", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC=false", "CAMUNDA_CLIENT_PHYSICALTENANTID=default", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER=PROVIDED",
		"CONNECTOR_OUTBOUND_DISABLED=io.camunda:http-json:1", "CAMUNDA_CONNECTOR_SECRETRESOLVER_LEGACY_MODE=ON",
		"SERVER_SSL_ENABLED=false", "TZ=Europe/Berlin", "AWS_REGION=eu-central-1", "AWS_ENDPOINT_URL=http://localhost:4566", "CONNECTOR_OUTBOUND_DISCOVERY_DISABLED=false", "CAMUNDA_CLIENTS_DEFAULT_PRIMARY=true",
	} {
		_, warnings, err := load(nil, []string{harmless}, "")
		require.NoError(t, err, harmless)
		assert.Empty(t, texts(warnings, false), harmless)
	}
}

func TestOneNoteTellsWhatOfAFileIsNotForUs(t *testing.T) {
	t.Parallel()
	_, warnings, err := load(nil, nil, "management: {a: 1, b: {c: 2}}\nlogging.level.io.camunda: INFO\ncamunda.identity.audience: x\nserver.port: 1\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"app.yaml: these keys have no effect here: camunda.identity (of another part of Camunda's stack), logging.level (Spring's), management (Spring's)"}, texts(warnings, true))
}
