//go:build chart

package chart

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestWhatCannotWorkIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	without := func(i int) []string {
		settings := []string{gateway}
		settings = append(settings, client[:i]...)
		return append(settings, client[i+1:]...)
	}
	tests := []struct {
		name     string
		settings []string
		want     string
	}{
		{"no address", nil, "grpcAddress is not set: expected the gateway's address"},
		{"REST without its address", []string{gateway, "preferRest=true"}, "restAddress is not set beside preferRest: true"},
		{"two clusters", append(client, gateway, "saas.clusterId=c", "saas.region=r"), "are both set; expected one cluster"},
		{"SaaS without a region", append(client, "saas.clusterId=c"), "saas.region is not set"},
		{"SaaS without OAuth", []string{"saas.clusterId=c", "saas.region=r"}, "expected oidc"},
		{"OAuth without a client", without(1), "oidc.clientId is not set"},
		{"OAuth without a token endpoint", without(2), "oidc.tokenUrl is not set"},
		{"OAuth with two", append(client, gateway, "security.authentication.oidc.issuerUrl=http://keycloak/realm"), "are both set; expected one of them"},
		{"OAuth without a secret", without(3), "expected camunda-platform's secret"},
		{"OAuth without a key", without(4), "expected camunda-platform's secret"},
		{"basic without a password", []string{gateway, "security.authentication.method=basic", "security.authentication.basic.username=u"}, "which method basic needs"},
		{"killed before the drain ends", []string{gateway, "gracePeriodSeconds=60", "terminationGracePeriodSeconds=60"}, "expected at least 65, or null"},
		{"two monitors", []string{gateway, "serviceMonitor.enabled=true", "podMonitor.enabled=true"}, "every metric would count twice"},
		{"a monitor without its service", []string{gateway, "serviceMonitor.enabled=true", "service.enabled=false"}, "needs service.enabled"},
		{"more at least than at most", []string{gateway, "autoscaling.enabled=true", "autoscaling.minReplicas=11"}, "autoscaling.minReplicas: 11 is more than autoscaling.maxReplicas: 10"},
		{"nothing to scale by", []string{gateway, "autoscaling.enabled=true", "autoscaling.hpaOnSlots=false"}, "has nothing to follow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, refused(t, tt.settings...), tt.want)
		})
	}
}

func TestTheSchemaNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, setting, path, want string
	}{
		{"unknown value", "grpcAdress=x", "", "'grpcAdress' not allowed"},
		{"unknown value within", "secrets.existingSecrets=x", "/secrets", "'existingSecrets' not allowed"},
		{"wrong type", "replicas=two", "/replicas", "want integer"},
		{"no member", "autoscaling.kind=vpa", "/autoscaling/kind", "'hpa', 'keda'"},
		{"out of range", "maxJobsActive=0", "/maxJobsActive", "minimum"},
		{"no address", "grpcAddress=http://a/path", "/grpcAddress", "does not match pattern"},
		{"no role", "aws.roleArn=eventbridge", "/aws/roleArn", "does not match pattern"},
		{"no port", "service.serverPort=99999", "/service/serverPort", "maximum"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			message := refused(t, gateway, tt.setting)
			assert.Contains(t, message, tt.want)
			assert.Contains(t, message, tt.path)
		})
	}
}

// TestWhatKubernetesWouldRefuseIsRefusedWithTheValuesName: each would be rendered twice, or refused by the server after half of
// the release was installed.
func TestWhatKubernetesWouldRefuseIsRefusedWithTheValuesName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, settings, want string }{
		{"a label of the selector", `commonLabels.app\.kubernetes\.io/name=x`, `commonLabels: "app.kubernetes.io/name" is set by the chart itself`},
		{"a label of the chart", `podLabels.helm\.sh/chart=x`, `podLabels: "helm.sh/chart" is set by the chart itself`},
		{"a label of all", "commonLabels.team=a,service.labels.team=b", `service.labels: "team" is set by commonLabels`},
		{"a label of a monitor", `serviceMonitor.labels.app\.kubernetes\.io/instance=x`, `serviceMonitor.labels: "app.kubernetes.io/instance" is set by the chart itself`},
		{"a label with a blank", "commonLabels.team=a b", "/commonLabels/team"},
		{"a label with a wrong name", "podLabels.a b=c", `podLabels: "a b" is no name that Kubernetes allows`},
		{"an annotation with a wrong name", "dashboards.annotations.a b=c", `dashboards.annotations: "a b" is no name`},
		{"an annotation of the chart", `podAnnotations.kubectl\.kubernetes\.io/default-container=x`, `podAnnotations: "kubectl.kubernetes.io/default-container" is set by the chart itself`},
		{"an annotation of the role", `aws.roleArn=arn:aws:iam::123456789012:role/r,serviceAccount.annotations.eks\.amazonaws\.com/role-arn=x`, "is set by aws.roleArn"},
		{"a variable of the chart", "aws.region=a,env[0].name=AWS_REGION", `env: "AWS_REGION" is set by aws.region`},
		{"a variable of the chart, spelt otherwise", "env[0].name=CAMUNDA_CLIENT_GRPC_ADDRESS", `env: "CAMUNDA_CLIENT_GRPCADDRESS" is set by grpcAddress`},
		{"a variable twice", "env[0].name=A,env[1].name=A", `env: "A" is there twice`},
		{"a volume of the chart", "extraVolumes[0].name=secrets", `extraVolumes: "secrets" is the name of a volume of the chart itself`},
		{"a volume twice", "extraVolumes[0].name=a,extraVolumes[1].name=a", `extraVolumes: "a" is there twice`},
		{"a mount without a volume", "extraVolumeMounts[0].name=a,extraVolumeMounts[0].mountPath=/a", `extraVolumeMounts: there is no volume "a"`},
		{"a mount over the chart's", "secrets.existingSecret=s,extraVolumeMounts[0].name=secrets,extraVolumeMounts[0].mountPath=/etc/eventbridge-connector/secrets/", "is mounted twice"},
		{"a container with the worker's name", "sidecars[0].name=connector", `sidecars: "connector" is the name of the worker`},
		{"two containers with one name", "sidecars[0].name=a,initContainers[0].name=a", `initContainers: "a" is the name of another container, in sidecars`},
		{"a budget of all", "podDisruptionBudget.minAvailable=2,replicas=1", "podDisruptionBudget.minAvailable: 2 of replicas: 1 lets no pod go"},
		{"a budget of all, in percent", "podDisruptionBudget.minAvailable=60%", "podDisruptionBudget.minAvailable: 60% of replicas: 2 lets no pod go"},
		{"a budget of the fewest", "podDisruptionBudget.minAvailable=2,autoscaling.enabled=true", "of autoscaling.minReplicas: 2 lets no pod go"},
		{"a budget of none", "podDisruptionBudget.maxUnavailable=0", "podDisruptionBudget.maxUnavailable: 0 lets no pod go"},
		{"a budget that is no number", "podDisruptionBudget.minAvailable=half", "/podDisruptionBudget/minAvailable"},
		{"a name with capitals", "fullnameOverride=Foo_Bar", "/fullnameOverride"},
		{"another name with capitals", "nameOverride=Foo", "/nameOverride"},
		{"a name of a secret", "secrets.existingSecret=Foo_Bar", "/secrets/existingSecret"},
		{"a name of a service account", "serviceAccount.name=-a", "/serviceAccount/name"},
		{"a key of a secret", "tls.ca.existingSecretKey=a/b", "/tls/ca/existingSecretKey"},
		{"a tag", "image.tag=a:b", "/image/tag"},
		{"a port's name", "service.serverName=8080", "/service/serverName"},
		{"a misspelt key of the worker", "configuration.camunda.client.grpc-addr=x", `configuration: unknown key "camunda.client.grpc-addr"`},
		{"a misspelt key of a client", "clients.a.grpc-addrss=x", `configuration: unknown key "camunda.clients.a.grpc-addrss"`},
		{"a key that no client has", "clients.a.server.port=1", `configuration: unknown key "camunda.clients.a.server.port"`},
		{"a misspelt dotted key of the worker", `configuration.camunda\.client\.worker\.defaults.max-job-active=1`, `configuration: unknown key "camunda.client.worker.defaults.max-job-active"`},
		{"a variable that is a number", "env[0].name=A,env[0].value=8080", "/env/0/value"},
		{"a toleration of a boolean", "tolerations[0].value=true", "/tolerations/0/value"},
		{"an object without a name", "extraObjects[0].kind=ConfigMap", "/extraObjects/0"},
		{"another port for health", "configuration.management.server.port=9600", `configuration: "management.server.port" would move health and metrics away from the probes`},
		{"another port for health by a variable", "env[0].name=MANAGEMENT_SERVER_PORT", `env: "MANAGEMENT_SERVER_PORT" would move health and metrics away from the probes`},
		{"a misspelt limit", "resources.limit.memory=1Gi", "'limit' not allowed"},
		{"a misspelt toleration", "tolerations[0].operater=Exists", "'operater' not allowed"},
		{"a misspelt affinity", "affinity.podAntiAffinity.requiredDuringScheduling=x", "'requiredDuringScheduling' not allowed"},
		{"a misspelt volume", "extraVolumes[0].name=a,extraVolumes[0].configmap.name=a", "'configmap' not allowed"},
		{"a misspelt variable", "env[0].name=A,env[0].valueForm.x=y", "'valueForm' not allowed"},
		{"a misspelt probe of a sidecar", "sidecars[0].name=a,sidecars[0].livenessProbe.httpget.path=/", "'httpget' not allowed"},
		{"a misspelt peer", "networkPolicy.awsTo[0].ipblock.cidr=10.0.0.0/8", "'ipblock' not allowed"},
		{"a misspelt security context", "podSecurityContext.runAsNonroot=true", "'runAsNonroot' not allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, refused(t, gateway, tt.settings), tt.want)
		})
	}
	t.Run("a release's name", func(t *testing.T) {
		t.Parallel()
		_, all, err := helm(t, "template", "1st", chartFolder, "--set", gateway)
		require.Error(t, err)
		assert.Contains(t, all, `fullnameOverride: "1st-eventbridge-connector" would be the name of the resources`)
	})
}

func TestWhatLooksLikeThatIsTaken(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{
		"podDisruptionBudget.minAvailable=1", "podDisruptionBudget.minAvailable=50%", "podDisruptionBudget.minAvailable=1,replicas=0",
		"podDisruptionBudget.enabled=false,podDisruptionBudget.maxUnavailable=0", "env[0].name=AWS_REGION",
		"podLabels.team=a,service.labels.team=b", "extraVolumes[0].name=more,extraVolumeMounts[0].name=more,extraVolumeMounts[0].mountPath=/more",
		"secrets.existingSecret=s,extraVolumeMounts[0].name=secrets,extraVolumeMounts[0].mountPath=/run/secrets",
		"configuration.camunda.client.keepAlive=PT30S", "configuration.camunda.client.deployment.x.y=1", `configuration.camunda\.client\.keep-alive=PT30S`,
	} {
		t.Run(settings, func(t *testing.T) {
			t.Parallel()
			assert.NotEmpty(t, render(t, settings))
		})
	}
}

func TestNamesOfOtherChartsAreRefusedWithOurs(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(chartFolder + "/files/other-names.yaml")
	require.NoError(t, err)
	var names map[string]string
	require.NoError(t, yaml.Unmarshal(content, &names))
	for _, name := range []string{"replicaCount", "extraEnv", "imagePullSecrets"} {
		require.Contains(t, names, name)
	}
	defaults, err := os.ReadFile(chartFolder + "/values.yaml")
	require.NoError(t, err)
	var values map[string]any
	require.NoError(t, yaml.Unmarshal(defaults, &values))
	for other, here := range names {
		assert.NotContains(t, values, other)
		assert.True(t, isValue(values, strings.Split(here, ".")), "%s is no value", here)
	}
	t.Run("one message each", func(t *testing.T) {
		t.Parallel()
		for _, other := range []string{"replicaCount", "extraEnv", "imagePullSecrets", "securityContext", "contextPath", "zeebe"} {
			assert.Contains(t, refused(t, gateway, other+"=1"), other+": there is no such value in this chart; set "+names[other])
		}
	})
}

// isValue says whether there is a value at a path. An empty mapping, such as lifecycle, is one.
func isValue(values map[string]any, path []string) bool {
	value, found := values[path[0]]
	if !found || len(path) == 1 {
		return found
	}
	inner, ok := value.(map[string]any)
	return ok && isValue(inner, path[1:])
}
