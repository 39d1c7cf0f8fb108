package config_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// TestAnEntryIsAClientWhateverItHolds: one that vanished would leave its jobs to nobody.
func TestAnEntryIsAClientWhateverItHolds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yaml string
		env        []string
		want       []string
	}{
		{name: "nothing", yaml: "camunda.clients: {a: , b: {}}\n", want: []string{"a", "b"}},
		{name: "nothing but null", yaml: "camunda.clients: {a: {physical-tenant-id: null}, b: {tenant-id: ~, auth: {client-id: ''}}}\n", want: []string{"a", "b"}},
		{name: "nothing but an empty object", yaml: "camunda.clients: {a: {auth: {}}, b: {auth: , cloud: {region: }}}\n", want: []string{"a", "b"}},
		{name: "nothing but that it is enabled", yaml: "camunda.clients: {a: {enabled: true}, b: {enabled: }}\n", want: []string{"a", "b"}},
		{name: "the same in variables", env: []string{"CAMUNDA_CLIENTS_A_ENABLED=true", "CAMUNDA_CLIENTS_B_PRIMARY=false"}, want: []string{"a", "b"}},
		{name: "nothing that has an effect here", yaml: "camunda.clients: {a: {execution-threads: 3}, b: {worker.override.x.enabled: true}}\n", want: []string{"a", "b"}},
		{name: "some that are not enabled", yaml: "camunda.clients: {a: {}, b: {enabled: false, physical-tenant-id: Not_Looked_At}}\n", env: []string{"CAMUNDA_CLIENTS_C_ENABLED=false"}, want: []string{"a"}},
		{name: "a variable wins over the file", yaml: "camunda.clients: {a: {}, b: {enabled: false}}\n", env: []string{"CAMUNDA_CLIENTS_B_ENABLED=true"}, want: []string{"a", "b"}},
		{name: "an empty placeholder", yaml: "camunda.clients: {a: {enabled: '${NONE:}'}, b: {}}\n", want: []string{"a", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all, _ := clientsOf(t, nil, tt.env, tt.yaml)
			assert.Equal(t, tt.want, slices.Sorted(maps.Keys(all)))
			for _, one := range all {
				assert.Equal(t, "localhost:26500", one.Gateway.Target)
			}
		})
	}
}

func TestTheAccountOfAClientThatIsNotEnabledSaysSo(t *testing.T) {
	t.Parallel()
	_, _, accounts, err := config.LoadWithAccounts([]string{"--client=b.tenant-id=x"}, []string{"CAMUNDA_CLIENTS_A_ENABLED=false", "CAMUNDA_CLIENTS_A_TENANTID=y"}, config.Files{})
	require.NoError(t, err)
	for _, a := range accounts {
		if a.Source != "flag" {
			assert.Equal(t, config.PassedOver, a.Fate, a.Name)
			assert.Equal(t, "the client is not enabled", a.Why, a.Name)
		}
	}
	assert.Len(t, accounts, 3)
}

func TestWhatFollowsForAClientNamesTheKeyThatWasGiven(t *testing.T) {
	t.Parallel()
	all, _ := clientsOf(t, nil, nil, "camunda: {client.tenant-id: x, clients: {a: {tenant-id: y, rest-address: 'http://localhost:1'}, b: {}}}\n")
	assert.Equal(t, `camunda.clients.a.worker.defaults.tenant-ids is "y" (follows from camunda.clients.a.tenant-id)`, all["a"].Origin("camunda.client.worker.defaults.tenant-ids"))
	assert.Equal(t, `camunda.clients.a.prefer-rest-over-grpc is "true" (follows from camunda.clients.a.rest-address, since no gRPC address is given)`, all["a"].Origin("camunda.client.prefer-rest-over-grpc"))
	assert.Contains(t, all["b"].Origin("camunda.client.worker.defaults.tenant-ids"), "(follows from camunda.client.tenant-id)")
}

// TestAHintNamesAVariableThatThereIs, which those of the Zeebe Go client have not for clients.
func TestAHintNamesAVariableThatThereIs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"CAMUNDA_CLIENTS_TENANT_A_ID": "unknown environment variable CAMUNDA_CLIENTS_TENANT_A_ID", "CAMUNDA_CLIENTS_A_SECRT": "unknown environment variable CAMUNDA_CLIENTS_A_SECRT",
		"CAMUNDA_CLIENTS_AB_GRPCADRESS": "did you mean CAMUNDA_CLIENTS_AB_GRPCADDRESS?",
	} {
		_, warnings, err := load(nil, []string{name + "=x"}, "")
		require.NoError(t, err)
		require.Len(t, warnings, 1)
		assert.True(t, strings.HasSuffix(warnings[0].Text, want), warnings[0].Text)
	}
}

// TestAChoiceOfOnAndOffTakesWhatYAMLMakesOfIt: a chart that has mode: ON gives true.
func TestAChoiceOfOnAndOffTakesWhatYAMLMakesOfIt(t *testing.T) {
	t.Parallel()
	const mode = "camunda.connector.secret-resolver.legacy.mode: "
	for _, text := range []string{"true", "True", "yes", "ON", "on"} {
		c, _, err := load(nil, nil, mode+text+"\n")
		require.NoError(t, err, text)
		assert.Equal(t, config.LegacyOn, c.Secrets.LegacyMode, text)
	}
	c, _, err := load(nil, nil, "connector.aws-eventbridge.with-lease: no\n")
	require.NoError(t, err)
	assert.Equal(t, config.LeaseOff, c.Worker.WithLease)
	_, _, err = load(nil, nil, mode+"maybe\n")
	require.Error(t, err)
}
