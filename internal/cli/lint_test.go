package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/examples"
)

func TestLint(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	sound := write("sound.bpmn", string(examples.OrderPlaced))
	broken := write("models/deep/broken.bpmn", strings.Replace(string(examples.OrderPlaced), "eventId: entries[1]", "eventId: entries[1", 1))
	doubtful := write("doubtful.bpmn", strings.Replace(string(examples.OrderPlaced), "eventId: entries[1]", "eventId: entrys[1]", 1))
	decision := write("decision.dmn", `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" />`)
	seven := write("seven.bpmn", `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Platform" />`)
	write("mixed/new.bpmn", string(examples.OrderPlaced))
	sevenBelow := write("mixed/old/seven.bpmn", `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Platform" />`)
	write("mixed/old/seven-too.bpmn", `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="p"><bpmn:serviceTask id="t" camunda:class="X" /></bpmn:process></bpmn:definitions>`)
	entity := write("entity.bpmn", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`)
	write("empty/readme.txt", "no model")
	large := write("large.bpmn", strings.Repeat(" ", 5<<20))

	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"nothing is found", []string{sound}, ExitOK, []string{"1 file with 1 EventBridge task: 0 errors, 0 warnings"}},
		{"an error, with the place in the expression", []string{broken}, ExitFailure, []string{broken + ":24:11: error: PublishOrder: the expression in resultExpression does not parse: line 2, column", "[expression-syntax]", "^"}},
		{"a folder is looked through", []string{filepath.Join(folder, "models")}, ExitFailure, []string{broken + ":"}},
		{"a warning alone is no failure", []string{doubtful}, ExitOK, []string{"warning: PublishOrder:", "did you mean entries?", "0 errors, 1 warning"}},
		{"unless it shall be", []string{"--strict", doubtful}, ExitFailure, nil},
		{"a rule can be left out", []string{"--disable", "unknown-name", "--strict", doubtful}, ExitOK, nil},
		{"a decision model", []string{decision}, ExitUnreadable, []string{decision + ":1:1: error: this is a DMN decision model, expected a BPMN 2.0 model [unreadable]"}},
		{"a folder with models for Camunda 7", []string{filepath.Join(folder, "mixed")}, ExitOK, []string{"1 file with 1 EventBridge task: 0 errors, 0 warnings"}},
		{"a folder with nothing else", []string{filepath.Join(folder, "mixed", "old")}, ExitOK, []string{"0 files with 0 EventBridge tasks: 0 errors, 0 warnings"}},
		{"a model for Camunda 7 that is named beside its folder", []string{filepath.Join(folder, "mixed"), sevenBelow}, ExitUnreadable, []string{sevenBelow + ":1:1: error: this is a model for Camunda 7", "2 files with 1 EventBridge task: 1 error"}},
		{"a file that is named twice", []string{broken, filepath.Join(folder, "models"), filepath.Join(folder, "models", ".", "deep", "broken.bpmn")}, ExitFailure, []string{"1 file with 1 EventBridge task: 1 error"}},
		{"a model for Camunda 7, beside one that is sound", []string{seven, sound}, ExitUnreadable, []string{"this is a model for Camunda 7", "2 files with 1 EventBridge task: 1 error, 0 warnings"}},
		{"entities are not expanded", []string{entity}, ExitUnreadable, []string{"found <!DOCTYPE…>"}},
		{"a file that is too large", []string{large}, ExitUnreadable, []string{"more than 4 MiB"}},
		{"a file that is not there", []string{filepath.Join(folder, "none.bpmn")}, ExitUnreadable, []string{"no such file"}},
		{"a folder without models", []string{filepath.Join(folder, "empty")}, ExitUnreadable, nil},
		{"no file", nil, ExitUsage, nil},
		{"an unknown format", []string{"--format", "xml", sound}, ExitUsage, nil},
		{"an unknown rule", []string{"--disable", "aws-sorce", sound}, ExitUsage, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr strings.Builder
			code := Run(t.Context(), append([]string{"lint"}, tt.args...), nil, strings.NewReader(""), &stdout, &stderr)
			assert.Equal(t, tt.code, code, "%s%s", stdout.String(), stderr.String())
			for _, want := range tt.want {
				assert.Contains(t, stdout.String(), want)
			}
			if tt.code != ExitOK && stdout.Len() == 0 {
				assert.NotEmpty(t, stderr.String())
			}
		})
	}
}

func TestLint_FormatsForMachines(t *testing.T) {
	t.Parallel()
	model := strings.Replace(string(examples.OrderPlaced), `source="com.example.orders"`, `source="aws.orders"`, 1)
	var stdout, stderr strings.Builder
	code := Run(t.Context(), []string{"lint", "--format", "json", "-"}, nil, strings.NewReader(model), &stdout, &stderr)
	assert.Equal(t, ExitFailure, code, stderr.String())
	assert.JSONEq(t, `[{"file":"-","line":19,"column":11,"severity":"error","rule":"aws-source","task":"PublishOrder","field":"input.source",
		"message":"the source \"aws.orders\" begins with aws., which AWS keeps for its own services and rejects"}]`, stdout.String())
	stdout.Reset()
	assert.Equal(t, ExitFailure, Run(t.Context(), []string{"lint", "--format", "sarif", "-"}, nil, strings.NewReader(model), &stdout, &stderr))
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Locations []struct {
					PhysicalLocation struct{ Region struct{ StartLine int } }
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout.String()), &log))
	assert.Equal(t, "2.1.0", log.Version)
	run := log.Runs[0]
	require.Len(t, run.Results, 1)
	assert.Equal(t, run.Results[0].RuleID, run.Tool.Driver.Rules[run.Results[0].RuleIndex].ID)
	assert.Equal(t, "error", run.Results[0].Level)
	assert.Equal(t, 19, run.Results[0].Locations[0].PhysicalLocation.Region.StartLine)
}

func TestLint_CountsWhatItSkips(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "our models")
	require.NoError(t, os.Mkdir(folder, 0o755))
	for _, name := range []string{"a.bpmn", "b.bpmn"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(`<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Platform" />`), 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "c d.bpmn"), []byte(strings.Replace(string(examples.OrderPlaced), `source="com.example.orders"`, `source="aws.orders"`, 1)), 0o600))
	var stdout, stderr strings.Builder
	assert.Equal(t, ExitFailure, Run(t.Context(), []string{"lint", "--format", "sarif", folder}, nil, strings.NewReader(""), &stdout, &stderr))
	assert.Contains(t, stderr.String(), "2 models were skipped: for Camunda 7")
	assert.NotContains(t, stdout.String(), "Camunda 7 (")
	assert.Contains(t, stdout.String(), "/our%20models/c%20d.bpmn\"")
	assert.Contains(t, stdout.String(), `"uri": "file:///`)
	assert.Contains(t, stdout.String(), `"fullyQualifiedName": "PublishOrder/input.source"`)
	assert.Contains(t, stdout.String(), `"text": "input.source: the source`)
}
