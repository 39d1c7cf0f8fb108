//go:build chart

package chart

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEveryWayToInstallPassesTheLinter(t *testing.T) {
	t.Parallel()
	for name, file := range values(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, all, err := helm(t, "lint", "--strict", chartFolder, "--values", file)
			require.NoError(t, err, all)
			assert.NotContains(t, all, "[WARNING]")
			assert.NotContains(t, all, "[INFO]")
		})
	}
}

func TestEveryWayToInstallRendersAsItDid(t *testing.T) {
	t.Parallel()
	files := values(t)
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, all, err := helm(t, "template", release, chartFolder, "--namespace", namespace, "--values", file)
			require.NoError(t, err, all)
			golden := filepath.Join("testdata", name+".yaml")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "make chart-test TESTFLAGS=-update writes it")
			assert.Equal(t, string(want), got, "make chart-test TESTFLAGS=-update takes it over")
		})
	}
	goldens, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, g := range goldens {
		assert.Contains(t, files, strings.TrimSuffix(filepath.Base(g), ".yaml"), "%s belongs to no values", g)
	}
}

// custom are the kinds whose schemas come with their operators, not with Kubernetes.
var custom = []string{"ServiceMonitor", "PodMonitor", "PrometheusRule", "ScaledObject"}

func TestEveryWayToInstallMeetsTheSchemasOfKubernetes(t *testing.T) {
	t.Parallel()
	for name, file := range values(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, all, err := helm(t, "template", release, chartFolder, "--namespace", namespace, "--values", file)
			require.NoError(t, err, all)
			path := filepath.Join(t.TempDir(), "rendered.yaml")
			require.NoError(t, os.WriteFile(path, []byte(out), 0o600))
			report, err := exec.CommandContext(t.Context(), tools["KUBERNETES_VALIDATE"], "--strict", "-k", "1.37", path).CombinedOutput()
			require.NoError(t, err, "%s", report)
			unknown := 0
			for _, o := range objects(t, out) {
				for _, kind := range custom {
					if o["kind"] == kind {
						unknown++
					}
				}
			}
			assert.Equal(t, len(objects(t, out))-unknown, strings.Count(string(report), " passed for resource "), "%s", report)
		})
	}
}

func TestTheSchemasOfKubernetesCatchAMisspeltField(t *testing.T) {
	t.Parallel()
	out, _, err := helm(t, "template", release, chartFolder, "--set", gateway)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "rendered.yaml")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(out, "maxUnavailable: 1", "maxUnavailabel: 1", 1)), 0o600))
	report, err := exec.CommandContext(t.Context(), tools["KUBERNETES_VALIDATE"], "--strict", "-k", "1.37", path).CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(report), "maxUnavailabel")
}
