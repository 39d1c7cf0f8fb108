package feel

import "strings"

// String writes the program as an expression that means the same: with all parentheses, without comments, each key and
// each name that needs it in quotes.
func (p *Program) String() string { return string(appendNode(nil, p.root)) }

// appendNode writes a node. What is made of parts stands in parentheses, so that no rule of precedence is needed.
func appendNode(b []byte, n node) []byte {
	switch n := n.(type) {
	case *literal:
		return appendLiteral(b, n.value)
	case *temporalLiteral:
		return append(append(append(b, `@"`...), n.text...), '"')
	case *name:
		return appendName(b, n.text)
	case *inputValue:
		return append(b, '?')
	case *path:
		b = appendBase(b, n.base)
		return appendMember(append(b, '.'), n.key)
	case *filter:
		b = append(appendBase(b, n.base), '[')
		return append(appendNode(b, n.condition), ']')
	case *call:
		return appendCall(b, n)
	case *list:
		return append(appendNodes(append(b, '['), n.items), ']')
	case *contextLiteral:
		return appendContext(b, n)
	case *function:
		b = append(b, "(function("...)
		for i, p := range n.params {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendName(b, p)
		}
		return append(appendNode(append(b, ") "...), n.body), ')')
	}
	return appendOperation(b, n)
}

func appendOperation(b []byte, n node) []byte {
	switch n := n.(type) {
	case *conditional:
		b = appendNode(append(b, "(if "...), n.condition)
		b = appendNode(append(b, " then "...), n.then)
		return append(appendNode(append(b, " else "...), n.otherwise), ')')
	case *loop:
		b = appendIterators(append(b, "(for "...), n.iterators)
		return append(appendNode(append(b, " return "...), n.body), ')')
	case *quantified:
		word := "(some "
		if n.every {
			word = "(every "
		}
		b = appendIterators(append(b, word...), n.iterators)
		return append(appendNode(append(b, " satisfies "...), n.body), ')')
	case *binary:
		b = appendNode(append(b, '('), n.left)
		b = append(append(append(b, ' '), n.op...), ' ')
		return append(appendNode(b, n.right), ')')
	case *negation:
		return append(appendNode(append(b, "(-("...), n.of), "))"...)
	case *between:
		// A name right before between (…) would be the name of a function, as between is no reserved word.
		b = append(appendNode(append(b, "(("...), n.value), ')')
		b = appendNode(append(b, " between "...), n.low)
		return append(appendNode(append(b, " and "...), n.high), ')')
	case *instanceOf:
		b = appendNode(append(b, '('), n.value)
		return append(append(append(b, " instance of "...), n.typ...), ')')
	case *in:
		b = appendNode(append(b, '('), n.value)
		return append(appendTests(append(b, " in "...), n), ')')
	case *comparisonTest:
		return append(appendNode(append(append(append(b, '('), n.op...), ' '), n.value), ')')
	case *rangeLiteral:
		return appendRange(b, n)
	}
	return b
}

func appendNodes(b []byte, nodes []node) []byte {
	for i, n := range nodes {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendNode(b, n)
	}
	return b
}

func appendLiteral(b []byte, v Value) []byte {
	if s, ok := v.(string); ok {
		return append(append(append(b, '"'), escape(s)...), '"')
	}
	if d, ok := asNumber(v); ok {
		text := strings.ToLower(d.Text('f'))
		return append(b, text...)
	}
	return appendText(b, v, true)
}

// escape writes a text so that a literal gives it back. A line break stays as it is, which a literal may hold. The backslash
// that escapes a quote behind another backslash stays in the text, so one less has to be written for it; a single backslash
// before a quote is what no literal gives.
func escape(s string) string {
	var b strings.Builder
	backslashes := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			backslashes++
		case c == '"' && backslashes > 0:
			b.WriteString(strings.Repeat(`\`, 2*backslashes-1))
			b.WriteByte(c)
			backslashes = 0
		default:
			b.WriteString(strings.Repeat(`\`, 2*backslashes))
			if c == '"' {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
			backslashes = 0
		}
	}
	b.WriteString(strings.Repeat(`\`, 2*backslashes))
	return b.String()
}

// appendName writes a name: bare if it reads as one word, else in backticks.
func appendName(b []byte, text string) []byte {
	l := newLexer(text)
	t := l.look(0)
	if t.kind == word && t.start == 0 && t.end == len(text) && !isReserved(text) && text != "if" && text != "for" && text != "some" && text != "every" {
		return append(b, text...)
	}
	return append(append(append(b, '`'), text...), '`')
}

// appendMember writes the name behind a dot; one has two words.
func appendMember(b []byte, key string) []byte {
	if key == "time offset" {
		return append(b, key...)
	}
	return appendName(b, key)
}

// appendBase writes what a path or filter stands behind. A number needs parentheses: its point would be read as its own.
func appendBase(b []byte, n node) []byte {
	switch n.(type) {
	case *literal, *rangeLiteral:
		return append(appendNode(append(b, '('), n), ')')
	}
	return appendNode(b, n)
}

func appendCall(b []byte, n *call) []byte {
	if n.of != nil {
		b = append(appendNode(b, n.of), '.')
	}
	if strings.Contains(n.name, "`") || !isFunctionName(n.name) {
		b = append(append(append(b, '`'), n.name...), '`')
	} else {
		b = append(b, n.name...)
	}
	b = append(b, '(')
	for i, a := range n.args {
		if i > 0 {
			b = append(b, ", "...)
		}
		if n.named != nil {
			b = append(append(b, n.named[i]...), ": "...)
		}
		b = appendNode(b, a)
	}
	return append(b, ')')
}

// isFunctionName says whether a name reads as that of a call without backticks.
func isFunctionName(text string) bool {
	p := &parser{lexer: newLexer(text + "(")}
	read, end, ok := p.functionName(0)
	return ok && read == text && end == len(text)
}

func appendContext(b []byte, n *contextLiteral) []byte {
	b = append(b, '{')
	for i, e := range n.entries {
		if i > 0 {
			b = append(b, ", "...)
		}
		if backslashes := len(e.key) - len(strings.TrimRight(e.key, `\`)); backslashes%2 == 1 {
			b = append(append(b, e.key...), ": "...) // a quote behind it would not end the key: it was written without
		} else {
			b = append(append(append(b, '"'), e.key...), `": `...)
		}
		b = appendNode(b, e.value)
	}
	return append(b, '}')
}

func appendIterators(b []byte, all []iterator) []byte {
	for i, it := range all {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(appendName(b, it.name), " in "...)
		b = appendNode(b, it.values)
		if it.to != nil {
			b = appendNode(append(b, ".."...), it.to)
		}
	}
	return b
}

func appendTests(b []byte, n *in) []byte {
	b = append(b, '(')
	for i, t := range n.tests {
		if i > 0 {
			b = append(b, ", "...)
		}
		if comparison, ok := t.of.(*comparisonTest); ok && t.bare {
			b = appendNode(append(append(b, comparison.op...), ' '), comparison.value)
		} else {
			b = appendNode(b, t.of)
		}
	}
	return append(b, ')')
}

func appendRange(b []byte, n *rangeLiteral) []byte {
	if n.enclosed {
		inner := *n
		inner.enclosed = false
		return append(appendRange(append(b, '('), &inner), ')')
	}
	low, high := byte('('), byte(')')
	if n.lowClosed {
		low = '['
	}
	if n.highClosed {
		high = ']'
	}
	b = appendNode(append(b, low), n.low)
	return append(appendNode(append(b, ".."...), n.high), high)
}
