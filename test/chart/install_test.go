//go:build chartserver

package chart

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOnARealAPIServer(t *testing.T) {
	s := startServer(t)
	s.prepare(t)
	// One after another: they share the release's name.
	for name, file := range values(t) {
		t.Run("admitted/"+name, func(t *testing.T) { s.admitted(t, file) })
	}
	t.Run("restricted", s.restricted)
	t.Run("a release's life", s.aLife)
	t.Run("a refused upgrade", s.aRefusedUpgrade)
}

// admitted sends every object to the server, which checks it strictly and stores nothing.
func (s *server) admitted(t *testing.T, file string) {
	t.Helper()
	all, err := template(t, chartFolder, "--values", file)
	require.NoError(t, err)
	for _, o := range all {
		if o["kind"] == "Pod" { // the service account must be there, and not every way to install is as restricted as the namespace
			_, _, err := s.call(t, http.MethodPost, "/api/v1/namespaces/monitoring/serviceaccounts", object{"metadata": object{"name": "chart-test"}})
			require.NoError(t, err)
			o["metadata"].(object)["namespace"] = "monitoring"
			o["spec"].(object)["serviceAccountName"] = "chart-test"
		}
		s.must(t, http.MethodPost, collection(t, o)+"?dryRun=All&fieldValidation=Strict", o)
	}
}

// restricted makes the deployment's pod in a namespace that enforces the restricted standard, and one that is not, which
// shows that it is enforced.
func (s *server) restricted(t *testing.T) {
	for name, file := range values(t) {
		if name == "bare" { // which switches the security contexts off
			continue
		}
		all, err := template(t, chartFolder, "--values", file, "--set", "serviceAccount.enabled=false,priorityClass.create=false")
		require.NoError(t, err)
		s.must(t, http.MethodPost, "/api/v1/namespaces/"+namespace+"/serviceaccounts?dryRun=All", object{"metadata": object{"name": "default"}})
		spec, container := pod(t, all)
		spec.(object)["serviceAccountName"] = "chart-test"
		// What users add is theirs to secure.
		delete(spec.(object), "initContainers")
		spec.(object)["containers"] = []any{container}
		try := func() (int, object) {
			status, answer, err := s.call(t, http.MethodPost, "/api/v1/namespaces/"+namespace+"/pods?dryRun=All&fieldValidation=Strict", object{"metadata": object{"name": "p"}, "spec": spec})
			require.NoError(t, err)
			return status, answer
		}
		_, _, err = s.call(t, http.MethodPost, "/api/v1/namespaces/"+namespace+"/serviceaccounts", object{"metadata": object{"name": "chart-test"}})
		require.NoError(t, err)
		status, answer := try()
		require.Equal(t, http.StatusCreated, status, "%s: %v", name, answer["message"])
		container.(object)["securityContext"].(object)["allowPrivilegeEscalation"] = true
		status, answer = try()
		require.Equal(t, http.StatusForbidden, status)
		require.Contains(t, answer["message"], "allowPrivilegeEscalation")
	}
}

// run runs Helm against the server, and logs what it says.
func (s *server) run(t *testing.T, args ...string) string {
	t.Helper()
	_, all, err := helm(t, append(args, "--kubeconfig", s.kubeconfig, "--namespace", namespace)...)
	t.Logf("helm %s\n%s", strings.Join(args, " "), all)
	require.NoError(t, err)
	assert.NotContains(t, all, "would violate PodSecurity")
	return all
}

// deployment returns what the server holds.
func (s *server) deployment(t *testing.T) object {
	t.Helper()
	return s.must(t, http.MethodGet, "/apis/apps/v1/namespaces/"+namespace+"/deployments/camunda-eventbridge-connector", nil)
}

// left counts what there is of the release, Helm's own records apart.
func (s *server) left(t *testing.T) (names []string) {
	t.Helper()
	for kind, pattern := range resources {
		where := pattern
		if strings.Contains(pattern, "%s") {
			where = fmt.Sprintf(pattern, namespace)
		}
		list := s.must(t, http.MethodGet, where+"?labelSelector=app.kubernetes.io/instance="+release, nil)
		items, _ := list["items"].([]any)
		for _, item := range items {
			names = append(names, kind+"/"+at(item, "metadata/name").(string))
		}
	}
	return names
}

const first = "spec/template/spec/containers/0/"

// aLife installs, upgrades to everything that can be switched on, rolls back and uninstalls.
func (s *server) aLife(t *testing.T) {
	s.run(t, "install", release, chartFolder, "--values", chartFolder+"/ci/default-values.yaml")
	assert.ElementsMatch(t, []string{
		"Deployment/camunda-eventbridge-connector", "Service/camunda-eventbridge-connector", "ServiceAccount/camunda-eventbridge-connector",
		"PodDisruptionBudget/camunda-eventbridge-connector",
	}, s.left(t))
	assert.InDelta(t, 2, at(s.deployment(t), "spec/replicas"), 0)

	more := []string{
		gateway, "image.tag=next", "gracePeriodSeconds=60", "networkPolicy.enabled=true", "serviceMonitor.enabled=true", "priorityClass.create=true",
		"autoscaling.enabled=true", "autoscaling.maxReplicas=4", "configuration.camunda.client.keep-alive=PT30S",
	}
	s.run(t, append([]string{"upgrade", release, chartFolder}, set(more)...)...)
	deployed := s.deployment(t)
	assert.Equal(t, "ghcr.io/eventbridge-connector/eventbridge-connector:next", at(deployed, first+"image"))
	assert.InDelta(t, 70, at(deployed, "spec/template/spec/terminationGracePeriodSeconds"), 0)
	assert.Len(t, s.left(t), 9)
	// What an autoscaler does, as itself: Helm is no longer to touch the number.
	s.must(t, http.MethodPut, "/apis/apps/v1/namespaces/"+namespace+"/deployments/camunda-eventbridge-connector/scale?fieldManager=autoscaler", object{
		"metadata": object{"name": "camunda-eventbridge-connector", "namespace": namespace}, "spec": object{"replicas": 4},
	})

	s.run(t, "upgrade", release, chartFolder, "--set", gateway, "--set", "autoscaling.enabled=true", "--set", "autoscaling.kind=keda")
	assert.Contains(t, s.left(t), "ScaledObject/camunda-eventbridge-connector")
	assert.NotContains(t, s.left(t), "HorizontalPodAutoscaler/camunda-eventbridge-connector")
	assert.InDelta(t, 4, at(s.deployment(t), "spec/replicas"), 0, "an upgrade leaves what autoscaling decided")

	s.run(t, "rollback", release, "1")
	deployed = s.deployment(t)
	assert.InDelta(t, 30, at(deployed, "spec/template/spec/terminationGracePeriodSeconds"), 0)
	assert.InDelta(t, 2, at(deployed, "spec/replicas"), 0)
	assert.Len(t, s.left(t), 4)
	s.run(t, "history", release)

	s.run(t, "uninstall", release)
	assert.Empty(t, s.left(t))
}

// aRefusedUpgrade leaves the release as it was.
func (s *server) aRefusedUpgrade(t *testing.T) {
	s.run(t, "install", release, chartFolder, "--set", gateway)
	before := s.deployment(t)
	for _, wrong := range []string{"maxJobsActive=many", "terminationGracePeriodSeconds=5"} {
		_, all, err := helm(t, "upgrade", release, chartFolder, "--set", gateway, "--set", wrong, "--kubeconfig", s.kubeconfig, "--namespace", namespace)
		require.Error(t, err)
		assert.Contains(t, all, strings.Split(wrong, "=")[0])
	}
	assert.Equal(t, at(before, "metadata/resourceVersion"), at(s.deployment(t), "metadata/resourceVersion"))
	s.run(t, "uninstall", release)
}
