package secret_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

func TestASecretOfTheEnvironmentIsOfOneTenantAndProcess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		tenant, process  bool
		separator        string
		tenants          []string          // known from the configuration
		earlier          []secret.Context  // jobs before
		env              map[string]string // behind the prefix
		tenantID, procID string
		secret           string
		want             string // empty = missing
		refused          string // whose it may be
	}{
		{name: "its own", tenant: true, tenants: []string{"a", "a_b"}, env: map[string]string{"a_KEY": "v"}, tenantID: "a", secret: "KEY", want: "v"},
		{name: "its own, of the longer id", tenant: true, tenants: []string{"a", "a_b"}, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a_b", secret: "KEY", want: "v"},
		{name: "of a tenant with a longer id", tenant: true, tenants: []string{"a", "a_b"}, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a", secret: "b_KEY", refused: "tenant 'a_b'"},
		{name: "of a tenant that an earlier job had", tenant: true, earlier: []secret.Context{{TenantID: "a_b"}}, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a", secret: "b_KEY", refused: "tenant 'a_b'"},
		{name: "by the dots of a name", tenant: true, tenants: []string{"a_b"}, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a", secret: "b.KEY", refused: "tenant 'a_b'"},
		{name: "by the dashes and capitals of a name", tenant: true, tenants: []string{"a_B"}, env: map[string]string{"a_B_KEY": "v"}, tenantID: "a", secret: "b-key", refused: "tenant 'a_B'"},
		{name: "by what is set beside it", tenant: true, env: map[string]string{"a_KEY": "v", "a_b_KEY": "w"}, tenantID: "a", secret: "b_KEY", refused: "tenant or process 'a_b'"},
		{name: "nothing shows another tenant", tenant: true, tenants: []string{"a", "c"}, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a", secret: "b_KEY", want: "v"},
		{name: "a dash of the tenant is none of the variable", tenant: true, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a-b", secret: "KEY"},
		{name: "a dot of the tenant is none of the variable", tenant: true, env: map[string]string{"a_b_KEY": "v"}, tenantID: "a.b", secret: "KEY"},
		{name: "the tenant in capitals is another", tenant: true, env: map[string]string{"A_KEY": "v"}, tenantID: "a", secret: "KEY"},
		{name: "the process in capitals is another", process: true, env: map[string]string{"ORDER_KEY": "v"}, procID: "order", secret: "key"},
		{name: "the name has its forms", tenant: true, env: map[string]string{"a-b_MY_KEY": "v"}, tenantID: "a-b", secret: "my.key", want: "v"},
		{name: "of a process with a longer id", process: true, earlier: []secret.Context{{ProcessID: "order_new"}}, env: map[string]string{"order_new_KEY": "v"}, procID: "order", secret: "new_KEY", refused: "process 'order_new'"},
		{name: "of both, its own", tenant: true, process: true, tenants: []string{"a"}, env: map[string]string{"a_p_KEY": "v"}, tenantID: "a", procID: "p", secret: "KEY", want: "v"},
		{name: "of both, by the process", tenant: true, process: true, tenants: []string{"a", "a_b"}, env: map[string]string{"a_b_c_KEY": "v"}, tenantID: "a", procID: "b_c", secret: "KEY", refused: "tenant 'a_b'"},
		{
			name: "of both, two that are written alike", tenant: true, process: true, earlier: []secret.Context{{TenantID: "a", ProcessID: "b_c"}}, env: map[string]string{"a_b_c_KEY": "v"},
			tenantID: "a_b", procID: "c", secret: "KEY", refused: "process 'b_c' of the tenant 'a'",
		},
		{
			name: "of both, another process of the tenant", tenant: true, process: true, earlier: []secret.Context{{TenantID: "a", ProcessID: "p_q"}}, env: map[string]string{"a_p_q_KEY": "v"},
			tenantID: "a", procID: "p", secret: "q_KEY", refused: "process 'p_q'",
		},
		{name: "a separator", tenant: true, separator: "__", tenants: []string{"a", "a_b"}, env: map[string]string{"a__b_KEY": "v"}, tenantID: "a", secret: "b_KEY", want: "v"},
		{name: "a separator between tenant and process", tenant: true, process: true, separator: "__", env: map[string]string{"a__p_q__KEY": "v"}, tenantID: "a", procID: "p_q", secret: "KEY", want: "v"},
		{name: "the separator in the name", tenant: true, process: true, separator: "__", env: map[string]string{"a__p__q__KEY": "v"}, tenantID: "a", procID: "p", secret: "q__KEY", refused: "separator __"},
		{name: "the separator in a form of the name", tenant: true, separator: "__", env: map[string]string{"a__b__KEY": "v"}, tenantID: "a", secret: "b.-KEY", refused: "separator __"},
		{name: "the separator in the tenant", tenant: true, separator: "__", env: map[string]string{"a__b__KEY": "v"}, tenantID: "a__b", secret: "KEY", refused: "separator __"},
		{name: "the separator by a character of the name", tenant: true, separator: "__", env: map[string]string{"a___KEY": "v"}, tenantID: "a", secret: "_KEY", refused: "separator __"},
		{name: "without tenants every name is one", tenants: []string{"a", "a_b"}, env: map[string]string{"a_b_KEY": "v", "b_KEY": "w", "KEY": "x"}, tenantID: "a", secret: "a_b_KEY", want: "v"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{}
			for name, value := range tt.env {
				env["SECRET_"+name] = value
			}
			p := secret.NewEnvironment(lookup(env), secret.EnvironmentOptions{
				Prefix: "SECRET_", TenantAware: tt.tenant, ProcessAware: tt.process, Separator: tt.separator, Tenants: tt.tenants,
			})
			for _, c := range tt.earlier {
				_, _, err := p.Secret(t.Context(), c, "NONE")
				require.NoError(t, err)
			}
			job := secret.Context{TenantID: tt.tenantID, ProcessID: tt.procID}
			got, ok, err := p.Secret(t.Context(), job, tt.secret)
			if tt.refused == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.want != "", ok)
				assert.Equal(t, tt.want, got)
				return
			}
			assert.False(t, ok)
			assert.Empty(t, got)
			require.ErrorContains(t, err, tt.refused)
			require.ErrorContains(t, err, "camunda.connector.secretprovider.environment.separator")
			_, _, err = secret.NewResolver([]secret.Provider{p, everything{}}, secret.AllowAll{}).Resolve(t.Context(), job,
				[]secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.` + tt.secret + `}}"`)}})
			_, is := errors.AsType[*secret.AmbiguousError](err)
			assert.True(t, is, "no other provider is asked: %v", err)
		})
	}
}

func TestAMessageSaysThatAVariableLacksThePrefix(t *testing.T) {
	t.Parallel()
	ask := func(env map[string]string, o secret.EnvironmentOptions, name string) error {
		p := secret.NewEnvironment(lookup(env), o)
		_, _, err := secret.NewResolver([]secret.Provider{p}, secret.AllowAll{}).Resolve(t.Context(), secret.Context{TenantID: "a"},
			[]secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.` + name + `}}"`)}})
		return err
	}
	plain := secret.EnvironmentOptions{Prefix: "SECRET_"}
	require.EqualError(t, ask(map[string]string{"AWS_KEY": "v4lue"}, plain, "AWS_KEY"),
		"Secret with name 'AWS_KEY' is not available: the environment variable AWS_KEY is set, but without the prefix SECRET_ of secrets; rename it to SECRET_AWS_KEY")
	require.ErrorContains(t, ask(map[string]string{"MY_KEY": "v4lue"}, plain, "my.key"), "the environment variable MY_KEY is set, but without the prefix SECRET_ of secrets; rename it to SECRET_my.key")
	require.ErrorContains(t, ask(map[string]string{"KEY": "v4lue"}, secret.EnvironmentOptions{Prefix: "SECRET_", TenantAware: true}, "KEY"), "rename it to SECRET_a_KEY")
	require.EqualError(t, ask(map[string]string{"SECRET_KEY": "v4lue"}, secret.EnvironmentOptions{Prefix: "SECRET_", TenantAware: true}, "KEY"), "Secret with name 'KEY' is not available")
	require.EqualError(t, ask(nil, plain, "KEY"), "Secret with name 'KEY' is not available")
	require.EqualError(t, ask(map[string]string{"b_KEY": "v4lue"}, secret.EnvironmentOptions{TenantAware: true}, "b_KEY"), "Secret with name 'b_KEY' is not available")
}
