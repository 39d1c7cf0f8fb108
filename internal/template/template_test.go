package template

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
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

func both() []*Template { return []*Template{AWSEventBridge(), Hybrid()} }

func TestFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"docs/fields.md": Reference()}
	for name, made := range map[string]*Template{"aws-eventbridge": AWSEventBridge(), "aws-eventbridge-hybrid": Hybrid()} {
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
	for _, made := range both() {
		groups, ids := map[string]bool{}, map[string]Property{}
		for _, g := range made.Groups {
			assert.False(t, groups[g.ID], g.ID)
			groups[g.ID] = true
		}
		used := map[string]bool{}
		for _, p := range made.Properties {
			assert.NotContains(t, ids, p.ID)
			ids[p.ID] = p
			if p.Type == "Hidden" {
				continue
			}
			assert.True(t, groups[p.Group], "%s is in the group %q, which is not declared", p.ID, p.Group)
			used[p.Group] = true
			assert.NotEmpty(t, p.Label, p.ID)
			assert.Contains(t, p.Description, `<a href="`+docs, "%s links to its documentation", p.ID)
			if p.Type != "Dropdown" && p.Type != "Boolean" && p.ID != "taskType" {
				assert.NotEmpty(t, p.Placeholder, "%s shows an example", p.ID)
			}
		}
		assert.Len(t, used, len(made.Groups), "no group is empty")
		bindings := map[Binding][]*Condition{}
		for _, p := range made.Properties {
			for _, c := range flat(p.Condition) {
				other, ok := ids[c.Property]
				require.True(t, ok, "%s depends on %s, which does not exist", p.ID, c.Property)
				for _, v := range append(c.OneOf, c.Equals) {
					if v != "" {
						assert.True(t, offers(other, v), "%s depends on %s being %q, which it cannot be", p.ID, c.Property, v)
					}
				}
			}
			for _, before := range bindings[p.Binding] {
				assert.True(t, exclude(before, p.Condition), "%s shares its binding with a field that can be there at the same time", p.ID)
			}
			bindings[p.Binding] = append(bindings[p.Binding], p.Condition)
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
	for _, c := range p.Choices {
		if c.Value == value {
			return true
		}
	}
	return false
}

// exclude says whether two conditions ask one field for different values.
func exclude(a, b *Condition) bool {
	for _, x := range flat(a) {
		for _, y := range flat(b) {
			if x.Property == y.Property && x.Equals != y.Equals && x.Equals != "" && y.Equals != "" {
				return true
			}
		}
	}
	return false
}

// The templates offer every field of the connector, and none that it does not have, under the names of the contract: a
// task keeps its values when one template gives way to another.
func TestTemplatesOfferEveryField(t *testing.T) {
	t.Parallel()
	for _, made := range both() {
		offered := map[string]bool{}
		for _, p := range made.Properties {
			switch {
			case p.Binding.Type == "zeebe:property", p.Type == "Hidden", p.ID == "taskType":
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
	for _, made := range both() {
		for _, p := range made.Properties {
			for _, found := range anchors.FindAllStringSubmatch(p.Description, -1) {
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
	for _, made := range both() {
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
		for v := 1; v < made.Version; v++ {
			assert.True(t, seen[v] || made.ID == HybridID && v == 1, "%s version %d is kept", made.ID, v) // the hybrid one began with 2
		}
	}
}
