package playground

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/lint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// pasted is a model and variables of its process.
type pasted struct {
	XML       string `json:"xml"`
	Variables string `json:"variables"` // a JSON object; blank = none
}

// tasks are the EventBridge tasks of a model.
type tasks struct {
	Fault          *mark  `json:"fault,omitempty"`          // why it is no model, or has no task
	VariablesFault *mark  `json:"variablesFault,omitempty"` // why the variables are none: then nothing is tried
	Notes          []note `json:"notes"`                    // about other elements
	Tasks          []task `json:"tasks"`
}

// task is an EventBridge task and what becomes of it.
type task struct {
	element
	Fault   string   `json:"fault,omitempty"` // why nothing would be sent
	Target  *target  `json:"target,omitempty"`
	Events  []string `json:"events"`  // each as JSON: a browser's numbers would not keep those of a detail
	Endings []ending `json:"endings"` // after each answer of AWS; a single one if nothing is sent
	Notes   []note   `json:"notes"`
	// The expressions, to be tried on, and what they see.
	Language string `json:"language"`
	Result   string `json:"result"`
	Error    string `json:"error"`
	Input    string `json:"input,omitempty"` // the variable input, JSON; empty = there is none
	Retries  int32  `json:"retries"`
}

// target is where the events go, and as whom the task sends them.
type target struct {
	Region     string `json:"region"`
	Endpoint   string `json:"endpoint,omitempty"`   // empty = the region's own
	EndpointID string `json:"endpointId,omitempty"` // a global endpoint
	Identity   string `json:"identity"`
	Role       string `json:"role,omitempty"` // the role that this identity assumes
}

// note is a finding of lint or a warning of the evaluation.
type note struct {
	mark
	Rule  string `json:"rule,omitempty"`  // of lint
	Field string `json:"field,omitempty"` // such as input.source
	Exact bool   `json:"exact,omitempty"` // the place is that of a word in the model, not that of an element

	element place // the place of the element
}

func model(r *http.Request, p pasted) (*tasks, error) {
	out := &tasks{Tasks: []task{}, Notes: []note{}}
	variables := jsonvalue.NewObject(0)
	if !expression.IsBlank(p.Variables) {
		variables, out.VariablesFault = object(p.Variables)
	}
	m, err := bpmn.ReadText(p.XML)
	if err != nil {
		out.Fault = &mark{Text: err.Error(), Error: true}
		if at, ok := errors.AsType[*bpmn.Error](err); ok {
			out.Fault = &mark{place: placeOf(at.Pos), Text: at.Reason, Error: true}
		}
		return out, nil
	}
	findings := lint.Check(r.Context(), m, lint.Options{})
	for _, process := range m.Processes {
		for _, t := range process.Tasks {
			notes := notesOf(p.XML, findings, t)
			if !lint.Ours(t, lint.Options{}) {
				out.Notes = append(out.Notes, notes...)
				continue
			}
			shown := describe(t, notes)
			if out.VariablesFault == nil {
				try(r, m, process, t, variables, &shown)
			}
			out.Tasks = append(out.Tasks, shown)
		}
	}
	if len(out.Tasks) == 0 {
		out.Fault = &mark{Text: "the model has no EventBridge task: none of type " + lint.TaskType + ", none with an EventBridge template", Error: true}
	}
	return out, nil
}

// notesOf are the findings on a task.
func notesOf(xml string, findings []lint.Finding, t *bpmn.Task) []note {
	notes := []note{}
	for _, f := range findings {
		if f.Task == t.ID && f.Severity != lint.Hint { // it is no mistake
			n := note{mark: mark{placeOf(f.Pos), f.Message, f.Severity == lint.Error}, Rule: f.Rule, Field: f.Field, element: placeOf(f.Pos)}
			if at, ok := bpmn.PlaceIn(xml, f.Pos, f.Attribute, f.Offset); ok && f.Attribute != "" {
				n.place, n.Exact = placeOf(at), true
			}
			notes = append(notes, n)
		}
	}
	return notes
}

// describe shows what the model says of a task.
func describe(t *bpmn.Task, notes []note) task {
	out := task{element: element{t.ID, t.Name, placeOf(t.Pos)}, Events: []string{}, Endings: []ending{}, Notes: notes, Language: string(expression.FEEL)}
	if language, ok := t.Header("expressionLanguage"); ok && language != "" {
		out.Language = language
	}
	out.Result, _ = t.Header("resultExpression")
	out.Error, _ = t.Header("errorExpression")
	return out
}

// try shows the events that a task would send, and how it would end.
func try(r *http.Request, m *bpmn.Model, process *bpmn.Process, t *bpmn.Task, variables *jsonvalue.Object, out *task) {
	secrets := map[string]string{}
	for _, name := range simulate.SecretNames(t) {
		secrets[name] = "made-up-" + name
	}
	job, err := simulate.Prepare(r.Context(), t, simulate.Options{ProcessID: process.ID, Variables: variables, Secrets: secrets, Platform: m.PlatformVersion})
	if err != nil {
		out.Fault = err.Error()
		return
	}
	for i, w := range job.Warnings {
		out.warn(w, job.WarnedAt[i])
	}
	activated := job.Activated()
	out.Retries = activated.Retries
	if input, ok := activated.Variables.Get("input"); ok {
		out.Input = indented(job.Mask(string(jsonvalue.Append(nil, input))))
	}
	for _, answer := range simulate.Answers() {
		result, err := job.Run(r.Context(), answer)
		if err != nil {
			out.Fault = err.Error()
			return
		}
		for _, k := range result.SecretNotes {
			out.warn(job.Mask(k), bpmn.Pos{})
		}
		if result.Request == nil { // it is the same whatever AWS answers
			out.Endings = append(out.Endings, endingOf("", result, job.Mask))
			return
		}
		out.Endings = append(out.Endings, endingOf(answer.Name, result, job.Mask))
		if !out.noted("resultExpression") && !out.noted("errorExpression") {
			for _, w := range result.Warnings {
				out.warn(job.Mask(w), bpmn.Pos{})
			}
		}
		if out.Target == nil {
			out.send(job, result, secrets)
		}
	}
}

// send shows a request.
func (t *task) send(job *simulate.Job, result *simulate.Result, secrets map[string]string) {
	request := result.Request
	as := request.Credentials
	// An access key is no secret. One that a secret holds is shown by the secret's name.
	named := func(text string) string {
		for name, value := range secrets {
			if text == value {
				return "{{secrets." + name + "}}"
			}
		}
		return job.Mask(text)
	}
	t.Target = &target{Region: job.Mask(request.Region), Endpoint: job.Mask(request.Endpoint), EndpointID: job.Mask(request.EndpointID), Role: named(as.RoleARN)}
	switch {
	case as.DefaultChain:
		t.Target.Identity = "the worker's own credentials"
	case as.SessionToken != "":
		t.Target.Identity = "the temporary access key " + named(as.AccessKey)
	default:
		t.Target.Identity = "the access key " + named(as.AccessKey)
	}
	for _, e := range job.Events(request) {
		t.Events = append(t.Events, written(e))
	}
	if !t.noted("input.source") && !t.noted("input.detail") {
		for _, doubt := range simulate.Doubts(request) {
			t.Notes = append(t.Notes, note{mark: mark{Text: doubt, Error: true}})
		}
	}
}

// written is an event as JSON.
func written(e simulate.Event) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(e); err != nil {
		return err.Error() // a mask made the detail no JSON
	}
	return strings.TrimSpace(b.String())
}

// warn notes a warning once, unless lint has said the same of the same place.
func (t *task) warn(text string, at bpmn.Pos) {
	same := func(n note) bool {
		return n.Text == text || n.element == placeOf(at) && at != bpmn.Pos{} && n.Field+": "+n.Text == text
	}
	if !slices.ContainsFunc(t.Notes, same) {
		t.Notes = append(t.Notes, note{mark: mark{place: placeOf(at), Text: text}, element: placeOf(at)})
	}
}

// noted says whether lint has found something in a field.
func (t *task) noted(field string) bool {
	return slices.ContainsFunc(t.Notes, func(n note) bool { return n.Field == field })
}
