package bpmn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Evaluate gives the value of a FEEL expression (without its leading "=") over these variables.
type Evaluate func(expression string, variables *jsonvalue.Object) (jsonvalue.Value, error)

// MappingError is an input or output mapping that gives no value.
type MappingError struct {
	Mapping Mapping
	Err     error
}

func (e *MappingError) Error() string {
	return fmt.Sprintf("%s: mapping to %q: %v", e.Mapping.Pos, e.Mapping.Target, e.Err)
}

// Unwrap returns why.
func (e *MappingError) Unwrap() error { return e.Err }

// LocalVariables evaluates the task's input mappings over the variables that the task sees, and returns the variables
// that they make: those of a job are these over the others. As in the broker they are evaluated in order, each sees
// what the ones before it made, a source without "=" is a text, and a target with dots makes objects within objects.
// The error is a *[MappingError].
func (t *Task) LocalVariables(variables *jsonvalue.Object, evaluate Evaluate) (*jsonvalue.Object, error) {
	local := jsonvalue.NewObject(len(t.Inputs))
	scope := variables.Clone()
	for _, m := range t.Inputs {
		path := strings.Split(strings.TrimSpace(m.Target), ".")
		if slices.Contains(path, "") {
			return nil, &MappingError{m, fmt.Errorf("the target %q is no variable's name and no path of names", m.Target)}
		}
		var v jsonvalue.Value = m.Source
		if expression, ok := m.Expression(); ok {
			var err error
			if v, err = evaluate(expression, scope); err != nil {
				return nil, &MappingError{m, err}
			}
		}
		assign(local, path, v)
		made, _ := local.Get(path[0])
		scope.Set(path[0], made)
	}
	return local, nil
}

// OutputVariables evaluates the task's output mappings over the variables that the task sees, those of the completed job
// among them, and returns what the process gets. They are evaluated in order, each sees what the ones before it made, and
// a target with dots changes the variable that is there, if it is an object. The error is a *[MappingError].
func (t *Task) OutputVariables(variables *jsonvalue.Object, evaluate Evaluate) (*jsonvalue.Object, error) {
	out := jsonvalue.NewObject(len(t.Outputs))
	scope := variables.Clone()
	for _, m := range t.Outputs {
		path := strings.Split(strings.TrimSpace(m.Target), ".")
		if slices.Contains(path, "") {
			return nil, &MappingError{m, fmt.Errorf("the target %q is no variable's name and no path of names", m.Target)}
		}
		var v jsonvalue.Value = m.Source
		if expression, ok := m.Expression(); ok {
			var err error
			if v, err = evaluate(expression, scope); err != nil {
				return nil, &MappingError{m, err}
			}
		}
		assign(scope, path, v)
		made, _ := scope.Get(path[0])
		out.Set(path[0], made)
	}
	return out, nil
}

// assign sets the value at a path, making the objects on the way. What is there and is no object is replaced. Objects
// on the way are copied: they may be shared with what an expression returned.
func assign(o *jsonvalue.Object, path []string, v jsonvalue.Value) {
	if len(path) == 1 {
		o.Set(path[0], v)
		return
	}
	there, _ := o.Get(path[0])
	inner, _ := there.(*jsonvalue.Object)
	inner = inner.Clone()
	assign(inner, path[1:], v)
	o.Set(path[0], inner)
}
