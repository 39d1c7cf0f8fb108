package simulate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Sender sends a request to AWS; *[eventbridge.Sender] is one.
type Sender interface {
	Send(ctx context.Context, r *eventbridge.Request) (*eventbridge.Response, error)
}

// Options say with what a task is tried.
type Options struct {
	ProcessID string
	Variables *jsonvalue.Object // of the process; nil = none
	Secrets   map[string]string
	// AllSecrets resolves secrets in every input, as a worker does whose filter is switched off; otherwise those that the
	// model names, each where it does, as a worker does that reads the deployed model.
	AllSecrets bool
	// Endpoints says where requests may go; nil = to AWS's own endpoints, to loopback, and where the model writes.
	Endpoints *endpoint.Policy
	// ClusterVariables are those of the cluster by name, which expressions find as camunda.vars.cluster, .tenant and .env.
	ClusterVariables *jsonvalue.Object
	// Item is the item of a multi-instance whose job is made, from 1; 0 = the first. It counts for the task alone: of a
	// sub-process around it the first item is taken.
	Item int
	// Version is that of the broker, such as 8.8.21; empty = unknown, and warnings say where versions differ.
	Version string
	// Platform is the version of Camunda that the model was made for, such as 8.8.0; empty = unknown.
	Platform string
}

// Job is a task whose input mappings were evaluated.
type Job struct {
	Warnings []string // of the input mappings, each with its mapping and place
	// WarnedAt are the places in the model of the mappings that Warnings are of, one for each; zero = of none.
	WarnedAt []bpmn.Pos

	task    *bpmn.Task
	options Options
	scope   mapping.Scope     // what the task sees of the scopes around it
	local   *jsonvalue.Object // what the task has of its own: what its input mappings made, and the item of a multi-instance
	inner   []string          // the variables of the sub-processes around the task
	retries int32
	mask    *secret.Mask
}

// Prepare evaluates a task's input mappings, as the broker does before it creates the job, and before that those of the
// sub-processes around it. The error, of package mapping or about the retries, would be an incident, or a model that the broker
// does not take.
func Prepare(ctx context.Context, task *bpmn.Task, o Options) (*Job, error) {
	if refused := mapping.Check(task, mapping.OrderOf(o.Version)); refused != nil {
		return nil, &mapping.RefusedError{Refusals: refused}
	}
	j := &Job{task: task, options: o, mask: secret.NewMask(slices.Collect(maps.Values(o.Secrets))...)}
	j.scope = mapping.Scope{Variables: mapping.Stored(o.Variables), Camunda: j.camunda(), Version: o.Version, Now: time.Now()}
	for _, around := range task.Around {
		_, made, err := j.enter(ctx, around.Loop, around.Inputs)
		if err != nil {
			return nil, err
		}
		j.scope = j.scope.With(made)
		j.inner = append(j.inner, made.Keys()...)
	}
	visible, made, err := j.enter(ctx, task.Loop, task.Inputs)
	if err != nil {
		return nil, err
	}
	j.local = made
	retries, warnings, err := mapping.Retries(ctx, task.Retries, visible)
	j.warnExpression("retries", warnings)
	if err != nil {
		return nil, err
	}
	j.retries = retries
	return j, nil
}

// enter does what the broker does when it reaches an element: it takes an item of a multi-instance and evaluates the input
// mappings. It returns what an expression of the element sees, and the variables that the element has of its own.
func (j *Job) enter(ctx context.Context, loop *bpmn.Loop, inputs []bpmn.Mapping) (mapping.Scope, *jsonvalue.Object, error) {
	own, err := j.item(ctx, loop)
	if err != nil {
		return mapping.Scope{}, nil, err
	}
	visible := j.scope.With(own)
	r, err := mapping.Inputs(ctx, inputs, visible, mapping.OrderOf(j.options.Version))
	if err != nil {
		return mapping.Scope{}, nil, err
	}
	told := map[bpmn.Mapping]map[feel.Pos]bool{}
	for _, m := range inputs {
		told[m] = j.warnOfBrokerNames(m)
		j.warnOfNewFunctions(m)
	}
	for _, w := range r.Warnings {
		if !told[w.Mapping][w.Pos] {
			j.warnAt(w.Mapping.Pos, "%s", w)
		}
	}
	for _, d := range r.Differences {
		j.warnAt(d.Mapping.Pos, "%s", differenceText(d))
	}
	own = own.Clone()
	for name, v := range r.Variables.All() {
		own.Set(name, v)
	}
	return j.scope.With(own), own, nil
}

// Ending is how a job ends.
type Ending string

// The endings.
const (
	Completed Ending = "completed" // the task is left the normal way
	Thrown    Ending = "thrown"    // a BPMN error is thrown
	Retried   Ending = "retried"   // the job failed and is tried again
	Incident  Ending = "incident"  // the job failed for good: someone must look at it
)

// Result is what came of a job.
type Result struct {
	Request  *eventbridge.Request // with secrets; nil if nothing was sent. Print it through Job.Mask
	Response *jsonvalue.Object    // nil if there was none
	Ending   Ending
	Code     string           // of a BPMN error
	Caught   *bpmn.ErrorCatch // the event that catches it; nil if none does, which is an incident
	Message  string           // of a failure or BPMN error
	Retries  int32            // that are left after a failure
	Backoff  time.Duration    // before the next try
	// Variables are those that the process gets: what the expressions made, or after a completion what the output mappings
	// make of it. After a failure they stay at the task.
	Variables *jsonvalue.Object
	// StaysInside are those of Variables that a sub-process around the task keeps.
	StaysInside []string
	Warnings    []string // of the expressions in headers and of the output mappings
	// SecretNotes are about the secrets that stay as they are, or would with another worker, each with its place and why.
	SecretNotes []string
}

// Lost says whether AWS rejected an entry and the process goes on as if it had not.
func (r *Result) Lost() bool {
	failed, _ := r.Response.Get("failedEntryCount")
	return r.Ending == Completed && failed != nil && failed != jsonvalue.Number("0")
}

// ErrorAlone is the type of the error that a failed job leaves as its only variable, if that says no more than the message
// does; empty otherwise.
func (r *Result) ErrorAlone() string {
	v, _ := r.Variables.Get("error")
	o, ok := v.(*jsonvalue.Object)
	if !ok || r.Variables.Len() != 1 {
		return ""
	}
	if _, more := o.Get("variables"); more {
		return ""
	}
	if message, _ := o.Get("message"); message != r.Message {
		return ""
	}
	kind, _ := o.Get("type")
	text, _ := kind.(string)
	return text
}

// Mask takes the secrets out of a text.
func (j *Job) Mask(text string) string { return j.mask.Apply(text) }

// Run has the connector work on the job, with this answer of AWS.
func (j *Job) Run(ctx context.Context, a Answer) (*Result, error) {
	return j.run(ctx, &sender{answer: a})
}

// Send has the connector work on the job and really sends its event.
func (j *Job) Send(ctx context.Context, s Sender) (*Result, error) {
	return j.run(ctx, &sender{real: s})
}

// Activated is what a worker gets of a job that fetches all variables.
type Activated struct {
	Variables, CustomHeaders *jsonvalue.Object
	Retries                  int32
}

// Activated returns the job as a worker gets it.
func (j *Job) Activated() Activated {
	return Activated{Variables: j.scope.With(j.local).Variables, CustomHeaders: j.task.CustomHeaders(), Retries: j.retries}
}

// Complete does what the broker does when the job is completed with these variables, without the connector.
func (j *Job) Complete(ctx context.Context, variables *jsonvalue.Object) (*Result, error) {
	r := &Result{Ending: Completed, Variables: mapping.Stored(variables)}
	if err := j.output(ctx, r); err != nil {
		return nil, err
	}
	return r, nil
}

func (j *Job) run(ctx context.Context, s *sender) (*Result, error) {
	said := &notes{}
	told := &warnings{}
	h := connector.New(connector.Options{
		Sender: s, Secrets: secret.NewResolver([]secret.Provider{provider(j.options.Secrets)}, j.filter(said)), Expressions: expression.NewCache(0), Observer: told,
		Models: taskModel{secret.MadeBy(Mappings(j.task.Inputs))}, TrustedInputs: j.options.AllSecrets, Endpoints: j.options.Endpoints,
	})
	activated := j.Activated()
	outcome := h.Handle(ctx, &job.Job{
		Key: 1, Type: j.task.Type, ProcessID: j.options.ProcessID, ProcessInstanceKey: instanceKey, ElementID: j.task.ID, TenantID: "<default>", Retries: activated.Retries,
		CustomHeaders: string(jsonvalue.Append(nil, activated.CustomHeaders)), Variables: string(jsonvalue.Append(nil, activated.Variables)),
		Lease: job.NewLease(time.Now().Add(time.Minute), func(context.Context, time.Duration) error { return nil }),
	})
	r := &Result{Request: s.request, Warnings: told.all, SecretNotes: said.all}
	if s.got != nil {
		r.Response = s.got.Value()
	}
	if err := j.conclude(ctx, r, outcome); err != nil {
		return nil, err
	}
	return r, nil
}

// conclude reads the outcome, and does what the broker does after it.
func (j *Job) conclude(ctx context.Context, r *Result, outcome job.Outcome) error {
	var err error
	switch o := outcome.(type) {
	case job.Complete:
		r.Ending = Completed
		if r.Variables, err = object(o.Variables); err != nil {
			return err
		}
		return j.output(ctx, r)
	case job.Throw:
		r.Ending, r.Code, r.Message = Thrown, o.Code, o.Message
		if caught, ok := j.task.Catch(o.Code); ok {
			r.Caught = &caught
		}
		r.Variables, err = object(o.Variables)
		return err
	case job.Fail:
		r.Ending, r.Message, r.Retries, r.Backoff = Retried, o.Message, o.Retries, o.Backoff
		if o.Retries == 0 {
			r.Ending = Incident
		}
		r.Variables, err = object(o.Variables)
		return err
	}
	return errors.New("the job was neither completed nor failed: it was interrupted")
}

// output does what the broker does with the variables of a completed job: they are merged into the scopes around the task, but
// for those that the task has of its own, or with output mappings what those make.
func (j *Job) output(ctx context.Context, r *Result) error {
	if len(j.task.Outputs) == 0 {
		for _, name := range j.local.Keys() {
			if _, made := r.Variables.Get(name); made {
				r.Variables = dropped(r.Variables, name)
				r.warn("the variable %s stays at the task: an input mapping has this name, expected an output mapping or another name", name)
			}
		}
	} else {
		made, err := mapping.Outputs(ctx, j.task.Outputs, j.scope.With(j.local).With(r.Variables))
		if err != nil {
			return fmt.Errorf("output mappings: %w", err)
		}
		for _, w := range made.Warnings {
			r.warn("%s", j.mask.Apply(w.String()))
		}
		r.Variables = made.Variables
	}
	for _, name := range j.inner {
		if _, made := r.Variables.Get(name); made && !slices.Contains(r.StaysInside, name) {
			r.StaysInside = append(r.StaysInside, name)
			r.warn("the variable %s stays in the sub-process around the task, which has one of this name", name)
		}
	}
	return nil
}

func (r *Result) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// dropped returns an object without a member.
func dropped(o *jsonvalue.Object, key string) *jsonvalue.Object {
	out := jsonvalue.NewObject(o.Len())
	for k, v := range o.All() {
		if k != key {
			out.Set(k, v)
		}
	}
	return out
}

func object(raw []byte) (*jsonvalue.Object, error) {
	if len(raw) == 0 {
		return jsonvalue.NewObject(0), nil
	}
	v, err := jsonvalue.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read the job's variables: %w", err)
	}
	o, _ := v.(*jsonvalue.Object)
	return o, nil
}

// provider answers with the secrets that were given.
type provider map[string]string

// Secret implements secret.Provider.
func (p provider) Secret(_ context.Context, _ secret.Context, name string) (string, bool, error) {
	v, ok := p[name]
	return v, ok, nil
}

// warnings collects those of the expressions in headers; it implements connector.Observer.
type warnings struct {
	mu  sync.Mutex
	all []string
}

func (w *warnings) ExpressionWarnings(which string, texts []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range texts {
		w.all = append(w.all, which+" expression: "+t)
	}
}

func (*warnings) Failed(string) {}

func (*warnings) SettledFromMemory() {}
