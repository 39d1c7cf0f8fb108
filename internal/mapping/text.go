package mapping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// text is the one expression that the mappings of an element make.
type text struct {
	strings.Builder
	mappings []bpmn.Mapping
	parts    []part
	// constants are the texts of mappings without an expression, by the names that stand for them: their length has no limit.
	constants map[string]string
}

// part is where the source of a mapping stands.
type part struct {
	start, end int // in bytes
	mapping    int
}

// inputText writes input mappings as a context of contexts.
func inputText(mappings []bpmn.Mapping) *text {
	t := &text{mappings: mappings, constants: map[string]string{}}
	t.context(treeOf(mappings), nil, false)
	return t
}

// outputText writes output mappings: their contexts are merged with the variables of their names.
func outputText(mappings []bpmn.Mapping) *text {
	t := &text{mappings: mappings, constants: map[string]string{}}
	t.context(treeOf(mappings), nil, true)
	return t
}

func (t *text) context(of *tree, path []string, merged bool) {
	t.WriteByte('{')
	for i, key := range of.keys {
		if i > 0 {
			t.WriteByte(',')
		}
		t.WriteString(key + ":")
		m, inner := of.members[key], append(slices.Clip(path), key)
		switch {
		case m.nested == nil:
			t.source(m.mapping)
		case merged:
			variable := strings.Join(inner, ".")
			t.WriteString("if (" + variable + " != null) then context merge(" + variable + ",")
			t.context(m.nested, inner, merged)
			t.WriteString(") else ")
			t.context(m.nested, inner, merged)
		default:
			t.context(m.nested, inner, merged)
		}
	}
	t.WriteByte('}')
}

// source writes the source of a mapping.
func (t *text) source(mapping int) {
	source, isExpression := t.mappings[mapping].Expression()
	switch {
	case isExpression:
		start := t.Len()
		t.WriteString(source)
		t.parts = append(t.parts, part{start, t.Len(), mapping})
	case t.mappings[mapping].Source == "":
		t.WriteString("null")
	case strings.Contains(t.mappings[mapping].Source, `\`): // it is read as the characters of a text in FEEL
		t.WriteString(literal(t.mappings[mapping].Source))
	default:
		name := fmt.Sprintf("text %d", mapping)
		t.constants[name] = t.mappings[mapping].Source
		t.WriteString("`" + name + "`")
	}
}

// literal writes a text as the broker does: only its quotes are escaped.
func literal(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

// Text returns the text that a mapping without an expression gives: the broker reads it as the characters between the quotes of a
// text in FEEL, where \\n is a line break. It is empty for one that the broker refuses.
func Text(ctx context.Context, m bpmn.Mapping) string {
	if !strings.Contains(m.Source, `\`) {
		return m.Source
	}
	r, err := value(ctx, literal(m.Source), Scope{Variables: jsonvalue.NewObject(0)})
	text, ok := r.Value.(string)
	if err != nil || !ok {
		return ""
	}
	return text
}

// at returns the mapping whose source stands at a place, and the place in its expression without white space around it. Ok is
// false for a place between the sources.
func (t *text) at(pos feel.Pos) (m bpmn.Mapping, inside feel.Pos, ok bool) {
	for _, p := range t.parts {
		if int(pos) >= p.start && int(pos) <= p.end {
			m = t.mappings[p.mapping]
			source, _ := m.Expression()
			blanks := len(source) - len(strings.TrimLeft(source, whiteSpace))
			return m, max(0, pos-feel.Pos(p.start+blanks)), true
		}
	}
	return bpmn.Mapping{}, 0, false
}

const whiteSpace = " \t\r\n"

// warning moves a warning of the whole to its mapping.
func (t *text) warning(w feel.Warning) Warning {
	m, inside, ok := t.at(w.Pos)
	if ok {
		source, _ := m.Expression()
		w.Pos = inside
		w.Line, w.Column = inside.In(strings.TrimSpace(source))
	}
	return Warning{Mapping: m, Warning: w}
}

// failure is the error of an evaluation of the whole, as that of the mapping that failed.
func (t *text) failure(err error) error {
	failed, ok := errors.AsType[*feel.EvalError](err)
	if !ok {
		return err
	}
	m, inside, ok := t.at(failed.Pos)
	if !ok {
		return err
	}
	source, _ := m.Expression()
	return &Error{Mapping: m, Err: &feel.EvalError{Source: strings.TrimSpace(source), Pos: inside, Text: failed.Text}}
}
