package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestSecretsMayLieWhereSpringFindsThem(t *testing.T) {
	t.Parallel()
	yaml := map[string]string{"/config/application.yaml": "SECRET_KEY: ${IT}\n"}
	for name, tt := range map[string]struct {
		args, env []string
		files     map[string]string
		secret    string
	}{
		"a YAML file":          {nil, []string{"IT=hush-hush"}, yaml, "SECRET_KEY"},
		"a properties file":    {nil, nil, map[string]string{"/config/application.properties": "SECRET_KEY=hush-hush"}, "SECRET_KEY"},
		"a folder of values":   {nil, []string{"SPRING_CONFIG_IMPORT=configtree:/run/"}, map[string]string{"/run/SECRET_KEY": "hush-hush\n"}, "SECRET_KEY"},
		"JSON":                 {nil, []string{`SPRING_APPLICATION_JSON={"SECRET_KEY":"hush-hush"}`}, nil, "SECRET_KEY"},
		"a system property":    {nil, []string{"JAVA_OPTS=-DSECRET_KEY=hush-hush"}, nil, "SECRET_KEY"},
		"another prefix":       {nil, []string{"CAMUNDA_CONNECTOR_SECRETPROVIDER_ENVIRONMENT_PREFIX=X_"}, map[string]string{"/config/application.properties": "X_KEY=hush-hush"}, "X_KEY"},
		"a prefix of the file": {nil, nil, map[string]string{"/config/application.properties": "X_KEY=hush-hush\n" + "camunda.connector.secretprovider.environment.prefix=X_\n"}, "X_KEY"},
		"a prefix of a flag":   {[]string{"--secrets-env-prefix=X_"}, nil, map[string]string{"/config/application.properties": "X_KEY=hush-hush"}, "X_KEY"},
		"no prefix":            {[]string{"--secrets-env-prefix="}, []string{"SPRING_CONFIG_IMPORT=configtree:/run/"}, map[string]string{"/run/KEY": "hush-hush"}, "KEY"},
	} {
		c, warnings, accounts, err := loadFiles(tt.args, tt.env, tt.files)
		require.NoError(t, err, name)
		value, ok := c.SecretProperty(tt.secret)
		assert.True(t, ok, name)
		assert.Equal(t, "hush-hush", value, name)
		assert.Equal(t, 1, c.SecretProperties(), name)
		var out strings.Builder
		require.NoError(t, c.Print(&out))
		for _, w := range warnings {
			out.WriteString(w.Text)
		}
		for _, a := range accounts {
			out.WriteString(a.Why)
			assert.NotContains(t, []config.Fate{0, config.Unknown, config.Refused}, a.Fate, name)
		}
		assert.NotContains(t, out.String(), "hush", name)
	}
	_, ok := mustLoad(t, nil, []string{"JAVA_OPTS=-DOTHER=x"}, "").SecretProperty("OTHER")
	assert.False(t, ok, "what has not the prefix is no secret")
	_, _, err := load([]string{"--secrets-env-prefix="}, nil, "server.prot: 1\n")
	require.ErrorContains(t, err, "unknown key server.prot")
}
