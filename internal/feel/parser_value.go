package feel

import (
	"strings"
	"unicode/utf8"
)

// sum = product ((+ | -) product)*.
func (p *parser) sum(pos int) (node, int, bool) {
	return p.operators(pos, "+", "-", (*parser).product)
}

func (p *parser) product(pos int) (node, int, bool) {
	return p.operators(pos, "*", "/", (*parser).power)
}

func (p *parser) power(pos int) (node, int, bool) {
	return p.operators(pos, "**", "**", (*parser).signed)
}

// operators reads operand (op operand)* for two operators; all of them are left-associative, ** included.
func (p *parser) operators(pos int, op1, op2 string, operand func(*parser, int) (node, int, bool)) (node, int, bool) {
	left, next, ok := operand(p, pos)
	for ok {
		t := p.look(next)
		if t.kind != symbol || t.value != op1 && t.value != op2 {
			break
		}
		right, after, found := operand(p, t.end)
		if !found {
			break
		}
		left, next = &binary{at(t.start), t.value, left, right}, after
	}
	return left, next, ok
}

// signed = -value | value. A minus right before a digit belongs to the number, so --1 is 1 but --a is nothing.
func (p *parser) signed(pos int) (node, int, bool) {
	t := p.look(pos)
	if t.kind != symbol || t.value != "-" || p.isNegativeNumber(t) {
		return p.value(pos)
	}
	of, next, ok := p.value(t.end)
	return &negation{at(t.start), of}, next, ok
}

// timeOffset is the one name of two words that needs no backticks.
const timeOffset = "time offset"

// member reads a name as it can stand alone or behind a dot.
func (p *parser) member(pos int) (string, int, bool) {
	if start := p.look(pos).start; strings.HasPrefix(p.source[start:], timeOffset) {
		return timeOffset, start + len(timeOffset), true
	}
	return p.variable(pos)
}

func (p *parser) isNegativeNumber(minus *token) bool {
	t := p.look(minus.end)
	return t.kind == number && t.start == minus.end
}

// value = primary (.name | [condition])*.
func (p *parser) value(pos int) (node, int, bool) {
	if !p.enter() {
		return nil, pos, false
	}
	defer func() { p.depth-- }()
	n, next, ok := p.primary(pos)
	for ok {
		switch t := p.look(next); {
		case t.kind == symbol && t.value == ".":
			key, after, found := p.member(t.end)
			if !found {
				return n, next, true
			}
			n, next = &path{at(t.end), n, key}, after
		case t.kind == symbol && t.value == "[":
			condition, after, found := p.once(conditionProduction, next, (*parser).condition)
			if !found {
				return n, next, true
			}
			n, next = &filter{at(t.start), n, condition}, after
		default:
			return n, next, true
		}
	}
	return n, next, ok
}

// condition = [expression].
func (p *parser) condition(pos int) (node, int, bool) {
	n, next, ok := p.expression(p.look(pos).end)
	if ok {
		next, ok = p.symbol(next, "]")
	}
	return n, next, ok
}

func (p *parser) primary(pos int) (node, int, bool) {
	t := p.look(pos)
	switch t.kind {
	case end, broken:
	case number:
		return p.number(t, "")
	case text:
		return &literal{at(t.start), unescape(t.value)}, t.end, true
	case word, quotedName:
		return p.named(pos, t)
	case symbol:
		switch t.value {
		case "-":
			if p.isNegativeNumber(t) {
				return p.number(p.look(t.end), "-")
			}
		case "?":
			return &inputValue{at(t.start)}, t.end, true
		case "@":
			if s := p.look(t.end); s.kind == text {
				return &temporalLiteral{at(t.start), s.value}, s.end, true
			}
			p.expect(t.end, "a date, time or duration in double quotes")
			return nil, pos, false
		case "(":
			return p.once(parenthesesProduction, pos, (*parser).parenthesized)
		case "[":
			return p.once(listProduction, pos, (*parser).list)
		case "{":
			return p.once(contextProduction, pos, (*parser).context)
		}
	}
	p.expect(pos, "a value")
	return nil, pos, false
}

func (p *parser) number(t *token, sign string) (node, int, bool) {
	if len(t.value) <= 4 && sign == "" {
		if n, ok := shortInt(t.value); ok {
			return &literal{at(t.start), newInt(n)}, t.end, true
		}
	}
	d, ok := parseNumber(sign + t.value)
	if !ok {
		p.limit = &BudgetError{Limit: "the digits that a number may have"}
		return nil, t.start, false
	}
	return &literal{at(t.start - len(sign)), d}, t.end, true
}

func (p *parser) parenthesized(pos int) (node, int, bool) {
	n, next, ok := p.expression(p.look(pos).end)
	if !ok {
		return nil, pos, false
	}
	if r, isRange := n.(*rangeLiteral); isRange && !r.enclosed {
		enclosed := *r
		enclosed.enclosed = true
		n = &enclosed
	}
	next, ok = p.symbol(next, ")")
	return n, next, ok
}

func (p *parser) list(pos int) (node, int, bool) {
	open := p.look(pos)
	n := &list{at: at(open.start)}
	if t := p.look(open.end); t.kind == symbol && t.value == "]" {
		// ]a..b[ is a range, which may be the first item.
		if !strings.Contains(p.source, "..") || !p.isRange(open.end) {
			return n, t.end, true
		}
	}
	next := open.end
	for {
		item, after, ok := p.expression(next)
		if !ok {
			return nil, pos, false
		}
		n.items = append(n.items, item)
		if !p.peekSymbol(after, ",") {
			after, ok = p.symbol(after, "]")
			return n, after, ok
		}
		next = p.look(after).end
	}
}

// context = {key: value, …}. A key is quoted, or the raw text up to the colon.
func (p *parser) context(pos int) (node, int, bool) {
	open := p.look(pos)
	n := &contextLiteral{at: at(open.start)}
	if t := p.look(open.end); t.kind == symbol && t.value == "}" {
		return n, t.end, true
	}
	next := open.end
	for {
		key, after, ok := p.key(next)
		if !ok {
			return nil, pos, false
		}
		e := entry{at: at(p.look(next).start), key: key}
		if after, ok = p.symbol(after, ":"); !ok {
			return nil, pos, false
		}
		if e.value, after, ok = p.expression(after); !ok {
			return nil, pos, false
		}
		n.entries = append(n.entries, e)
		if !p.peekSymbol(after, ",") {
			after, ok = p.symbol(after, "}")
			return n, after, ok
		}
		next = p.look(after).end
	}
}

// key reads the key of a context entry. A quoted one is not unescaped.
func (p *parser) key(pos int) (string, int, bool) {
	if t := p.look(pos); t.kind == text || t.kind == quotedName {
		return t.value, t.end, true
	}
	start, ok := p.skipSpace(pos)
	stop, next := start, start
	for ok && next < len(p.source) && !strings.ContainsRune("\"{}:,[]`", rune(p.source[next])) {
		_, size := utf8.DecodeRuneInString(p.source[next:])
		stop = next + size
		next, ok = p.skipSpace(stop) // a comment in a key belongs to it, one behind it does not
	}
	key := p.source[start:stop]
	if key == "" {
		p.expect(pos, "a key")
		return "", pos, false
	}
	return key, stop, true
}

// named = null | true | false | function | call | name.
func (p *parser) named(pos int, t *token) (node, int, bool) {
	if t.kind == word {
		switch t.value {
		case "null":
			return &literal{at(t.start), nil}, t.end, true
		case "true", "false":
			return &literal{at(t.start), t.value == "true"}, t.end, true
		case "function":
			return p.once(functionProduction, pos, (*parser).function)
		}
	}
	if n, next, ok := p.once(callProduction, pos, (*parser).call); ok {
		return n, next, true
	}
	text, next, ok := p.member(pos)
	return &name{at(t.start), text}, next, ok
}

// function = function(a, b) body.
func (p *parser) function(pos int) (node, int, bool) {
	start := p.look(pos)
	next, ok := p.symbol(start.end, "(")
	if !ok {
		return nil, pos, false
	}
	n := &function{at: at(start.start)}
	for first := true; ; first = false {
		if t := p.look(next); t.kind == symbol && t.value == ")" && first {
			next = t.end
			break
		}
		param, after, ok := p.parameter(next)
		if !ok {
			return nil, pos, false
		}
		n.params = append(n.params, param)
		if !p.peekSymbol(after, ",") {
			if next, ok = p.symbol(after, ")"); !ok {
				return nil, pos, false
			}
			break
		}
		next = p.look(after).end
	}
	n.body, next, ok = p.expression(next)
	return n, next, ok
}

// parameter reads the name of a parameter, which may have several words.
func (p *parser) parameter(pos int) (string, int, bool) {
	param, next, ok := p.variable(pos)
	start := p.look(pos)
	for ok && start.kind == word && p.look(next).kind == word && !isReserved(p.look(next).value) && p.onlyBlanks(next, p.look(next).start) {
		next = p.look(next).end
		param = p.source[start.start:next]
	}
	return param, next, ok
}

// call = function name ( arguments ), the name possibly behind the path to the context that holds the function.
func (p *parser) call(pos int) (node, int, bool) {
	start := p.look(pos)
	if f, next, ok := p.functionName(pos); ok && p.peekSymbol(next, "(") {
		p.identity = p.identity || f == "list contains"
		return p.arguments(&call{at: at(start.start), name: f}, next)
	}
	last, open, ok := p.qualified(pos)
	if !ok {
		return nil, pos, false
	}
	return p.arguments(&call{at: at(start.start), of: p.namesBefore(last, pos), name: p.look(last).value}, open)
}

// qualified steps over names with dots between them, two at least, before a parenthesis. It returns where the last of them and
// the parenthesis are.
func (p *parser) qualified(pos int) (last, open int, ok bool) {
	for last = pos; ; {
		_, next, ok := p.variable(last)
		if !ok {
			return 0, 0, false
		}
		if last != pos && p.peekSymbol(next, "(") {
			return last, next, true
		}
		if !p.peekSymbol(next, ".") {
			return 0, 0, false
		}
		last = p.look(next).end
	}
}

// namesBefore reads the names from pos on, up to the last one, which follows their last dot.
func (p *parser) namesBefore(last, pos int) node {
	first := p.look(pos)
	var of node = &name{at(first.start), first.value}
	for pos = p.look(first.end).end; pos != last; {
		t := p.look(pos)
		of = &path{at(t.start), of, t.value}
		pos = p.look(t.end).end
	}
	return of
}

// onlyBlanks says whether two words may be parts of one name: no other white space stands between those.
func (p *parser) onlyBlanks(from, to int) bool { return strings.Trim(p.source[from:to], " ") == "" }

// functionName = words, or a quoted name. The blanks between the words belong to the name, so none of the built-in
// functions has two of them in a row. Reserved words are only allowed in the few built-in names that have them.
func (p *parser) functionName(pos int) (string, int, bool) {
	t := p.look(pos)
	if t.kind == quotedName {
		return t.value, t.end, true
	}
	if t.kind != word {
		return "", pos, false
	}
	beginsReserved := false
	for _, f := range namesWithReservedWords {
		if strings.HasPrefix(p.source[t.start:], f) {
			if p.look(t.start+len(f)).value == "(" {
				return f, t.start + len(f), true
			}
			beginsReserved = true
		}
	}
	start, stop, first := t.start, t.start, t.end
	for t.kind == word && !isReserved(t.value) {
		stop = t.end
		if t = p.look(stop); !p.onlyBlanks(stop, t.start) {
			break
		}
	}
	if beginsReserved && stop == first {
		return "", pos, false // android( is read as an and without its parenthesis; android x( is not
	}
	return p.source[start:stop], stop, stop > start
}

var namesWithReservedWords = [...]string{"years and months duration", "date and time", "get or else", "and", "or"}

// arguments = (a, b) | (x: a, y: b), behind the name of the call.
func (p *parser) arguments(c *call, pos int) (node, int, bool) {
	next := p.look(pos).end
	if t := p.look(next); t.kind == symbol && t.value == ")" {
		return c, t.end, true
	}
	for first := true; ; first = false {
		parameter, value, isNamed := p.parameterName(next)
		if first && isNamed {
			c.named = []string{}
		}
		switch {
		case isNamed != (c.named != nil):
			p.expect(next, "arguments that are all named or all not")
			return nil, pos, false
		case isNamed:
			c.named = append(c.named, parameter)
			next = value
		}
		arg, after, ok := p.expression(next)
		if !ok {
			return nil, pos, false
		}
		c.args = append(c.args, arg)
		if !p.peekSymbol(after, ",") {
			after, ok = p.symbol(after, ")")
			return c, after, ok
		}
		next = p.look(after).end
	}
}

// parameterName reads the words before a colon, each one blank apart, and steps over the colon.
func (p *parser) parameterName(pos int) (string, int, bool) {
	t := p.look(pos)
	if t.kind == quotedName && p.peekSymbol(t.end, ":") {
		return t.value, p.look(t.end).end, true
	}
	start, stop := t.start, t.start
	for t.kind == word && !isReserved(t.value) && (stop == start || p.onlyBlanks(stop, t.start)) {
		stop = t.end
		t = p.look(stop)
	}
	if stop == start || t.kind != symbol || t.value != ":" {
		return "", pos, false
	}
	return p.source[start:stop], t.end, true
}
