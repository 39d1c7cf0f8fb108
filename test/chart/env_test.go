//go:build chart

package chart

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// client are settings of OAuth that work.
var client = []string{
	"security.authentication.method=oidc", "security.authentication.oidc.clientId=connectors",
	"security.authentication.oidc.tokenUrl=http://keycloak/token", "security.authentication.oidc.secret.existingSecret=camunda-credentials",
	"security.authentication.oidc.secret.existingSecretKey=identity-connectors-client-token",
}

func TestOAuthTakesCamundasOwnSecret(t *testing.T) {
	t.Parallel()
	env := environment(t, render(t, append(client, "security.authentication.oidc.audience=orchestration-api", "security.authentication.oidc.tokenScope=s")...))
	for name, want := range map[string]string{
		"CAMUNDA_CLIENT_AUTH_METHOD": "oidc", "CAMUNDA_CLIENT_AUTH_CLIENTID": "connectors", "CAMUNDA_CLIENT_AUTH_TOKENURL": "http://keycloak/token",
		"CAMUNDA_CLIENT_AUTH_CLIENTSECRET": "secret camunda-credentials key identity-connectors-client-token",
		"CAMUNDA_CLIENT_AUTH_AUDIENCE":     "orchestration-api", "CAMUNDA_CLIENT_AUTH_SCOPE": "s",
	} {
		assert.Equal(t, want, env[name], name)
	}
}

func TestOAuthFindsTheTokenEndpointByTheIssuer(t *testing.T) {
	t.Parallel()
	all := render(t, append(client, "security.authentication.oidc.tokenUrl=", "security.authentication.oidc.issuerUrl=http://keycloak:18080/realm", "networkPolicy.enabled=true")...)
	env := environment(t, all)
	assert.Equal(t, "http://keycloak:18080/realm", env["CAMUNDA_CLIENT_AUTH_ISSUERURL"])
	assert.NotContains(t, env, "CAMUNDA_CLIENT_AUTH_TOKENURL")
	assert.Contains(t, at(get(t, all, "NetworkPolicy"), "spec/egress/1/ports"), map[string]any{"port": 18080, "protocol": "TCP"})
}

func TestBasicAuthenticationTakesItsPasswordFromASecret(t *testing.T) {
	t.Parallel()
	env := environment(t, render(t, "security.authentication.method=basic", "security.authentication.basic.username=demo",
		"security.authentication.basic.secret.existingSecret=users", "security.authentication.basic.secret.existingSecretKey=demo"))
	assert.Equal(t, "demo", env["CAMUNDA_CLIENT_AUTH_USERNAME"])
	assert.Equal(t, "secret users key demo", env["CAMUNDA_CLIENT_AUTH_PASSWORD"])
}

func TestSaaSNeedsNoAddress(t *testing.T) {
	t.Parallel()
	all, err := template(t, chartFolder, set(append(client, "saas.clusterId=c", "saas.region=bru-2"))...)
	require.NoError(t, err)
	env := environment(t, all)
	assert.Equal(t, "saas", env["CAMUNDA_CLIENT_MODE"])
	assert.Equal(t, "c", env["CAMUNDA_CLIENT_CLOUD_CLUSTERID"])
	assert.Equal(t, "bru-2", env["CAMUNDA_CLIENT_CLOUD_REGION"])
	assert.NotContains(t, env, "CAMUNDA_CLIENT_GRPCADDRESS")
}

func TestSecretsAsEnvironmentComeUnderThePrefix(t *testing.T) {
	t.Parallel()
	all := render(t, "secrets.existingSecret=s", "secrets.as=env")
	_, container := pod(t, all)
	assert.Equal(t, "s", at(container, "envFrom/0/secretRef/name"))
	assert.Equal(t, "SECRET_", at(container, "envFrom/0/prefix"))
	assert.Nil(t, at(container, "volumeMounts"))
	assert.NotContains(t, environment(t, all), "CAMUNDA_CONNECTOR_SECRETPROVIDER_FILES_DIRECTORY")
	_, container = pod(t, render(t, "secrets.existingSecret=s", "secrets.as=env", "secrets.envPrefix="))
	assert.Nil(t, at(container, "envFrom/0/prefix"))
}

func TestTheWorkersSettings(t *testing.T) {
	t.Parallel()
	env := environment(t, render(t, "tenantIds={a,b}", "jobType=t", "maxJobsActive=7", "jobTimeout=PT2M", "secrets.filter=DISABLED",
		"service.serverPort=9090", "log.level=debug", "log.format=text", "aws.region=eu-west-1", "restAddress=http://r", "preferRest=true", "secrets.awsSecretsManager.enabled=true", "secrets.awsSecretsManager.secrets={a,b}", "secrets.awsSecretsManager.prefix=p/", "tls.overrideAuthority=z"))
	for name, want := range map[string]string{
		"CAMUNDA_CLIENT_MODE": "selfManaged", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS": "a,b", "CONNECTOR_AWS_EVENTBRIDGE_TYPE": "t",
		"CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE": "7", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TIMEOUT": "PT2M",
		"CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE": "DISABLED", "SERVER_PORT": "9090", "LOGGING_LEVEL_ROOT": "debug",
		"LOGGING_FORMAT": "text", "AWS_REGION": "eu-west-1", "CAMUNDA_CLIENT_RESTADDRESS": "http://r", "CAMUNDA_CLIENT_PREFERRESTOVERGRPC": "true", "CAMUNDA_CLIENT_OVERRIDEAUTHORITY": "z",
		"CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_ENABLED": "true", "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_SECRETS": "a,b",
		"CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_PREFIX": "p/",
	} {
		assert.Equal(t, want, env[name], name)
	}
}

func TestARESTAddressAloneIsEnough(t *testing.T) {
	t.Parallel()
	all, err := template(t, chartFolder, "--set", "restAddress=http://zeebe:8080", "--set", "networkPolicy.enabled=true")
	require.NoError(t, err)
	env := environment(t, all)
	assert.Equal(t, "http://zeebe:8080", env["CAMUNDA_CLIENT_RESTADDRESS"])
	assert.NotContains(t, env, "CAMUNDA_CLIENT_GRPCADDRESS")
	assert.NotContains(t, env, "CAMUNDA_CLIENT_PREFERRESTOVERGRPC", "the worker sees it by itself")
	assert.Equal(t, []int{8080}, ports(at(get(t, all, "NetworkPolicy"), "spec/egress/1")))
}

func TestTheGatewaysAuthorityIsMountedWhereTheWorkerLooks(t *testing.T) {
	t.Parallel()
	all := render(t, "tls.ca.existingSecret=ca", "tls.ca.existingSecretKey=root.pem")
	spec, container := pod(t, all)
	assert.Equal(t, at(container, "volumeMounts/0/mountPath").(string)+"/root.pem", environment(t, all)["CAMUNDA_CLIENT_CACERTIFICATEPATH"])
	assert.Equal(t, "ca", at(spec, "volumes/0/secret/secretName"))
	assert.Equal(t, "root.pem", at(spec, "volumes/0/secret/items/0/path"))
}

// TestEveryVariableIsASetting holds the templates against the worker's own list.
func TestEveryVariableIsASetting(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"AWS_REGION": true, "GOMEMLIMIT": true}
	for _, s := range config.Settings() {
		for _, name := range s.Variables() {
			known[name] = true
		}
	}
	text, err := os.ReadFile(chartFolder + "/templates/_env.tpl")
	require.NoError(t, err)
	names := regexp.MustCompile(`(?m)^- name: ([A-Z_]+)$`).FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(names), 20)
	for _, m := range names {
		assert.True(t, known[m[1]], "%s is no setting", m[1])
	}
}
