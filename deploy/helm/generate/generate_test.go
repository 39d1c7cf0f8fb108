package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sample = `# About the file.

# === A section ===

# @schema {"minimum": 1}
# -- How many | of them.
count: 2
group:
  # @schema {"enum": ["a", "b"]}
  # -- One of two.
  kind: a
# @schema {"additionalProperties": {"type": "string"}}
# -- Set as
# a whole.
labels:
  x: "1"
# -- A list.
list: []
# @schema {"kubernetes": "[]Toleration"}
# -- A type of Kubernetes.
tolerations: []
# @schema {"format": "key"}
# -- A key.
secret: ""
`

func TestTheSchemaFollowsValuesAndComments(t *testing.T) {
	t.Parallel()
	top, err := parse([]byte(sample))
	require.NoError(t, err)
	got, err := json.Marshal(document(top, map[string]string{"many": "count"})["properties"])
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"count": {"type": "integer", "default": 2, "minimum": 1, "description": "How many | of them."},
		"group": {"type": "object", "additionalProperties": false, "properties": {
			"kind": {"type": "string", "default": "a", "enum": ["a", "b"], "description": "One of two."}}},
		"labels": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Set as a whole."},
		"list": {"type": "array", "description": "A list."},
		"tolerations": {"type": "array", "items": {"$ref": "#/definitions/Toleration"}, "description": "A type of Kubernetes."},
		"secret": {"type": "string", "pattern": "^$|^[-._a-zA-Z0-9]+$", "description": "A key."},
		"many": {"deprecated": true, "description": "Refused: the value is called count here."},
		"enabled": {"type": "boolean", "description": "For a chart that this one is part of, as its condition; not used here."}
	}`, string(got))
	assert.Equal(t, false, document(top, nil)["additionalProperties"])
}

func TestAValueWithoutACommentIsRefused(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a:\n  b: 1\n":                   "line 2: a.b has no comment",
		"# Not a description.\na: 1\n":   "line 2: a has no comment",
		"# @schema {x}\n# -- A.\na: 1\n": "line 3: a: @schema",
		"- 1\n":                          "expected a mapping",
	} {
		_, err := parse([]byte(source))
		assert.ErrorContains(t, err, want)
	}
}

func TestFilesAreCopiedAndOldOnesGo(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "alerts")
	for name, content := range map[string]string{
		"alerts.yml": "groups: [{name: a}]\n", "alerts_test.yaml": "rule_files: [alerts.yml]\n", "prometheus.yaml": "scrape_configs: []\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(from, name), []byte(content), 0o600))
	}
	require.NoError(t, os.MkdirAll(to, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(to, "old.yaml"), nil, 0o600))
	require.NoError(t, copies(filepath.Join(from, "*.y*ml"), to, hasRules))
	entries, err := os.ReadDir(to)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	assert.Equal(t, "alerts.yaml", entries[0].Name())
}

// TestEveryValueOfTheChartIsInItsREADME sees to it that helm-docs wrote the page: it skips a chart that it cannot read, and ends
// with 0 all the same.
func TestEveryValueOfTheChartIsInItsREADME(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../eventbridge-connector/values.yaml")
	require.NoError(t, err)
	top, err := parse(source)
	require.NoError(t, err)
	page, err := os.ReadFile("../eventbridge-connector/README.md")
	require.NoError(t, err)
	rows := 0
	for values := top; len(values) > 0; values = values[1:] {
		v := values[0]
		if !v.leaf() {
			values = append(values, v.children...)
			continue
		}
		rows++
		assert.Contains(t, string(page), "\n| `"+v.path+"` | ", v.path)
		assert.Contains(t, string(page), " | "+strings.ReplaceAll(v.about, "|", `\|`)+" |\n", v.path)
	}
	assert.Greater(t, rows, 100)
}

// TestEveryTypeOfKubernetesIsThere: a reference that leads nowhere makes Helm refuse all values.
func TestEveryTypeOfKubernetesIsThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../eventbridge-connector/values.schema.json")
	require.NoError(t, err)
	known, used := definitions(), 0
	for _, part := range strings.Split(string(text), `"$ref": "#/definitions/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		assert.Contains(t, known, name)
		used++
	}
	assert.Greater(t, used, 50)
}
