package feel

import (
	"slices"
	"strings"
	"sync"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// builtin is one overload of a built-in function: its row in the tables below is its code, its documentation and its
// tests in one. To add a function, add a row to the table of its family.
type builtin struct {
	name   string
	params []param
	// rest says that the last parameter, a list, may as well be given as any number of arguments.
	rest bool
	// eval gets one value per parameter, of the parameter's type: numbers are *apd.Decimal. It gives null with f.warn and
	// ends the evaluation with f.fail.
	eval func(f *frame, pos Pos, a []Value) Value
	// strict makes an argument of a wrong type fail the evaluation; null is the answer otherwise.
	strict bool
	// doc says what the function gives, and when null or an error, in a sentence or two.
	doc string
	// example is an expression and what it gives, as JSON. The tests run it.
	example, gives string
}

// param is a parameter with the type that its argument must have. An optional one is null when it is left out.
type param struct {
	name string
	typ  string
}

// Types of parameters beside FEEL's own.
const (
	anyType     = "any"      // null included
	someType    = "some"     // anything but null
	pointType   = "point"    // a value that has an order
	rangeType   = "range"    //
	keysType    = "keys"     // a string, or a list of them
	periodType  = "duration" // either sort of duration
	numberType  = "number"
	stringType  = "string"
	listType    = "list"
	boolType    = "boolean"
	contextType = "context"
	funcType    = "function"
)

// params reads "name: type, name: type".
func params(text string) []param {
	if text == "" {
		return nil
	}
	var all []param
	for part := range strings.SplitSeq(text, ",") {
		name, typ, _ := strings.Cut(part, ":")
		all = append(all, param{strings.TrimSpace(name), strings.TrimSpace(typ)})
	}
	return all
}

// builtins returns all overloads by name, in the order in which they are tried.
var builtins = sync.OnceValue(func() map[string][]*builtin {
	all := map[string][]*builtin{}
	for _, table := range [][]builtin{
		stringBuiltins(), regexBuiltins(), listBuiltins(), numberBuiltins(), aggregateBuiltins(), contextBuiltins(),
		conversionBuiltins(), booleanBuiltins(), rangeBuiltins(), temporalBuiltins(), connectorBuiltins(),
	} {
		for i := range table {
			b := &table[i]
			all[b.name] = append(all[b.name], b)
		}
	}
	return all
})

var builtinNames = sync.OnceValue(func() []string {
	var names []string
	for name := range builtins() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
})

func (b *builtin) signature() string {
	names := make([]string, len(b.params))
	for i, p := range b.params {
		names[i] = p.name
	}
	rest := ""
	if b.rest {
		rest = ", …"
	}
	return b.name + "(" + strings.Join(names, ", ") + rest + ")"
}

// candidate is an overload that a call may mean, and the parameter of each argument if they are named.
type candidate struct {
	*builtin
	order []int
}

// candidates returns the overloads that take so many arguments, or that have all of the named parameters, in the order
// in which they are tried.
func candidates(name string, count int, named []string) []candidate {
	var all, open []candidate
	for _, b := range builtins()[name] {
		switch {
		case named != nil:
			if order, ok := b.order(named); ok {
				all = append(all, candidate{b, order})
			}
		case count == len(b.params):
			all = append(all, candidate{b, nil})
		case b.rest && count > 0 && count >= len(b.params)-1:
			open = append(open, candidate{b, nil})
		}
	}
	return append(all, open...)
}

func (b *builtin) order(named []string) ([]int, bool) {
	order := make([]int, len(named))
	for i, name := range named {
		order[i] = slices.IndexFunc(b.params, func(p param) bool { return p.name == name })
		if order[i] < 0 {
			return nil, false
		}
	}
	return order, true
}

// invoke calls the first of the overloads to whose parameters the arguments conform.
func invoke(f *frame, pos Pos, overloads []candidate, args []Value) Value {
	var small [5]Value
	for _, c := range overloads {
		values, misfit := c.bind(small[:0], args)
		if misfit < 0 {
			return c.eval(f, pos, values)
		}
	}
	c := overloads[0]
	values, misfit := c.bind(small[:0], args)
	return c.wrongType(f, pos, c.params[misfit], values[misfit])
}

// bind puts the arguments in the order of the parameters. It returns the index of the first one of a wrong type, or −1.
func (c candidate) bind(values, args []Value) ([]Value, int) {
	switch n := len(c.params); {
	case c.order != nil:
		values = append(values, make([]Value, n)...)
		for i, at := range c.order {
			values[at] = args[i]
		}
	case c.rest && (len(args) != n || !isList(args[n-1])):
		values = append(values, args[:n-1]...)
		values = append(values, append([]Value(nil), args[n-1:]...))
	default:
		values = append(values, args...)
	}
	for i, p := range c.params {
		v, ok := conform(values[i], p.typ)
		if !ok {
			return values, i
		}
		values[i] = v
	}
	return values, -1
}

func isList(v Value) bool {
	_, ok := v.([]Value)
	return ok
}

func (b *builtin) wrongType(f *frame, pos Pos, p param, v Value) Value {
	if b.strict {
		return f.fail(pos, "parameter '%s' of function '%s' must be a %s, but is %s", p.name, b.name, p.typ, article(v))
	}
	return f.warn(pos, "parameter '%s' of %s must be a %s, but is %s", p.name, b.name, p.typ, article(v))
}

// conform checks that a value is of a parameter's type, and makes a number of a literal.
func conform(v Value, typ string) (Value, bool) {
	if n, ok := v.(jsonvalue.Number); ok {
		d, ok := decimalOf(n)
		if !ok {
			return nil, false
		}
		v = d
	}
	switch typ {
	case anyType:
		return v, true
	case someType:
		return v, v != nil
	case numberType:
		_, ok := v.(*apd.Decimal)
		return v, ok
	case periodType:
		switch v.(type) {
		case DaysDuration, MonthsDuration:
			return v, true
		}
		return nil, false
	case pointType:
		_, ok := order(v, v)
		return v, ok
	case keysType:
		switch v := v.(type) {
		case string:
			return v, true
		case []Value:
			for _, k := range v {
				if _, ok := k.(string); !ok {
					return nil, false
				}
			}
			return v, true
		}
		return nil, false
	}
	return v, v != nil && typeName(v) == typ
}

// integer returns a number cut to a whole one.
func integer(v Value) int64 {
	n, _ := toInt64(v.(*apd.Decimal))
	return n
}
