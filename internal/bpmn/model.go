package bpmn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Pos is a place in the file. Lines and columns count from 1, columns in characters: in Unicode code points of the decoded text,
// whatever bytes stand for them.
type Pos struct{ Line, Column int }

func (p Pos) String() string { return fmt.Sprintf("line %d, column %d", p.Line, p.Column) }

// Model is what one BPMN file holds.
type Model struct {
	Platform        string // modeler:executionPlatform, "Camunda Cloud" for Camunda 8; empty if the file does not say
	PlatformVersion string // modeler:executionPlatformVersion, such as "8.8.0"
	Processes       []*Process
	// Variables are the names of process variables that the model makes: targets of mappings, results of tasks, items and collections
	// of multi-instances. Those that a client or a form gives are not known.
	Variables map[string]bool
}

// Process is one process of a model.
type Process struct {
	ID, Name   string
	Executable bool
	Tasks      []*Task // those of sub-processes too, in the order of the file
	// Untyped are the elements with an element template but without a zeebe:taskDefinition, in the order of the file.
	Untyped []*Task
	Pos     Pos
}

// Task is an element with a zeebe:taskDefinition, which makes a job. Most are service tasks; send, script and business rule tasks,
// message throw events and job-worker ad-hoc sub-processes can be.
type Task struct {
	ID, Name        string
	Element         string // the BPMN element without prefix: "serviceTask", "sendTask", "endEvent", …
	Type            string // of the job; an expression if it starts with "="
	Retries         string // as written; empty = the broker's default of 3
	TemplateID      string // zeebe:modelerTemplate; empty = no element template
	TemplateVersion string // zeebe:modelerTemplateVersion as written
	Inputs, Outputs []Mapping
	Headers         []Header
	// Catches are the events that can catch an error of this task, the broker's order of search: the task's own
	// boundary events, then the event sub-processes beside it, then the same of each sub-process around it, then those
	// of the call activities of this model that call the process.
	Catches []ErrorCatch
	// Repeated are the names of the zeebe elements that the task has more than once, and may have once.
	Repeated []string
	Loop     *Loop   // nil if the broker makes one job
	Around   []Scope // the sub-processes around the task, the outermost first
	// NoJob says that the broker makes no job of the element in spite of its zeebe:taskDefinition: it is a task of no kind, a gateway,
	// an event that throws no message.
	NoJob   bool
	Pos     Pos // of the element
	TypePos Pos // of its zeebe:taskDefinition
}

// Loop is a multi-instance: the broker makes a job, or a run of a sub-process, for each item of a collection.
type Loop struct {
	Collection string // an expression, with its leading =
	Element    string // the variable that gets the item; empty = none
	Pos        Pos
}

// Scope is a sub-process, which has variables of its own.
type Scope struct {
	ID     string
	Inputs []Mapping
	Loop   *Loop // nil = it runs once
}

// Mapping is one zeebe:input or zeebe:output.
type Mapping struct {
	Source string // FEEL if it starts with "=", else a text as it stands; empty = null
	Target string // a variable's name, or a path of names with dots
	Pos    Pos
}

// Expression returns the source without its leading "=", and whether it is an expression. A lone "=" is a text, as in the broker.
func (m Mapping) Expression() (string, bool) {
	expression, ok := strings.CutPrefix(m.Source, "=")
	return expression, ok && expression != ""
}

// Header is one zeebe:header.
type Header struct {
	Key, Value string
	Pos        Pos
}

// ErrorCatch is an event that catches BPMN errors: a boundary event, or the start of an event sub-process.
type ErrorCatch struct {
	ID, Name string
	Code     string // the error's code as written; meaningless if All
	All      bool   // it catches every error: it names none, or one without a code
	Boundary bool   // a boundary event, not an event sub-process
	Attached string // the id of the element that a boundary event sits on
	Pos      Pos
}

// Catch returns the event that catches an error of this code, and whether there is one. As in the broker the innermost
// scope that catches it wins, and in one scope the event that names the code wins over one that catches all.
func (t *Task) Catch(code string) (ErrorCatch, bool) {
	for i := 0; i < len(t.Catches); {
		end := i + 1
		for end < len(t.Catches) && t.Catches[end].scope() == t.Catches[i].scope() {
			end++
		}
		var all *ErrorCatch
		for k := i; k < end; k++ {
			c := &t.Catches[k]
			if c.All {
				all = c
			} else if c.Code == code {
				return *c, true
			}
		}
		if all != nil {
			return *all, true
		}
		i = end
	}
	return ErrorCatch{}, false
}

func (c *ErrorCatch) scope() string {
	if c.Boundary {
		return "on " + c.Attached
	}
	return "in " + c.Attached
}

// Task returns the task with this element id, or nil.
func (p *Process) Task(id string) *Task {
	for _, t := range p.Tasks {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// Process returns the process with this id, or nil.
func (m *Model) Process(id string) *Process {
	for _, p := range m.Processes {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// constantType is a job type that is written as an expression.
var constantType = regexp.MustCompile(`^=\s*"([^"\\]*)"\s*$`)

// JobType returns the type of the task's jobs: Type, or the text of an expression that is nothing but a text. Of any other
// expression it is the expression itself.
func (t *Task) JobType() string {
	if m := constantType.FindStringSubmatch(t.Type); m != nil {
		return m[1]
	}
	return t.Type
}

// Tasks returns the tasks of all processes whose job type is this, in the order of the file.
func (m *Model) Tasks(jobType string) []*Task {
	var tasks []*Task
	for _, p := range m.Processes {
		for _, t := range p.Tasks {
			if t.JobType() == jobType {
				tasks = append(tasks, t)
			}
		}
	}
	return tasks
}

// Header returns the value of the header with this key, and whether the task has it. Of equal keys the last wins, as in
// the broker.
func (t *Task) Header(key string) (string, bool) {
	for _, h := range slices.Backward(t.Headers) {
		if h.Key == key {
			return h.Value, true
		}
	}
	return "", false
}

// CustomHeaders returns the headers as a job carries them: the broker leaves out those without a key or a value.
func (t *Task) CustomHeaders() *jsonvalue.Object {
	o := jsonvalue.NewObject(len(t.Headers))
	for _, h := range t.Headers {
		if h.Key != "" && h.Value != "" {
			o.Set(h.Key, h.Value)
		}
	}
	return o
}
