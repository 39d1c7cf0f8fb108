package feel

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Library is a set of functions that programs can call: FEEL's own, see [Standard], and those that a host adds. It is
// immutable and safe for concurrent use.
type Library struct {
	families []family
	forms    map[string][]*builtin // all forms by the name of their function, in the order in which they are tried
	names    []string              // sorted
}

// family is a group of functions that are documented under one heading.
type family struct {
	name  string
	table []builtin
}

// HostFunction is one form of a function that a host adds. Several forms of one name are tried in their order.
type HostFunction struct {
	Name string
	// Params are the parameters with the types of their arguments: "name: type, name: type". A type is any (null included),
	// string, number, boolean, context, list, date, time, "date and time", "days and time duration", "years and months
	// duration" or function.
	Params string
	// Strict makes an argument of a wrong type fail the evaluation. Otherwise it gives null and a warning.
	Strict bool
	// NoText says that no text of an argument can be in the result, see [FlowTracker].
	NoText bool
	// Doc says in a sentence or two what the function gives. Example is an expression, Gives its result as JSON.
	Doc, Example, Gives string
	// Call returns what the function gives for one argument per parameter: a [Value] or what [FromGo] takes. It must neither keep
	// nor change the slice. An error fails the evaluation with an [EvalError] of its text; an [*ArgumentError] gives null instead.
	Call func(args []Value) (any, error)
}

// ArgumentError says that a [HostFunction] does not take its arguments: it gives null, and a warning of this text.
type ArgumentError struct{ Text string }

func (e *ArgumentError) Error() string { return e.Text }

// Standard returns FEEL's own functions.
var Standard = sync.OnceValue(func() *Library {
	l := &Library{forms: map[string][]*builtin{}}
	for _, f := range []family{
		{"Boolean", booleanBuiltins()},
		{"Conversion", conversionBuiltins()},
		{"String", stringBuiltins()},
		{"Regular expressions", regexBuiltins()},
		{"Numeric", numberBuiltins()},
		{"Aggregation", aggregateBuiltins()},
		{"List", listBuiltins()},
		{"Context", contextBuiltins()},
		{"Temporal", temporalBuiltins()},
		{"Range", rangeBuiltins()},
	} {
		l.add(f)
	}
	return l
})

// With returns a library that has these functions, too. Heading is the one under which they are documented. It panics if a
// function has no name, no code or a parameter of an unknown type, or the name of a function that is there already.
func (l *Library) With(heading string, functions ...HostFunction) *Library {
	table := make([]builtin, len(functions))
	for i, h := range functions {
		if len(l.forms[h.Name]) > 0 {
			panic(fmt.Sprintf("feel: there is a function %s already", h.Name))
		}
		table[i] = h.builtin()
	}
	more := &Library{families: slices.Clip(l.families), forms: maps.Clone(l.forms)}
	more.add(family{heading, table})
	return more
}

// Without returns a library that does not have these functions. It panics if there is none of a name.
func (l *Library) Without(names ...string) *Library {
	less := &Library{forms: map[string][]*builtin{}}
	for _, name := range names {
		if len(l.forms[name]) == 0 {
			panic("feel: there is no function " + name)
		}
	}
	for _, f := range l.families {
		f.table = slices.DeleteFunc(slices.Clone(f.table), func(b builtin) bool { return slices.Contains(names, b.name) })
		less.add(f)
	}
	return less
}

func (l *Library) add(f family) {
	l.families = append(l.families, f)
	for i := range f.table {
		b := &f.table[i]
		if b.text != nil {
			b.eval = b.evalText
		}
		l.forms[b.name] = append(l.forms[b.name], b)
	}
	l.names = slices.Sorted(maps.Keys(l.forms))
}

var hostTypes = []string{
	anyType, "string", numberType, "boolean", "context", "list", "date", "time", "date and time", "days and time duration",
	"years and months duration", "function",
}

func (h *HostFunction) builtin() builtin {
	b := builtin{
		name: h.Name, params: params(h.Params), strict: h.Strict, noText: h.NoText, doc: h.Doc, example: h.Example, gives: h.Gives,
	}
	if h.Name == "" || h.Call == nil {
		panic(fmt.Sprintf("feel: the function %q needs a name and its code", h.Name))
	}
	for _, p := range b.params {
		if p.name == "" || !slices.Contains(hostTypes, p.typ) {
			panic(fmt.Sprintf("feel: parameter %q of %s has the type %q, expected one of %s", p.name, h.Name, p.typ, strings.Join(hostTypes, ", ")))
		}
	}
	call := h.Call
	b.eval = func(f *frame, pos Pos, a []Value) Value {
		made, err := call(a)
		if misfit, ok := errors.AsType[*ArgumentError](err); ok {
			return f.warn(pos, WrongType, b.name, "%s", misfit.Text)
		}
		if err != nil {
			return f.fail(pos, "%s", err)
		}
		v, err := FromGo(made)
		if err != nil {
			return f.fail(pos, "%s: %s", b.name, err)
		}
		return v
	}
	return b
}

// invocation finds the overloads that take so many arguments. Named arguments may leave some out: the first overload
// that has all of the names says which place each has, and then every overload of as many parameters is tried.
func (l *Library) invocation(name string, count int, named []string) invocation {
	in := invocation{wrap: -1}
	all := l.forms[name]
	if named != nil {
		at := slices.IndexFunc(all, func(b *builtin) bool {
			var ok bool
			in.order, ok = b.order(named)
			return ok
		})
		if at < 0 {
			return invocation{}
		}
		count = len(all[at].params)
		if all[at].exact {
			all = all[at : at+1]
		}
	}
	for i, b := range all {
		if in.order == nil && b.rest && count > 0 && count >= len(b.params)-1 {
			return invocation{overloads: []*builtin{b}, wrap: len(b.params) - 1}
		}
		if count == len(b.params) {
			if in.overloads == nil {
				in.overloads = all[i : i+1 : i+1] // most have one
			} else {
				in.overloads = append(in.overloads, b)
			}
		}
	}
	return in
}

// signatures writes the forms of a function: "round(n) or round(n, scale)".
func (l *Library) signatures(name string) string {
	var forms []string
	for _, b := range l.forms[name] {
		forms = append(forms, b.signature())
	}
	return strings.Join(forms, " or ")
}
