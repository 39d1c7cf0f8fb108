package feel

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// slip is a way to write something that FEEL does not know.
type slip struct {
	rest   string // how the text at the error begins
	before string // how the text before the error ends
	hint   string
}

// beginnings are words that tell by themselves, at the start of a source, what it was meant to be.
var beginnings = []string{"while", "var", "let", "const", "return", "switch", "try", "def", "select", "case", "throw", "raise", "foreach", "lambda", "await"}

// method is a call of a method at the end of a text.
var method = regexp.MustCompile(`\.\s*(\w+)$`)

// slips are looked through in their order.
var slips = []slip{
	{rest: "{", before: "$", hint: "FEEL needs no ${…} or #{…} around an expression"},
	{rest: "#{", hint: "FEEL needs no ${…} or #{…} around an expression"},
	{rest: "?.", hint: "FEEL writes: a.b, which is null where a is null"},
	{rest: ".", before: "?", hint: "FEEL writes: a.b, which is null where a is null"},
	{rest: "??", hint: "FEEL writes: get or else(value, default)"},
	{rest: "?", before: "?", hint: "FEEL writes: get or else(value, default)"},
	{rest: "?:", hint: "FEEL writes: get or else(value, default)"},
	{rest: "?", hint: "FEEL writes: if a then b else c"},
	{rest: "*", before: ".", hint: "FEEL writes: list.field, which takes the field of each item"},
	{rest: "*", before: "[", hint: "FEEL writes: list.field, which takes the field of each item"},
	{rest: "++", hint: "FEEL sets no variables: write a + 1"},
	{rest: "+", before: "+", hint: "FEEL sets no variables: write a + 1"},
	{rest: "-", before: "-", hint: "FEEL writes comments as // … or /* … */"},
	{rest: "!--", hint: "FEEL writes comments as // … or /* … */"},
	{rest: "=>", hint: "FEEL writes: function(x) x + 1 for a function, and >= for at least"},
	{rest: ">", before: "=", hint: "FEEL writes: function(x) x + 1 for a function, and >= for at least"},
	{rest: "<", before: "=", hint: "FEEL writes: <="},
	{rest: "->", hint: "FEEL writes: function(x) x + 1"},
	{rest: ">", before: "-", hint: "FEEL writes: function(x) x + 1"},
	{rest: "=", before: "!=", hint: "FEEL writes: !="},
	{rest: "==", hint: "FEEL compares with a single ="},
	{rest: "=", before: "=", hint: "FEEL compares with a single ="},
	{rest: "=", before: "+", hint: "FEEL sets no variables: write a + b, and give the result a name: {total: a + b}"},
	{rest: "=", before: "-", hint: "FEEL sets no variables: write a - b, and give the result a name: {total: a - b}"},
	{rest: "=", before: ":", hint: "FEEL sets no variables: write a context, such as {name: value}"},
	{rest: ":=", hint: "FEEL sets no variables: write a context, such as {name: value}"},
	{rest: "", before: "++", hint: "FEEL writes: a + 1"},
	{rest: "&&", hint: "FEEL writes: and"},
	{rest: "&", hint: "FEEL writes: and between conditions, + between texts"},
	{rest: "||", hint: "FEEL writes: or between conditions, + between texts"},
	{rest: "|", hint: "FEEL writes: or, and calls functions as f(a)"},
	{rest: "!", hint: "FEEL writes: not(…) or !="},
	{rest: "'", hint: `FEEL writes strings in double quotes: "…"`},
	{rest: "%", hint: "FEEL writes: modulo(a, b)"},
	{rest: "^", hint: "FEEL writes: a ** b"},
	{rest: "~", hint: "FEEL writes: matches(text, pattern)"},
	{rest: ">", before: "<", hint: "FEEL writes: !="},
	{rest: ";", hint: "FEEL has no semicolons: an expression is one value"},
	{rest: "#", hint: "FEEL writes comments as // … or /* … */"},
	{rest: "“", hint: `FEEL writes strings in straight double quotes: "…"`},
	{rest: "”", hint: `FEEL writes strings in straight double quotes: "…"`},
	{rest: "„", hint: `FEEL writes strings in straight double quotes: "…"`},
	{rest: "«", hint: `FEEL writes strings in straight double quotes: "…"`},
	{rest: "‘", hint: `FEEL writes strings in straight double quotes: "…"`},
	{rest: "’", hint: `FEEL writes strings in straight double quotes: "…"`},
	{rest: "–", hint: "FEEL writes: - for minus, the sign of the keyboard"},
	{rest: "—", hint: "FEEL writes: - for minus, the sign of the keyboard"},
	{rest: "−", hint: "FEEL writes: - for minus, the sign of the keyboard"},
	{rest: "≤", hint: "FEEL writes: <="},
	{rest: "≥", hint: "FEEL writes: >="},
	{rest: "≠", hint: "FEEL writes: !="},
	{rest: "×", hint: "FEEL writes: *"},
	{rest: "÷", hint: "FEEL writes: /"},
	{rest: "\\", hint: `a backslash stands only in a text: "a\\b"`},
	{rest: "/", hint: `FEEL writes a pattern as a text: matches(text, "[a-z]+")`},
}

// wordSlips are words where an operator was expected, or at the start.
var wordSlips = map[string]string{
	"is": "FEEL writes: = null, != null, or value instance of string", "isnt": "FEEL writes: != null", "equals": "FEEL writes: =", "eq": "FEEL writes: =", "ne": "FEEL writes: !=", "neq": "FEEL writes: !=",
	"gt": "FEEL writes: >", "ge": "FEEL writes: >=", "gte": "FEEL writes: >=", "lt": "FEEL writes: <", "le": "FEEL writes: <=", "lte": "FEEL writes: <=", "div": "FEEL writes: /", "mod": "FEEL writes: modulo(a, b)",
	"like": "FEEL writes: matches(text, pattern), contains(text, part) or starts with(text, start)", "ilike": `FEEL writes: matches(text, pattern, "i")`, "matches": "FEEL writes: matches(text, pattern)", "contains": "FEEL writes: contains(text, part), or list contains(list, value)",
	"startswith": "FEEL writes: starts with(text, start)", "instanceof": "FEEL writes: value instance of string", "as": "FEEL writes: string(value) or number(text)", "xor": "FEEL writes: a != b",
	"throw": `an error expression gives the error as its value: bpmnError("CODE", "message")`, "raise": `an error expression gives the error as its value: bpmnError("CODE", "message")`,
	"return": "FEEL needs no return: an expression is its value", "new": `FEEL makes values by functions: now(), date("2024-12-31"), {name: value}`,
	"let": "FEEL sets no variables: write a context, such as {name: value}", "var": "FEEL sets no variables: write a context, such as {name: value}", "const": "FEEL sets no variables: write a context, such as {name: value}", "def": "FEEL writes: {f: function(x) x + 1}",
	"case": "FEEL writes: if a then b else if c then d else e", "when": "FEEL writes: if a then b else if c then d else e", "switch": "FEEL writes: if a then b else if c then d else e", "elif": "FEEL writes: else if", "elseif": "FEEL writes: else if", "elsif": "FEEL writes: else if", "end": "FEEL ends an if with its else, without end",
	"while": "FEEL writes: for x in list return …", "foreach": "FEEL writes: for x in list return …", "for": "FEEL writes: for x in list return …", "do": "FEEL writes: for x in list return …", "lambda": "FEEL writes: function(x) x + 1",
	"select": "FEEL writes: list[condition], or for x in list return …", "where": "FEEL writes: list[condition]", "from": "FEEL writes: for x in list return …", "try": "FEEL has no try: what fails is null, and get or else(value, default) names another value", "await": "FEEL needs no await", "typeof": "FEEL writes: value instance of string",
	"and": "FEEL writes and, or in small letters, between two conditions", "or": "FEEL writes and, or in small letters, between two conditions", "not": "FEEL writes: not(condition)", "in": "FEEL writes: x in [a, b]", "then": "FEEL writes: if a then b else c", "else": "FEEL writes: if a then b else c",
	"to": "FEEL writes: [1..3], or for x in 1..3 return …", "unless": "FEEL writes: if not(a) then b else c", "null": "FEEL writes: = null", "true": "FEEL writes: true", "false": "FEEL writes: false", "between": "FEEL writes: x between a and b", "exists": "FEEL writes: value != null", "if": "FEEL writes: if a then b else c", "function": "FEEL writes: function(x) x + 1, without braces",
}

// shape is a slip that shows only in the whole.
type shape struct {
	form *regexp.Regexp
	hint string
}

// shapes are compiled when the first expression does not parse.
var shapes = sync.OnceValue(func() []shape {
	return []shape{
		{regexp.MustCompile(`(?i)\bfunction\s*\w*\s*\([^)]*\)\s*\{[^}:]*(return|;|\})`), "FEEL writes: function(x) x + 1, without braces and return"},
		{regexp.MustCompile(`^\s*\{\s*return\b`), "FEEL needs no return: an expression is its value"},
		{regexp.MustCompile(`(?i)\bfor\s*\([^)]*\b(in|of|;|:)`), "FEEL writes: for x in list return …, without parentheses and braces"},
		{regexp.MustCompile(`(?i)\bfor\s+\w+\s+of\b`), "FEEL writes: for x in list return …"},
		{regexp.MustCompile(`(?i)\bfor\s+\w+\s+in\b[^\]]*[:{]\s*[^\]]*$`), "FEEL writes: for x in list return …"},
		{regexp.MustCompile(`\[[^\[\]]+\sfor\s+\w+\s+in\s`), "FEEL writes: for x in list return …"},
		{regexp.MustCompile(`(?i)\bif\s*\([^;{}]*,[^;{}]*,[^;{}]*\)\s*$`), "FEEL writes: if a then b else c"},
		{regexp.MustCompile(`(?i)\bif\s*\(.*\)\s*\{`), "FEEL writes: if a then b else c"},
		{regexp.MustCompile(`(?i)\bif\b[^{}",]*:`), "FEEL writes: if a then b else c"},
		{regexp.MustCompile(`(?i)^\s*case\b`), "FEEL writes: if a then b else if c then d else e"},
		{regexp.MustCompile(`(?i)^\s*\w+\s+if\s.+\selse\s`), "FEEL writes: if a then b else c"},
		{regexp.MustCompile(`(?i)\bnot\s+in\b`), "FEEL writes: not(x in [a, b])"},
		{regexp.MustCompile(`(?i)\bis\s+not\b`), "FEEL writes: != null"},
		{regexp.MustCompile(`(?i)\bis\s+(null|none|empty|undefined)\b`), "FEEL writes: = null"},
		{regexp.MustCompile(`=>`), "FEEL writes: function(x) x + 1 for a function, and >= for at least"},
		{regexp.MustCompile(`(?i)\bbetween\s*\([^)]*,`), "FEEL writes: x between a and b"},
		{regexp.MustCompile(`(?i)\border\s+by\b`), "FEEL writes: sort(list, function(a, b) a < b)"},
		{regexp.MustCompile(`\.\.\.`), "FEEL writes: concatenate(list, list) or context merge(context, context)"},
		{regexp.MustCompile(`\d_\d`), "FEEL writes numbers without signs between their digits: 1000"},
		{regexp.MustCompile(`\b0[xX][0-9a-fA-F]`), "FEEL writes numbers in decimal digits"},
		{regexp.MustCompile(`\d[eE][+-]?\d`), "FEEL writes: 1.5 * 10 ** 3"},
		{regexp.MustCompile(`\[\s*\?\s*\(`), "FEEL writes: list[condition]"},
		{regexp.MustCompile(`\[\s*-?\d*\s*:\s*-?\d*\s*\]`), "FEEL writes: sublist(list, start, length), counted from 1"},
		{regexp.MustCompile(`\*\.\w`), "FEEL writes: list.field, which takes the field of each item"},
		{regexp.MustCompile(`\bin\s+-?\d+\s*\.\.\s*-?\d+\s*$`), "FEEL writes: x in [1..5]"},
		{regexp.MustCompile(`^\s*\([^()]+,[^()]+\)\s*$`), "FEEL writes a list as [a, b]"},
		{regexp.MustCompile(`[<>]=?\s*[\w.]+\s*[<>]`), "FEEL writes: a < b and b < c, or b between a and c"},
		{regexp.MustCompile(`\]\s*\(`), "FEEL has no methods of results: it calls functions as f(value)"},
	}
})

// quotedText are the texts of a source, which no shape is looked for in.
var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// hint names what FEEL writes otherwise than the languages that people come from.
func hint(source string, t token, expected []string) string {
	rest, before := source[t.start:], strings.TrimSpace(source[:t.start])
	lastLine := quotedText.ReplaceAllString(source[strings.LastIndexByte(source, '\n')+1:], `""`)
	switch {
	case rest == "" && strings.Contains(lastLine, "//"):
		return "a comment // goes on to the end of its line; one within a line is /* … */, and a line break in an attribute of XML is &#10;"
	case strings.HasSuffix(before, ",") && (strings.HasPrefix(rest, "}") || strings.HasPrefix(rest, "]") || strings.HasPrefix(rest, ")")):
		return "a comma too many stands before it"
	case rest == "" && strings.HasSuffix(strings.TrimSpace(strings.TrimSuffix(before, "]")), ",") && strings.HasSuffix(before, "]"): // ] could begin a range
		return "a comma too many stands before the ]"
	case strings.HasPrefix(rest, "{") && strings.HasSuffix(before, "{"):
		if strings.HasPrefix(strings.TrimLeft(rest, "{ "), "secrets") {
			return "{{secrets.NAME}} is a text, without = before it"
		}
		return "FEEL needs no {{…}} around an expression; {{secrets.NAME}} is a text, without = before it"
	case strings.HasSuffix(before, ",") && strings.HasPrefix(rest, ","):
		return "a comma too many stands before it"
	case isDecimalComma(source, t):
		return "FEEL writes a point in numbers: 1.5"
	case t.kind == broken && strings.HasPrefix(rest, "/*"):
		return "a comment ends with */"
	case t.kind == text && strings.HasSuffix(strings.ToLower(before), "f") && !strings.HasSuffix(strings.ToLower(before), "if"):
		return `FEEL writes: "text " + string(value)`
	case strings.HasPrefix(rest, ".") && (before == "" || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "if") || strings.HasSuffix(before, "(")):
		return "FEEL has no . for the response: it writes response.entries[1].eventId; a jq expression needs the header expressionLanguage with the value jq"
	case t.kind == number && strings.HasPrefix(rest, "."):
		return "FEEL writes: list[1], counted from 1"
	case t.kind == number && before != "" && isDigit(before[len(before)-1]):
		return "FEEL writes numbers without blanks between their digits, and a comma between values"
	case strings.TrimSpace(rest) == "%":
		return "FEEL writes a share as a number: 0.1 for 10 %"
	}
	if slices.Contains(beginnings, firstWord(source)) {
		return wordSlips[firstWord(source)]
	}
	if m := method.FindStringSubmatch(before); m != nil && strings.HasPrefix(rest, "(") {
		if instead := insteadOfFunction("", m[1]); instead != "" {
			return "FEEL writes: " + instead
		}
		return "FEEL has no methods of values: it calls functions as f(value)"
	}
	if found := shapeHint(source); found != "" {
		return found
	}
	last := before[strings.LastIndexFunc(before, func(r rune) bool { return !isNamePart(r) })+1:]
	switch follows := t.kind == word || t.kind == text || t.kind == number; {
	case t.kind == text && strings.HasSuffix(before, "."):
		return "FEEL writes: + between texts"
	case follows && strings.EqualFold(last, "not"):
		return wordSlips["not"]
	case follows && isFunction(last):
		return "FEEL calls a function with parentheses: " + last + "(…)"
	}
	if found := lambdaHint(source, rest); found != "" {
		return found
	}
	for _, s := range slips {
		if strings.HasPrefix(rest, s.rest) && strings.HasSuffix(before, s.before) && (s.rest != "" || rest == "") {
			return s.hint
		}
	}
	if t.kind == word {
		if found := wordSlips[strings.ToLower(t.value)]; found != "" {
			return found
		}
	}
	if first := firstWord(source); first != "" && wordSlips[first] != "" && first != "if" && first != "for" && first != "not" && first != "function" {
		return wordSlips[first]
	}
	if strings.HasPrefix(strings.ToLower(before), "not") && t.kind == word {
		return wordSlips["not"]
	}
	return expectedHint(t, rest, expected)
}

// isFunction says whether FEEL has a function of this name. Those with contexts alone are not among them. It does not ask
// [Standard], whose functions give hints themselves.
func isFunction(name string) bool {
	_, ok := flowKinds[name]
	return ok
}

// expectedHint goes by what could have stood at the error.
func expectedHint(t token, rest string, expected []string) string {
	is := func(what string) bool { return slices.Contains(expected, what) }
	switch {
	case is("'else'") && rest == "":
		return "an if always has an else, such as: else null"
	case is("':'"):
		return "a context is written {name: value}"
	case is("'return'"), is("'in'"):
		return "FEEL writes: for x in list return …, or for x in 1..3 return …"
	case is("'}'") && (t.kind == word || t.kind == text || t.kind == quotedName):
		return "a comma stands between fields: {a: 1, b: 2}"
	case is("']'") && (t.kind == word || t.kind == text || t.kind == quotedName || t.kind == number):
		return "a comma stands between items: [1, 2]"
	}
	return ""
}

// shapeHint is a slip of the whole source.
func shapeHint(source string) string {
	bare := quotedText.ReplaceAllString(source, `""`)
	for _, s := range shapes() {
		if s.form.MatchString(bare) {
			return s.hint
		}
	}
	return ""
}

// lambdaHint is for Groovy's { x -> x } and its it.
func lambdaHint(source, rest string) string {
	if strings.HasPrefix(rest, ">") && strings.Contains(source, "->") {
		return "FEEL writes: function(x) x + 1"
	}
	return ""
}

// isDecimalComma says whether a comma stands between two digits where none can stand.
func isDecimalComma(source string, t token) bool {
	return strings.HasPrefix(source[t.start:], ",") && t.start > 0 && t.end < len(source) && isDigit(source[t.start-1]) && isDigit(source[t.end])
}

// firstWord returns the word with which a source begins, in small letters.
func firstWord(source string) string {
	fields := strings.FieldsFunc(strings.TrimSpace(source), func(r rune) bool { return !isNamePart(r) })
	if len(fields) == 0 || !strings.HasPrefix(strings.TrimSpace(source), fields[0]) {
		return ""
	}
	return strings.ToLower(fields[0])
}
