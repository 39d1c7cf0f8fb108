package feel

import (
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// builtin is one overload of a function: its row in the table of its family is its code, its documentation and its test in
// one. To add a function, add a row there.
type builtin struct {
	name   string
	params []param
	// rest says that the last parameter, a list, may as well be given as any number of arguments.
	rest bool
	// exact says that no other overload is tried when the arguments are named as its own parameters are.
	exact bool
	// eval gets one value per parameter, of the parameter's type: numbers are *apd.Decimal. It must not keep the slice. It
	// gives null with f.warn and ends the evaluation with f.fail.
	eval func(f *frame, pos Pos, a []Value) Value
	// text stands in eval's place in a function that makes a text of its first argument, a string, and the others. It is false
	// for null. Such functions hand their texts to each other as they are.
	text func(f *frame, pos Pos, s string, others []Value) (string, bool)
	// strict makes an argument of a wrong type fail the evaluation; null is the answer otherwise.
	strict bool
	// noText says that no text of an argument can be in the result.
	noText bool
	// doc says what the function gives, and when null or an error, in a sentence or two.
	doc string
	// example is an expression and what it gives, as JSON. The tests run it.
	example, gives string
}

// param is a parameter with the type that its argument must have. An optional one is null when it is left out.
type param struct {
	name string
	typ  string
	// take returns an argument as eval gets it, and whether it is of the type.
	take func(Value) (Value, bool)
}

// Types of parameters: FEEL's own by their names, and a few that take more.
const (
	anyType    = "any" // null included
	keysType   = "list of strings"
	spotType   = "spot" // a range, or a value that can be an end of one
	numberType = "number"
)

// params reads "name: type, name: type".
func params(text string) []param {
	if text == "" {
		return nil
	}
	var all []param
	for part := range strings.SplitSeq(text, ",") {
		name, typ, _ := strings.Cut(part, ":")
		typ = strings.TrimSpace(typ)
		all = append(all, param{strings.TrimSpace(name), typ, takerOf(typ)})
	}
	return all
}

func (b *builtin) evalText(f *frame, pos Pos, a []Value) Value {
	s, ok := b.text(f, pos, a[0].(string), a[1:])
	if !ok {
		return nil
	}
	return s
}

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

// invocation is what a call of a built-in function means: the overloads that it may name, in the order in which they
// are tried, and what is to be done to its arguments first.
type invocation struct {
	overloads []*builtin
	order     []int // the parameter of each argument, nil if they are not named
	wrap      int   // the first of the arguments that become one list, −1 for none
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

// call evaluates the first of the overloads to whose parameters the arguments conform.
func (in *invocation) call(f *frame, pos Pos, args []Value) Value {
	if in.order != nil || in.wrap >= 0 {
		args = in.arrange(args)
	}
	if len(args) < len(in.overloads[0].params) {
		return f.warn(pos, WrongArguments, in.overloads[0].name, "%d arguments do not fit: the function is %s", len(args), in.overloads[0].signature())
	}
	for _, b := range in.overloads {
		if misfit := conform(b.params, args); misfit < 0 {
			return b.eval(f, pos, args)
		}
	}
	b := in.overloads[0]
	misfit := conform(b.params, args)
	return b.wrongType(f, pos, b.params[misfit], args[misfit])
}

// arrange puts the arguments in the order of the parameters, with those in a list that stand for one.
func (in *invocation) arrange(args []Value) []Value {
	switch {
	case in.order != nil:
		values := make([]Value, len(in.overloads[0].params))
		for i, at := range in.order {
			values[at] = args[i]
		}
		return values
	case in.wrap >= 0 && (len(args) != 1 || !isList(args[0])):
		return append(slices.Clone(args[:in.wrap]), slices.Clone(args[in.wrap:]))
	}
	return args
}

// conform makes the arguments what the parameters ask for. It returns the index of the first one of a wrong type, or −1.
func conform(params []param, values []Value) int {
	for i := range params {
		v, ok := params[i].take(values[i])
		if !ok {
			return i
		}
		values[i] = v
	}
	return -1
}

func isList(v Value) bool {
	_, ok := v.([]Value)
	return ok
}

func (b *builtin) wrongType(f *frame, pos Pos, p param, v Value) Value {
	if b.strict {
		return f.fail(pos, "parameter '%s' of function '%s' must be a %s, but is %s%s", p.name, b.name, p.typ, article(v), writes(b.insteadFor(p, v)))
	}
	return f.warn(pos, WrongType, b.name, "parameter '%s' of %s must be a %s, but is %s%s", p.name, b.name, p.typ, article(v), writes(b.insteadFor(p, v)))
}

// insteadFor returns how to give a value of another type to a parameter, "" where that is not known.
func (b *builtin) insteadFor(p param, v Value) string {
	_, isText := v.(string)
	_, isList := v.([]Value)
	_, isNumber := asNumber(v)
	switch {
	case b.name == "count" && isText:
		return "string length(text)"
	case b.name == "string length" && isList:
		return "count(list)"
	case b.name == "count" && typeName(v) == "context":
		return "count(get entries(context))"
	case b.name == "index of" && isText:
		return "contains(text, part), or string length(substring before(text, part)) + 1"
	case b.name == "string join" && isText:
		return "a + b"
	case p.typ == "days and time duration" && isText:
		return "duration(text)"
	case b.name == "contains" && isList:
		return "list contains(list, value)"
	case b.name == "list contains" && isText:
		return "contains(text, part)"
	case b.name == "is empty" && isText:
		return "text = \"\", or is blank(text)"
	case p.typ == "string" && isNumber:
		return "string(number)"
	case p.typ == numberType && isText:
		return "number(text)"
	}
	return ""
}

// takerOf returns the function that checks an argument for a type, and makes a number of a literal.
func takerOf(typ string) func(Value) (Value, bool) {
	switch typ {
	case "string":
		return func(v Value) (Value, bool) {
			_, ok := v.(string)
			return v, ok
		}
	case "context":
		return func(v Value) (Value, bool) {
			_, ok := v.(*jsonvalue.Object)
			return v, ok
		}
	case "days and time duration":
		return func(v Value) (Value, bool) {
			_, ok := v.(DaysDuration)
			return v, ok
		}
	case "list":
		return func(v Value) (Value, bool) { return v, isList(v) }
	case numberType:
		return func(v Value) (Value, bool) {
			v = computable(v)
			_, ok := v.(*apd.Decimal)
			return v, ok
		}
	case anyType:
		return func(v Value) (Value, bool) { return computable(v), true }
	case spotType:
		return func(v Value) (Value, bool) {
			v = computable(v)
			_, isRange := v.(*Range)
			return v, isRange || isPoint(v)
		}
	case keysType:
		return func(v Value) (Value, bool) {
			list, ok := v.([]Value)
			return v, ok && !slices.ContainsFunc(list, func(k Value) bool { _, ok := k.(string); return !ok })
		}
	}
	return func(v Value) (Value, bool) {
		v = computable(v)
		return v, v != nil && typeName(v) == typ
	}
}

// computable makes a number of a literal, null of one that no double can hold; any other value is left as it is.
func computable(v Value) Value {
	n, ok := v.(jsonvalue.Number)
	if !ok {
		return v
	}
	if d, ok := decimalOf(n); ok {
		return d
	}
	return nil
}

// isPoint says whether a value can be an end of a range that functions know: strings are not.
func isPoint(v Value) bool {
	switch v.(type) {
	case *apd.Decimal, jsonvalue.Number, Date, Time, DateTime, DaysDuration, MonthsDuration:
		return true
	}
	return false
}

// integer returns a number cut to a whole one, of which the low 32 bits count, as BigDecimal.intValue does.
func integer(v Value) int64 { return int64(int32(intBits(v.(*apd.Decimal)))) }
