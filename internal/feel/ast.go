package feel

// node is one construct of an expression; its position is where a message about it points to.
type node interface{ pos() Pos }

type at Pos

func (p at) pos() Pos { return Pos(p) }

type (
	// literal is null, true, false, a string or a number.
	literal struct {
		at
		value Value
	}
	// temporalLiteral is @"…": a value, or null where the text is no date, time or duration.
	temporalLiteral struct {
		at
		text string
	}
	// name is a bare or quoted name.
	name struct {
		at
		text string
	}
	// inputValue is the ? of a unary test.
	inputValue struct{ at }
	// path is base.key.
	path struct {
		at
		base node
		key  string
	}
	// filter is base[condition].
	filter struct {
		at
		base, condition node
	}
	// call is f(a, b) or f(x: a, y: b); of is the context that holds the function in c.f(a), nil otherwise.
	call struct {
		at
		of    node
		name  string
		args  []node
		named []string // names of the arguments, nil if they are positional
	}
	// list is [a, b].
	list struct {
		at
		items []node
	}
	// contextLiteral is {a: 1, "b": 2}.
	contextLiteral struct {
		at
		entries []entry
	}
	entry struct {
		at
		key   string
		value node
	}
	// function is function(a, b) body.
	function struct {
		at
		params []string
		body   node
	}
	// conditional is if … then … else ….
	conditional struct {
		at
		condition, then, otherwise node
	}
	// loop is for a in x, b in y return body.
	loop struct {
		at
		iterators []iterator
		body      node
	}
	// quantified is some or every a in x, b in y satisfies body.
	quantified struct {
		at
		every     bool
		iterators []iterator
		body      node
	}
	// iterator is name in values, or name in from..to.
	iterator struct {
		at
		name   string
		values node
		to     node // nil unless it is from..to; values is the from then
	}
	// binary is a op b of arithmetic, comparison, and, or.
	binary struct {
		at
		op          string
		left, right node
	}
	// negation is -a.
	negation struct {
		at
		of node
	}
	// between is x between low and high.
	between struct {
		at
		value, low, high node
	}
	// instanceOf is x instance of T.
	instanceOf struct {
		at
		value node
		typ   string
	}
	// in is x in test, or x in (test, test).
	in struct {
		at
		value node
		tests []unaryTest
	}
	// comparisonTest is > x, an input that is not named.
	comparisonTest struct {
		at
		op    string
		value node
	}
	// rangeLiteral is [a..b], with its ends open or closed. In parentheses it is a test even where a range could stand.
	rangeLiteral struct {
		at
		low, high             node
		lowClosed, highClosed bool
		enclosed              bool
	}
)

// unaryTest is a test of in. A bare one is a comparison or a range whose outcome is that of the test; any other stands for
// the value that the input is compared with.
type unaryTest struct {
	of   node
	bare bool
}
