package simulate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
}

// Job is a task whose input mappings were evaluated.
type Job struct {
	Warnings []string // of the input mappings, each with its mapping and place

	task    *bpmn.Task
	options Options
	local   *jsonvalue.Object // what the input mappings made
	retries int32
	mask    *secret.Mask
}

// Prepare evaluates a task's input mappings, as the broker does before it creates the job. The error, a
// *[bpmn.MappingError] or one about the retries, would be an incident at the task.
func Prepare(ctx context.Context, task *bpmn.Task, o Options) (*Job, error) {
	if o.Variables == nil {
		o.Variables = jsonvalue.NewObject(0)
	}
	j := &Job{task: task, options: o, mask: secret.NewMask(slices.Collect(valuesOf(o.Secrets))...)}
	var err error
	if j.retries, err = j.retriesOf(ctx); err != nil {
		return nil, err
	}
	if j.local, err = task.LocalVariables(j.withBrokerSecrets(), j.evaluator(ctx, &j.Warnings)); err != nil {
		return nil, err
	}
	return j, nil
}

// withBrokerSecrets are the variables that input mappings see: with camunda.secrets, which a broker of Camunda 8.10
// resolves itself, if the task asks for one.
func (j *Job) withBrokerSecrets() *jsonvalue.Object {
	if _, taken := j.options.Variables.Get("camunda"); taken || !slices.ContainsFunc(j.task.Inputs, func(m bpmn.Mapping) bool { return brokerSecret.MatchString(m.Source) }) {
		return j.options.Variables
	}
	secrets := jsonvalue.NewObject(len(j.options.Secrets))
	for name, value := range j.options.Secrets {
		secrets.Set(name, value)
	}
	out := j.options.Variables.Clone()
	out.Set("camunda", jsonvalue.ObjectOf(jsonvalue.Member{Key: "secrets", Value: secrets}))
	return out
}

func valuesOf(secrets map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range secrets {
			if !yield(v) {
				return
			}
		}
	}
}

// evaluator evaluates FEEL of mappings and notes the warnings.
func (j *Job) evaluator(ctx context.Context, warnings *[]string) bpmn.Evaluate {
	return func(source string, variables *jsonvalue.Object) (jsonvalue.Value, error) {
		program, err := expression.CompileFEEL(strings.TrimSpace(source))
		if err != nil {
			return nil, err
		}
		r, err := program.Eval(ctx, feel.Context(variables))
		for _, w := range r.Warnings {
			*warnings = append(*warnings, j.mask.Apply(j.place(source)+": "+w.String()))
		}
		if err != nil {
			return nil, err
		}
		return feel.ToJSON(r.Value), nil
	}
}

// place names the mapping that an expression stands in.
func (j *Job) place(source string) string {
	for _, m := range append(slices.Clip(j.task.Inputs), j.task.Outputs...) {
		if expression, ok := m.Expression(); ok && expression == source {
			return m.Target
		}
	}
	return "retries"
}

// retriesOf evaluates the number of retries; 3 if the model says nothing.
func (j *Job) retriesOf(ctx context.Context) (int32, error) {
	text := strings.TrimSpace(j.task.Retries)
	if source, ok := strings.CutPrefix(text, "="); ok {
		v, err := j.evaluator(ctx, &j.Warnings)(source, j.options.Variables)
		if err != nil {
			return 0, fmt.Errorf("retries: %w", err)
		}
		text = string(jsonvalue.Append(nil, v))
	}
	if text == "" {
		return 3, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("retries: must be a whole number, but is %q", text)
	}
	return int32(n), nil
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
	Warnings  []string // of the expressions in headers and of the output mappings
	// SecretNotes are about the secrets that stay as they are, or would with another worker, each with its place and why.
	SecretNotes []string
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

func (j *Job) run(ctx context.Context, s *sender) (*Result, error) {
	said := &notes{}
	filter, err := j.filter(said)
	if err != nil {
		return nil, err
	}
	told := &warnings{}
	h := connector.New(connector.Options{
		Sender: s, Secrets: secret.NewResolver([]secret.Provider{provider(j.options.Secrets)}, filter), Expressions: expression.NewCache(0), Observer: told,
		Models: taskModel{secret.MadeBy(Mappings(j.task.Inputs))}, TrustedInputs: j.options.AllSecrets, Endpoints: j.options.Endpoints,
	})
	visible := j.options.Variables.Clone()
	for k, v := range j.local.All() {
		visible.Set(k, v)
	}
	outcome := h.Handle(ctx, &job.Job{
		Key: 1, Type: j.task.Type, ProcessID: j.options.ProcessID, ElementID: j.task.ID, TenantID: "<default>", Retries: j.retries,
		CustomHeaders: string(jsonvalue.Append(nil, j.task.CustomHeaders())), Variables: string(jsonvalue.Append(nil, visible)),
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

// output evaluates the output mappings: with none of them, the process gets the job's variables as they are.
func (j *Job) output(ctx context.Context, r *Result) error {
	if len(j.task.Outputs) == 0 {
		return nil
	}
	scope := j.options.Variables.Clone()
	for _, part := range []*jsonvalue.Object{j.local, r.Variables} {
		for k, v := range part.All() {
			scope.Set(k, v)
		}
	}
	variables, err := j.task.OutputVariables(scope, j.evaluator(ctx, &r.Warnings))
	if err != nil {
		return fmt.Errorf("output mappings: %w", err)
	}
	r.Variables = variables
	return nil
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
