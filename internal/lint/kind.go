package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// kinds finds operations whose values can never fit, and returns what is known of the result.
func (c *checker) kinds(written string, program *feel.Program, visible map[string]*feel.Type, pos bpmn.Pos, field string) *feel.Type {
	result, found := program.Types(visible)
	for _, m := range found {
		f := c.reportIn("type-mismatch", written, m.Pos, pos, field, "%s", m.Text)
		if m.Fails {
			c.failing = append(c.failing, *f)
		}
	}
	return result
}

// withoutTwice drops what is told again by the finding of an expression that fails.
func (c *checker) withoutTwice() {
	fails := func(field string) bool {
		return slices.ContainsFunc(c.findings, func(f Finding) bool {
			return f.Field == field && (f.Rule == "error-result" || f.Rule == "result-not-object" || f.Rule == "gives-null")
		})
	}
	c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool { return slices.Contains(c.failing, f) && fails(f.Field) })
}

// textField says whether a target is a field that holds a text.
func textField(target string) bool {
	switch target {
	case "input.detail", "input.events", "input.resources", "input.failOnRejectedEntry":
		return false
	}
	f, ok := connector.FieldNamed(target)
	return ok && f.Place == connector.InVariable || strings.HasPrefix(target, "awsCredential.")
}

// textResult finds an expression that can never give the text that the field holds.
func (c *checker) textResult(m bpmn.Mapping, result *feel.Type) {
	if result == nil || !textField(m.Target) {
		return
	}
	if result.Kinds.Only(feel.ContextKind | feel.FunctionKind) {
		c.report("invalid-field", m.Pos, m.Target, "%s must be a text, but the expression gives a %s", m.Target, result.Kinds)
	}
}

// stringOfContext is the text of a context, whose keys have no quotes. awsPrefix is a source that begins with aws., whatever follows.
var (
	stringOfContext = regexp.MustCompile(`^=\s*string\(\s*\{`)
	awsPrefix       = regexp.MustCompile(`^=\s*"aws\.[^"]*"\s*\+`)
)

// leadingText is a text at the beginning of a sum.
var leadingText = regexp.MustCompile(`^=\s*"\s*([^"\s])[^"]*"\s*\+`)

// neverAnObject says why a payload is never a JSON object by the kinds of its expression; empty if it can be one.
func neverAnObject(m bpmn.Mapping, result *feel.Type) string {
	if first := leadingText.FindStringSubmatch(m.Source); first != nil && first[1] != "{" {
		return "the payload is a text that is no JSON object"
	}
	if stringOfContext.MatchString(m.Source) {
		return "string(…) makes a text of a context that is no JSON"
	}
	if result == nil || result.Kinds == feel.NoKind || result.Kinds&(feel.ContextKind|feel.StringKind|feel.FunctionKind|feel.RangeKind) != 0 {
		return ""
	}
	return "the payload can only be a " + result.Kinds.String() + ", AWS takes nothing but a JSON object"
}
