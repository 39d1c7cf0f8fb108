package policy

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// task is a task of a model on its way to what it needs.
type task struct {
	*bpmn.Task
	file     string
	local    feel.Outline // the variables that the input mappings make
	made     map[string]bool
	findings []Note
}

// clusterSecret is an expression that is a secret of the cluster and nothing else.
var clusterSecret = regexp.MustCompile("^=\\s*camunda\\.secrets\\.(?:([A-Za-z0-9_]+)|`([^`]+)`)\\s*$")

// readTask follows the input mappings of a task, in their order.
func readTask(ctx context.Context, file string, t *bpmn.Task) *task {
	out := &task{Task: t, file: file, local: feel.OutlineOf(jsonvalue.NewObject(0)), made: map[string]bool{}}
	for _, m := range t.Inputs {
		path := strings.Split(strings.TrimSpace(m.Target), ".")
		if slices.Contains(path, "") {
			out.find(m.Pos, "", fmt.Sprintf("the target %q of an input mapping is no path of names", m.Target))
			continue
		}
		if !slices.Contains(connector.FetchVariables(), path[0]) {
			continue // no field of a job
		}
		value, err := valueOf(ctx, m)
		if err != nil {
			message := "the expression cannot be read"
			if name := path[len(path)-1]; name != "secretKey" && name != "sessionToken" { // the error may show a part of it
				message += ": " + firstLine(err)
			}
			out.find(m.Pos, m.Target, message)
			continue
		}
		out.local = out.local.With(path, value)
		out.made[path[0]] = true
	}
	return out
}

// valueOf returns what a mapping gives: what it writes out, or what can be told of its expression.
func valueOf(ctx context.Context, m bpmn.Mapping) (feel.Outline, error) {
	source, isExpression := m.Expression()
	if !isExpression {
		return feel.TextValue(mapping.Text(ctx, m)), nil
	}
	if s := clusterSecret.FindStringSubmatch(m.Source); s != nil {
		return feel.TextValue("{{secrets." + s[1] + s[2] + "}}"), nil // another name for the same
	}
	program, err := mapping.Compile(strings.TrimSpace(source))
	if err != nil {
		return nil, err
	}
	changes := func(c feel.Call) bool { return slices.Contains(changing, c.Name) }
	if len(program.FreeNames()) > 0 || slices.ContainsFunc(program.Inspect().Calls, changes) {
		return program.Outline(), nil
	}
	r, err := program.Eval(ctx, feel.Context(jsonvalue.NewObject(0)))
	if err != nil {
		return program.Outline(), nil //nolint:nilerr // it may depend on the time that is left
	}
	return feel.OutlineOf(feel.ToJSON(r.Value)), nil
}

// changing are the functions that give another value each time.
var changing = []string{"now", "today", "random number", "uuid"}

// variable returns what a variable of the job can be. One that the task does not make is the process's own.
func (t *task) variable(name string) feel.Outline {
	if !t.made[name] {
		return feel.AnyValue()
	}
	return t.local.Member(name)
}

// at returns the place of the mapping that makes a field, or an object that holds it; that of the task if there is none.
func (t *task) at(field string) bpmn.Pos {
	for _, m := range slices.Backward(t.Inputs) {
		target := strings.TrimSpace(m.Target)
		if target == field || strings.HasPrefix(field, target+".") || strings.HasPrefix(target, field+".") {
			return m.Pos
		}
	}
	return t.Pos
}

func (t *task) note(field, message string) Note {
	pos := t.at(field)
	return Note{File: t.file, Line: pos.Line, Column: pos.Column, Task: t.ID, Field: field, Message: message}
}

func (t *task) find(pos bpmn.Pos, field, message string) {
	t.findings = append(t.findings, Note{File: t.file, Line: pos.Line, Column: pos.Column, Task: t.ID, Field: field, Message: message})
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
