package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// clientsOf loads a configuration and returns its clients by their names.
func clientsOf(t *testing.T, args, env []string, yaml string) (map[string]*config.Config, []config.Warning) {
	t.Helper()
	c, warnings, err := load(args, env, yaml)
	require.NoError(t, err)
	all := map[string]*config.Config{}
	for _, one := range c.Clients() {
		all[one.Client] = one
	}
	return all, warnings
}

const twoTenants = `
camunda:
  client:
    grpc-address: http://zeebe:26500
    auth: {client-id: connectors, client-secret: of-all-of-them, token-url: "http://localhost/token"}
    worker.defaults.max-jobs-active: 64
  clients:
    tenant-1: {physical-tenant-id: tenant1, primary: true}
    tenant-2:
      physicalTenantId: tenant2
      worker: {defaults: {max-jobs-active: 8, tenant-ids: [a, b]}}
      auth: {client-id: second, client-secret: of-the-second}
`

func TestEachClientHasItsOwnSettingsAndElseThoseOfAll(t *testing.T) {
	t.Parallel()
	all, warnings := clientsOf(t, nil, nil, twoTenants)
	require.Len(t, all, 2)
	first, second := all["tenant-1"], all["tenant-2"]
	assert.Equal(t, "tenant1", first.Gateway.PhysicalTenant)
	assert.Equal(t, "connectors", first.Auth.ClientID)
	assert.Equal(t, "of-all-of-them", first.Auth.ClientSecret)
	assert.Equal(t, 64, first.Worker.MaxJobsActive)
	assert.Empty(t, first.Worker.TenantIDs)
	assert.Equal(t, "tenant2", second.Gateway.PhysicalTenant)
	assert.Equal(t, "second", second.Auth.ClientID)
	assert.Equal(t, "of-the-second", second.Auth.ClientSecret)
	assert.Equal(t, 8, second.Worker.MaxJobsActive)
	assert.Equal(t, []string{"a", "b"}, second.Worker.TenantIDs)
	for _, c := range all {
		assert.Equal(t, "zeebe:26500", c.Gateway.Target)
		assert.Equal(t, config.AuthOIDC, c.Auth.Method)
	}
	assert.Equal(t, `camunda.clients.tenant-2.auth.client-id is "second" (app.yaml:12)`, second.Origin("camunda.client.auth.client-id"))
	assert.Equal(t, `camunda.client.auth.client-id is "connectors" (app.yaml:5)`, first.Origin("camunda.client.auth.client-id"))
	assert.Equal(t, "camunda.clients.tenant-1.auth.audience is not set", first.Origin("camunda.client.auth.audience"))
	assert.Equal(t, `camunda.clients.tenant-2.auth.client-secret is "***" (app.yaml:12)`, second.Origin("camunda.client.auth.client-secret"))
	var texts []string
	for _, w := range warnings {
		texts = append(texts, w.Text)
	}
	assert.Equal(t, []string{"credentials go to http://zeebe:26500 unencrypted: camunda.client.grpc-address is plaintext"}, texts, "what all clients have in common is told once")
}

// TestAClientIsFoundUnderEachSpellingOfItsName of Spring's: in files, in the environment, as a system property, in JSON and as a flag.
func TestAClientIsFoundUnderEachSpellingOfItsName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yaml string
		args, env  []string
	}{
		{name: "a variable", env: []string{"CAMUNDA_CLIENTS_TENANT2_PHYSICALTENANTID=tenant2", "CAMUNDA_CLIENTS_TENANT2_WORKER_DEFAULTS_TENANTIDS=a,b"}},
		{name: "underscores for dashes", env: []string{"CAMUNDA_CLIENTS_TENANT_2_PHYSICAL_TENANT_ID=tenant2", "CAMUNDA_CLIENTS_TENANT_2_WORKER_DEFAULTS_TENANT_IDS_0=a", "CAMUNDA_CLIENTS_TENANT2_WORKER_DEFAULTS_TENANT_IDS_1=b"}},
		{name: "small letters", env: []string{"camunda_clients_tenant2_physicaltenantid=tenant2", "camunda.clients.tenant2.worker.defaults.tenant-ids=a,b"}},
		{name: "a system property", env: []string{"JAVA_TOOL_OPTIONS=-Dcamunda.clients.tenant-2.physical-tenant-id=tenant2 -Dcamunda.clients.tenant-2.worker.defaults.tenant-ids=a,b"}},
		{name: "JSON", env: []string{`SPRING_APPLICATION_JSON={"camunda":{"clients":{"tenant-2":{"physicalTenantId":"tenant2","worker":{"defaults":{"tenantIds":["a","b"]}}}}}}`}},
		{name: "flags by key", args: []string{"--camunda.clients.tenant-2.physical-tenant-id=tenant2", "--camunda.clients.tenant-2.worker.defaults.tenant-ids", "a,b"}},
		{name: "the flag", args: []string{"--client", "tenant-2.physical-tenant-id=x", "--client=tenant-2.physical-tenant-id=tenant2", "--client=tenant-2.worker.defaults.tenant-ids=a,b"}},
		{name: "brackets", yaml: "camunda.clients:\n  '[tenant_2]': {physical-tenant-id: tenant2, worker.defaults.tenant-ids: 'a,b'}\n"},
		{name: "a file, and a variable that wins", yaml: "camunda.clients.tenant-2: {physical-tenant-id: x, worker.defaults.tenant-ids: [a, b]}\n", env: []string{"CAMUNDA_CLIENTS_TENANT2_PHYSICALTENANTID=tenant2"}},
		{name: "a flag that wins", env: []string{"CAMUNDA_CLIENTS_TENANT2_PHYSICALTENANTID=x", "CAMUNDA_CLIENTS_TENANT2_WORKER_DEFAULTS_TENANTIDS=a,b"}, args: []string{"--client=tenant2.physical-tenant-id=tenant2"}},
		{name: "the spelling of Camunda 8.5", env: []string{"CAMUNDA_CLIENTS_TENANT2_PHYSICALTENANTID=tenant2"}, yaml: "camunda.clients.tenant-2.zeebe.defaults.tenant-ids: [a, b]\n"},
		{name: "a placeholder", yaml: "camunda.clients.tenant-2: {physical-tenant-id: '${OF}', worker.defaults.tenant-ids: '${camunda.clients.other.worker.defaults.tenant-ids}'}\ncamunda.clients.other.worker.defaults.tenant-ids: a,b\n", env: []string{"OF=tenant2"}},
		{name: "something for all, given later", yaml: "camunda.clients.tenant-2: {physical-tenant-id: tenant2, worker.defaults.tenant-ids: [a, b]}\n", env: []string{"CAMUNDA_CLIENT_PHYSICALTENANTID=x", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=c"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all, _ := clientsOf(t, tt.args, tt.env, tt.yaml)
			delete(all, "other")
			require.Len(t, all, 1)
			for name, c := range all {
				assert.Equal(t, "tenant2", strings.NewReplacer("-", "", "_", "").Replace(name))
				assert.Equal(t, "tenant2", c.Gateway.PhysicalTenant)
				assert.Equal(t, []string{"a", "b"}, c.Worker.TenantIDs)
			}
		})
	}
}

func TestTheClientDefaultAloneIsThatOfTheOtherKeys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  []string
		yaml string
	}{
		{env: []string{"CAMUNDA_CLIENTS_DEFAULT_GRPCADDRESS=http://h:1"}},
		{env: []string{"CAMUNDA_CLIENTS_DEFAULT_GRPCADDRESS=http://h:1", "CAMUNDA_CLIENTS_DEFAULT_PRIMARY=true"}, yaml: "camunda.client.grpc-address: http://other:1\n"},
		{env: []string{"CAMUNDA_CLIENT_GRPCADDRESS=http://h:1"}, yaml: "camunda.clients.default.grpc-address: http://other:1\n"},
		{yaml: "camunda: {client: {grpc-address: 'http://other:1'}, clients: {default: {grpc-address: 'http://h:1'}}}\n"},
	} {
		c, _, err := load(nil, tt.env, tt.yaml)
		require.NoError(t, err)
		assert.False(t, c.Named())
		assert.Equal(t, []*config.Config{c}, c.Clients())
		assert.Equal(t, "h:1", c.Gateway.Target, tt)
		assert.Equal(t, "default", c.Client)
	}
	all, _ := clientsOf(t, nil, []string{"CAMUNDA_CLIENT_GRPCADDRESS=http://h:1", "CAMUNDA_CLIENTS_DEFAULT_GRPCADDRESS=http://d:1", "CAMUNDA_CLIENTS_A_PRIMARY=true"}, "")
	require.Len(t, all, 2, "beside another it is one of several")
	assert.Equal(t, "d:1", all["default"].Gateway.Target)
	assert.Equal(t, "h:1", all["a"].Gateway.Target)
}

func TestAClientWithoutSettingsOfItsOwnIsOne(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{"camunda.clients: {a: {}, b: {physical-tenant-id: b}}\n", "camunda:\n  clients:\n    a:\n    b.physical-tenant-id: b\n"} {
		all, _ := clientsOf(t, nil, nil, yaml)
		assert.Len(t, all, 2, yaml)
	}
}

// TestWhatAClientGivesTakesThePlaceOfAlternatives that it would have of camunda.client: else they would win, without a word.
func TestWhatAClientGivesTakesThePlaceOfAlternatives(t *testing.T) {
	t.Parallel()
	all, _ := clientsOf(t, nil, nil, `
camunda:
  client:
    auth: {method: oidc, client-id: i, client-secret: s, token-url: "http://localhost/token"}
    grpc-address: http://zeebe:26500
    worker.defaults.tenant-ids: [a]
  clients:
    basic: {auth: {username: demo, password: demo}}
    issuer: {auth.issuer-url: "http://localhost/realm"}
    tenant: {tenant-id: b}
    cloud: {cloud: {cluster-id: c-1, region: bru-2}}
`)
	assert.Equal(t, config.AuthBasic, all["basic"].Auth.Method)
	assert.Empty(t, all["basic"].Auth.ClientSecret)
	assert.Empty(t, all["issuer"].Auth.TokenURL)
	assert.Equal(t, "http://localhost/realm/.well-known/openid-configuration", all["issuer"].Auth.DiscoveryURL)
	assert.Equal(t, []string{"b"}, all["tenant"].Worker.TenantIDs)
	assert.Equal(t, "c-1.bru-2.zeebe.camunda.io:443", all["cloud"].Gateway.Target)
	assert.Equal(t, config.AuthOIDC, all["cloud"].Auth.Method)
}

func TestClientsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yaml string
		args, env  []string
		want       string
	}{
		{name: "an unknown key", yaml: "camunda.clients.a.grpc-addrss: http://a:1\n", want: "unknown key camunda.clients.a.grpc-addrss (app.yaml:1); did you mean camunda.clients.a.grpc-address?"},
		{name: "a key that clients do not have", yaml: "camunda.clients.a.server.port: 1\n", want: "unknown key camunda.clients.a.server.port"},
		{name: "a value in place of keys", yaml: "camunda.clients.a: http://a:1\n", want: "camunda.clients.a: found a value (app.yaml:1), expected keys under it, such as camunda.clients.NAME.grpc-address"},
		{name: "a value in place of clients", yaml: "camunda.clients: a\n", want: "camunda.clients: found a value (app.yaml:1)"},
		{name: "a name with other signs", yaml: "camunda.clients: {'[a/b]': {physical-tenant-id: b}}\n", want: `found the client name "a/b", expected at most 64 letters, digits and dashes`},
		{name: "a name with dots", yaml: "camunda.clients: {b.c: {grpc-address: 'http://a:1'}}\n", want: `key camunda.clients.b.c.grpc-address (app.yaml:1): found the client name "b.c", expected at most 64 letters, digits and dashes`},
		{name: "a name with dots, in quotes", yaml: "camunda.clients.\"b.c\".enabled: true\n", want: `found the client name "b.c", expected at most 64 letters, digits and dashes`},
		{name: "all are switched off", yaml: "camunda.clients: {a: {enabled: false}, b: {enabled: '${OFF:no}'}}\n", want: "camunda.clients.NAME.enabled: found false for all clients, expected true for one of them at least"},
		{name: "switched on, wrongly", yaml: "camunda.clients: {a: {enabled: maybe}, b: {}}\n", want: `camunda.clients.a.enabled: found "maybe" (app.yaml:1), expected true or false`},
		{name: "a long name", yaml: "camunda.clients." + strings.Repeat("a", 65) + ".physical-tenant-id: b\n", want: "expected at most 64 letters"},
		{name: "two primary ones", yaml: "camunda.clients: {a: {primary: true}, b: {primary: true}}\n", want: "camunda.clients.a.primary and camunda.clients.b.primary: found true, expected true for one client at most"},
		{name: "primary, wrongly", yaml: "camunda.clients: {a: {primary: maybe}}\n", want: `camunda.clients.a.primary: found "maybe" (app.yaml:1), expected true or false`},
		{name: "a bad physical tenant", yaml: "camunda.clients.a.physical-tenant-id: Tenant_2\n", want: `camunda.clients.a.physical-tenant-id: found "Tenant_2" (app.yaml:1), expected lower-case letters and digits, at most 64 characters`},
		{name: "a bad value of a variable", env: []string{"CAMUNDA_CLIENTS_A_WORKER_DEFAULTS_MAXJOBSACTIVE=many"}, want: `camunda.clients.a.worker.defaults.max-jobs-active: found "many" (environment variable CAMUNDA_CLIENTS_A_WORKER_DEFAULTS_MAXJOBSACTIVE)`},
		{name: "half of the credentials", yaml: "camunda.clients: {a: {auth.client-id: i}, b: {}}\n", want: "client a: camunda.clients.a.auth.client-secret: found nothing (not set), expected a value, since camunda.clients.a.auth.client-id is given (app.yaml:1)"},
		{name: "a method without credentials", yaml: "camunda.client.auth.method: basic\ncamunda.clients.a.physical-tenant-id: b\n", want: "camunda.clients.a.auth.username: found nothing (not set), expected a username, since camunda.client.auth.method is basic"},
		{name: "twice in a file", yaml: "camunda.clients.a-b.grpc-address: http://a:1\ncamunda.clients.ab.grpc-address: http://a:1\n", want: "set twice in app.yaml, in the lines 1 and 2"},
		{name: "an unknown flag", args: []string{"--client=a.grpc-addrss=x"}, want: "did you mean --camunda.clients.a.grpc-address?"},
		{name: "an unknown flag by its key", args: []string{"--camunda.clients.a.grpc-addrss=x"}, want: "unknown flag --camunda.clients.a.grpc-addrss; did you mean --camunda.clients.a.grpc-address?"},
		{name: "a flag without a value", args: []string{"--client=a"}, want: "expected NAME.KEY=VALUE"},
		{name: "a secret as a list", yaml: "camunda.clients.a.auth.client-secret: [hush, hush]\n", want: "camunda.clients.a.auth.client-secret: found *** (app.yaml:1), expected one value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(tt.args, tt.env, tt.yaml)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "hush")
		})
	}
}

func TestClientsThatAreDoubtfulCauseAWarning(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yaml string
		env        []string
		want       string // empty = none
	}{
		{name: "the same jobs", yaml: "camunda.clients: {a: {}, b: {}}\n", want: "the clients a and b take the same jobs: those of the tenant <default> at localhost:26500; give each a physical tenant or tenants of its own, or remove one"},
		{name: "one tenant in common", yaml: "camunda.clients: {a: {worker.defaults.tenant-ids: [x, y]}, b: {tenant-id: y}}\n", want: "those of the tenant y at localhost:26500"},
		{name: "the same over REST", yaml: "camunda.clients: {a: {rest-address: 'http://r:1/v2'}, b: {rest-address: 'http://r:1/'}}\n", want: "at http://r:1;"},
		{name: "all that are assigned", yaml: "camunda.client.worker.defaults.tenant-filter: ASSIGNED\ncamunda.clients: {a: {}, b: {}}\n", want: "those of the tenants that their identity is assigned to"},
		{name: "the default physical tenant, twice", yaml: "camunda.clients: {a: {physical-tenant-id: default}, b: {}}\n", want: "take the same jobs"},
		{name: "other tenants", yaml: "camunda.clients: {a: {tenant-id: x}, b: {tenant-id: y}}\n"},
		{name: "other physical tenants", yaml: "camunda.clients: {a: {physical-tenant-id: x}, b: {}}\n"},
		{name: "other clusters", yaml: "camunda.clients: {a: {grpc-address: 'http://localhost:1'}, b: {grpc-address: 'http://localhost:2'}}\n"},
		{name: "assigned to other identities", yaml: "camunda.client.worker.defaults.tenant-filter: ASSIGNED\ncamunda.clients: {a: {auth: {username: a, password: x}}, b: {auth: {username: b, password: x}}}\n"},
		{name: "addresses from two places", yaml: "camunda.client.rest-address: http://localhost:8080\ncamunda.clients: {a: {grpc-address: 'http://localhost:1'}}\n", want: `camunda.clients.a.grpc-address is "http://localhost:1" (app.yaml:2), but camunda.client.rest-address is "http://localhost:8080" (app.yaml:1)`},
		{name: "an unknown variable", env: []string{"CAMUNDA_CLIENTS_A_GRPCADDRSS=x", "CAMUNDA_CLIENTS_A_PHYSICALTENANTID=a"}, want: "unknown environment variable CAMUNDA_CLIENTS_A_GRPCADDRSS; did you mean CAMUNDA_CLIENTS_A_GRPCADDRESS?"},
		{name: "the Go client's variable of no client", env: []string{"CAMUNDA_CLIENTS_A_ID=x", "CAMUNDA_CLIENTS_A_PHYSICALTENANTID=a"}, want: "unknown environment variable CAMUNDA_CLIENTS_A_ID"},
		{name: "an unknown key of JSON", env: []string{`SPRING_APPLICATION_JSON={"camunda.clients.a":{"grpc-addrss":"x","physical-tenant-id":"a"}}`}, want: "unknown key camunda.clients.a.grpc-addrss (SPRING_APPLICATION_JSON); did you mean camunda.clients.a.grpc-address?"},
		{name: "a client that is switched off", yaml: "camunda.clients: {a: {enabled: false, grpc-address: 'http://a:1'}, b: {}}\n", want: "the client a takes no jobs: camunda.clients.a.enabled is false (app.yaml:1)"},
		{name: "a lone default that is switched off", yaml: "camunda.clients.default.enabled: false\n", want: "key camunda.clients.default.enabled (app.yaml:1) has no effect here: there is no other client, and this worker takes jobs all the same"},
		{name: "a lone default that is switched on", yaml: "camunda.clients.default.enabled: true\n"},
		{name: "what means nothing here", yaml: "camunda.clients.a: {execution-threads: 3, physical-tenant-id: b}\n"},
		{name: "something of one client alone", yaml: "camunda.clients: {a: {plaintext: true, grpc-address: 'https://localhost:1'}, b: {}}\n", want: "client a: camunda.client.plaintext is true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := load(nil, tt.env, tt.yaml)
			require.NoError(t, err)
			var texts []string
			for _, w := range warnings {
				if !w.Minor {
					texts = append(texts, w.Text)
				}
			}
			if tt.want == "" {
				assert.Empty(t, texts)
				return
			}
			require.Len(t, texts, 1)
			assert.Contains(t, texts[0], tt.want)
		})
	}
}

// TestWhatIsPrintedOfClientsIsReadAgain as the same clients, and has no secret.
func TestWhatIsPrintedOfClientsIsReadAgain(t *testing.T) {
	t.Parallel()
	c, _, err := load(nil, []string{"CAMUNDA_CLIENTS_TENANT1_AUTH_AUDIENCE=of-1"}, twoTenants)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, c.Print(&out))
	for _, line := range []string{
		"camunda.client.grpc-address: http://zeebe:26500 ", "camunda.clients.tenant-1.physical-tenant-id: tenant1 ", "camunda.clients.tenant-1.primary: true ",
		"camunda.clients.tenant-2.physical-tenant-id: tenant2 ", "camunda.clients.tenant-2.worker.defaults.max-jobs-active: 8 ", "camunda.clients.tenant-2.auth.client-secret: '***' ",
		"camunda.clients.tenant-2.auth.method: oidc ",
	} {
		assert.Contains(t, out.String(), line)
	}
	assert.Contains(t, out.String(), "# environment variable CAMUNDA_CLIENTS_TENANT1_AUTH_AUDIENCE\n")
	assert.NotContains(t, out.String(), "of-all-of-them")
	assert.NotContains(t, out.String(), "of-the-second")
	assert.NotContains(t, out.String(), "camunda.clients.tenant-1.worker.defaults.max-jobs-active", "it has that of all")
	assert.ElementsMatch(t, []string{"of-all-of-them", "of-the-second"}, c.SecretTexts())

	again, _, err := load(nil, nil, out.String())
	require.NoError(t, err)
	require.Len(t, again.Clients(), 2)
	for i, one := range again.Clients() {
		want := c.Clients()[i]
		assert.Equal(t, want.Client, one.Client)
		assert.Equal(t, want.Gateway, one.Gateway)
		assert.Equal(t, want.Worker, one.Worker)
	}
}

func TestTheAccountOfAClientsSettingsNamesTheClient(t *testing.T) {
	t.Parallel()
	_, _, accounts, err := config.LoadWithAccounts([]string{"--client=a.physical-tenant-id=x"}, []string{"CAMUNDA_CLIENTS_A_PHYSICALTENANTID=y", "CAMUNDA_CLIENTS_B_EXECUTIONTHREADS=1"}, config.Files{})
	require.NoError(t, err)
	assert.Equal(t, []config.Account{
		{Name: "--camunda.clients.a.physical-tenant-id", Source: "flag", Fate: config.Used, Key: "camunda.clients.a.physical-tenant-id"},
		{Name: "CAMUNDA_CLIENTS_A_PHYSICALTENANTID", Source: "environment variable", Fate: config.Overridden, Key: "camunda.clients.a.physical-tenant-id", Why: "flag --camunda.clients.a.physical-tenant-id wins"},
		{Name: "CAMUNDA_CLIENTS_B_EXECUTIONTHREADS", Source: "environment variable", Fate: config.PassedOver, Why: "of Camunda's runtime, without an effect on this connector"},
	}, accounts)
}

// TestTheTenantsOfAllClientsAreKnownToEach, so that a secret of one client's tenant is not taken for that of another's.
func TestTheTenantsOfAllClientsAreKnownToEach(t *testing.T) {
	t.Parallel()
	c, _, err := load(nil, nil, "camunda.clients: {a: {tenant-id: x}, b: {worker.defaults.tenant-ids: [x_y, x]}, c: {}}\n")
	require.NoError(t, err)
	for _, one := range append(c.Clients(), c) {
		assert.Equal(t, []string{"x", "x_y"}, one.KnownTenants())
	}
	c, _, err = load(nil, []string{"CAMUNDA_CLIENT_TENANTIDS=a,b"}, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, c.KnownTenants())
}
