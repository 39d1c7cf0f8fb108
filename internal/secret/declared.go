package secret

import (
	"context"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Mapping is an input mapping of a task in the deployed model: a zeebe:input.
type Mapping struct {
	Source string // FEEL if it starts with "=", else a text as it stands
	Target string // a variable's name, or a path of names with dots
}

// maxFlowSteps bounds the work of following the secrets through one task's input mappings, beside a step for each byte of
// their sources.
const maxFlowSteps = 20_000

// Inputs are what a task's input mappings say: the secrets that they name and where those can get, and which variables
// they make. They do not change.
type Inputs struct {
	secrets *feel.Flow // of the names of secrets, over the variables that the mappings make
	targets []target
	made    *Made
}

// target is where an input mapping puts its value.
type target struct {
	path  []string
	names []string // of the secrets that can be in the value
}

// inputsOf reads a task's input mappings.
func inputsOf(mappings []Mapping) *Inputs {
	in := &Inputs{made: MadeBy(mappings)}
	var read []mapping
	limit, anySecret := maxFlowSteps, false
	for _, m := range mappings {
		one, ok := readMapping(m)
		if !ok {
			continue
		}
		limit += len(m.Source)
		anySecret = anySecret || strings.Contains(m.Source, prefix) || strings.Contains(m.Source, `\`)
		read = append(read, one)
	}
	if anySecret {
		for i := range read {
			read[i].compile()
		}
		in.follow(read, limit)
	}
	for _, m := range read {
		in.targets = append(in.targets, target{m.path, m.names})
	}
	return in
}

// allows says whether the model itself names this secret in this place.
func (in *Inputs) allows(p Placeholder) bool {
	return in.secrets.Holds(p.Name, p.keys(), p.inKey())
}

// decide resolves what the model names where it names it. An awsCredential that the model does not make is not used, so
// that nothing in it matters.
func (in *Inputs) decide(p Placeholder) Decision {
	switch {
	case in.allows(p):
		return Allow
	case p.Variable == credentialVariable && !in.made.Part(credentialVariable):
		return Ignore
	}
	return Keep
}

// TaskFilter is the filter's mode STRICT for one task whose model is at hand. It is safe for concurrent use.
type TaskFilter struct {
	inputs *Inputs
	kept   func(p Placeholder, elsewhere []string)
}

// NewTaskFilter returns a filter for the task with these input mappings. Kept is told of each secret that stays as it is, and
// of the targets of the mappings that do name it; it must be safe for concurrent use.
func NewTaskFilter(mappings []Mapping, kept func(p Placeholder, elsewhere []string)) *TaskFilter {
	return &TaskFilter{inputsOf(mappings), kept}
}

// Rule implements [Filter].
func (f *TaskFilter) Rule(context.Context, Context) (Rule, error) {
	return func(p Placeholder) Decision {
		decision := f.inputs.decide(p)
		if decision == Keep {
			f.kept(p, f.inputs.targetsOf(p.Name))
		}
		return decision
	}, nil
}

// targetsOf returns the targets of the mappings whose values can hold this secret.
func (in *Inputs) targetsOf(name string) []string {
	var targets []string
	for _, t := range in.targets {
		if slices.Contains(t.names, name) {
			targets = append(targets, strings.Join(t.path, "."))
		}
	}
	return targets
}
