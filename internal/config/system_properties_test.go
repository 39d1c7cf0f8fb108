package config_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestSystemPropertiesCountAsSpringHasIt(t *testing.T) {
	t.Parallel()
	for name, env := range map[string][]string{
		"over the environment":               {"JAVA_OPTS=-Xmx1g -Dserver.port=3 -Dother=1", "SERVER_PORT=2"},
		"under SPRING_APPLICATION_JSON":      {"JAVA_OPTS=-Dserver.port=2", `SPRING_APPLICATION_JSON={"server.port": 3}`},
		"the options of the command line":    {"JAVA_TOOL_OPTIONS=-Dserver.port=1", "JDK_JAVA_OPTIONS=-Dserver.port=2", "JAVA_OPTS=-Dserver.port=3"},
		"between quotes":                     {`JDK_JAVA_OPTIONS="-Dserver.port=3" '-Dsome thing=x'`},
		"in placeholders":                    {"JAVA_TOOL_OPTIONS=-Dthe.port=3", "SERVER_PORT=${the.port}"},
		"the lower-case name of JSON's":      {`spring.application.json={"server":{"port":3}}`},
		"trimmed":                            {"SERVER_PORT= 3\n"},
		"the last of two":                    {"JAVA_OPTS=-Dserver.port=2 -Dserver.port=3"},
		"a placeholder of the temporary one": {"SERVER_PORT=${java.io.tmpdir.none:3}"},
	} {
		c, _, accounts, err := config.LoadWithAccounts(nil, env, config.Files{})
		require.NoError(t, err, name)
		assert.Equal(t, 3, c.Server.Port, name)
		for _, a := range accounts {
			assert.NotContains(t, []config.Fate{0, config.Unknown, config.Refused}, a.Fate, a.Name)
		}
	}
}

func TestSystemPropertiesOfJavaSayWhatToSet(t *testing.T) {
	t.Parallel()
	for option, want := range map[string]string{
		"-Duser.timezone=Europe/Berlin":       "set TZ",
		"-Dhttps.proxyHost=p":                 "set HTTPS_PROXY",
		"-Dhttp.nonProxyHosts=*.svc":          "set NO_PROXY",
		"-Djavax.net.ssl.trustStore=/x.jks":   "camunda.client.auth.truststore-path",
		"-Daws.region=eu-central-1":           "set AWS_REGION",
		"-Dcamunda.client.grpc-addrss=http:x": "unknown key camunda.client.grpc-addrss (-D in the environment variable JAVA_TOOL_OPTIONS); did you mean camunda.client.grpc-address?",
		"-Dcamunda.client.enabled=false":      "this worker takes jobs all the same",
	} {
		_, warnings, err := load(nil, []string{"JAVA_TOOL_OPTIONS=" + option}, "")
		require.NoError(t, err, option)
		assert.Contains(t, strings.Join(texts(warnings, false), "\n"), want, option)
	}
	_, warnings, err := load(nil, []string{"JAVA_TOOL_OPTIONS=-XX:+UseG1GC -Dfile.encoding=UTF-8 -Dcom.sun.management.jmxremote"}, "")
	require.NoError(t, err)
	assert.Empty(t, texts(warnings, false), "what is nobody's business here")
}

func TestASecretAsASystemPropertyIsNotShown(t *testing.T) {
	t.Parallel()
	c, warnings, accounts, err := config.LoadWithAccounts(nil, []string{"JAVA_OPTS=-Dcamunda.client.auth.client-secret=hush-hush -Dcamunda.client.auth.client-id=i -Dcamunda.client.auth.token-url=https://t"}, config.Files{})
	require.NoError(t, err)
	assert.Equal(t, "hush-hush", c.Auth.ClientSecret)
	var out strings.Builder
	require.NoError(t, c.Print(&out))
	for _, w := range warnings {
		out.WriteString(w.Text)
	}
	for _, a := range accounts {
		out.WriteString(a.Name + a.Source + a.Why)
	}
	assert.NotContains(t, out.String(), "hush")
}

func TestRandomValues(t *testing.T) {
	t.Parallel()
	name := func(value string) string {
		return mustLoad(t, nil, []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_NAME=w-" + value}, "").Worker.Name
	}
	for value, want := range map[string]string{
		"${random.uuid}":        `^w-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		"${random.value}":       `^w-[0-9a-f]{32}$`,
		"${random.int}":         `^w--?[0-9]{1,10}$`,
		"${random.long}":        `^w--?[0-9]{1,19}$`,
		"${random.int(10)}":     `^w-[0-9]$`,
		"${random.int[7,8]}":    `^w-7$`,
		"${random.long(-3,-2)}": `^w--3$`,
	} {
		assert.Regexp(t, want, name(value), value)
	}
	assert.NotEqual(t, name("${random.uuid}"), name("${random.uuid}"))
	for _, value := range []string{"${random.int(0)}", "${random.int[5,5]}", "${random.int(x)}"} {
		_, _, err := load(nil, []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_NAME=" + value}, "")
		require.ErrorContains(t, err, "which is not set", value)
	}
}

func TestALineBreakAtTheEndOfAValueIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	c, warnings, err := load(nil, []string{"CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=hush-hush \r\n", "CAMUNDA_CLIENT_AUTH_TOKENURL= https://t \n", "CAMUNDA_CLIENT_MODE= selfManaged"}, "")
	require.NoError(t, err)
	assert.Equal(t, "hush-hush ", c.Auth.ClientSecret)
	assert.Equal(t, "https://t", c.Auth.TokenURL)
	assert.Equal(t, []string{"camunda.client.auth.client-secret: the line break at the end of the value is left out (environment variable CAMUNDA_CLIENT_AUTH_CLIENTSECRET)"}, texts(warnings, false))
}

func TestHealthAndMetricsMayHaveAPortOfTheirOwn(t *testing.T) {
	t.Parallel()
	server := func(env ...string) config.Server { return mustLoad(t, nil, env, "").Server }
	assert.Nil(t, server().Management)
	assert.Nil(t, server("MANAGEMENT_SERVER_PORT=8080").Management, "the same port")
	assert.Nil(t, server("MANAGEMENT_SERVER_PORT=-1").Management)
	assert.Equal(t, &config.Management{Port: 9600}, server("MANAGEMENT_SERVER_PORT=9600").Management)
	assert.Equal(t, &config.Management{Port: 0}, server("MANAGEMENT_SERVER_PORT=0", "SERVER_PORT=0").Management, "two free ones")
	assert.Equal(t, &config.Management{Address: "127.0.0.1", Port: 9600, BasePath: "/m"},
		server("MANAGEMENT_SERVER_PORT=9600", "SERVER_ADDRESS=127.0.0.1", "MANAGEMENT_SERVER_BASEPATH=/m").Management)
	assert.Equal(t, "::1", server("MANAGEMENT_SERVER_PORT=9600", "SERVER_ADDRESS=127.0.0.1", "MANAGEMENT_SERVER_ADDRESS=::1").Management.Address)
	assert.Equal(t, "/manage", server("MANAGEMENT_ENDPOINTS_WEB_BASEPATH=/manage").ActuatorPath)
	assert.Equal(t, "/actuator", server().ActuatorPath)
	for _, port := range []string{"x", "-2", "65536"} {
		_, _, err := load(nil, []string{"MANAGEMENT_SERVER_PORT=" + port}, "")
		require.ErrorContains(t, err, "management.server.port: found "+`"`+port+`"`)
	}
	for env, want := range map[string]string{
		"MANAGEMENT_SERVER_PORT=-1":                               "health and metrics are served all the same",
		"MANAGEMENT_SERVER_BASEPATH=/m":                           "management.server.base-path has no effect",
		"SERVER_SSL_KEYSTORE=/x.p12":                              "health and metrics are served without TLS",
		"MANAGEMENT_SERVER_SSL_ENABLED=true":                      "health and metrics are served without TLS",
		"MANAGEMENT_ENDPOINTS_WEB_PATHMAPPING_PROMETHEUS=metrics": "the endpoints keep their names",
		"CONNECTOR_OUTBOUND_DISCOVERY_DISABLED=true":              "it switches off the discovery of Camunda's connectors, not this worker",
		"CAMUNDA_CLIENT_AUTH_TRUSTSTORE_PATH=/x.p12":              "camunda.client.auth.truststore-path has no effect: camunda.client.auth.method is none",
		"SPRING_CONFIG_IMPORT=classpath:more.yaml":                "there is no class path",
	} {
		_, warnings, err := config.Load(nil, []string{env}, func(string) ([]byte, error) { return nil, fs.ErrNotExist })
		require.NoError(t, err, env)
		assert.Contains(t, strings.Join(texts(warnings, false), "\n"), want, env)
	}
}
