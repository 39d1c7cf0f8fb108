package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// Texts that were meant as they stand, but are read as names of variables.
var (
	pascalCase    = regexp.MustCompile(`^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)*(?:[._]\w+)*$`)
	constantCase  = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$`)
	reverseDomain = regexp.MustCompile(`^(?:com|org|net|io|de|eu|co|app|dev|info|aws|ch|uk|cloud|example)\.[A-Za-z]\w*(?:\.\w+)*$`)
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
	case slices.Contains(wordsOf[m.Target], word), pascalCase.MatchString(word) && strings.HasPrefix(m.Target, "input."), constantCase.MatchString(word) && m.Target == "input.detailType":
		what = "the name of a variable"
	case m.Target == "input.source" && reverseDomain.MatchString(word):
		what = "a path in a variable"
	default:
		return
	}
	c.report("unquoted-text", m.Pos, m.Target, "%s is %s, and nothing in the model makes such a variable; a text is written as %s without =, or in quotes: =\"%s\"", m.Source, what, word, word)
}

// wordsOfOthers are words of other languages that FEEL takes for names of variables, and that nobody calls a variable.
var wordsOfOthers = regexp.MustCompile(`^(?:(?i:none|nil|undefined|nan|null|true|false|not|typeof|today|now|execution)|env)$`)

// brokerKinds are the names that the broker offers below camunda.
var brokerKinds = []string{"secrets", "processInstance", "vars"}

// foreignNames finds names that nothing makes: words of other languages, the response, which is not there before the event is sent,
// and what the broker does not offer.
func (c *checker) foreignNames(m bpmn.Mapping, seen feel.Inspection) {
	if m.Target == "input.source" && len(seen.References) > 0 && awsPrefix.MatchString(m.Source) {
		c.report("aws-source", m.Pos, m.Target, "the source begins with aws., which AWS keeps for its own services and rejects")
	}
	for _, r := range seen.References {
		if c.variables[r.Name] {
			continue
		}
		if wordsOfOthers.MatchString(r.Name) {
			c.reportIn("gives-null", m.Source, r.Pos, m.Pos, m.Target, "nothing makes a variable %s%s", r.Name, feel.Advice(feel.UnknownVariable, r.Name, nil))
		}
		if len(r.Keys) == 0 {
			continue
		}
		key := r.Keys[0]
		if _, ofResponse := response.Members[key.Name]; r.Name == "response" && ofResponse {
			c.reportIn("gives-null", m.Source, r.Pos, m.Pos, m.Target, "there is no response yet: an input mapping is evaluated before the event is sent")
		}
		if r.Name == "camunda" && !slices.Contains(brokerKinds, key.Name) {
			c.reportIn("gives-null", m.Source, key.Pos, m.Pos, m.Target, "the broker offers no camunda.%s%s", key.Name, feel.Advice(feel.UnknownField, key.Name, brokerKinds))
		}
	}
}

// Placeholders of other languages, which FEEL and the connector do not fill in. None of them can stand in FEEL but within a text.
var (
	foreign = regexp.MustCompile(`\{\{\{?\s*([^{}]*?)\s*\}?\}\}|[$#]\{\s*([^{}]*?)\s*\}|<%=?\s*(.*?)\s*%>`)
	// bracketed are placeholders whose signs are used for other things too: only a path of names in them, such as {order.id}, is one.
	bracketed = regexp.MustCompile(`(?:^|[^{$#])\{([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)\}|\[\[\s*([A-Za-z_][\w.]*)\s*\]\]|%([A-Za-z_]\w*(?:\.\w+)+)%|<([a-z]\w*(?:\.\w+)+)>`)
	// dollar is a name behind a dollar sign, as in PHP and in a shell.
	dollar      = regexp.MustCompile(`(?:^|["\s])\$([a-z]\w*(?:\.[A-Za-z]\w*)*)`)
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
		if !alone && !nameOfOwn.MatchString(name) && !c.variables[root] && !textField(field) {
			continue
		}
		c.unfilled(written, written[at[0]:at[1]], name, pos, field)
		return
	}
	if c.language() == expression.JQ && isExpressionField(field) {
		return // $response is a variable there
	}
	for _, found := range append(bracketed.FindAllStringSubmatch(written, -1), dollar.FindAllStringSubmatch(written, -1)...) {
		name := strings.Join(found[1:], "")
		root, _, _ := strings.Cut(name, ".")
		isExpression := strings.HasPrefix(written, "=")
		if !nameOfOwn.MatchString(name) && !c.variables[root] || isExpression && !inQuotes(written, found[0]) || secretWords.MatchString(name) || strings.HasPrefix(name, "env.") {
			continue
		}
		c.unfilled(written, found[0][strings.IndexAny(found[0], "{[%<$"):], name, pos, field)
		return
	}
}

// unfilled reports a placeholder, and what to write in place of it.
func (c *checker) unfilled(written, found, name string, pos bpmn.Pos, field string) {
	expected := "an expression such as =" + name
	switch {
	case strings.HasPrefix(strings.TrimSpace(written), "{"):
		expected = "an expression for the whole payload, such as ={id: " + name + "}"
	case strings.HasPrefix(written, "="):
		expected = name + " without quotes, or \"…\" + string(" + name + ")"
	}
	c.report("unfilled-placeholder", pos, field, "%s: nothing fills in %s, it stays as it stands; expected %s", field, found, expected)
}

// isExpressionField says whether a field is a header with an expression of the connector.
func isExpressionField(field string) bool {
	return field == "resultExpression" || field == "errorExpression"
}

// inQuotes says whether a part of an expression stands in one of its texts.
func inQuotes(expression, part string) bool {
	before, _, _ := strings.Cut(expression, part)
	return strings.Count(strings.ReplaceAll(before, `\"`, ""), `"`)%2 == 1 || strings.HasPrefix(part, `"`)
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
