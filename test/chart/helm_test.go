//go:build chart || chartserver

package chart

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const (
	chartFolder = "../../deploy/helm/eventbridge-connector"
	release     = "camunda"
	namespace   = "camunda-8"
	gateway     = "grpcAddress=http://camunda-zeebe-gateway:26500"
)

// tools is where fetch installed them, by the names that it prints.
var tools = map[string]string{}

// fetch installs the tools of the tests.
func fetch(ctx context.Context, args ...string) error {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, "./fetch", args...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	for line := range strings.Lines(out.String()) {
		name, path, _ := strings.Cut(strings.TrimSpace(line), "=")
		tools[name] = path
	}
	return nil
}

// helm runs Helm and returns what it printed: to standard output, and in all.
func helm(t *testing.T, args ...string) (stdout, all string, err error) {
	t.Helper()
	var out, errors bytes.Buffer
	cmd := exec.CommandContext(t.Context(), tools["HELM"], args...)
	cmd.Stdout, cmd.Stderr = &out, &errors
	err = cmd.Run()
	return out.String(), out.String() + errors.String(), err
}

// object is one Kubernetes resource.
type object = map[string]any

// template renders the chart in folder, from which every test that changes nothing takes chartFolder.
func template(t *testing.T, folder string, args ...string) ([]object, error) {
	t.Helper()
	out, all, err := helm(t, append([]string{"template", release, folder, "--namespace", namespace}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, all)
	}
	return objects(t, out), nil
}

func objects(t *testing.T, text string) []object {
	t.Helper()
	var all []object
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var o map[string]any
		err := decoder.Decode(&o)
		if err == io.EOF { //nolint:errorlint // Decode returns it bare
			return all
		}
		require.NoError(t, err, text)
		if o != nil {
			all = append(all, o)
		}
	}
}

// render renders the chart with an address and further settings (--set).
func render(t *testing.T, settings ...string) []object {
	t.Helper()
	all, err := template(t, chartFolder, set(append([]string{gateway}, settings...))...)
	require.NoError(t, err)
	return all
}

// refused renders the chart, which is to fail, and returns the message.
func refused(t *testing.T, settings ...string) string {
	t.Helper()
	_, err := template(t, chartFolder, set(settings)...)
	require.Error(t, err, "the chart took %q", settings)
	return err.Error()
}

func set(settings []string) []string {
	var args []string
	for _, s := range settings {
		args = append(args, "--set", s)
	}
	return args
}

// find returns the one object of a kind, nil if there is none.
func find(t *testing.T, all []object, kind string) object {
	t.Helper()
	var found object
	for _, o := range all {
		if o["kind"] == kind {
			require.Nil(t, found, "more than one %s", kind)
			found = o
		}
	}
	return found
}

// get returns the one object of a kind.
func get(t *testing.T, all []object, kind string) object {
	t.Helper()
	o := find(t, all, kind)
	require.NotNil(t, o, "no %s", kind)
	return o
}

// at follows a path such as "spec/containers/0/env"; what is not there is nil.
func at(o any, path string) any {
	for part := range strings.SplitSeq(path, "/") {
		switch v := o.(type) {
		case map[string]any:
			o = v[strings.ReplaceAll(part, "|", "/")]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(v) {
				return nil
			}
			o = v[i]
		default:
			return nil
		}
	}
	return o
}

// pod returns the spec of the deployment's pods, and its one container of ours.
func pod(t *testing.T, all []object) (spec, container any) {
	t.Helper()
	spec = at(get(t, all, "Deployment"), "spec/template/spec")
	return spec, at(spec, "containers/0")
}

// environment returns the container's variables: the value, or where a secret's comes from.
func environment(t *testing.T, all []object) map[string]string {
	t.Helper()
	_, container := pod(t, all)
	vars := map[string]string{}
	for _, v := range at(container, "env").([]any) {
		name := at(v, "name").(string)
		require.NotContains(t, vars, name, "set twice")
		if value, ok := at(v, "value").(string); ok {
			vars[name] = value
			continue
		}
		vars[name] = fmt.Sprintf("secret %v key %v", at(v, "valueFrom/secretKeyRef/name"), at(v, "valueFrom/secretKeyRef/key"))
	}
	return vars
}

// values returns the files of the chart's folder ci by their names.
func values(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(chartFolder, "ci", "*-values.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	files := map[string]string{}
	for _, p := range paths {
		files[strings.TrimSuffix(filepath.Base(p), "-values.yaml")] = p
	}
	return files
}
