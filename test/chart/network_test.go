//go:build chart

package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ports lists the ports of a rule.
func ports(rule any) []int {
	var all []int
	list, _ := at(rule, "ports").([]any)
	for _, p := range list {
		all = append(all, at(p, "port").(int))
	}
	return all
}

func TestTheNetworkPolicyLetsThroughWhatIsNeeded(t *testing.T) {
	t.Parallel()
	all := render(t, append(client, "networkPolicy.enabled=true")...)
	policy := get(t, all, "NetworkPolicy")
	assert.Equal(t, at(get(t, all, "Deployment"), "spec/selector/matchLabels"), at(policy, "spec/podSelector/matchLabels"))
	assert.Equal(t, []any{"Ingress", "Egress"}, at(policy, "spec/policyTypes"))
	assert.Equal(t, []int{8080}, ports(at(policy, "spec/ingress/0")))
	assert.Equal(t, []int{53, 53}, ports(at(policy, "spec/egress/0")))
	assert.Equal(t, []int{26500, 80}, ports(at(policy, "spec/egress/1")), "gateway and token endpoint")
	assert.Equal(t, []int{443}, ports(at(policy, "spec/egress/2")))
	assert.Equal(t, "169.254.170.23/32", at(policy, "spec/egress/3/to/0/ipBlock/cidr"))
	assert.Len(t, at(policy, "spec/egress"), 4)
	assert.Nil(t, find(t, render(t), "NetworkPolicy"))
}

func TestTheNetworkPolicyCanBeNarrowed(t *testing.T) {
	t.Parallel()
	policy := get(t, render(t, "networkPolicy.enabled=true", "networkPolicy.podIdentityAgent=false",
		"networkPolicy.ingressFrom[0].podSelector.matchLabels.app=prometheus", "networkPolicy.gatewayTo[0].podSelector.matchLabels.app=zeebe",
		"networkPolicy.awsTo[0].ipBlock.cidr=10.0.0.0/8", "networkPolicy.gatewayPorts={9600}",
		"networkPolicy.extraIngress[0].ports[0].port=1", "networkPolicy.extraEgress[0].ports[0].port=2"), "NetworkPolicy")
	assert.Equal(t, "prometheus", at(policy, "spec/ingress/0/from/0/podSelector/matchLabels/app"))
	assert.Equal(t, "zeebe", at(policy, "spec/egress/1/to/0/podSelector/matchLabels/app"))
	assert.Equal(t, []int{26500, 9600}, ports(at(policy, "spec/egress/1")))
	assert.Equal(t, "10.0.0.0/8", at(policy, "spec/egress/2/to/0/ipBlock/cidr"))
	assert.Equal(t, []int{1}, ports(at(policy, "spec/ingress/1")))
	assert.Equal(t, []int{2}, ports(at(policy, "spec/egress/3")))
}

func TestTheGatewaysPortIsReadOfItsAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		address string
		want    int
	}{
		{"http://zeebe:26500", 26500}, {"https://zeebe.example.com", 443}, {"http://zeebe", 80}, {"zeebe:9", 9}, {"zeebe", 26500}, {"http://[fd00::1]:26501", 26501},
	}
	for _, tt := range tests {
		t.Run(tt.address, func(t *testing.T) {
			t.Parallel()
			all, err := template(t, chartFolder, "--set", "grpcAddress="+tt.address, "--set", "networkPolicy.enabled=true")
			require.NoError(t, err)
			assert.Equal(t, []int{tt.want}, ports(at(get(t, all, "NetworkPolicy"), "spec/egress/1")))
		})
	}
}

func TestTheServiceLeadsToThePods(t *testing.T) {
	t.Parallel()
	all := render(t, "service.serverPort=9090", "service.serverName=actuator", "service.annotations.note=text")
	service := get(t, all, "Service")
	_, container := pod(t, all)
	assert.Equal(t, at(get(t, all, "Deployment"), "spec/selector/matchLabels"), at(service, "spec/selector"))
	assert.Equal(t, 9090, at(service, "spec/ports/0/port"))
	assert.Equal(t, at(container, "ports/0/name"), at(service, "spec/ports/0/targetPort"))
	assert.Equal(t, "ClusterIP", at(service, "spec/type"))
	assert.Equal(t, "text", at(service, "metadata/annotations/note"))
	assert.Nil(t, find(t, render(t, "service.enabled=false"), "Service"))
}

func TestTheConfigurationIsAFileOfTheWorker(t *testing.T) {
	t.Parallel()
	all := render(t, "configuration.camunda.client.keep-alive=PT30S")
	spec, container := pod(t, all)
	file := get(t, all, "ConfigMap")
	assert.Equal(t, "camunda:\n  client:\n    keep-alive: PT30S\n", at(file, "data/application.yaml"))
	assert.Equal(t, at(file, "metadata/name"), at(spec, "volumes/0/configMap/name"))
	assert.Equal(t, at(container, "volumeMounts/0/mountPath").(string)+"/application.yaml", environment(t, all)["CONNECTOR_AWS_EVENTBRIDGE_CONFIG"])
	checksum := "spec/template/metadata/annotations/checksum|config"
	other := render(t, "configuration.camunda.client.keep-alive=PT31S")
	assert.NotEqual(t, at(get(t, all, "Deployment"), checksum), at(get(t, other, "Deployment"), checksum), "a change restarts the pods")
	assert.Nil(t, find(t, render(t), "ConfigMap"))
}
