//go:build chart

package chart

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPackagedChartRunsTheImageOfItsRelease(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, all, err := helm(t, "package", chartFolder, "--version", "1.2.3", "--app-version", "1.2.3", "--destination", folder)
	require.NoError(t, err, all)
	rendered, err := template(t, filepath.Join(folder, "eventbridge-connector-1.2.3.tgz"), "--set", gateway)
	require.NoError(t, err)
	_, container := pod(t, rendered)
	assert.Equal(t, "ghcr.io/eventbridge-connector/eventbridge-connector:1.2.3", at(container, "image"))
	assert.Equal(t, "1.2.3", at(get(t, rendered, "Deployment"), "metadata/labels/app.kubernetes.io|version"))
}

func TestTheChartCanBePartOfAnother(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "Chart.yaml"), []byte(`apiVersion: v2
name: whole
version: 1.0.0
dependencies:
  - name: eventbridge-connector
    version: "*"
    condition: eventbridge-connector.enabled
`), 0o600))
	require.NoError(t, os.CopyFS(filepath.Join(folder, "charts", "eventbridge-connector"), os.DirFS(chartFolder)))
	settings := []string{"eventbridge-connector." + gateway, "global.image.registry=elsewhere"}
	all, err := template(t, folder, set(append(settings, "eventbridge-connector.enabled=true"))...)
	require.NoError(t, err)
	assert.Equal(t, "camunda-eventbridge-connector", at(get(t, all, "Deployment"), "metadata/name"))
	all, err = template(t, folder, set(append(settings, "eventbridge-connector.enabled=false"))...)
	require.NoError(t, err)
	assert.Empty(t, all)
}
