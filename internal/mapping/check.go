package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Refusal is what a broker does not take when a model is deployed.
type Refusal struct {
	Pos    bpmn.Pos
	Field  string // the target of a mapping, or the key of a header
	Reason string // what was found and what is expected, in one line
	Err    error  // a *feel.SyntaxError of an expression that does not parse; nil for others
}

// RefusedError is a model that a broker does not take.
type RefusedError struct{ Refusals []Refusal }

func (e *RefusedError) Error() string {
	lines := make([]string, len(e.Refusals))
	for i, r := range e.Refusals {
		lines[i] = fmt.Sprintf("%s: %s: %s", r.Pos, r.Field, r.Reason)
		if syntax, ok := errors.AsType[*feel.SyntaxError](r.Err); ok {
			lines[i] += "\n" + syntax.Excerpt()
		}
	}
	return strings.Join(lines, "\n")
}

func refusal(all []Refusal) error {
	if len(all) == 0 {
		return nil
	}
	return &RefusedError{all}
}

// Check returns what a broker refuses of a task, and of the sub-processes around it.
func Check(t *bpmn.Task, order Order) []Refusal {
	var all []Refusal
	for _, around := range t.Around {
		all = append(append(all, checkLoop(around.Loop)...), checkInputs(around.Inputs, order)...)
	}
	all = append(all, checkLoop(t.Loop)...)
	for _, name := range t.Repeated {
		all = append(all, Refusal{Pos: t.Pos, Field: name, Reason: fmt.Sprintf("the element has more than one <zeebe:%s>, expected one", name)})
	}
	all = append(append(all, checkInputs(t.Inputs, order)...), checkOutputs(t.Outputs)...)
	all = append(all, checkExpression(t.TypePos, "type", t.Type)...)
	all = append(all, checkExpression(t.TypePos, "retries", t.Retries)...)
	for i, h := range t.Headers {
		if h.Key != "" && slices.ContainsFunc(t.Headers[:i], func(o bpmn.Header) bool { return o.Key == h.Key }) {
			all = append(all, Refusal{Pos: h.Pos, Field: h.Key, Reason: "the task has two headers of this key"})
		}
	}
	return all
}

func checkLoop(loop *bpmn.Loop) []Refusal {
	switch {
	case loop == nil:
		return nil
	case !strings.HasPrefix(loop.Collection, "="):
		return []Refusal{{Pos: loop.Pos, Field: "inputCollection", Reason: fmt.Sprintf("the collection of the multi-instance is %q, expected an expression, which begins with =", loop.Collection)}}
	}
	return checkExpression(loop.Pos, "inputCollection", loop.Collection)
}

// checkExpression checks a text that is an expression if it begins with =.
func checkExpression(pos bpmn.Pos, field, source string) []Refusal {
	expression, isExpression := strings.CutPrefix(source, "=")
	if !isExpression || expression == "" {
		return nil
	}
	if _, err := Compile(strings.TrimSpace(expression)); err != nil {
		return []Refusal{{Pos: pos, Field: field, Reason: reasonOf(err), Err: err}}
	}
	return nil
}

// targetForm is how the broker wants a target, and reserved are the names that may not be one.
var (
	targetForm = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*$`)
	reserved   = []string{"null", "true", "false", "function", "if", "then", "else", "for", "between", "instance", "of"}
)

func checkInputs(mappings []bpmn.Mapping, order Order) []Refusal {
	all := checkEach(mappings)
	if len(all) > 0 {
		return all
	}
	for i, m := range mappings {
		if _, err := Compile(inputText(mappings[i : i+1]).String()); err == nil {
			continue
		}
		reason := `a text may not end with \, nor have \ before "`
		if _, isExpression := m.Expression(); isExpression {
			if order == OneByOne {
				continue
			}
			reason = "an expression may not end with a comment //: up to 8.7.35 and 8.8.33 the broker puts all mappings into one expression; expected /* … */"
		}
		all = append(all, Refusal{Pos: m.Pos, Field: m.Target, Reason: reason})
	}
	return all
}

func checkOutputs(mappings []bpmn.Mapping) []Refusal {
	all := checkEach(mappings)
	for _, m := range mappings {
		if _, isExpression := m.Expression(); isExpression {
			continue
		}
		reason := "the source is empty, expected an expression"
		if m.Source != "" {
			reason = fmt.Sprintf("the source %q is a text, expected an expression, which begins with =", m.Source)
		}
		all = append(all, Refusal{Pos: m.Pos, Field: m.Target, Reason: reason})
	}
	return all
}

// checkEach checks what holds for inputs and outputs: targets, and expressions.
func checkEach(mappings []bpmn.Mapping) []Refusal {
	var all []Refusal
	for _, m := range mappings {
		switch {
		case m.Target == "":
			all = append(all, Refusal{Pos: m.Pos, Field: "mapping", Reason: "it has no target"})
		case !targetForm.MatchString(m.Target):
			all = append(all, Refusal{Pos: m.Pos, Field: m.Target, Reason: fmt.Sprintf("the target is %q, expected names of letters, digits and _ with dots between them, none of which begins with a digit", m.Target)})
		case slices.Contains(reserved, m.Target):
			all = append(all, Refusal{Pos: m.Pos, Field: m.Target, Reason: fmt.Sprintf("the target %q is a word of FEEL, expected another name", m.Target)})
		}
		all = append(all, checkExpression(m.Pos, m.Target, m.Source)...)
	}
	return all
}

// reasonOf is why an expression does not parse, without its source.
func reasonOf(err error) string {
	if syntax, ok := errors.AsType[*feel.SyntaxError](err); ok {
		return "the expression does not parse: " + syntax.Reason()
	}
	return err.Error()
}
