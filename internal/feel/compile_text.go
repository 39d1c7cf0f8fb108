package feel

import (
	"slices"
	"strings"
)

// A text that one function makes and the next one takes is handed on as it is: as a value it would take memory of its own.

// textEvaluator is an evaluator that gives a text as it is. Any other value it gives as a value, and isText is false.
type textEvaluator func(f *frame) (text string, other Value, isText bool)

// text compiles a node from which a text is wanted; otherwise compiles it where it is not known to give one.
func (c *compiler) text(n node, otherwise func(node) evaluator) textEvaluator {
	if n, ok := n.(*call); ok {
		if e := c.textCall(n); e != nil {
			return e
		}
	}
	value := otherwise(n)
	return func(f *frame) (string, Value, bool) {
		v := value(f)
		s, ok := v.(string)
		return s, v, ok
	}
}

// textCall compiles a call of a function that makes a text of a text; nil for any other.
func (c *compiler) textCall(n *call) textEvaluator {
	if n.of != nil || n.named != nil || len(c.bound(n.name)) > 0 {
		return nil
	}
	native := c.library.invocation(n.name, len(n.args), nil)
	if len(native.overloads) != 1 || native.overloads[0].text == nil {
		return nil
	}
	b := native.overloads[0]
	first, others := c.text(n.args[0], c.argument), make([]evaluator, len(n.args)-1)
	for i, a := range n.args[1:] {
		others[i] = c.argument(a)
	}
	pos := n.pos()
	return func(f *frame) (string, Value, bool) {
		if !f.spend(1) {
			return "", nil, false
		}
		base := len(f.stack)
		s, v, isText := first(f)
		if f.err != nil {
			return "", nil, false
		}
		broken, failed := v.(*failure)
		if failed {
			v = nil
		}
		f.stack = append(f.stack, v) // the place of the first argument: nothing, if it is a text
		for _, other := range others {
			v := other(f)
			if f.err != nil {
				return "", nil, false
			}
			if e, failed := v.(*failure); failed {
				broken, v = e, nil
			}
			f.stack = append(f.stack, v)
		}
		args := f.stack[base:]
		if isText && broken == nil && conform(b.params[1:], args[1:]) < 0 {
			s, isText = b.text(f, pos, s, args[1:])
			f.unwind(base)
			return s, nil, isText
		}
		if isText {
			args[0] = s
		}
		v = native.callWith(f, pos, args, broken)
		f.unwind(base)
		s, isText = v.(string)
		return s, v, isText
	}
}

// asValue makes an evaluator of one that gives texts as they are.
func (e textEvaluator) asValue() evaluator {
	return func(f *frame) Value {
		s, v, isText := e(f)
		if isText {
			return s
		}
		return v
	}
}

// sum compiles a + b + c, from left to right: a sum of texts alone is put together once.
func (c *compiler) sum(n *binary) evaluator {
	var terms []textEvaluator
	var places []Pos
	var first node = n
	for {
		b, ok := first.(*binary)
		if !ok || b.op != "+" {
			break
		}
		terms, places = append(terms, c.text(b.right, c.compile)), append(places, b.pos())
		first = b.left
	}
	terms = append(terms, c.text(first, c.compile))
	slices.Reverse(terms)
	slices.Reverse(places)
	return func(f *frame) Value {
		base, size := len(f.texts), 0
		for i, term := range terms {
			s, v, isText := term(f)
			if f.err != nil {
				f.texts = f.texts[:base]
				return nil
			}
			if !isText {
				return f.sumFrom(i, v, terms, places, base, size)
			}
			f.texts, size = append(f.texts, s), size+len(s)
		}
		sum := f.join(f.texts[base:], size)
		f.texts = f.texts[:base]
		return sum
	}
}

// sumFrom goes on with a sum from the first term on that is no text: the texts before it, from base on, have so many bytes.
func (f *frame) sumFrom(i int, v Value, terms []textEvaluator, places []Pos, base, size int) Value {
	if i > 0 {
		before := f.join(f.texts[base:], size)
		f.texts = f.texts[:base]
		if f.err != nil {
			return nil
		}
		v = f.arithmetic(places[i-1], "+", before, v)
	}
	for i++; i < len(terms) && f.err == nil; i++ {
		s, next, isText := terms[i](f)
		if f.err != nil {
			return nil
		}
		if isText {
			next = s
		}
		v = f.arithmetic(places[i-1], "+", v, next)
	}
	return v
}

// join puts texts of so many bytes together.
func (f *frame) join(texts []string, size int) Value {
	if !f.produce(size) {
		return nil
	}
	var b strings.Builder
	b.Grow(size)
	for i, s := range texts {
		if i > 0 && s != "" && s[0] == firstOfSurrogate {
			whole := b.String()
			for _, s := range texts[i:] {
				whole = joinText(whole, s)
			}
			return whole
		}
		b.WriteString(s)
	}
	return b.String()
}
