package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARESTAddressIsOneThatPathsCanBeAddedTo(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://h:1/v2?a=b", "http://h:1?", "http://h:1/#x", "http://h:1#", "h:1", "ftp://h", "http://u:p@h:1"} {
		_, _, err := load([]string{"--rest-address=" + address}, nil, "")
		require.ErrorContains(t, err, "expected an http or https URL with a host and without a query", address)
		assert.NotContains(t, err.Error(), "u:p")
	}
	for _, address := range []string{"https://H:1/v2/", "http://[::1]:1", "http://h/a/b//v2//", "https://h/%2Fx"} {
		c, _, err := load([]string{"--rest-address=" + address}, nil, "")
		require.NoError(t, err, address)
		assert.Equal(t, address, c.Gateway.RESTAddress)
	}
}

// TestARESTAddressOfAPhysicalTenant names the tenant of the client, and none other.
func TestARESTAddressOfAPhysicalTenant(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yaml string
		want       string // the tenant
		err        string
	}{
		{name: "named by the address alone", yaml: "camunda.client.rest-address: http://r:1/x/physical-tenants/t1/v2/\n", want: "t1"},
		{name: "beside a gRPC address", yaml: "camunda.client: {rest-address: 'http://r:1/physical-tenants/t1', grpc-address: 'http://g:1'}\n", want: "t1"},
		{name: "named twice", yaml: "camunda.client: {rest-address: 'http://r:1/physical-tenants/t1/v2', physical-tenant-id: t1}\n", want: "t1"},
		{name: "the default one", yaml: "camunda.client.rest-address: http://r:1/physical-tenants/default/v2\n", want: ""},
		{name: "a path that is none of a tenant", yaml: "camunda.client: {rest-address: 'http://r:1/physical-tenants/a/b', physical-tenant-id: t1}\n", want: "t1"},
		{
			name: "of another one", yaml: "camunda.client: {rest-address: 'http://r:1/x/physical-tenants/t1/v2', physical-tenant-id: t2}\n",
			err: `camunda.client.rest-address: found "http://r:1/x/physical-tenants/t1/v2" (app.yaml:1), expected the address without the physical tenant t1, such as http://r:1/x, since camunda.client.physical-tenant-id is "t2" (app.yaml:1)`,
		},
		{name: "of another one than the default", yaml: "camunda.client: {rest-address: 'http://r:1/physical-tenants/t1', physical-tenant-id: default}\n", err: "without the physical tenant t1"},
		{name: "of another client", yaml: "camunda: {client.rest-address: 'http://r:1/physical-tenants/t1', clients: {a: {}, b: {physical-tenant-id: t2}}}\n", err: "client b: camunda.client.rest-address: found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := load(nil, nil, tt.yaml)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, c.Gateway.PhysicalTenant)
		})
	}
}

// TestASchemeInCapitalsIsTheSameScheme: else an address would be taken for plaintext, and a downgrade for none.
func TestASchemeInCapitalsIsTheSameScheme(t *testing.T) {
	t.Parallel()
	c, warnings, err := load([]string{"--rest-address=HTTPS://R:1"}, []string{
		"CAMUNDA_CLIENT_CACERTIFICATEPATH=/ca.pem", "CAMUNDA_CLIENT_AUTH_CLIENTID=i", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET=s", "CAMUNDA_CLIENT_AUTH_ISSUERURL=HttpS://I/Realm",
	}, "")
	require.NoError(t, err)
	assert.Equal(t, "https://R:1", c.Gateway.RESTAddress)
	assert.Equal(t, "https://I/Realm/.well-known/openid-configuration", c.Auth.DiscoveryURL)
	assert.Empty(t, warnings)
}
