package secret

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/time/rate"
)

// ModelOptions are what a [ModelFilter] is made of.
type ModelOptions struct {
	Definitions Definitions
	Lax         bool         // a definition that cannot be read allows all names
	CacheSize   int          // how many definitions are kept; 0 = none, each job has its own read
	Log         *slog.Logger // nil = none
}

// ModelFilter is the filter's modes STRICT and LAX: a job may use the secrets that its task's input mappings name in the
// deployed model, each where it is named. What process data brings along stays as it is. It is safe for concurrent use.
type ModelFilter struct {
	definitions *definitions
	lax         bool
	log         *slog.Logger
	warned      rate.Sometimes // that all names are allowed
}

// NewModelFilter returns a filter. Close it when done.
func NewModelFilter(o ModelOptions) *ModelFilter {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &ModelFilter{definitions: newDefinitions(o), lax: o.Lax, log: o.Log, warned: rate.Sometimes{Interval: time.Minute}}
}

// Close ends what is being read.
func (f *ModelFilter) Close() { f.definitions.open.Close() }

// Stats returns how often a definition was asked for that was known, and how often it was not.
func (f *ModelFilter) Stats() (hits, misses uint64) {
	return f.definitions.hits.Load(), f.definitions.misses.Load()
}

// ModelError says that the deployed model cannot be known, and so not which secrets it names.
type ModelError struct {
	ProcessID            string
	ProcessDefinitionKey int64
	ElementID            string
	Err                  error
}

func (e *ModelError) Error() string {
	return fmt.Sprintf("the secrets that the task '%s' may use cannot be known: read definition %d of the process '%s': %v", e.ElementID, e.ProcessDefinitionKey, e.ProcessID, e.Err)
}

// Unwrap returns why.
func (e *ModelError) Unwrap() error { return e.Err }

// errNoTask is the answer to a task that its own definition does not have.
var errNoTask = errors.New("it has no such task; look whether camunda.client.rest-address is of the same cluster as the gateway")

// Rule implements [Filter]. The error is a *[ModelError].
func (f *ModelFilter) Rule(ctx context.Context, c Context) (Rule, error) {
	inputs, err := f.Inputs(ctx, c)
	if err != nil {
		if !f.lax || ctx.Err() != nil {
			return nil, err
		}
		f.allowsAll(ctx, err)
		return func(Placeholder) Decision { return Allow }, nil
	}
	return inputs.decide, nil
}

// Inputs returns what the deployed model says of the input mappings of a job's task. The error is a *[ModelError], in the
// mode LAX too.
func (f *ModelFilter) Inputs(ctx context.Context, c Context) (*Inputs, error) {
	tasks, err := f.definitions.get(ctx, c.Deadline, c.ProcessDefinitionKey)
	inputs := tasks[c.ElementID]
	if err == nil && inputs == nil {
		err = errNoTask
	}
	if err != nil {
		return nil, &ModelError{ProcessID: c.ProcessID, ProcessDefinitionKey: c.ProcessDefinitionKey, ElementID: c.ElementID, Err: err}
	}
	return inputs, nil
}

// allowsAll warns, once a minute, that the mode LAX lets all names through.
func (f *ModelFilter) allowsAll(ctx context.Context, why error) {
	f.warned.Do(func() {
		f.log.WarnContext(ctx, "the secret filter allows all names, since its mode is LAX", "error", why.Error())
	})
}
