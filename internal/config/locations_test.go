package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestFilesAreFoundAndOrderedAsSpringDoes(t *testing.T) {
	t.Parallel()
	port := func(text string) string { return "server.port: " + text + "\n" }
	tests := []struct {
		name  string
		args  []string
		env   []string
		files map[string]string
		want  int
	}{
		{"properties", nil, nil, map[string]string{"/config/application.properties": "server.port=2\n"}, 2},
		{"properties win over YAML", nil, nil, map[string]string{"/config/application.properties": "server.port=2\n", "/config/application.yml": port("3"), "/config/application.yaml": port("4")}, 2},
		{"yml wins over yaml", nil, nil, map[string]string{"/config/application.yml": port("3"), "/config/application.yaml": port("4")}, 3},
		{"folders below config win", nil, nil, map[string]string{"/config/application.properties": "server.port=2\n", "/config/b/application.yaml": port("4"), "/config/a/application.yaml": port("3"), "/config/..data/application.yaml": port("9")}, 4},
		{"another name", nil, []string{"SPRING_CONFIG_NAME=connectors"}, map[string]string{"/config/connectors.yaml": port("2"), "/config/application.yaml": port("3")}, 2},
		{"two names", nil, []string{"SPRING_CONFIG_NAME=a,b"}, map[string]string{"/config/a.properties": "server.port=2", "/config/b.yaml": port("3")}, 3},
		{"the file of no profile", nil, nil, map[string]string{"/config/application.yaml": port("2"), "/config/application-default.yaml": port("3")}, 3},
		{"a default profile of another name", nil, []string{"SPRING_PROFILES_DEFAULT=dev"}, map[string]string{"/config/application.yaml": port("2"), "/config/application-dev.yaml": port("3")}, 3},
		{"a group of profiles", nil, []string{"SPRING_PROFILES_ACTIVE=prod"}, map[string]string{"/config/application.yaml": "spring.profiles.group.prod: [eu, audit]\n", "/config/application-audit.properties": "server.port=7"}, 7},
		{"a group of profiles in the environment", nil, []string{"SPRING_PROFILES_ACTIVE=prod", "SPRING_PROFILES_GROUP_PROD=eu"}, map[string]string{"/config/application-eu.yaml": port("7")}, 7},
		{"the last profile wins", nil, []string{"SPRING_PROFILES_ACTIVE=a,b"}, map[string]string{"/config/application-b.yaml": port("3"), "/config/application-a.properties": "server.port=2"}, 3},
		{
			"files of profiles win within their own location only", nil,
			[]string{"SPRING_PROFILES_ACTIVE=prod", "SPRING_CONFIG_LOCATION=file:/a/,file:/b/"},
			map[string]string{"/a/application.yaml": port("1"), "/a/application-prod.yaml": port("2"), "/b/application.yaml": port("3")},
			3,
		},
		{
			"files of profiles win within a group of locations", nil,
			[]string{"SPRING_PROFILES_ACTIVE=prod", "SPRING_CONFIG_LOCATION=file:/a/;file:/b/"},
			map[string]string{"/a/application.yaml": port("1"), "/a/application-prod.yaml": port("2"), "/b/application.yaml": port("3")},
			2,
		},
		{
			"an additional location wins over files of profiles", nil,
			[]string{"SPRING_PROFILES_ACTIVE=prod", "SPRING_CONFIG_ADDITIONALLOCATION=/more.yaml"},
			map[string]string{"/config/application-prod.yaml": port("2"), "/more.yaml": port("3")},
			3,
		},
		{
			"an import of the environment wins over an additional location", nil,
			[]string{"SPRING_CONFIG_IMPORT=/import.yaml", "SPRING_CONFIG_ADDITIONAL-LOCATION=/more.yaml"},
			map[string]string{"/import.yaml": port("2"), "/more.yaml": port("3")},
			2,
		},
		{
			"an import has files of profiles", nil,
			[]string{"SPRING_PROFILES_ACTIVE=prod"},
			map[string]string{"/config/application.yaml": "spring.config.import: more.properties\nserver.port: 1\n", "/config/more.properties": "server.port=2", "/config/more-prod.properties": "server.port=3"},
			3,
		},
		{"an import of a folder", nil, nil, map[string]string{"/config/application.yaml": "spring.config.import: 'file:/etc/more/'\n", "/etc/more/application.properties": "server.port=3"}, 3},
		{"an import in a properties file", nil, nil, map[string]string{"/config/application.properties": "spring.config.import=optional:file:/none.yaml,file:/etc/more.yaml\n", "/etc/more.yaml": port("3")}, 3},
		{"a path with file: is one of the working directory", nil, nil, map[string]string{"/config/application.yaml": "spring.config.import: 'file:./config/more.yaml'\n", "/config/more.yaml": port("3")}, 3},
		{"a path without is one of the file's folder", nil, nil, map[string]string{"/config/application.yaml": "spring.config.import: './sub/more.yaml'\n", "/config/sub/more.yaml": port("3")}, 3},
		{"the type of a file without an ending", nil, []string{"SPRING_CONFIG_IMPORT=file:/etc/more[.properties]"}, map[string]string{"/etc/more": "server.port = 3\n"}, 3},
		{"a variable with properties", nil, []string{"SPRING_CONFIG_IMPORT=env:MORE", "MORE=server.port=3\n"}, nil, 3},
		{"a variable with YAML", nil, []string{"SPRING_CONFIG_IMPORT=env:MORE[.yaml]", "MORE=server: {port: 3}"}, nil, 3},
		{"a tree", nil, []string{"SPRING_CONFIG_IMPORT=configtree:/run/secrets/"}, map[string]string{"/run/secrets/server.port": "3\n", "/run/secrets/..data/server.port": "4"}, 3},
		{"a tree with folders", nil, []string{"SPRING_CONFIG_IMPORT=optional:configtree:/run/secrets"}, map[string]string{"/run/secrets/server/port": "3\n", "/run/secrets/key.bin": "\xff\x00"}, 3},
		{"several trees", nil, []string{"SPRING_CONFIG_IMPORT=configtree:/etc/trees/*/"}, map[string]string{"/etc/trees/a/server.port": "3", "/etc/trees/b/server.port": "4"}, 4},
		{"placeholders of a tree", nil, []string{"SPRING_CONFIG_IMPORT=configtree:/run/secrets/"}, map[string]string{"/config/application.yaml": "server.port: ${the-port}\n", "/run/secrets/the-port": "3\n"}, 3},
		{"a tree that need not be there", nil, []string{"SPRING_CONFIG_IMPORT=optional:configtree:/none/"}, map[string]string{"/config/application.yaml": port("3")}, 3},
		{"missing files are ignored", nil, []string{"SPRING_CONFIG_ONNOTFOUND=ignore", "SPRING_CONFIG_IMPORT=file:/none.yaml,configtree:/none/"}, map[string]string{"/config/application.yaml": port("3")}, 3},
		{"arguments of Camunda's runtime", []string{"--spring.profiles.active=prod", "--spring.config.additional-location=/more/"}, nil, map[string]string{"/config/application-prod.yaml": port("2"), "/more/application-prod.yaml": port("3")}, 3},
		{"system properties", nil, []string{"JAVA_TOOL_OPTIONS=-Dspring.config.location=file:/x.properties"}, map[string]string{"/config/application.yaml": port("2"), "/x.properties": "server.port:3"}, 3},
		{"documents of a properties file", nil, []string{"SPRING_PROFILES_ACTIVE=prod"}, map[string]string{"/config/application.properties": "server.port=2\n#---\nspring.config.activate.on-profile=prod\nserver.port=3\n!---\nspring.config.activate.on-profile=dev\nserver.port=4\n"}, 3},
		{"profiles by index", nil, []string{"SPRING_PROFILES_ACTIVE_0=a", "SPRING_PROFILES_ACTIVE_1=b"}, map[string]string{"/config/application-b.yaml": port("3"), "/config/application-a.yaml": port("2")}, 3},
		{"imports by index", nil, []string{"SPRING_CONFIG_IMPORT_1=/b.yaml", "SPRING_CONFIG_IMPORT_0=/a.yaml"}, map[string]string{"/a.yaml": port("2"), "/b.yaml": port("3")}, 3},
		{"a platform that is given", nil, []string{"SPRING_MAIN_CLOUDPLATFORM=none", "KUBERNETES_SERVICE_HOST=10.0.0.1"}, map[string]string{"/config/application.yaml": port("3") + "---\nspring.config.activate.on-cloud-platform: kubernetes\n" + port("2")}, 3},
		{"a file of properties that is named", []string{"--config=/x.properties"}, nil, map[string]string{"/x.properties": "server.port=3"}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, accounts, err := loadFiles(tt.args, tt.env, tt.files)
			require.NoError(t, err)
			assert.Equal(t, tt.want, c.Server.Port)
			for _, a := range accounts {
				assert.NotContains(t, []config.Fate{0, config.Unknown, config.Refused}, a.Fate, a.Name)
			}
		})
	}
}

func TestLocationsThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"vault://secret":             `spring.config.import: found "vault://secret" (environment variable SPRING_CONFIG_IMPORT), expected a YAML or properties file, a folder of values (configtree:), or a variable (env:)`,
		"file:/config/log4j2.xml":    "expected a YAML or properties file",
		"file:/a/*/b/*/c.yaml":       "expected a YAML or properties file",
		"file:/none/":                `spring.config.import: found "file:/none/" (environment variable SPRING_CONFIG_IMPORT), expected a file that can be read: file does not exist`,
		"file:/none/*/":              "expected a file that can be read",
		"configtree:/none/":          "expected a file that can be read: file does not exist",
		"env:NONE":                   `found "env:NONE" (environment variable SPRING_CONFIG_IMPORT), expected an environment variable that is set`,
		"file:/broken.properties":    "configuration file /broken.properties (environment variable SPRING_CONFIG_IMPORT): line 2: not a line of a properties file",
		"file:/unknown.properties":   "unknown key server.prot (/unknown.properties:3); did you mean server.port?",
		"configtree:/tree-of-wrong/": `server.port: found "x" (/tree-of-wrong/server.port), expected a whole number`,
	} {
		_, _, _, err := loadFiles(nil, []string{"SPRING_CONFIG_IMPORT=" + location}, map[string]string{
			"/broken.properties": "a=b\nc=\\u12\n", "/unknown.properties": "# a comment\n\nserver.prot = 1\n", "/tree-of-wrong/server.port": "x",
		})
		require.ErrorContains(t, err, want, location)
	}
}

func TestFoldersOfCertificatesMustBeThere(t *testing.T) {
	t.Parallel()
	_, _, _, err := loadFiles(nil, []string{"SSL_CERT_DIR=/none:/nor/this"}, nil)
	require.ErrorContains(t, err, `SSL_CERT_DIR: found "/none:/nor/this" (environment variable), expected folders with certificates`)
	_, _, _, err = loadFiles(nil, []string{"SSL_CERT_DIR=/none:/etc/certs"}, map[string]string{"/etc/certs/ca.pem": "x"})
	require.NoError(t, err)
}

func TestPropertiesFilesAreReadAsJavaDoes(t *testing.T) {
	t.Parallel()
	const text = "# camunda.client.tenant-id=comment\n! another \\\ncamunda.client.auth.client-id : a b \\\n    c\n" +
		"camunda.client.auth.client-secret=h\\u00fcsh\\thush\ncamunda.client.worker.defaults.tenant-ids[0]=x\ncamunda.client.worker.defaults.tenant-ids[1]=y\n" +
		"  camunda.client.grpcAddress   http\\://h\\:1\ncamunda.client.auth.token-url=https://t\nserver.port=1\nserver.port=2\nmanagement.endpoints.web.exposure.include=*\nlogging.format=\n"
	c, _, accounts, err := loadFiles(nil, nil, map[string]string{"/config/application.properties": text})
	require.NoError(t, err)
	assert.Equal(t, "a b c", c.Auth.ClientID)
	assert.Equal(t, "hüsh\thush", c.Auth.ClientSecret)
	assert.Equal(t, []string{"x", "y"}, c.Worker.TenantIDs)
	assert.Equal(t, "h:1", c.Gateway.Target)
	assert.Equal(t, 2, c.Server.Port, "the last of equal keys counts")
	assert.Contains(t, accounts, config.Account{Name: "camunda.client.auth.client-id", Source: "/config/application.properties:3", Fate: config.Used, Key: "camunda.client.auth.client-id"})
	latin := "camunda.client.auth.client-id=J\xfcrgen\n"
	c, _, _, err = loadFiles([]string{"--auth-method=none"}, nil, map[string]string{"/config/application.properties": latin})
	require.NoError(t, err)
	assert.Equal(t, "Jürgen", c.Auth.ClientID, "Java's own encoding of such files")
}

func TestValuesOfATreeAreSecretsOfOthersToo(t *testing.T) {
	t.Parallel()
	_, warnings, accounts, err := loadFiles(nil, []string{"SPRING_CONFIG_IMPORT=configtree:/run/"}, map[string]string{"/run/AWS_KEY": "hush-hush", "/run/..data/AWS_KEY": "hush-hush", "/run/camunda.client.grpc-addrss": "http://h:1"})
	require.NoError(t, err)
	for _, w := range warnings {
		assert.NotContains(t, w.Text, "hush")
	}
	for _, a := range accounts {
		assert.False(t, strings.HasPrefix(a.Name, ".."), "%s is Kubernetes's own", a.Name)
	}
	assert.Contains(t, accounts, config.Account{Name: "AWS_KEY", Source: "/run/AWS_KEY", Fate: config.PassedOver, Why: "only placeholders can use it"})
}
