package lint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// compile reads an expression of a header; nil, with a finding, if it does not parse.
func (c *checker) compile(written string, pos bpmn.Pos, field string) *feel.Program {
	return c.compiled(expression.CompileFEEL, written, pos, field)
}

// compileForBroker reads an expression that the broker evaluates; nil, with a finding, if it does not parse.
func (c *checker) compileForBroker(written string, pos bpmn.Pos, field string) *feel.Program {
	return c.compiled(mapping.Compile, written, pos, field)
}

func (c *checker) compiled(compile func(string) (*feel.Program, error), written string, pos bpmn.Pos, field string) *feel.Program {
	program, err := compile(body(written))
	if err != nil {
		c.unparsable(err, written, pos, field)
		return nil
	}
	return program
}

// syntaxError is an expression that does not parse, in FEEL or in jq.
type syntaxError interface {
	error
	Reason() string  // one line
	Excerpt() string // the line of the source, and a caret below it
}

// unparsable reports an expression that does not parse.
func (c *checker) unparsable(err error, written string, pos bpmn.Pos, field string) {
	reason, excerpt, at := reasonOf(err), "", -1
	if e, ok := errors.AsType[*feel.SyntaxError](err); ok {
		whole := *e
		whole.Source, whole.Pos = written, e.Pos+feel.Pos(beginning(written))
		reason, excerpt, at = whole.Reason(), whole.Excerpt(), int(whole.Pos)
	} else if e, ok := errors.AsType[syntaxError](err); ok {
		reason, excerpt = e.Reason(), e.Excerpt()
	}
	f := c.report("expression-syntax", pos, field, "the expression in %s does not parse: %s", field, reason)
	if f.Excerpt = excerpt; at >= 0 {
		f.Attribute, f.Offset = c.attributeOf(pos, field), at
	}
}

// calls finds functions that do not exist or take other arguments, and indexes of 0: they give null without a word.
func (c *checker) calls(written string, seen feel.Inspection, pos bpmn.Pos, field string) {
	for _, call := range seen.Calls {
		if !call.Known {
			c.reportIn("unknown-function", written, call.Pos, pos, field, "there is no function %s%s", call.Name, known(call))
		} else if call.Misfit != "" {
			c.reportIn("unknown-function", written, call.Pos, pos, field, "the arguments of %s do not fit, it is %s", call.Name, call.Misfit)
		}
	}
	for _, at := range seen.ZeroIndexes {
		c.reportIn("index-zero", written, at, pos, field, "lists count from 1 in FEEL, [0] gives null; the first item is [1]")
	}
}

// references finds names and fields that a result or error expression cannot see.
func (c *checker) references(written string, seen feel.Inspection, visible map[string]*feel.Type, pos bpmn.Pos, field string) {
	for _, ref := range seen.References {
		at, ok := visible[ref.Name]
		if !ok {
			known := slices.Sorted(maps.Keys(visible))
			c.reportIn("unknown-name", written, ref.Pos, pos, field, "the expression does not see %s: it sees the response and input, not the other variables of the process%s", ref.Name, c.adviceOnName(ref.Name, visible, known))
			continue
		}
		if at == noError && len(ref.Keys) > 0 {
			c.reportIn("unknown-response-field", written, ref.Pos, pos, field, "error is null in a result expression, which is evaluated after a success: ask for it in the error expression")
			continue
		}
		path := ref.Name
		for _, key := range ref.Keys {
			inner, ok := at.Member(key.Name)
			if !ok {
				of := at
				if at.Kinds.Only(feel.ListKind) {
					of = at.Item
				}
				known := slices.Sorted(maps.Keys(of.Members))
				c.reportIn("unknown-response-field", written, key.Pos, pos, field, "%s has no field %s%s", path, key.Name, adviceOnField(of, key.Name, known))
				break
			}
			path += "." + key.Name
			at = inner
		}
	}
}

// known is the end of a message about a function that FEEL does not know: what FEEL writes, or which name is near.
func known(call feel.Call) string {
	if call.Instead != "" {
		return ", FEEL writes: " + call.Instead
	}
	return meant(call.Nearest)
}

// adviceOnName says what a name was probably meant to be: a field of an entry, of the error or of the job, which are not at top
// level, or what FEEL says of it.
func (c *checker) adviceOnName(name string, visible map[string]*feel.Type, known []string) string {
	for _, inner := range []struct {
		path string
		of   *feel.Type
	}{{"response.entries[1]", entry}, {"error", visible["error"]}, {"job", visible["job"]}} {
		if field := memberNamed(inner.of, name); field != "" {
			return meant(inner.path + "." + field)
		}
	}
	return feel.Advice(feel.UnknownVariable, name, known)
}

// adviceOnField says what a field was probably meant to be: one of an entry, which the response itself has not, or what FEEL says
// of it.
func adviceOnField(of *feel.Type, name string, known []string) string {
	if _, isResponse := of.Members["entries"]; isResponse && memberNamed(entry, name) != "" {
		return meant("entries[1]." + memberNamed(entry, name))
	}
	return feel.Advice(feel.UnknownField, name, known)
}

// memberNamed returns the member of a context that has a name, in capitals or not; empty if none has.
func memberNamed(of *feel.Type, name string) string {
	if of == nil {
		return ""
	}
	for member := range of.Members {
		if strings.EqualFold(member, name) {
			return member
		}
	}
	return ""
}

// place is where something is in an expression as it is written, with its =. Pos counts from behind the = and the blanks around it.
func place(written string, pos feel.Pos) string {
	line, column := (pos + feel.Pos(beginning(written))).In(written)
	return fmt.Sprintf("line %d, column %d", line, column)
}

// body cuts the = that an expression begins with.
func body(written string) string { return strings.TrimSpace(written[beginning(written):]) }

// beginning is where the expression itself begins in a text: behind the = and the blanks around it.
func beginning(written string) int {
	rest := strings.TrimLeftFunc(written, unicode.IsSpace)
	if after, ok := strings.CutPrefix(rest, "="); ok {
		rest = strings.TrimLeftFunc(after, unicode.IsSpace)
	}
	return len(written) - len(rest)
}

func meant(name string) string {
	if name == "" {
		return ""
	}
	return ", did you mean " + name + "?"
}
