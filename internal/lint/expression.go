package lint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// compile reads an expression of a header; nil, with a finding, if it does not parse.
func (c *checker) compile(source string, pos bpmn.Pos, field string) *feel.Program {
	return c.compiled(expression.CompileFEEL, source, pos, field)
}

// compileForBroker reads an expression that the broker evaluates; nil, with a finding, if it does not parse.
func (c *checker) compileForBroker(source string, pos bpmn.Pos, field string) *feel.Program {
	return c.compiled(mapping.Compile, source, pos, field)
}

func (c *checker) compiled(compile func(string) (*feel.Program, error), source string, pos bpmn.Pos, field string) *feel.Program {
	program, err := compile(strings.TrimSpace(source))
	if err != nil {
		c.unparsable(err, pos, field)
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
func (c *checker) unparsable(err error, pos bpmn.Pos, field string) {
	reason, excerpt := reasonOf(err), ""
	if e, ok := errors.AsType[syntaxError](err); ok {
		reason, excerpt = e.Reason(), e.Excerpt()
	}
	c.report("expression-syntax", pos, field, "the expression in %s does not parse: %s", field, reason).Excerpt = excerpt
}

// calls finds functions that do not exist or take other arguments, and indexes of 0: they give null without a word.
func (c *checker) calls(source string, seen feel.Inspection, pos bpmn.Pos, field string) {
	for _, call := range seen.Calls {
		if !call.Known {
			c.report("unknown-function", pos, field, "%s: there is no function %s%s", place(source, call.Pos), call.Name, known(call))
		} else if call.Misfit != "" {
			c.report("unknown-function", pos, field, "%s: the arguments of %s do not fit, it is %s", place(source, call.Pos), call.Name, call.Misfit)
		}
	}
	for _, at := range seen.ZeroIndexes {
		c.report("index-zero", pos, field, "%s: lists count from 1 in FEEL, [0] gives null; the first item is [1]", place(source, at))
	}
}

// shape is what a PutEvents response is made of; a nil shape can have any fields.
type shape struct {
	fields map[string]*shape
}

var (
	leaf     = &shape{fields: map[string]*shape{}}
	anything = (*shape)(nil)
	response = &shape{fields: map[string]*shape{
		"sdkResponseMetadata": {fields: map[string]*shape{"requestId": leaf}},
		"sdkHttpMetadata":     {fields: map[string]*shape{"httpHeaders": anything, "httpStatusCode": leaf, "allHttpHeaders": anything}},
		"failedEntryCount":    leaf,
		"entries":             {fields: map[string]*shape{"eventId": leaf, "errorCode": leaf, "errorMessage": leaf}},
	}}
	failure = &shape{fields: map[string]*shape{"type": leaf, "message": leaf, "code": leaf, "variables": anything}}
	jobFact = &shape{fields: shapeOf(connector.JobFacts())}
)

// names returns what an expression of the connector can see, by name.
func names(isError bool, resultVariable string) map[string]*shape {
	all := map[string]*shape{"response": response}
	maps.Copy(all, response.fields)
	if isError {
		withError := &shape{fields: maps.Clone(response.fields)}
		withError.fields["error"] = failure
		all["response"], all["error"], all["job"] = withError, failure, jobFact
	} else {
		all["error"] = failure // on success there is none, and `error != null` is how one asks
	}
	all["input"] = anything // the job's own variable
	if resultVariable != "" {
		all[resultVariable] = response
	}
	return all
}

// references finds names and fields that a result or error expression cannot see.
func (c *checker) references(source string, seen feel.Inspection, visible map[string]*shape, pos bpmn.Pos, field string) {
	for _, ref := range seen.References {
		at, ok := visible[ref.Name]
		if !ok {
			var known []string
			for name := range visible {
				known = append(known, name)
			}
			slices.Sort(known)
			c.report("unknown-name", pos, field, "%s: the expression does not see %s: it sees the response and input, not the other variables of the process%s", place(source, ref.Pos), ref.Name, meant(nearReference(ref.Name, known)))
			continue
		}
		path := ref.Name
		for _, key := range ref.Keys {
			if at == anything {
				break
			}
			inner, ok := at.fields[key.Name]
			if !ok {
				var known []string
				for name := range at.fields {
					known = append(known, name)
				}
				slices.Sort(known)
				c.report("unknown-response-field", pos, field, "%s: %s has no field %s%s", place(source, key.Pos), path, key.Name, meant(feel.NearestName(key.Name, known)))
				break
			}
			path += "." + key.Name
			at = inner
		}
	}
}

// shapeOf makes fields without fields of their own.
func shapeOf(names []string) map[string]*shape {
	fields := map[string]*shape{}
	for _, name := range names {
		fields[name] = leaf
	}
	return fields
}

// known is the end of a message about a function that FEEL does not know: what FEEL writes, or which name is near.
func known(call feel.Call) string {
	if call.Instead != "" {
		return ", FEEL writes: " + call.Instead
	}
	return meant(call.Nearest)
}

// nearReference is what a name was probably meant to be: a field of an entry, which is not at top level, or a name that
// is spelt nearly so.
func nearReference(name string, known []string) string {
	for field := range response.fields["entries"].fields {
		if strings.EqualFold(field, name) {
			return "response.entries[1]." + field
		}
	}
	return feel.NearestName(name, known)
}

func place(source string, pos feel.Pos) string {
	line, column := pos.In(strings.TrimSpace(source))
	return fmt.Sprintf("line %d, column %d", line, column)
}

func meant(name string) string {
	if name == "" {
		return ""
	}
	return ", did you mean " + name + "?"
}
