package feel

import (
	"slices"
	"strings"
)

// Limits of a source, so that reading it ends in bounded time and on a bounded stack.
const (
	maxSource  = 64 << 10 // bytes
	maxNesting = 250      // expressions within expressions
)

// isReserved says whether a word is never a variable. All other words of the language may name one: whether `if` begins a
// conditional is decided by what follows.
func isReserved(word string) bool {
	switch word {
	case "null", "true", "false", "function", "in", "return", "then", "else", "satisfies", "and", "or":
		return true
	}
	return false
}

// parser reads an expression by recursive descent. A production returns its node and where it ends; ok is false where
// it does not stand at pos, and then what was expected at the furthest place is kept for the message. Productions that
// share a beginning are tried one after the other, so those that failed at a place are remembered: no place is read
// by the same one twice.
type parser struct {
	lexer
	depth int
	limit error
	// identity says that a list is asked for a value: it matters then which contexts the source itself made.
	identity bool
	// explains says that what was expected is noted: a source that does not parse is read once more for its message.
	explains bool
	furthest int
	expected []string
}

// productions is a set of those productions that [parser.once] runs.
type productions uint16

const (
	conditionalProduction productions = 1 << iota
	loopProduction
	someProduction
	everyProduction
	rangeProduction
	conditionProduction
	parenthesesProduction
	listProduction
	contextProduction
	functionProduction
	callProduction
)

// parse reads a whole source. Identity says whether a list is asked in it for a value.
func parse(source string) (root node, identity bool, err error) {
	if len(source) > maxSource {
		return nil, false, &BudgetError{Limit: "64 KiB of source"}
	}
	p := &parser{lexer: newLexer(source)}
	n, pos, ok := p.expression(0)
	if ok && p.look(pos).kind == end {
		return n, p.identity, nil
	}
	if p.limit != nil {
		return nil, false, p.limit
	}
	return nil, false, explain(source)
}

// explain returns the error of a source that does not parse.
func explain(source string) error {
	p := &parser{lexer: newLexer(source), explains: true}
	if _, pos, ok := p.expression(0); ok {
		p.expect(pos, "an operator")
		p.expect(pos, "the end of the expression")
	}
	return p.syntaxError()
}

func (p *parser) syntaxError() error {
	t := *p.look(p.furthest)
	slices.Sort(p.expected)
	e := &SyntaxError{Source: p.source, Pos: Pos(t.start), Expected: slices.Compact(p.expected)}
	switch t.kind {
	case end:
		e.Found = "the end of the expression"
	case broken:
		e.Found = t.value
	default:
		e.Found = "'" + p.source[t.start:t.end] + "'"
	}
	e.Hint = hint(p.source, t, e.Expected)
	return e
}

// expect notes what could have stood at pos. Only the furthest place counts.
func (p *parser) expect(pos int, what string) {
	if !p.explains {
		return
	}
	start := p.look(pos).start
	if start > p.furthest || p.expected == nil {
		p.furthest, p.expected = start, nil
	}
	if start == p.furthest {
		p.expected = append(p.expected, what)
	}
}

// expectText notes a symbol or word that could have stood at pos.
func (p *parser) expectText(pos int, text string) {
	if p.explains {
		p.expect(pos, "'"+text+"'")
	}
}

// symbol steps over a symbol.
func (p *parser) symbol(pos int, s string) (int, bool) {
	if t := p.look(pos); t.kind == symbol && t.value == s {
		return t.end, true
	}
	p.expectText(pos, s)
	return pos, false
}

// word steps over a word of the language. It may abut on what follows, so `if(a)then(1)else(2)` and even
// `true andfalse` are fine: the official grammar looks for no border of a word.
func (p *parser) word(pos int, w string) (int, bool) {
	if p.peekWord(pos, w) {
		return p.look(pos).start + len(w), true
	}
	p.expectText(pos, w)
	return pos, false
}

func (p *parser) peekWord(pos int, w string) bool {
	t := p.look(pos)
	return t.kind == word && strings.HasPrefix(t.value, w)
}

func (p *parser) peekSymbol(pos int, s string) bool {
	t := p.look(pos)
	return t.kind == symbol && t.value == s
}

// enter counts a level of nesting; false when there are too many, which ends the parse.
func (p *parser) enter() bool {
	if p.limit != nil {
		return false
	}
	if p.depth++; p.depth > maxNesting {
		p.limit = &BudgetError{Limit: "250 levels of nesting"}
		return false
	}
	return true
}

// once runs a production unless it is known to fail at pos.
func (p *parser) once(production productions, pos int, f func(*parser, int) (node, int, bool)) (node, int, bool) {
	if p.look(pos).failed&production != 0 {
		return nil, pos, false
	}
	n, next, ok := f(p, pos)
	if !ok {
		p.look(pos).failed |= production
	}
	return n, next, ok
}

// expression = if | for | some | every | disjunction.
func (p *parser) expression(pos int) (node, int, bool) {
	if !p.enter() {
		return nil, pos, false
	}
	defer func() { p.depth-- }()
	if n, next, ok := p.statement(pos); ok {
		return n, next, true
	}
	return p.disjunction(pos)
}

// statement = if | for | some | every.
func (p *parser) statement(pos int) (node, int, bool) {
	switch {
	case p.look(pos).kind != word:
	case p.peekWord(pos, "if"):
		return p.once(conditionalProduction, pos, (*parser).conditional)
	case p.peekWord(pos, "for"):
		return p.once(loopProduction, pos, (*parser).loop)
	case p.peekWord(pos, "some"):
		return p.once(someProduction, pos, (*parser).quantified)
	case p.peekWord(pos, "every"):
		return p.once(everyProduction, pos, (*parser).quantified)
	}
	return nil, pos, false
}

// disjunction = conjunction (or conjunction)*.
func (p *parser) disjunction(pos int) (node, int, bool) {
	left, next, ok := p.conjunction(pos)
	for ok && p.peekWord(next, "or") {
		start := p.look(next).start
		right, after, found := p.conjunction(start + len("or"))
		if !found {
			break
		}
		left, next = &binary{at(start), "or", left, right}, after
	}
	return left, next, ok
}

// conjunction = comparison (and comparison)*.
func (p *parser) conjunction(pos int) (node, int, bool) {
	left, next, ok := p.comparison(pos)
	for ok && p.peekWord(next, "and") {
		start := p.look(next).start
		right, after, found := p.comparison(start + len("and"))
		if !found {
			break
		}
		left, next = &binary{at(start), "and", left, right}, after
	}
	return left, next, ok
}

func (p *parser) conditional(pos int) (node, int, bool) {
	start := p.look(pos)
	condition, next, ok := p.expression(start.start + len("if"))
	if !ok {
		return nil, pos, false
	}
	if next, ok = p.word(next, "then"); !ok {
		return nil, pos, false
	}
	then, next, ok := p.expression(next)
	if !ok {
		return nil, pos, false
	}
	if next, ok = p.word(next, "else"); !ok {
		return nil, pos, false
	}
	otherwise, next, ok := p.expression(next)
	if !ok {
		return nil, pos, false
	}
	return &conditional{at(start.start), condition, then, otherwise}, next, true
}

func (p *parser) loop(pos int) (node, int, bool) {
	start := p.look(pos)
	iterators, next, ok := p.iterators(start.start + len("for"))
	if !ok {
		return nil, pos, false
	}
	if next, ok = p.word(next, "return"); !ok {
		return nil, pos, false
	}
	body, next, ok := p.expression(next)
	return &loop{at(start.start), iterators, body}, next, ok
}

func (p *parser) quantified(pos int) (node, int, bool) {
	start := p.look(pos)
	every, word := false, "some"
	if p.peekWord(pos, "every") {
		every, word = true, "every"
	}
	iterators, next, ok := p.iterators(start.start + len(word))
	if !ok {
		return nil, pos, false
	}
	if next, ok = p.word(next, "satisfies"); !ok {
		return nil, pos, false
	}
	body, next, ok := p.expression(next)
	return &quantified{at(start.start), every, iterators, body}, next, ok
}

// iterators = name in values (, name in values)*, where values may be from..to.
func (p *parser) iterators(pos int) ([]iterator, int, bool) {
	var all []iterator
	for {
		variable, next, ok := p.variable(pos)
		if !ok {
			return nil, pos, false
		}
		it := iterator{at: at(p.look(pos).start), name: variable}
		if next, ok = p.word(next, "in"); !ok {
			return nil, pos, false
		}
		if next, ok = p.iterated(&it, next); !ok {
			return nil, pos, false
		}
		all = append(all, it)
		if !p.peekSymbol(next, ",") {
			return all, next, true
		}
		pos = p.look(next).end
	}
}

// iterated = sum..sum | value. A sum that is no end of a range needs parentheses.
func (p *parser) iterated(it *iterator, pos int) (int, bool) {
	from, next, ok := p.sum(pos)
	if ok && p.peekSymbol(next, "..") {
		if to, after, found := p.sum(p.look(next).end); found {
			it.values, it.to = from, to
			return after, true
		}
	}
	it.values, next, ok = p.value(pos)
	return next, ok
}

// variable reads a name that may stand for a variable.
func (p *parser) variable(pos int) (string, int, bool) {
	switch t := p.look(pos); {
	case t.kind == quotedName, t.kind == word && !isReserved(t.value):
		return t.value, t.end, true
	}
	p.expect(pos, "a name")
	return "", pos, false
}

// comparison = sum (op sum | between … | instance of … | in …)?, or a test of an input that is not named.
func (p *parser) comparison(pos int) (node, int, bool) {
	if p.look(pos).kind == symbol && isComparison(p.look(pos).value) {
		return p.comparisonTest(pos)
	}
	left, next, ok := p.sum(pos)
	if !ok {
		return p.rangeLiteral(pos)
	}
	t := p.look(next)
	var n node
	after, found := 0, false
	switch {
	case t.kind == symbol && isComparison(t.value):
		var right node
		if right, after, found = p.sum(t.end); found {
			n = &binary{at(t.start), t.value, left, right}
		}
	case p.peekWord(next, "between"):
		n, after, found = p.between(left, t)
	case p.peekWord(next, "instance"):
		n, after, found = p.instanceOf(left, t)
	}
	if !found && p.peekWord(next, "in") {
		n, after, found = p.in(left, t)
	}
	if found {
		return n, after, true
	}
	p.expect(next, "an operator")
	return left, next, true
}

func isComparison(s string) bool {
	switch s {
	case "=", "!=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

// comparisonTest = op sum, where op orders: there is no test for equality.
func (p *parser) comparisonTest(pos int) (node, int, bool) {
	t := p.look(pos)
	if t.value == "=" || t.value == "!=" {
		p.expect(pos, "a value")
		return nil, pos, false
	}
	value, next, ok := p.sum(t.end)
	return &comparisonTest{at(t.start), t.value, value}, next, ok
}

func (p *parser) between(left node, t *token) (node, int, bool) {
	low, next, ok := p.sum(t.start + len("between"))
	if !ok {
		return nil, t.start, false
	}
	if next, ok = p.word(next, "and"); !ok {
		return nil, t.start, false
	}
	high, next, ok := p.sum(next)
	return &between{at(t.start), left, low, high}, next, ok
}

func (p *parser) instanceOf(left node, t *token) (node, int, bool) {
	next, ok := p.word(t.start+len("instance"), "of")
	if !ok {
		return nil, t.start, false
	}
	typ, next, ok := p.typeName(next)
	return &instanceOf{at(t.start), left, typ}, next, ok
}

// typeName reads a type: one of those of several words, or any name, dots included.
func (p *parser) typeName(pos int) (string, int, bool) {
	start := p.look(pos)
	for _, t := range [...]string{"years and months duration", "days and time duration", "date and time"} {
		if start.start+len(t) <= len(p.source) && p.source[start.start:start.start+len(t)] == t {
			return t, start.start + len(t), true
		}
	}
	if start.kind == word && start.value == "function" {
		return start.value, start.end, true
	}
	typ, next, ok := p.variable(pos)
	for ok && p.peekSymbol(next, ".") {
		part, after, more := p.variable(p.look(next).end)
		if !more {
			return "", pos, false
		}
		typ, next = typ+"."+part, after
	}
	return typ, next, ok
}

// in = value in (test, …) | value in test.
func (p *parser) in(left node, t *token) (node, int, bool) {
	p.identity = true
	pos := t.start + len("in")
	if open := p.look(pos); open.kind == symbol && open.value == "(" {
		if tests, next, ok := p.tests(open.end); ok {
			if next, ok = p.symbol(next, ")"); ok {
				return &in{at(t.start), left, tests}, next, true
			}
		}
	}
	if only := p.look(pos); only.kind == word && (only.value == "true" || only.value == "false") && p.look(only.end).kind == end {
		// Only at the end of the source a boolean is compared; elsewhere it says whether the test passes.
		return &binary{at(t.start), "=", left, &literal{at(only.start), only.value == "true"}}, only.end, true
	}
	test, next, ok := p.test(pos)
	if !ok {
		return nil, t.start, false
	}
	return &in{at(t.start), left, []unaryTest{test}}, next, true
}

func (p *parser) tests(pos int) ([]unaryTest, int, bool) {
	var all []unaryTest
	for {
		n, next, ok := p.test(pos)
		if !ok {
			return nil, pos, false
		}
		all = append(all, n)
		if !p.peekSymbol(next, ",") {
			return all, next, true
		}
		pos = p.look(next).end
	}
}

// test = comparisonTest | rangeLiteral | expression. What begins like one of the first two ends with it: an and or or behind
// it is no part of the test.
func (p *parser) test(pos int) (unaryTest, int, bool) {
	if t := p.look(pos); t.kind == symbol && isComparison(t.value) {
		n, next, ok := p.comparisonTest(pos)
		return unaryTest{n, true}, next, ok
	}
	if n, next, ok := p.rangeLiteral(pos); ok {
		return unaryTest{n, true}, next, true
	}
	n, next, ok := p.expression(pos)
	return unaryTest{of: n}, next, ok
}

// rangeLiteral = [a..b] with an open end written ( or ] before a, ) or [ behind b.
func (p *parser) rangeLiteral(pos int) (node, int, bool) {
	return p.once(rangeProduction, pos, (*parser).interval)
}

func (p *parser) interval(pos int) (node, int, bool) {
	open := p.look(pos)
	if open.kind != symbol || open.value != "[" && open.value != "(" && open.value != "]" {
		p.expect(pos, "a value")
		return nil, pos, false
	}
	if !p.enter() {
		return nil, pos, false
	}
	defer func() { p.depth-- }()
	low, next, ok := p.sum(open.end)
	if !ok {
		return nil, pos, false
	}
	if next, ok = p.symbol(next, ".."); !ok {
		return nil, pos, false
	}
	high, next, ok := p.sum(next)
	if !ok {
		return nil, pos, false
	}
	closing := p.look(next)
	if closing.kind != symbol || closing.value != "]" && closing.value != ")" && closing.value != "[" {
		p.expectText(next, "]")
		p.expectText(next, ")")
		return nil, pos, false
	}
	return &rangeLiteral{at(open.start), low, high, open.value == "[", closing.value == "]", false}, closing.end, true
}

func (p *parser) isRange(pos int) bool {
	_, _, ok := p.rangeLiteral(pos)
	return ok
}
