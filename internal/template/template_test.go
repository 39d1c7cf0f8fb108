package template

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

//go:generate go test -run TestFilesAreUpToDate -update .

var update = flag.Bool("update", false, "write the files anew")

const root = "../../"

func TestFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"docs/fields.md": Reference()}
	for name, made := range All() {
		text, err := made.JSON()
		require.NoError(t, err)
		files["element-templates/"+name+".json"] = text
	}
	for name, want := range files {
		if *update {
			require.NoError(t, os.WriteFile(root+name, want, 0o644))
			continue
		}
		got, err := os.ReadFile(root + name)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s is not up to date: run make generate", name)
	}
}

// Modeler and the schema let pass what makes a field vanish: a group that nobody declared, a condition on a field that
// does not exist, two fields of one id, or two of one binding that can be there at the same time.
func TestTemplatesHoldTogether(t *testing.T) {
	t.Parallel()
	for name, made := range All() {
		groups, ids := map[string]bool{}, map[string]Property{}
		for _, g := range made.Groups {
			assert.False(t, groups[g.ID], g.ID)
			groups[g.ID] = true
		}
		used := map[string]bool{}
		for _, p := range made.Properties {
			assert.NotContains(t, ids, p.ID, name)
			ids[p.ID] = p
			if p.Type == "Hidden" {
				continue
			}
			assert.True(t, groups[p.Group], "%s is in the group %q, which is not declared", p.ID, p.Group)
			used[p.Group] = true
			assert.NotEmpty(t, p.Label, p.ID)
			assert.Empty(t, p.Description, "%s: what it means is in the tooltip", p.ID)
			assert.Contains(t, p.Tooltip, `<a href="`+docs, "%s links to its documentation", p.ID)
			if p.Type != "Dropdown" && p.Type != "Boolean" {
				assert.NotEmpty(t, p.Placeholder, "%s shows an example", p.ID)
			}
			if p.Optional {
				assert.False(t, p.Constraints != nil && p.Constraints.NotEmpty, "%s is optional and must not be empty", p.ID)
			}
		}
		assert.Len(t, used, len(made.Groups), "no group is empty")
		bindings := map[Binding][]Property{}
		for _, p := range made.Properties {
			for _, c := range flat(p.Condition) {
				other, ok := ids[c.Property]
				require.True(t, ok, "%s depends on %s, which does not exist", p.ID, c.Property)
				for _, v := range append(c.OneOf, c.Equals) {
					assert.True(t, v == "" || other.Type != "Dropdown" || offers(other, v), "%s depends on %s being %q, which it cannot be", p.ID, c.Property, v)
				}
			}
			for _, before := range bindings[p.Binding] {
				assert.True(t, exclude(before, p), "%s shares its binding with %s, which can be there at the same time", p.ID, before.ID)
			}
			bindings[p.Binding] = append(bindings[p.Binding], p)
		}
	}
}

func flat(c *Condition) []Condition {
	switch {
	case c == nil:
		return nil
	case len(c.AllMatch) > 0:
		return c.AllMatch
	}
	return []Condition{*c}
}

func offers(p Property, value string) bool {
	return slices.ContainsFunc(p.Choices, func(c Choice) bool { return c.Value == value })
}

// exclude says whether one of two properties is there only while the other is not.
func exclude(a, b Property) bool {
	without := func(p, other Property) bool {
		return slices.ContainsFunc(flat(p.Condition), func(c Condition) bool { return c.Property == other.ID && c.IsActive != nil && !*c.IsActive })
	}
	return without(a, b) || without(b, a)
}

// TestEveryElementHasItsTemplate: a service task, a send task, a message throw event and a message end event, each fixed and
// hybrid, under an id, a name and a file of its own. All offer the same.
func TestEveryElementHasItsTemplate(t *testing.T) {
	t.Parallel()
	all := All()
	for suffix, want := range map[string]ElementType{
		"":             {Value: "bpmn:ServiceTask"},
		"-send-task":   {Value: "bpmn:SendTask"},
		"-throw-event": {Value: "bpmn:IntermediateThrowEvent", EventDefinition: "bpmn:MessageEventDefinition"},
		"-end-event":   {Value: "bpmn:EndEvent", EventDefinition: "bpmn:MessageEventDefinition"},
	} {
		for base, id := range map[string]string{"aws-eventbridge": ID, "aws-eventbridge-hybrid": HybridID} {
			made, usual := all[base+suffix], all[base]
			require.NotNil(t, made, base+suffix)
			assert.Equal(t, want, made.ElementType)
			assert.Equal(t, id+strings.Replace(suffix, "-", ".", 1), made.ID)
			require.Len(t, made.Properties, len(usual.Properties))
			for i, p := range made.Properties {
				if p.ID != "elementTemplateId" {
					assert.Equal(t, usual.Properties[i], p)
				}
			}
		}
	}
	assert.Len(t, all, 8)
	names, ids := map[string]bool{}, map[string]bool{}
	for _, made := range all {
		assert.False(t, names[made.Name], made.Name)
		assert.False(t, ids[made.ID], made.ID)
		names[made.Name], ids[made.ID] = true, true
	}
}

// Credentials are marked, so that Modeler treats them as such.
func TestSecretsAreMarked(t *testing.T) {
	t.Parallel()
	for name, made := range All() {
		marked := map[string]bool{}
		for _, p := range made.Properties {
			if p.Secret {
				marked[p.Binding.Name] = true
			}
		}
		assert.Equal(t, map[string]bool{
			"authentication.accessKey": true, "authentication.secretKey": true, "authentication.sessionToken": true, "authentication.externalId": true,
		}, marked, name)
	}
}

// The templates offer every field of the connector, and none that it does not have, under the names of the contract: a
// task keeps its values when one template gives way to another.
func TestTemplatesOfferEveryField(t *testing.T) {
	t.Parallel()
	for _, made := range All() {
		offered := map[string]bool{}
		for _, p := range made.Properties {
			switch {
			case p.Type == "Hidden", p.Binding == typeBinding:
				continue
			case p.Binding.Type == "zeebe:input":
				offered[p.Binding.Name] = true
			default:
				offered[p.Binding.Key+p.Binding.Property] = true
			}
		}
		for _, f := range connector.Fields() {
			assert.True(t, offered[f.Name], "%s is not offered", f.Name)
			delete(offered, f.Name)
		}
		assert.Empty(t, offered)
	}
}

// Every field's link leads to a heading of the guide.
func TestLinksLeadToHeadings(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(root + "docs/modeling.md")
	require.NoError(t, err)
	headings := map[string]bool{}
	for line := range strings.SplitSeq(string(guide), "\n") {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			headings[strings.ReplaceAll(strings.ToLower(title), " ", "-")] = true
		}
	}
	anchors := regexp.MustCompile(`modeling\.md#([a-z-]+)"`)
	for _, made := range All() {
		for _, p := range made.Properties {
			for _, found := range anchors.FindAllStringSubmatch(p.Tooltip, -1) {
				assert.True(t, headings[found[1]], "%s links to #%s, which docs/modeling.md does not have", p.ID, found[1])
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		pattern        *Pattern
		accept, refuse []string
	}{
		{"region", regionPattern, []string{"eu-central-1", "us-gov-west-1", "ua-east-1", "us-isob-east-1", "ap-southeast-12"}, []string{"Frankfurt", "eu-central", "eu central 1", "EU-CENTRAL-1"}},
		{"endpoint", endpointPattern, []string{"http://localhost:4566", "https://vpce-1.events.eu-central-1.vpce.amazonaws.com", "localhost:4566"}, []string{"http://", "a b"}},
		{"bus", busPattern, []string{"default", "my.bus-1_x/y", "arn:aws:events:eu-central-1:123456789012:event-bus/orders"}, []string{"my bus", "büs"}},
		{"source", sourcePattern, []string{"com.example.orders", "awsome", "my.aws.app", strings.Repeat("x", 256)}, []string{"aws.ec2", "aws.", strings.Repeat("x", 257)}},
		{"detail type", detailTypePattern, []string{"Order Placed", strings.Repeat("ü", 128)}, []string{strings.Repeat("x", 129)}},
		{"object", objectPattern, []string{`{"a": 1}`, `{}`, " {\n \"a\": {}\n} "}, []string{`{orderId: order.id}`, `[1]`, `"text"`, `{"a": 1`, "order"}},
		{"role", rolePattern, []string{"arn:aws:iam::123456789012:role/x/y", "arn:aws-us-gov:iam::123456789012:role/x"}, []string{"x", "arn:aws:iam::1:role/x", "arn:aws:iam::123456789012:user/x"}},
		{"duration", durationPattern, []string{"PT10S", "P1D", "PT0.25S", "P1DT2H", "pt5s", "PT1H30M"}, []string{"10s", "PT", "P1Y", "P1M", "PT5", "5M"}},
		{"retries", retriesPattern, []string{"0", "3"}, []string{"-1", "three", "1.5"}},
		{"variable", variablePattern, []string{"response", "_a1"}, []string{"1a", "a b", "a-b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			re := regexp2.MustCompile(tt.pattern.Value, regexp2.ECMAScript)
			accepts := func(s string) bool { ok, err := re.MatchString(s); require.NoError(t, err); return ok }
			for _, s := range append(tt.accept, "", "undefined", "=if a then b else c", "= x", "={\n}", "{{secrets.X}}", "a{{ secrets.X }}b") {
				assert.True(t, accepts(s), "accepts %q", s)
			}
			for _, s := range tt.refuse {
				assert.False(t, accepts(s), "refuses %q", s)
			}
			assert.Contains(t, tt.pattern.Message, "must ", "the label stands before it")
		})
	}
}

// Every version that was released is kept, under its number, with the id that the current one has.
func TestVersionsAreKept(t *testing.T) {
	t.Parallel()
	for _, made := range All() {
		seen := map[int]bool{}
		files, err := filepath.Glob(root + "element-templates/versioned/*.json")
		require.NoError(t, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var old Template
			require.NoError(t, json.Unmarshal(data, &old))
			if old.ID == made.ID {
				assert.Regexp(t, regexp.MustCompile(`-\d+\.json$`), file)
				seen[old.Version] = true
			}
		}
		first := map[string]int{ID: 1, HybridID: 2}[made.ID] // the others began with 3
		for v := cmp.Or(first, 3); v < made.Version; v++ {
			assert.True(t, seen[v], "%s version %d is kept", made.ID, v)
		}
	}
}
