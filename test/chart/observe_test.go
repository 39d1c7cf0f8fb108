//go:build chart

package chart

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
)

func TestMonitorsScrapeThePathOfTheActuator(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, kind, endpoints string }{
		{"serviceMonitor", "ServiceMonitor", "endpoints"},
		{"podMonitor", "PodMonitor", "podMetricsEndpoints"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			on := tt.name + "."
			all := render(t, on+"enabled=true", on+"labels.release=p", on+"namespace=monitoring", on+"interval=30s",
				on+"relabelings[0].action=labeldrop", on+"metricRelabelings[0].action=drop")
			monitor := get(t, all, tt.kind)
			endpoint := at(monitor, "spec/"+tt.endpoints+"/0")
			_, container := pod(t, all)
			assert.Equal(t, actuator.PathPrometheus, at(endpoint, "path"))
			assert.Equal(t, at(container, "ports/0/name"), at(endpoint, "port"))
			assert.Equal(t, "30s", at(endpoint, "interval"))
			assert.Equal(t, "labeldrop", at(endpoint, "relabelings/0/action"))
			assert.Equal(t, "drop", at(endpoint, "metricRelabelings/0/action"))
			assert.Equal(t, "p", at(monitor, "metadata/labels/release"))
			assert.Equal(t, "monitoring", at(monitor, "metadata/namespace"))
			assert.Equal(t, []any{namespace}, at(monitor, "spec/namespaceSelector/matchNames"))
			assert.Equal(t, at(get(t, all, "Deployment"), "spec/selector/matchLabels"), at(monitor, "spec/selector/matchLabels"))
			assert.Nil(t, find(t, render(t), tt.kind))
		})
	}
}

// chartWith copies the chart and puts files into it.
func chartWith(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "eventbridge-connector")
	require.NoError(t, os.CopyFS(folder, os.DirFS(chartFolder)))
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "files")))
	for name, content := range files {
		path := filepath.Join(folder, "files", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return folder
}

const rules = `groups:
  - name: connector
    interval: 30s
    rules:
      - alert: Down
        expr: up == 0
        annotations: {summary: "{{ $labels.pod }} is down"}
      - alert: Slow
        expr: vector(1)
`

func TestAlertRulesAreInstalledAsTheyAre(t *testing.T) {
	t.Parallel()
	folder := chartWith(t, map[string]string{"alerts/a.yaml": rules})
	on := []string{gateway, "prometheusRule.enabled=true"}
	all, err := template(t, folder, set(append(on, "prometheusRule.labels.release=p", "prometheusRule.namespace=monitoring"))...)
	require.NoError(t, err)
	rule := get(t, all, "PrometheusRule")
	assert.Equal(t, "p", at(rule, "metadata/labels/release"))
	assert.Equal(t, "monitoring", at(rule, "metadata/namespace"))
	assert.Equal(t, "30s", at(rule, "spec/groups/0/interval"))
	assert.Equal(t, "{{ $labels.pod }} is down", at(rule, "spec/groups/0/rules/0/annotations/summary"))
	assert.Len(t, at(rule, "spec/groups/0/rules"), 2)

	all, err = template(t, folder, set(append(on, "prometheusRule.disabled={Down}"))...)
	require.NoError(t, err)
	assert.Equal(t, "Slow", at(get(t, all, "PrometheusRule"), "spec/groups/0/rules/0/alert"))

	_, err = template(t, folder, set(append(on, "prometheusRule.disabled={Down,Slow}"))...)
	require.ErrorContains(t, err, "no alert rules")
	assert.Nil(t, find(t, render(t), "PrometheusRule"))
}

func TestDashboardsAreInstalledByteForByte(t *testing.T) {
	t.Parallel()
	const board = "{\n  \"title\": \"{{pod}}: $rate\"\n}"
	folder := chartWith(t, map[string]string{"dashboards/a.json": board + "\n", "dashboards/b.json": "{}\n"})
	on := []string{gateway, "dashboards.enabled=true", "dashboards.annotations.grafana_folder=Camunda", "dashboards.namespace=monitoring"}
	all, err := template(t, folder, set(on)...)
	require.NoError(t, err)
	boards := get(t, all, "ConfigMap")
	assert.Equal(t, map[string]any{"a.json": board + "\n", "b.json": "{}\n"}, boards["data"])
	assert.Equal(t, "1", at(boards, "metadata/labels/grafana_dashboard"))
	assert.Equal(t, "Camunda", at(boards, "metadata/annotations/grafana_folder"))
	assert.Equal(t, "monitoring", at(boards, "metadata/namespace"))
	_, err = template(t, chartWith(t, nil), set(on)...)
	require.ErrorContains(t, err, "no dashboards")
}

// TestTheChartInstallsWhatTheRepositoryHas holds the copies against deploy/grafana and deploy/prometheus; without a file
// there the chart has to say so.
func TestTheChartInstallsWhatTheRepositoryHas(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, copies, setting, kind string }{
		{"dashboards", "../../deploy/grafana/*.json", "files/dashboards/*.json", "dashboards.enabled=true", "ConfigMap"},
		{"alert rules", "../../deploy/prometheus/*alert*.y*ml", "files/alerts/*.yaml", "prometheusRule.enabled=true", "PrometheusRule"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sources, err := filepath.Glob(tt.source)
			require.NoError(t, err)
			held, err := filepath.Glob(filepath.Join(chartFolder, tt.copies))
			require.NoError(t, err)
			if len(held) == 0 {
				assert.Empty(t, sources, "make generate copies them")
				assert.Contains(t, refused(t, gateway, tt.setting), "this chart holds no "+tt.name)
				return
			}
			assert.NotNil(t, get(t, render(t, tt.setting), tt.kind))
		})
	}
}
