//go:build chart

package chart

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImagesComeFromTheGlobalRegistry(t *testing.T) {
	t.Parallel()
	spec, container := pod(t, render(t, "global.imageRegistry=mirror.example.com/", "image.tag=v1", "global.imagePullSecrets[0]=a", "global.imagePullSecrets[1].name=b", "image.pullSecrets[0].name=b", "image.pullSecrets[1].name=c"))
	assert.Equal(t, "mirror.example.com/eventbridge-connector/eventbridge-connector:v1", at(container, "image"))
	assert.Equal(t, []any{object{"name": "a"}, object{"name": "b"}, object{"name": "c"}}, at(spec, "imagePullSecrets"))
	spec, _ = pod(t, render(t, "global.other=x"))
	assert.Nil(t, at(spec, "imagePullSecrets"))
}

func TestWhatIsAddedToTheObjectsArrives(t *testing.T) {
	t.Parallel()
	all, err := template(t, chartFolder, "--values", chartFolder+"/ci/additions-values.yaml")
	require.NoError(t, err)
	spec, container := pod(t, all)
	assert.Equal(t, 5, at(get(t, all, "Deployment"), "spec/minReadySeconds"))
	assert.Equal(t, 3, at(container, "lifecycle/preStop/sleep/seconds"))
	assert.Equal(t, "10.0.0.7", at(spec, "hostAliases/0/ip"))
	for _, kind := range []string{"Service", "ServiceAccount"} {
		assert.Equal(t, "integration", at(get(t, all, kind), "metadata/labels/team"), kind)
	}
	assert.Nil(t, at(get(t, all, "Deployment"), "metadata/labels/team"))
	var names []any
	for _, o := range all {
		if o["kind"] == "ConfigMap" {
			names = append(names, at(o, "metadata/name"))
		}
	}
	assert.ElementsMatch(t, []any{"camunda-more", "camunda-eventbridge-connector-text"}, names, "templates in further objects are filled in")
}

// TestTheTestPodIsAWorkerThatChecks holds the pod of "helm test" against the deployment's.
func TestTheTestPodIsAWorkerThatChecks(t *testing.T) {
	t.Parallel()
	for name, file := range values(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := template(t, chartFolder, "--values", file, "--set", "helmTest.enabled=true")
			require.NoError(t, err)
			test := get(t, all, "Pod")
			spec, container := pod(t, all)
			assert.Equal(t, "test", at(test, "metadata/annotations/helm.sh|hook"))
			assert.Equal(t, []any{"check"}, at(test, "spec/containers/0/args"))
			assert.Equal(t, "Never", at(test, "spec/restartPolicy"))
			for _, field := range []string{"image", "env", "envFrom", "volumeMounts", "securityContext", "resources"} {
				assert.Equal(t, at(container, field), at(test, "spec/containers/0/"+field), field)
			}
			for _, field := range []string{"serviceAccountName", "securityContext", "volumes", "imagePullSecrets", "nodeSelector", "tolerations", "dnsConfig", "hostAliases", "enableServiceLinks"} {
				assert.Equal(t, at(spec, field), at(test, "spec/"+field), field)
			}
			selector := at(get(t, all, "Deployment"), "spec/selector/matchLabels").(object)
			assert.NotEqual(t, selector["app.kubernetes.io/name"], at(test, "metadata/labels/app.kubernetes.io|name"), "no service and no budget counts it")
			assert.Equal(t, selector["app.kubernetes.io/instance"], at(test, "metadata/labels/app.kubernetes.io|instance"))
		})
	}
	assert.Nil(t, find(t, render(t, "helmTest.enabled=false"), "Pod"))
}

// TestTheValueBehindEveryVariableIsKnown holds the list for messages against the variables that the chart sets.
func TestTheValueBehindEveryVariableIsKnown(t *testing.T) {
	t.Parallel()
	env, err := os.ReadFile(chartFolder + "/templates/_env.tpl")
	require.NoError(t, err)
	list, err := os.ReadFile(chartFolder + "/templates/_refused.tpl")
	require.NoError(t, err)
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^- name: ([A-Z_]+)$`).FindAllStringSubmatch(string(env), -1) {
		names[m[1]] = true
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([A-Z_]+): [a-zA-Z.]+$`).FindAllStringSubmatch(string(list), -1) {
		listed[m[1]] = true
	}
	assert.Equal(t, names, listed)
}
