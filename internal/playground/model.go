package playground

import (
	"net/http"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/lint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// pasted is a model and variables of its process.
type pasted struct {
	XML       string `json:"xml"`
	Variables string `json:"variables"` // JSON
}

// tasks are the EventBridge tasks of a model.
type tasks struct {
	Fault     string `json:"fault,omitempty"`     // why it is no model
	Variables string `json:"variables,omitempty"` // what is wrong with the variables
	Tasks     []task `json:"tasks"`
}

type task struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Fault string `json:"fault,omitempty"` // why nothing would be sent
	// Events have their fields as texts: a browser's numbers would not keep those of a detail.
	Events   [][]simulate.Row `json:"events"`
	Warnings []string         `json:"warnings"`
	Findings []string         `json:"findings"` // of lint
	// The expressions, to be tried on.
	Language string `json:"language"`
	Result   string `json:"result"`
	Error    string `json:"error"`
}

func model(r *http.Request, p pasted) (*tasks, error) {
	out := &tasks{Tasks: []task{}}
	variables := jsonvalue.NewObject(0)
	if p.Variables != "" {
		v, err := jsonvalue.ParseString(p.Variables)
		if o, ok := v.(*jsonvalue.Object); ok && err == nil {
			variables = o
		} else if err != nil {
			out.Variables = "not valid JSON: " + err.Error()
		} else {
			out.Variables = "must be a JSON object, but is " + jsonvalue.KindOf(v).String()
		}
	}
	m, err := bpmn.ReadText(p.XML)
	if err != nil {
		out.Fault = err.Error()
		return out, nil //nolint:nilerr // told on the page
	}
	findings := lint.Check(r.Context(), m, lint.Options{})
	for _, process := range m.Processes {
		for _, t := range process.Tasks {
			if lint.Ours(t, lint.Options{}) {
				out.Tasks = append(out.Tasks, try(r, m, process, t, variables, findings))
			}
		}
	}
	if len(out.Tasks) == 0 {
		out.Fault = "the model has no EventBridge task: none of type " + lint.TaskType + ", none with an EventBridge template"
	}
	return out, nil
}

// try shows the events that a task would send.
func try(r *http.Request, m *bpmn.Model, process *bpmn.Process, t *bpmn.Task, variables *jsonvalue.Object, findings []lint.Finding) task {
	out := task{ID: t.ID, Name: t.Name, Events: [][]simulate.Row{}, Warnings: []string{}, Findings: []string{}, Language: "feel"}
	for _, f := range findings {
		if f.Task == t.ID {
			out.Findings = append(out.Findings, f.Text())
		}
	}
	if language, ok := t.Header("expressionLanguage"); ok && language != "" {
		out.Language = language
	}
	out.Result, _ = t.Header("resultExpression")
	out.Error, _ = t.Header("errorExpression")
	secrets := map[string]string{}
	for _, name := range simulate.SecretNames(t) {
		secrets[name] = "made-up-" + name
	}
	job, err := simulate.Prepare(r.Context(), t, simulate.Options{ProcessID: process.ID, Variables: variables, Secrets: secrets, Platform: m.PlatformVersion})
	if err != nil {
		out.Fault = err.Error()
		return out
	}
	out.Warnings = append(out.Warnings, job.Warnings...)
	result, err := job.Run(r.Context(), simulate.Answers()[0])
	if err != nil {
		out.Fault = err.Error()
		return out
	}
	for _, k := range result.SecretNotes {
		out.Warnings = append(out.Warnings, job.Mask(k))
	}
	if result.Request == nil {
		out.Fault = result.Message
		return out
	}
	for _, e := range job.Events(result.Request) {
		out.Events = append(out.Events, e.Rows())
	}
	out.Warnings = append(out.Warnings, simulate.Doubts(result.Request)...)
	return out
}
