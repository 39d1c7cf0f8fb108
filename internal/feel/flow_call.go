package feel

import "slices"

// flowKind says what a built-in function does with the texts in its arguments.
type flowKind uint8

const (
	flowsAnywhere flowKind = iota // they can be anywhere in the result
	flowsNowhere                  // the result is no text and holds none
	flowsAsText                   // the result is a text, or a list of texts, made of them
	flowsAsIs                     // the result is one of the arguments, or a list of them or of their items
)

// flowKinds are the kinds of the built-in functions. One that is not here is of the first kind.
var flowKinds = byFunction(map[flowKind][]string{
	flowsNowhere: {
		"not", "is defined", "is blank", "is empty", "number", "contains", "starts with", "ends with", "matches", "string length",
		"list contains", "count", "sum", "product", "mean", "median", "stddev", "all", "any", "and", "or", "index of",
		"abs", "ceiling", "floor", "decimal", "even", "odd", "exp", "log", "modulo", "sqrt", "random number", "uuid",
		"round up", "round down", "round half up", "round half down",
		"date", "time", "date and time", "duration", "years and months duration", "now", "today", "day of week", "day of year",
		"week of year", "month of year", "last day of month",
		"before", "after", "meets", "met by", "overlaps", "overlaps before", "overlaps after", "finishes", "finished by", "includes",
		"during", "starts", "started by", "coincides",
	},
	flowsAsText: {
		"string", "to json", "substring", "substring before", "substring after", "upper case", "lower case", "trim", "replace",
		"extract", "split", "string join", "to base64",
	},
	flowsAsIs: {
		"min", "max", "mode", "append", "concatenate", "union", "insert before", "list replace", "remove", "reverse", "sublist", "sort",
		"distinct values", "duplicate values", "flatten", "partition", "get or else", "context merge", "put all",
	},
})

func byFunction(lists map[flowKind][]string) map[string]flowKind {
	kinds := map[string]flowKind{}
	for kind, functions := range lists {
		for _, f := range functions {
			kinds[f] = kind
		}
	}
	return kinds
}

// call follows a call. What a function of the source makes of its arguments is not followed: they can be anywhere in its
// result, as can what its own body writes out.
func (w *flowing) call(n *call, bound *flowNames) *Flow {
	args := make([]*Flow, len(n.args))
	for i, a := range n.args {
		args[i] = w.of(a, bound)
	}
	if n.of != nil {
		return w.anywhere(append(args, w.of(n.of, bound).member(n.name))...)
	}
	if own, ok := w.lookup(n.name, bound); ok {
		return w.anywhere(append(args, own)...)
	}
	switch {
	case n.name == "get value" && w.literalPath(n) != nil:
		return w.argument(n, args, 0).At(w.literalPath(n)...)
	case (n.name == "context put" || n.name == "put") && len(args) == 3 && w.literalPath(n) != nil:
		f := w.argument(n, args, 0).With(w.literalPath(n), w.argument(n, args, 2))
		return w.withKeys(f, w.literalPath(n))
	case n.name == "get entries" && len(args) == 1:
		return w.entries(args[0])
	case n.name == "assert" && len(args) > 0:
		return w.argument(n, args, 0)
	}
	if forms := w.library.forms[n.name]; len(forms) > 0 && forms[0].noText {
		return nil
	}
	switch flowKinds[n.name] {
	case flowsNowhere:
		return nil
	case flowsAsText:
		return w.text(args...)
	case flowsAsIs:
		var f *Flow
		for _, a := range args {
			f = w.either(f, a)
		}
		return f
	case flowsAnywhere:
	}
	return w.anywhere(args...)
}

// argument returns the flow of a built-in function's argument by its place among the parameters.
func (w *flowing) argument(n *call, args []*Flow, place int) *Flow {
	if i := w.placeOf(n, place); i >= 0 {
		return args[i]
	}
	return nil
}

// placeOf returns where the argument stands for a built-in function's parameter; −1 = nowhere.
func (w *flowing) placeOf(n *call, place int) int {
	if n.named == nil {
		if place < len(n.args) {
			return place
		}
		return -1
	}
	for _, b := range w.library.forms[n.name] {
		if order, ok := b.order(n.named); ok {
			return slices.Index(order, place)
		}
	}
	return -1
}

// literalPath returns the keys that a call's second argument writes out, a text or a list of texts; nil if it is anything else.
func (w *flowing) literalPath(n *call) []string {
	i := w.placeOf(n, 1)
	if i < 0 {
		return nil
	}
	nodes := []node{n.args[i]}
	if l, ok := n.args[i].(*list); ok {
		nodes = l.items
	}
	var keys []string
	for _, of := range nodes {
		l, ok := of.(*literal)
		if !ok {
			return nil
		}
		key, ok := l.value.(string)
		if !ok {
			return nil
		}
		keys = append(keys, key)
	}
	return keys
}

// withKeys adds the marks in the keys that lead to a place.
func (w *flowing) withKeys(f *Flow, path []string) *Flow {
	if f == nil || len(path) == 0 {
		return f
	}
	changed := *f
	changed.keys = joined(f.keys, marksOf(w.mark(path[0])))
	if m := f.members[path[0]]; m != nil && len(path) > 1 {
		return changed.With(path[:1], w.withKeys(m, path[1:]))
	}
	return &changed
}

// entries is the flow of a context's entries, each with a key and a value.
func (w *flowing) entries(f *Flow) *Flow {
	if f == nil {
		return nil
	}
	var value *Flow
	for _, m := range f.members {
		value = w.either(value, m)
	}
	if len(f.deep) > 0 {
		value = w.either(value, &Flow{deep: f.deep})
	}
	entry := &Flow{members: map[string]*Flow{"value": value}}
	if keys := joined(f.keys, f.deep); len(keys) > 0 {
		entry.members["key"] = &Flow{here: keys}
	}
	return entry
}
