package lint

import (
	"encoding/json"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// quietly is what is found in a field that says this. That nothing catches the errors of an example is no fault of it.
func quietly(t *testing.T, name, value string) []Finding {
	t.Helper()
	piece := `<zeebe:input source="` + html.EscapeString(value) + `" target="` + name + `" />`
	if f, ok := connector.FieldNamed(name); ok && f.Place == connector.InHeader {
		piece = `<zeebe:header key="` + name + `" value="` + html.EscapeString(value) + `" />`
	} else if name == "retries" {
		piece = `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="` + value + `" />`
	}
	var rest []Finding
	for _, f := range check(t, strings.ReplaceAll(piece, "\n", "&#10;")) {
		if f.Rule != "uncaught-error" {
			rest = append(rest, f)
		}
	}
	return rest
}

// What the fields, the template and the guide show as examples is what a modeler copies.
func TestExamplesOfFieldsAreSound(t *testing.T) {
	t.Parallel()
	for _, f := range connector.Fields() {
		assert.Empty(t, quietly(t, f.Name, f.Example), f.Name)
	}
}

func TestExamplesOfTheTemplateAreSound(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../element-templates/aws-eventbridge.json")
	require.NoError(t, err)
	var template struct {
		Properties []struct {
			ID, Placeholder, Tooltip, Feel string
			Binding                        struct{ Name, Key, Property string }
		}
	}
	require.NoError(t, json.Unmarshal(data, &template))
	inCode := regexp.MustCompile(`(?s)<code>(.*?)</code>`)
	examples := 0
	for _, p := range template.Properties {
		field := p.Binding.Name + p.Binding.Key + p.Binding.Property
		if p.Placeholder != "" {
			text := p.Placeholder
			if p.Feel == "required" {
				text = "=" + text // the editor shows it
			}
			assert.Empty(t, quietly(t, field, text), p.ID)
			examples++
		}
		for _, found := range inCode.FindAllStringSubmatch(p.Tooltip, -1) {
			assert.Empty(t, quietly(t, field, html.UnescapeString(strings.ReplaceAll(found[1], "<br>", "\n"))), p.ID)
			examples++
		}
	}
	assert.Greater(t, examples, 15)
}

func TestExpressionsOfTheGuideAreSound(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/modeling.md")
	require.NoError(t, err)
	fields := []string{"input.detail", "input.events", "resultExpression", "errorExpression"}
	blocks := regexp.MustCompile("(?s)```feel\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Len(t, blocks, len(fields), "one for each of %v, in this order", fields)
	for i, block := range blocks {
		assert.Empty(t, quietly(t, fields[i], strings.TrimSpace(block[1])), fields[i])
	}
}

func TestEveryCodeOfTheErrorsPageIsKnown(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(rows), 8)
	for _, row := range rows {
		assert.Contains(t, knownCodes, row[1])
	}
}
