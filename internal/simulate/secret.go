package simulate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Mappings are a task's input mappings as the secret filter reads them.
func Mappings(inputs []bpmn.Mapping) []secret.Mapping {
	mappings := make([]secret.Mapping, len(inputs))
	for i, m := range inputs {
		mappings[i] = secret.Mapping{Source: m.Source, Target: m.Target}
	}
	return mappings
}

// taskModel is the deployed model of the one task that is tried.
type taskModel struct{ made *secret.Made }

// Made implements connector.Models.
func (m taskModel) Made(context.Context, secret.Context) (*secret.Made, error) { return m.made, nil }

// filter returns the filter of a worker: one that reads the deployed model, which is this one, or one that is switched off.
func (j *Job) filter(n *notes) secret.Filter {
	if j.options.AllSecrets {
		return secret.AllowAll{}
	}
	return noting{secret.NewTaskFilter(Mappings(j.task.Inputs), n.kept), n}
}

// noting is a filter that notes what a worker without a REST address would refuse.
type noting struct {
	secret.Filter
	notes *notes
}

// Rule implements secret.Filter.
func (f noting) Rule(ctx context.Context, c secret.Context) (secret.Rule, error) {
	rule, err := f.Filter.Rule(ctx, c)
	if err != nil {
		return nil, err
	}
	return func(p secret.Placeholder) secret.Decision {
		decision := rule(p)
		if decision == secret.Allow && !p.InCredentials {
			f.notes.add("%s: %s is resolved, since the model names it for this field; a worker without camunda.client.rest-address, which cannot know that, %s", p.Path(), written(p), without(p))
		}
		return decision
	}, nil
}

// without says what a worker makes of a placeholder outside of the credentials if it reads no models.
func without(p secret.Placeholder) string {
	if p.Bare {
		return "leaves it as it is"
	}
	return "refuses the job"
}

// notes are what is to be said of the secrets of a job, each once.
type notes struct {
	mu  sync.Mutex
	all []string
}

func (n *notes) add(format string, args ...any) {
	said := fmt.Sprintf(format, args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Contains(n.all, said) {
		n.all = append(n.all, said)
	}
}

// kept notes a secret that stays as it is, and why.
func (n *notes) kept(p secret.Placeholder, elsewhere []string) {
	why := "no input mapping of the task writes this name out"
	if len(elsewhere) > 0 {
		slices.Sort(elsewhere)
		why = "the model names it for " + strings.Join(slices.Compact(elsewhere), ", ") + ", not for this field"
	}
	n.add("%s: %s stays as it is: %s, and what process data brings along is not resolved", p.Path(), written(p), why)
}

// written is a placeholder in the form in which it stands.
func written(p secret.Placeholder) string {
	if p.Bare {
		return "secrets." + p.Name
	}
	return "{{secrets." + p.Name + "}}"
}
