//go:build chart

package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTwoValuesSuffice(t *testing.T) {
	t.Parallel()
	all := render(t, "secrets.existingSecret=aws-credentials")
	spec, container := pod(t, all)
	env := environment(t, all)
	assert.Equal(t, "http://camunda-zeebe-gateway:26500", env["CAMUNDA_CLIENT_GRPCADDRESS"])
	assert.Equal(t, "/etc/eventbridge-connector/secrets", env["CAMUNDA_CONNECTOR_SECRETPROVIDER_FILES_DIRECTORY"])
	assert.Equal(t, "/etc/eventbridge-connector/secrets", at(container, "volumeMounts/0/mountPath"))
	assert.Equal(t, at(container, "volumeMounts/0/name"), at(spec, "volumes/0/name"))
	assert.Equal(t, "aws-credentials", at(spec, "volumes/0/secret/secretName"))
	assert.Equal(t, []any{"run"}, at(container, "args"))
	for _, o := range all {
		assert.Equal(t, namespace, at(o, "metadata/namespace"), "%s", o["kind"])
	}
}

func TestThePodsMeetTheRestrictedStandard(t *testing.T) {
	t.Parallel()
	spec, container := pod(t, render(t))
	assert.Equal(t, true, at(spec, "securityContext/runAsNonRoot"))
	assert.Equal(t, 65532, at(spec, "securityContext/runAsUser"))
	assert.Equal(t, "RuntimeDefault", at(spec, "securityContext/seccompProfile/type"))
	assert.Equal(t, false, at(container, "securityContext/allowPrivilegeEscalation"))
	assert.Equal(t, true, at(container, "securityContext/readOnlyRootFilesystem"))
	assert.Equal(t, []any{"ALL"}, at(container, "securityContext/capabilities/drop"))
	assert.Equal(t, false, at(spec, "automountServiceAccountToken"))
	assert.Equal(t, false, at(spec, "enableServiceLinks"), "ZEEBE_PORT of a service would be taken for a setting")
	for _, path := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		assert.Nil(t, at(spec, path))
	}
}

func TestTheTimeToEndFollowsTheDrain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		settings    []string
		grace       string
		termination int
	}{
		{name: "as it comes", grace: "20s", termination: 30},
		{name: "longer drain", settings: []string{"gracePeriodSeconds=120"}, grace: "120s", termination: 130},
		{name: "longer still", settings: []string{"gracePeriodSeconds=120", "terminationGracePeriodSeconds=300"}, grace: "120s", termination: 300},
		{name: "no drain", settings: []string{"gracePeriodSeconds=0"}, grace: "0s", termination: 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all := render(t, tt.settings...)
			spec, _ := pod(t, all)
			assert.Equal(t, tt.grace, environment(t, all)["CONNECTOR_AWS_EVENTBRIDGE_GRACEPERIOD"])
			assert.Equal(t, tt.termination, at(spec, "terminationGracePeriodSeconds"))
		})
	}
}

func TestGoKnowsTheMemoryLimit(t *testing.T) {
	t.Parallel()
	tests := []struct{ limit, want string }{
		{"128Mi", "102MiB"}, {"1Gi", "819MiB"}, {"0.5Gi", "409MiB"}, {"256M", "195MiB"}, {"134217728", "102MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.limit, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, environment(t, render(t, "resources.limits.memory="+tt.limit))["GOMEMLIMIT"])
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, environment(t, render(t, "resources=null")), "GOMEMLIMIT")
	})
	t.Run("no quantity", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, refused(t, gateway, "resources.limits.memory=128MB"), `resources.limits.memory: "128MB"`)
	})
}

func TestProbesAskThePathsOfTheActuator(t *testing.T) {
	t.Parallel()
	_, container := pod(t, render(t, "service.serverPort=9090", "readinessProbe.periodSeconds=7"))
	assert.Equal(t, "/actuator/health/readiness", at(container, "readinessProbe/httpGet/path"))
	assert.Equal(t, 7, at(container, "readinessProbe/periodSeconds"))
	assert.Equal(t, "/actuator/health/liveness", at(container, "livenessProbe/httpGet/path"))
	assert.Equal(t, "/actuator/health/startup", at(container, "startupProbe/httpGet/path"))
	assert.Equal(t, at(container, "ports/0/name"), at(container, "readinessProbe/httpGet/port"))
	assert.Equal(t, 9090, at(container, "ports/0/containerPort"))
	_, container = pod(t, render(t, "startupProbe.enabled=false", "readinessProbe.enabled=false", "livenessProbe.enabled=false"))
	for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
		assert.Nil(t, at(container, probe))
	}
}

func TestPodsSpreadOverNodesAndZonesByTheirLabels(t *testing.T) {
	t.Parallel()
	all := render(t)
	spec, _ := pod(t, all)
	selector := at(get(t, all, "Deployment"), "spec/selector/matchLabels")
	require.NotEmpty(t, selector)
	for i, key := range []string{"kubernetes.io/hostname", "topology.kubernetes.io/zone"} {
		constraint := at(spec, "topologySpreadConstraints").([]any)[i]
		assert.Equal(t, key, at(constraint, "topologyKey"))
		assert.Equal(t, selector, at(constraint, "labelSelector/matchLabels"))
	}
}

func TestAutoscalingDecidesTheReplicas(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 5, at(get(t, render(t, "replicas=5"), "Deployment"), "spec/replicas"))
	assert.Equal(t, 0, at(get(t, render(t, "replicas=0"), "Deployment"), "spec/replicas"))
	assert.Nil(t, at(get(t, render(t, "autoscaling.enabled=true"), "Deployment"), "spec/replicas"))
}

func TestAnUpgradeTakesNoWorkerAwayBeforeAnotherTakesJobs(t *testing.T) {
	t.Parallel()
	strategy := at(get(t, render(t), "Deployment"), "spec/strategy/rollingUpdate")
	assert.Equal(t, 0, at(strategy, "maxUnavailable"))
	assert.Equal(t, 1, at(strategy, "maxSurge"))
}

func TestTheImageIsNamedByTagOrDigest(t *testing.T) {
	t.Parallel()
	digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	tests := []struct {
		name     string
		settings []string
		want     string
	}{
		{"tag", []string{"image.tag=1.2.3"}, "ghcr.io/eventbridge-connector/eventbridge-connector:1.2.3"},
		{"digest wins", []string{"image.tag=1.2.3", "image.digest=" + digest}, "ghcr.io/eventbridge-connector/eventbridge-connector@" + digest},
		{"no registry", []string{"image.registry=", "image.repository=connector", "image.tag=v1"}, "connector:v1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, container := pod(t, render(t, tt.settings...))
			assert.Equal(t, tt.want, at(container, "image"))
		})
	}
}

func TestWhatIsAddedToThePodArrives(t *testing.T) {
	t.Parallel()
	all := render(t,
		"env[0].name=HTTPS_PROXY", "env[0].value=http://proxy:3128", "envFrom[0].configMapRef.name=more",
		"extraVolumes[0].name=extra", "extraVolumeMounts[0].name=extra", "extraVolumeMounts[0].mountPath=/extra",
		"sidecars[0].name=beside", "initContainers[0].name=before", "podLabels.tier=worker", "podAnnotations.note=text",
		"image.pullSecrets[0].name=registry", "priorityClassName=high", "nodeSelector.arch=arm64", "dnsPolicy=Default",
		"tolerations[0].operator=Exists", "affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight=1", "dnsConfig.nameservers[0]=10.0.0.1", "annotations.owner=me",
		"commonLabels.team=integration", "prometheusAnnotations=true",
	)
	spec, container := pod(t, all)
	assert.Equal(t, "http://proxy:3128", environment(t, all)["HTTPS_PROXY"])
	deployment := get(t, all, "Deployment")
	for path, want := range map[string]any{
		"initContainers/0/name": "before", "containers/1/name": "beside", "volumes/0/name": "extra", "priorityClassName": "high",
		"imagePullSecrets/0/name": "registry", "nodeSelector/arch": "arm64", "dnsPolicy": "Default", "tolerations/0/operator": "Exists",
		"affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/weight": 1, "dnsConfig/nameservers/0": "10.0.0.1",
	} {
		assert.Equal(t, want, at(spec, path), path)
	}
	assert.Equal(t, "more", at(container, "envFrom/0/configMapRef/name"))
	assert.Equal(t, "/extra", at(container, "volumeMounts/0/mountPath"))
	for path, want := range map[string]any{
		"metadata/annotations/owner": "me", "metadata/labels/team": "integration", "spec/template/metadata/labels/team": "integration",
		"spec/template/metadata/labels/tier": "worker", "spec/template/metadata/annotations/note": "text",
		"spec/template/metadata/annotations/prometheus.io|scrape": "true", "spec/template/metadata/annotations/prometheus.io|port": "8080",
		"spec/template/metadata/annotations/prometheus.io|path": "/actuator/prometheus",
	} {
		assert.Equal(t, want, at(deployment, path), path)
	}
	assert.NotContains(t, at(deployment, "spec/selector/matchLabels"), "team", "a selector cannot change afterwards")
}

func TestRequestsAreSmall(t *testing.T) {
	t.Parallel()
	_, container := pod(t, render(t))
	assert.Equal(t, map[string]any{"cpu": "20m", "memory": "32Mi"}, at(container, "resources/requests"))
	assert.Equal(t, map[string]any{"memory": "128Mi"}, at(container, "resources/limits"))
}
