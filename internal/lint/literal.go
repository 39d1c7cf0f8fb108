package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// Texts that were meant as they stand, but are read as names of variables.
var (
	pascalCase    = regexp.MustCompile(`^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)*$`)
	reverseDomain = regexp.MustCompile(`^(?:com|org|net|io|de|eu|co|app|dev)\.[A-Za-z]\w*(?:\.\w+)*$`)
	joinedNames   = regexp.MustCompile(`^[\pL_][\pL\pN_.]*(?:[-/][\pL\pN_.]+)+$`)
)

// wordsOf are the texts that a field can hold besides any others, and that nobody calls a variable.
var wordsOf = map[string][]string{
	"authentication.type": kindsOfAuth, "awsCredential.authentication.type": kindsOfAuth,
	"input.eventBusName": {"default"},
}

// unquoted finds an expression that is a text without its quotes, such as =OrderPlaced or =eu-central-1.
func (c *checker) unquoted(m bpmn.Mapping, seen feel.Inspection) {
	source, isExpression := m.Expression()
	word := strings.TrimSpace(source)
	if !isExpression || !textField(m.Target) || strings.HasPrefix(m.Target, "authentication.") && m.Target != "authentication.type" && m.Target != "authentication.roleSessionName" {
		return
	}
	if slices.ContainsFunc(seen.References, func(r feel.PathReference) bool { return c.variables[r.Name] }) {
		return
	}
	var what string
	switch {
	case joinedNames.MatchString(word):
		what = "a calculation with variables"
	case slices.Contains(wordsOf[m.Target], word), pascalCase.MatchString(word) && strings.HasPrefix(m.Target, "input."):
		what = "the name of a variable"
	case m.Target == "input.source" && reverseDomain.MatchString(word):
		what = "a path in a variable"
	default:
		return
	}
	c.report("unquoted-text", m.Pos, m.Target, "%s is %s, and nothing in the model makes such a variable; a text is written as %s without =, or in quotes: =\"%s\"", m.Source, what, word, word)
}

// Placeholders of other languages, which FEEL and the connector do not fill in. None of them can stand in FEEL but within a text.
var (
	foreign     = regexp.MustCompile(`\{\{\{?\s*([^{}]*?)\s*\}?\}\}|[$#]\{\s*([^{}]*?)\s*\}|<%=?\s*(.*?)\s*%>`)
	pathForm    = regexp.MustCompile(`^=?\s*[A-Za-z_][\w-]*(?:(?:\.|\[)[\w\]]+)*(?:\s*\|.*)?$`)
	nameOfOwn   = regexp.MustCompile(`[a-z][A-Z]|[._\[]`) // of a variable, not of a language
	secretWords = regexp.MustCompile(`(?i)^(?:camunda\.)?secrets?(?:\W|$)`)
)

// placeholders finds placeholders of other languages in a text. Within a longer text, a single word such as {{name}} may be meant for
// whoever receives the event: it is told only where it stands alone, or is plainly the name of a variable.
func (c *checker) placeholders(written string, pos bpmn.Pos, field string) {
	for _, at := range foreign.FindAllStringSubmatchIndex(written, -1) {
		name := ""
		for g := 2; g < len(at); g += 2 {
			if at[g] >= 0 {
				name = written[at[g]:at[g+1]]
			}
		}
		if !pathForm.MatchString(name) || secretWords.MatchString(name) || strings.HasPrefix(name, "env.") {
			continue
		}
		alone := (at[0] == 0 || written[at[0]-1] == '"') && (at[1] == len(written) || written[at[1]] == '"')
		root, _, _ := strings.Cut(name, ".")
		if !alone && !nameOfOwn.MatchString(name) && !c.variables[root] {
			continue
		}
		expected := "an expression such as =" + name
		if strings.HasPrefix(written, "=") {
			expected = name + " without quotes, or \"…\" + string(" + name + ")"
		}
		c.report("unfilled-placeholder", pos, field, "%s: nothing fills in %s, it is sent as it stands; expected %s", field, written[at[0]:at[1]], expected)
		return
	}
}

// plainly doubts a text that is not what it looks like.
func (c *checker) plainly(m bpmn.Mapping, text string) {
	_, isExpression := m.Expression()
	if isExpression || !textField(m.Target) {
		return
	}
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(trimmed, "="):
		c.report("doubtful-value", m.Pos, m.Target, "%s is the text %q: an expression begins with =, without a blank before it", m.Target, text)
	case len(trimmed) > 1 && strings.ContainsRune(`"'`, rune(trimmed[0])) && trimmed[len(trimmed)-1] == trimmed[0]:
		c.report("doubtful-value", m.Pos, m.Target, "%s is %s: the quotes are part of the text; expected %s", m.Target, trimmed, trimmed[1:len(trimmed)-1])
	case readsAsExpression(trimmed):
		c.report("doubtful-value", m.Pos, m.Target, "%s is the text %s: it reads as an expression, which begins with =", m.Target, trimmed)
	case trimmed != text && (m.Target == "input.source" || m.Target == "input.detailType"):
		c.report("doubtful-value", m.Pos, m.Target, "%s is %q, expected no blanks around it", m.Target, text)
	}
}

// readsAsExpression says whether a text is FEEL that nobody would send as a text: a call, or a sum with a text in quotes.
func readsAsExpression(text string) bool {
	program, err := mapping.Compile(text)
	if err != nil {
		return false
	}
	seen := program.Inspect()
	return strings.Contains(text, `"`) || slices.ContainsFunc(seen.Calls, func(call feel.Call) bool { return call.Known })
}
