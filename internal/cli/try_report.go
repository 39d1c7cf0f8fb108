package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// trial is what try found out about a task; it is what --json writes.
type trial struct {
	Process  string       `json:"process"`
	Task     string       `json:"task"`
	Failure  string       `json:"failure,omitempty"` // of the mappings: an incident before there is a job
	Refused  bool         `json:"refused,omitempty"` // the failure is one of the deployment: the broker does not take the model
	Warnings []string     `json:"warnings,omitempty"`
	Request  *request     `json:"request,omitempty"`
	Doubts   []string     `json:"doubts,omitempty"` // why AWS would not take the request
	Endings  []trialAfter `json:"endings,omitempty"`

	name   string
	job    *simulate.Job
	failed bool
}

// request is what would be sent, without credentials.
type request struct {
	Region   string           `json:"region"`
	Endpoint string           `json:"endpoint,omitempty"`
	RoleARN  string           `json:"roleArn,omitempty"`
	Entries  []simulate.Event `json:"entries"`
}

// trialAfter is how the task ends after an answer.
type trialAfter struct {
	If        string          `json:"if"`
	Response  json.RawMessage `json:"response,omitempty"`
	Ending    simulate.Ending `json:"ending"`
	Code      string          `json:"code,omitempty"`
	CaughtBy  string          `json:"caughtBy,omitempty"`
	Message   string          `json:"message,omitempty"`
	Retries   *int32          `json:"retries,omitempty"`
	Backoff   string          `json:"backoff,omitempty"`
	Variables json.RawMessage `json:"variables,omitempty"`
	Warnings  []string        `json:"warnings,omitempty"`
	// Note is what a person should know of this ending.
	Note string `json:"note,omitempty"`

	errorType string // of a failure whose only variable is the error itself, which the message has said
}

// lost is said where an event is gone and nobody hears of it.
const lost = "the rejected event is lost: neither the error expression nor input.failOnRejectedEntry asks for it"

// add notes how the task ends after an answer. Secrets are masked here.
func (t *trial) add(answer string, r *simulate.Result) {
	mask := t.job.Mask
	for _, k := range r.SecretNotes {
		if k = mask(k); !slices.Contains(t.Warnings, k) {
			t.Warnings = append(t.Warnings, k)
		}
	}
	if r.Request != nil && t.Request == nil {
		t.Request = &request{Region: mask(r.Request.Region), Endpoint: mask(r.Request.Endpoint), RoleARN: mask(r.Request.Credentials.RoleARN), Entries: t.job.Events(r.Request)}
		t.Doubts = simulate.Doubts(r.Request)
	}
	after := trialAfter{If: answer, Ending: r.Ending, Code: r.Code, Message: mask(r.Message)}
	if r.Response != nil {
		after.Response = json.RawMessage(mask(string(jsonvalue.Append(nil, r.Response))))
	}
	if r.Caught != nil {
		after.CaughtBy = r.Caught.ID
	}
	if r.Ending == simulate.Retried || r.Ending == simulate.Incident {
		after.Retries = &r.Retries
		if r.Backoff > 0 {
			after.Backoff = r.Backoff.String()
		}
	}
	if r.Variables.Len() > 0 {
		after.Variables = json.RawMessage(mask(string(jsonvalue.Append(nil, r.Variables))))
	}
	for _, w := range r.Warnings {
		after.Warnings = append(after.Warnings, mask(w))
	}
	if r.Lost() {
		after.Note = lost
	}
	after.errorType = mask(r.ErrorAlone())
	if r.Request == nil {
		after.If = "Before anything is sent"
	}
	t.Endings = append(t.Endings, after)
}

// text writes the trial for people.
func (t *trial) text() string {
	var b strings.Builder
	title := t.Task
	if t.name != "" {
		title += " \"" + strings.Join(strings.Fields(t.name), " ") + "\""
	}
	fmt.Fprintf(&b, "Task %s of process %s\n", outlet.Quoted(title), outlet.Quoted(t.Process))
	for _, w := range t.Warnings {
		fmt.Fprintf(&b, "  warning: %s\n", outlet.Quoted(w))
	}
	if t.Failure != "" {
		what := "Incident before there is a job"
		if t.Refused {
			what = "The broker refuses the model"
		}
		fmt.Fprintf(&b, "\n%s: %s\n", what, strings.ReplaceAll(t.Failure, "\n", "\n  | "))
	}
	if t.Request != nil {
		t.Request.text(&b)
	}
	for _, d := range t.Doubts {
		fmt.Fprintf(&b, "  %-12s %s\n", "but", outlet.Quoted(d))
	}
	for _, after := range t.Endings {
		after.text(&b)
	}
	return b.String()
}

func (r *request) text(b *strings.Builder) {
	fmt.Fprintf(b, "\nSends %s to %s", count(len(r.Entries), "event", "events"), outlet.Quoted(r.Region))
	if r.Endpoint != "" {
		b.WriteString(" (" + outlet.Quoted(r.Endpoint) + ")")
	}
	if r.RoleARN != "" {
		b.WriteString(" as " + outlet.Quoted(r.RoleARN))
	}
	b.WriteString("\n")
	for i, e := range r.Entries {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, row := range e.Rows() {
			fmt.Fprintf(b, "  %-12s %s\n", row.Name, outlet.Quoted(row.Value))
		}
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (a *trialAfter) text(b *strings.Builder) {
	head := "If " + a.If
	if !strings.HasPrefix(a.If, "AWS") || a.If == "AWS answered" {
		head = a.If
	}
	fmt.Fprintf(b, "\n%s\n  ", head)
	switch a.Ending {
	case simulate.Completed:
		b.WriteString("completed")
	case simulate.Thrown:
		fmt.Fprintf(b, "BPMN error %q", a.Code)
		if a.CaughtBy != "" {
			b.WriteString(", caught by " + outlet.Quoted(a.CaughtBy))
		} else {
			b.WriteString(", which nothing catches: an incident")
		}
	case simulate.Retried:
		fmt.Fprintf(b, "fails, %s left", count(int(*a.Retries), "retry", "retries"))
		if a.Backoff != "" {
			b.WriteString(", next try after " + a.Backoff)
		}
	case simulate.Incident:
		b.WriteString("fails: an incident")
	}
	b.WriteString("\n")
	if a.Message != "" {
		for i, line := range slices.Collect(strings.Lines(a.Message)) {
			label := "message"
			if i > 0 {
				label = "|"
			}
			fmt.Fprintf(b, "  %-10s %s\n", label, strings.TrimRight(line, "\n"))
		}
	}
	if a.errorType != "" {
		fmt.Fprintf(b, "  %-10s %s\n", "error", outlet.Quoted(a.errorType))
	} else if len(a.Variables) > 0 {
		fmt.Fprintf(b, "  %-10s %s\n", "variables", a.Variables)
	}
	for _, w := range a.Warnings {
		fmt.Fprintf(b, "  %-10s %s\n", "warning", outlet.Quoted(w))
	}
	if a.Note != "" {
		fmt.Fprintf(b, "  %-10s %s\n", "note", a.Note)
	}
}
