package feel

import (
	"maps"
	"slices"
)

// Flow says which marked texts a value can hold, and where in the value. It is what a look at an expression can tell
// without its variables' values: a text that is only compared, counted or tested does not flow into the result. Lists do
// not count as places: what is in a list is in the place of the list. A Flow does not change; nil holds nothing.
type Flow struct {
	here    marks            // in the value, if it is a text, or in the texts of a list
	deep    marks            // anywhere in the value, in keys too
	keys    marks            // in the keys of the value, if it is a context
	members map[string]*Flow // in the members of the value, if it is a context
}

type marks map[string]struct{}

// TextFlow returns the flow of a text with these marks.
func TextFlow(found ...string) *Flow {
	if len(found) == 0 {
		return nil
	}
	return &Flow{here: marksOf(found)}
}

func marksOf(found []string) marks {
	if len(found) == 0 {
		return nil
	}
	m := make(marks, len(found))
	for _, mark := range found {
		m[mark] = struct{}{}
	}
	return m
}

func (m marks) has(mark string) bool {
	_, ok := m[mark]
	return ok
}

// Holds says whether a text with this mark can be in the place to which the keys of path lead: in the text there or, with
// inKey, in a key of the context there.
func (f *Flow) Holds(mark string, path []string, inKey bool) bool {
	for _, key := range path {
		if f == nil {
			return false
		}
		if f.deep.has(mark) {
			return true
		}
		f = f.members[key]
	}
	switch {
	case f == nil:
		return false
	case inKey:
		return f.deep.has(mark) || f.keys.has(mark)
	}
	return f.deep.has(mark) || f.here.has(mark)
}

// Marks returns all marks in the value, sorted.
func (f *Flow) Marks() []string {
	all := marks{}
	f.collect(all, map[*Flow]bool{})
	return slices.Sorted(maps.Keys(all))
}

func (f *Flow) collect(into marks, seen map[*Flow]bool) {
	if f == nil || seen[f] {
		return
	}
	seen[f] = true
	for _, m := range []marks{f.here, f.deep, f.keys} {
		maps.Copy(into, m)
	}
	for _, member := range f.members {
		member.collect(into, seen)
	}
}

// At returns the flow of the value to which the keys of path lead.
func (f *Flow) At(path ...string) *Flow {
	for _, key := range path {
		f = f.member(key)
	}
	return f
}

func (f *Flow) member(key string) *Flow {
	switch {
	case f == nil:
		return nil
	case f.deep == nil:
		return f.members[key]
	}
	below := Flow{deep: f.deep}
	if m := f.members[key]; m != nil {
		below = *m
		below.deep = joined(m.deep, f.deep)
	}
	return &below
}

// With returns the flow of the value in which the place to which the keys of path lead has another value. Contexts on the
// way are made; what was no context there is gone.
func (f *Flow) With(path []string, value *Flow) *Flow {
	if len(path) == 0 {
		return value
	}
	changed := &Flow{members: map[string]*Flow{}}
	if f != nil {
		changed.deep, changed.keys = f.deep, f.keys
		maps.Copy(changed.members, f.members)
	}
	changed.members[path[0]] = changed.members[path[0]].With(path[1:], value)
	return changed
}

// joined returns the marks of both. It changes neither.
func joined(a, b marks) marks {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	both := make(marks, len(a)+len(b))
	maps.Copy(both, a)
	maps.Copy(both, b)
	return both
}
