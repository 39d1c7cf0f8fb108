package config_test

import (
	"cmp"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// pod is what a container of Camunda's runtime is given, in the keys and forms of one way to install it. The values are our own.
type pod struct {
	name  string
	env   []string
	files map[string]string
	want  podWant
}

// podWant is what the worker makes of it.
type podWant struct {
	target, rest, method, clientID, secret, token, discovery, audience, username, prefix string
	tls                                                                                  bool
	tenants                                                                              []string
}

// The names that one part of an installation repeats.
var (
	operateEnv = []string{
		"CAMUNDA_OPERATE_CLIENT_URL=http://operate:8080", "CAMUNDA_OPERATE_CLIENT_USERNAME=someone", "CAMUNDA_OPERATE_CLIENT_PASSWORD=hush",
		"CAMUNDA_IDENTITY_ISSUER_URL=http://idp/realm", "CAMUNDA_IDENTITY_ISSUER_BACKEND_URL=http://idp/realm", "CAMUNDA_IDENTITY_CLIENT_ID=ours",
		"CAMUNDA_IDENTITY_CLIENT_SECRET=hush", "CAMUNDA_IDENTITY_TYPE=KEYCLOAK", "CAMUNDA_IDENTITY_AUDIENCE=operate-api",
		"management.endpoints.web.exposure.include=health", "management.endpoint.health.probes.enabled=true", "MANAGEMENT_ENDPOINT_CONFIGPROPS_SHOW_VALUES=ALWAYS",
	}
	zeebeAuthEnv = []string{
		"ZEEBE_CLIENT_ID=worker", "ZEEBE_CLIENT_SECRET=hush-hush", "ZEEBE_CLIENT_CONFIG_PATH=/tmp/cache", "ZEEBE_TOKEN_AUDIENCE=zeebe-api",
		"ZEEBE_AUTHORIZATION_SERVER_URL=https://idp.example.com/token",
	}
	old = []string{"ZEEBE_CLIENT_BROKER_GATEWAY-ADDRESS=broker:26500", "ZEEBE_CLIENT_SECURITY_PLAINTEXT=true"}
)

const chartTop = `
server:
  port: 8080
management:
  context-path: /actuator
  endpoints: {web: {exposure: {include: "metrics,health,prometheus"}}}
  endpoint:
    health:
      show-details: always
      show-components: always
      group:
        readiness:
          include:
          - processDefinitionImport
          - zeebeClient
logging:
  level:
    io.camunda.connector: ERROR
`

const chartClient = `
camunda:
  client:
    rest-address: http://core:8080/orchestration
    grpc-address: http://core:26500
    worker:
      defaults:
        max-jobs-active: 32
        stream-enabled: true
    mode: selfManaged
`

const chartConnector = `
  connector:
    headless:
      service-url: "connectors-headless"
    webhook:
      enabled: true
    polling:
      enabled: true
    agenticai:
      enabled: true
`

func join(lists ...[]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func pods() []pod {
	zeebeAuth := podWant{target: "broker:26500", method: config.AuthOIDC, clientID: "worker", secret: "hush-hush", token: "https://idp.example.com/token", audience: "zeebe-api", prefix: "SECRET_"}
	zeebeNone := podWant{target: "broker:26500", method: config.AuthNone, prefix: "SECRET_"}
	chart := func(method podWant) podWant {
		method.target, method.rest, method.prefix = "core:26500", "http://core:8080/orchestration", "SECRET_"
		return method
	}
	saas := podWant{
		target: "abc-1.bru-2.zeebe.camunda.io:443", rest: "https://bru-2.zeebe.camunda.io:443/abc-1", method: config.AuthOIDC, clientID: "worker", secret: "hush-hush",
		token: "https://login.cloud.camunda.io/oauth/token", audience: "zeebe.camunda.io", tls: true, prefix: "SECRET_",
	}
	return []pod{
		{"Compose 8.5, without identity", join(old, operateEnv), nil, zeebeNone},
		{"Compose 8.5, with identity", join(old, zeebeAuthEnv, operateEnv), nil, zeebeAuth},
		{"Compose 8.6, without identity", join(old, operateEnv), nil, zeebeNone},
		{"Compose 8.6, with identity", join(old, zeebeAuthEnv, operateEnv), nil, zeebeAuth},
		{"Compose 8.7", join(old, zeebeAuthEnv, []string{
			"CAMUNDA_CLIENT_ZEEBE_REST-ADDRESS=http://broker:8080", "CAMUNDA_CLIENT_ZEEBE_GRPCADDRESS=http://broker:26500",
			"OPERATE_CLIENT_BASEURL=http://operate:8080", "OPERATE_CLIENT_PROFILE=oidc", "OPERATE_CLIENT_AUTHURL=http://idp/token", "OPERATE_CLIENT_AUDIENCE=operate-api",
			"OPERATE_CLIENT_CLIENTID=ours", "OPERATE_CLIENT_CLIENTSECRET=hush", "CAMUNDA_IDENTITY_CLIENT_SECRET=hush",
		}), nil, func() podWant { w := zeebeAuth; w.rest = "http://broker:8080"; return w }()},
		{
			"Compose 8.8, light",
			[]string{"CAMUNDA_CLIENT_MODE=self-managed", "CAMUNDA_CLIENT_RESTADDRESS=http://core:8080", "CAMUNDA_CLIENT_GRPCADDRESS=http://core:26500"},
			nil,
			podWant{target: "core:26500", rest: "http://core:8080", method: config.AuthNone, prefix: "SECRET_"},
		},
		{"Compose 8.8, full", []string{
			"CAMUNDA_CLIENT_RESTADDRESS=http://core:8080", "CAMUNDA_CLIENT_GRPCADDRESS=http://core:26500",
			"CAMUNDA_CLIENT_AUTH_TOKENURL=http://idp.example.com:18080/token", "CAMUNDA_CLIENT_AUTH_CLIENTID=worker", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=hush-hush",
		}, map[string]string{"/application.yaml": `
camunda:
  client:
    mode: self-managed
    auth:
      method: oidc
      credentialsCachePath: /tmp/cache
      audience: orchestration-api
management:
  endpoints: {web: {exposure: {include: "health,info,metrics,prometheus,configprops"}}}
  endpoint: {configprops: {show-values: ALWAYS}, health: {probes: {enabled: true}}}
`}, podWant{target: "core:26500", rest: "http://core:8080", method: config.AuthOIDC, clientID: "worker", secret: "hush-hush", token: "http://idp.example.com:18080/token", audience: "orchestration-api", prefix: "SECRET_"}},
		{"Compose 8.9 and 8.10, light", nil, map[string]string{"/application.yaml": `
camunda:
  client: {mode: self-managed, grpc-address: "http://core:26500", rest-address: "http://core:8080"}
  connector:
    secretprovider:
      environment:
        prefix: "CONNECTORS_SECRET"
management: {endpoints: {web: {exposure: {include: "health,configprops"}}}}
`}, podWant{target: "core:26500", rest: "http://core:8080", method: config.AuthNone, prefix: "CONNECTORS_SECRET"}},
		{"Compose 8.9 and 8.10, full", []string{
			"CAMUNDA_VERSION=8.9.0", "CAMUNDA_CONNECTORS_VERSION=8.9.0", "KEYCLOAK_HOST=idp.example.com", "CONNECTORS_CLIENT_SECRET=hush-hush", "CAMUNDA_OPERATE_VERSION=8.9.0",
			"RESOURCE_AUTHORIZATIONS_ENABLED=true", "ORCHESTRATION_CLIENT_ID=orchestration", "WEBMODELER_DB_NAME=db",
		}, map[string]string{"/application.yaml": `
camunda:
  client:
    mode: self-managed
    rest-address: http://core:8080
    grpc-address: http://core:26500
    auth:
      method: oidc
      issuer-url: "http://${KEYCLOAK_HOST:elsewhere}:18080/realm"
      client-id: "${CONNECTORS_CLIENT_ID:worker}"
      client-secret: "${CONNECTORS_CLIENT_SECRET:wrong}"
      credentialsCachePath: /tmp/cache
      audience: orchestration-api
  connector: {secretprovider: {environment: {prefix: "CONNECTORS_SECRET"}}}
management: {endpoint: {configprops: {show-values: ALWAYS}}}
`}, podWant{
			target: "core:26500", rest: "http://core:8080", method: config.AuthOIDC, clientID: "worker", secret: "hush-hush", discovery: "http://idp.example.com:18080/realm/.well-known/openid-configuration",
			audience: "orchestration-api", prefix: "CONNECTORS_SECRET",
		}},
		{
			"Helm 8.5 and 8.6, with identity", join(zeebeAuthEnv, []string{"CAMUNDA_LICENSE_KEY=x", "CAMUNDA_IDENTITY_CLIENT_SECRET=hush", "ZEEBE_GATEWAY_SERVICE_HOST=10.0.0.1", "ZEEBE_GATEWAY_PORT=tcp://10.0.0.1:26500"}),
			map[string]string{"/config/application.yml": `
server: {port: 8080, servlet: {context-path: "/connectors"}}
camunda:
  operate: {client: {url: "http://operate"}}
  identity: {audience: operate-api, client-id: ours}
zeebe:
  client:
    broker:
      gateway-address: "broker:26500"
    security:
      plaintext: true
`},
			zeebeAuth,
		},
		{"Helm 8.5 and 8.6, inbound off", nil, map[string]string{"/config/application.yml": `
server: {port: 8080}
camunda: {connector: {polling: {enabled: false}, webhook: {enabled: false}}}
zeebe: {client: {broker: {gateway-address: "broker:26500"}, security: {plaintext: true}}}
`}, zeebeNone},
		{"Helm 8.7, with identity", []string{
			"OPERATE_CLIENT_CLIENT_ID=ours", "OPERATE_CLIENT_CLIENT_SECRET=hush", "CAMUNDA_IDENTITY_CLIENT_SECRET=hush", "CAMUNDA_CLIENT_AUTH_CLIENT_ID=worker",
			"CAMUNDA_CLIENT_AUTH_CLIENT_SECRET=hush-hush", "CAMUNDA_CLIENT_AUTH_ISSUER=https://idp.example.com/token", "CAMUNDA_CLIENT_ZEEBE_AUDIENCE=zeebe-api",
		}, map[string]string{"/config/application.yml": `
server: {port: 8080}
camunda:
  client: {mode: "selfManaged", zeebe: {rest-address: "http://broker:8080", grpc-address: "http://broker:26500"}}
  identity: {audience: "operate-api", client-id: "ours"}
operate:
  client: {base-url: "http://operate", auth-url: "http://idp/token", profile: "oidc", audience: "operate-api"}
logging: {level: {io.camunda.connector: ERROR}}
`}, func() podWant { w := zeebeAuth; w.rest = "http://broker:8080"; return w }()},
		{"Helm 8.7, inbound off", nil, map[string]string{"/config/application.yml": `
camunda:
  client: {mode: "selfManaged", zeebe: {rest-address: "http://broker:8080", grpc-address: "http://broker:26500"}}
  connector: {polling: {enabled: false}, webhook: {enabled: false}, headless: {service-url: "connectors-headless"}}
operate: {client: {enabled: false}}
`}, func() podWant { w := zeebeNone; w.rest = "http://broker:8080"; return w }()},
		{"Helm 8.8 to 8.10, none", []string{"DOCUMENT_STORE_INMEMORY_CLASS=x"}, map[string]string{"/config/application.yaml": chartTop + chartClient + chartConnector}, chart(podWant{method: config.AuthNone})},
		{"Helm 8.8 to 8.10, basic", nil, map[string]string{"/config/application.yaml": chartTop + chartClient + `
    auth:
      method: basic
      username: "someone"
      password: "hush-hush"
` + chartConnector}, chart(podWant{method: config.AuthBasic, username: "someone"})},
		{"Helm 8.8, OIDC", []string{"VALUES_CAMUNDA_IDENTITY_CLIENT_SECRET=hush-hush"}, map[string]string{"/config/application.yml": chartTop + chartClient + `
    auth:
      token-url: https://idp.example.com/token
      client-id: "worker"
      client-secret: ${VALUES_CAMUNDA_IDENTITY_CLIENT_SECRET}
      audience: "orchestration-api"
      scope: ""
` + chartConnector}, chart(podWant{method: config.AuthOIDC, clientID: "worker", secret: "hush-hush", token: "https://idp.example.com/token", audience: "orchestration-api"})},
		{"Helm 8.9 and 8.10, OIDC and more files", []string{"VALUES_CAMUNDA_IDENTITY_CLIENT_SECRET=hush-hush"}, map[string]string{
			"/config/application.yaml": chartTop + chartClient + `
    auth:
      issuer-url: "https://idp.example.com/realm"
      client-id: "worker"
      client-secret: ${VALUES_CAMUNDA_IDENTITY_CLIENT_SECRET}
      audience: "orchestration-api"
` + chartConnector + `
spring:
  config:
    import:
      - optional:file:/config/more.yaml
      - optional:file:/config/absent.yaml
`,
			"/config/more.yaml": "camunda.client.worker.defaults.tenant-ids: [a, b]\n",
		}, chart(podWant{
			method: config.AuthOIDC, clientID: "worker", secret: "hush-hush", discovery: "https://idp.example.com/realm/.well-known/openid-configuration", audience: "orchestration-api",
			tenants: []string{"a", "b"},
		})},
		{"SaaS 8.5", []string{
			"ZEEBE_CLIENT_CLOUD_CLUSTER-ID=abc-1", "ZEEBE_CLIENT_CLOUD_CLIENT-ID=worker", "ZEEBE_CLIENT_CLOUD_CLIENT-SECRET=hush-hush", "ZEEBE_CLIENT_CLOUD_REGION=bru-2",
			"ZEEBE_CLIENT_CLOUD_BASEURL=zeebe.camunda.io", "ZEEBE_CLIENT_CONNECTIONMODE=CLOUD", "CAMUNDA_OPERATE_CLIENT_CLIENT-ID=ours",
		}, nil, saas},
		{"SaaS 8.6", []string{"CAMUNDA_CLIENT_CLUSTERID=abc-1", "CAMUNDA_CLIENT_AUTH_CLIENTID=worker", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=hush-hush", "CAMUNDA_CLIENT_REGION=bru-2"}, nil, saas},
		{"SaaS 8.7 to 8.10", []string{
			"CAMUNDA_CLIENT_MODE=saas", "CAMUNDA_CLIENT_CLOUD_CLUSTERID=abc-1", "CAMUNDA_CLIENT_AUTH_CLIENTID=worker", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=hush-hush", "CAMUNDA_CLIENT_CLOUD_REGION=bru-2",
			"OPERATE_CLIENT_PROFILE=saas", "OPERATE_CLIENT_REGION=bru-2", "OPERATE_CLIENT_CLUSTERID=abc-1",
		}, nil, saas},
		{"SaaS 8.7 to 8.10, a file", nil, map[string]string{"/config/application.yaml": `
camunda:
  client: {mode: saas, cloud: {cluster-id: abc-1, region: bru-2}, auth: {client-id: worker, client-secret: hush-hush}}
operate: {client: {profile: saas, region: bru-2, clusterId: abc-1, client-id: ours, client-secret: hush}}
`}, saas},
	}
}

// loadFiles reads a configuration with these files.
func loadFiles(args, env []string, files map[string]string) (*config.Config, []config.Warning, []config.Account, error) {
	disk := fstest.MapFS{}
	for name, text := range files {
		disk[strings.TrimPrefix(name, "/")] = &fstest.MapFile{Data: []byte(text)}
	}
	inside := func(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }
	return config.LoadWithAccounts(args, env, config.Files{
		Read: func(name string) ([]byte, error) { return fs.ReadFile(disk, inside(name)) },
		List: func(name string) ([]fs.DirEntry, error) { return fs.ReadDir(disk, cmp.Or(inside(name), ".")) },
	})
}

func TestPodsOfCamundasRuntimeGiveAWorker(t *testing.T) {
	t.Parallel()
	for _, p := range pods() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			c, warnings, accounts, err := loadFiles(nil, p.env, p.files)
			require.NoError(t, err)
			assert.Equal(t, p.want, podWant{
				target: c.Gateway.Target, rest: c.Gateway.RESTAddress, method: c.Auth.Method, clientID: c.Auth.ClientID, secret: c.Auth.ClientSecret, token: c.Auth.TokenURL,
				discovery: c.Auth.DiscoveryURL, audience: c.Auth.Audience, username: c.Auth.Username, prefix: c.Secrets.EnvPrefix, tls: c.Gateway.TLS, tenants: c.Worker.TenantIDs,
			})
			for _, w := range warnings {
				assert.True(t, w.Minor || strings.Contains(w.Text, "unencrypted") || strings.Contains(w.Text, "tokens are kept in memory"), w.Text)
				assert.NotContains(t, w.Text, "hush")
			}
			used := 0
			for _, a := range accounts {
				assert.NotContains(t, []config.Fate{0, config.Unknown, config.Refused}, a.Fate, "%s: %s", a.Name, a.Why)
				assert.True(t, a.Why != "" || a.Fate == config.Used, "%s is %s, and nothing says why", a.Name, a.Fate)
				if a.Fate == config.Used {
					used++
				}
			}
			assert.Positive(t, used)
		})
	}
}

func TestAPodWithoutItsSecretIsRefused(t *testing.T) {
	t.Parallel()
	const yaml = "camunda.client:\n  grpc-address: http://g:1\n  auth:\n    client-id: c\n    client-secret: ${VALUES_SECRET}\n"
	_, _, accounts, err := loadFiles(nil, nil, map[string]string{"/config/application.yaml": yaml})
	require.EqualError(t, err, "camunda.client.auth.client-secret: found *** (/config/application.yaml:5), expected the environment variable or key VALUES_SECRET, which is not set; or a default, as in ${VALUES_SECRET:default}")
	assert.Contains(t, accounts, config.Account{Name: "camunda.client.auth.client-secret", Source: "/config/application.yaml:5", Fate: config.Refused, Key: "camunda.client.auth.client-secret"})
}
