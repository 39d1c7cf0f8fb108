package feel

import (
	"maps"
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Outline is what a value can be, as far as that can be told without the variables of an expression: one of these shapes.
// It may hold shapes that the value never has, but it leaves out none that it can have. An Outline does not change.
type Outline []Shape

// ShapeKind is a kind of [Shape].
type ShapeKind uint8

// The kinds.
const (
	AnyShape     ShapeKind = iota // any value, null too
	NullShape                     // null, or nothing
	TextShape                     // a text
	ScalarShape                   // a number or a boolean that is written out
	ContextShape                  // a context
	ListShape                     // a list
)

// Shape is one way how a value can be.
type Shape struct {
	Kind ShapeKind
	// Parts of a text are what is certain of it, in order: any text can stand between two of them. One part is the whole
	// text. A text that begins with order- is "order-" and "". A scalar has one part, its text.
	Parts   []string
	Members map[string]Outline // of a context
	Open    bool               // a context can have further members, which can be anything
	Items   Outline            // of a list: what its items can be
}

// AnyValue is the outline of a value of which nothing is known.
func AnyValue() Outline { return Outline{{Kind: AnyShape}} }

// NullValue is the outline of null.
func NullValue() Outline { return Outline{{Kind: NullShape}} }

// TextValue is the outline of a text.
func TextValue(text string) Outline { return Outline{{Kind: TextShape, Parts: []string{text}}} }

// maxShapes is how many shapes an outline tells apart. Beyond it, it is any value.
const maxShapes = 64

// OutlineOf returns the outline of a value that is known.
func OutlineOf(v jsonvalue.Value) Outline {
	switch v := v.(type) {
	case nil:
		return NullValue()
	case string:
		return TextValue(v)
	case *jsonvalue.Object:
		members := make(map[string]Outline, v.Len())
		for key, member := range v.All() {
			members[key] = OutlineOf(member)
		}
		return Outline{{Kind: ContextShape, Members: members}}
	case []jsonvalue.Value:
		var items Outline
		for _, item := range v {
			items = either(items, OutlineOf(item))
		}
		return Outline{{Kind: ListShape, Items: items}}
	case jsonvalue.Number:
		return Outline{{Kind: ScalarShape, Parts: []string{v.Text()}}}
	case bool:
		if v {
			return Outline{{Kind: ScalarShape, Parts: []string{"true"}}}
		}
		return Outline{{Kind: ScalarShape, Parts: []string{"false"}}}
	}
	return AnyValue()
}

// CanBe says whether the value can be of this kind.
func (o Outline) CanBe(kind ShapeKind) bool {
	return slices.ContainsFunc(o, func(s Shape) bool { return s.Kind == kind || s.Kind == AnyShape })
}

// Member returns the outline of the member of the value. That of a list is the members of its items.
func (o Outline) Member(key string) Outline {
	var all Outline
	for _, s := range o {
		switch s.Kind {
		case AnyShape:
			return AnyValue()
		case ListShape:
			all = either(all, Outline{{Kind: ListShape, Items: s.Items.Member(key)}})
		default:
			all = either(all, s.Member(key))
		}
	}
	return all
}

// Member returns the outline of the member of a context; null of any other value.
func (s Shape) Member(key string) Outline {
	if s.Kind != ContextShape {
		return NullValue()
	}
	if m, ok := s.Members[key]; ok {
		return m
	}
	if s.Open {
		return AnyValue()
	}
	return NullValue()
}

// With returns the outline of the value in which the place to which the keys of path lead has another value. Contexts on
// the way are made; what was no context there is gone.
func (o Outline) With(path []string, value Outline) Outline {
	if len(path) == 0 {
		return value
	}
	var all Outline
	for _, s := range o {
		changed := Shape{Kind: ContextShape, Members: map[string]Outline{}, Open: s.Kind == AnyShape || s.Open}
		maps.Copy(changed.Members, s.Members)
		changed.Members[path[0]] = s.asContext().Member(path[0]).With(path[1:], value)
		all = either(all, Outline{changed})
	}
	if len(o) == 0 {
		return NullValue().With(path, value)
	}
	return all
}

// asContext returns any value as a context with any members, others as they are.
func (s Shape) asContext() Shape {
	if s.Kind == AnyShape {
		return Shape{Kind: ContextShape, Open: true}
	}
	return s
}

// either returns the outline of a value that is one or the other.
func either(a, b Outline) Outline {
	if len(a) == 1 && a[0].Kind == AnyShape {
		return a
	}
	all := slices.Clip(a)
	for _, s := range b {
		switch {
		case s.Kind == AnyShape:
			return AnyValue()
		case s.Kind <= ScalarShape && slices.ContainsFunc(all, func(t Shape) bool { return t.Kind == s.Kind && slices.Equal(t.Parts, s.Parts) }):
		case len(all) == maxShapes:
			return AnyValue()
		default:
			all = append(all, s)
		}
	}
	return all
}
