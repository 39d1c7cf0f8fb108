package secret

import (
	"context"
	"slices"
	"strings"
)

// The bounds of what is kept of a task's mappings.
const (
	maxMade    = 100  // mappings
	maxLiteral = 2048 // bytes of a text that the model writes
)

// Made says which of the variables of a job its task's input mappings make, as the deployed model has them: those that say as
// whom and to where events are sent. Anything else in these variables comes from the process's data. It does not change.
type Made struct{ mappings []made }

type made struct {
	path    []string
	literal string // what the model writes; empty for an expression
}

// MadeBy reads the input mappings of a task, in their order.
func MadeBy(mappings []Mapping) *Made {
	m := &Made{}
	for _, mapping := range mappings {
		path := strings.Split(strings.TrimSpace(mapping.Target), ".")
		switch path[0] {
		case "authentication", "awsCredential", "configuration":
		default:
			continue
		}
		if len(m.mappings) == maxMade {
			break // what follows counts as made by nobody
		}
		one := made{path: make([]string, len(path)), literal: literalText(mapping.Source)}
		for i, name := range path {
			one.path[i] = strings.Clone(name) // or it would keep the whole model
		}
		m.mappings = append(m.mappings, one)
	}
	return m
}

// literalText returns the text that a mapping's source writes out: one without "=", or an expression that is a string and
// nothing more. It is empty for any other.
func literalText(source string) string {
	text, expression := strings.CutPrefix(source, "=")
	if expression {
		text = strings.TrimSpace(text)
		if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
			return ""
		}
		text = text[1 : len(text)-1]
		if strings.ContainsAny(text, `"\`) {
			return ""
		}
	}
	if len(text) > maxLiteral {
		return ""
	}
	return strings.Clone(text)
}

// Whole says whether a mapping makes the variable, or the field of it, at this path as a whole.
func (m *Made) Whole(path ...string) bool {
	return slices.ContainsFunc(m.mappings, func(one made) bool { return within(path, one.path) })
}

// Part says whether a mapping makes something at this path or below it.
func (m *Made) Part(path ...string) bool {
	return m.Whole(path...) || slices.ContainsFunc(m.mappings, func(one made) bool { return within(one.path, path) })
}

// Literal returns the text that the model itself writes for the field at this path; false if it writes none, or if a mapping
// behind it makes the field anew.
func (m *Made) Literal(path ...string) (string, bool) {
	for _, one := range slices.Backward(m.mappings) {
		switch {
		case slices.Equal(one.path, path):
			return one.literal, one.literal != ""
		case within(path, one.path), within(one.path, path):
			return "", false
		}
	}
	return "", false
}

// within says whether the path leads to what is at outer or below it.
func within(path, outer []string) bool {
	return len(path) >= len(outer) && slices.Equal(path[:len(outer)], outer)
}

// Made says what the input mappings of a job's task make. It is nil if the deployed model cannot be read and the mode is LAX;
// in STRICT that is an error, a *[ModelError].
func (f *ModelFilter) Made(ctx context.Context, c Context) (*Made, error) {
	inputs, err := f.Inputs(ctx, c)
	if err == nil {
		return inputs.made, nil
	}
	if !f.lax || ctx.Err() != nil {
		return nil, err
	}
	f.allowsAll(ctx, err)
	return nil, nil //nolint:nilnil // LAX goes on without a model
}
