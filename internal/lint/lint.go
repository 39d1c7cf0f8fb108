package lint

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Severity says how bad a finding is.
type Severity string

// The severities: an error is refused by the connector or by AWS whenever the task runs, or leaves a secret in the open;
// a warning gives null, an incident or a second event in some case that the model does not seem to mean; a hint is no mistake, but
// there is a better way.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Hint    Severity = "hint"
)

// Finding is a mistake in a model.
type Finding struct {
	Rule     string   // the id of a rule of Rules
	Severity Severity // of the rule
	Pos      bpmn.Pos // of the element in the file that says it
	Task     string   // the id of the task
	Field    string   // such as input.source, or the key of a header; empty for the task as a whole
	Message  string   // one line
	Excerpt  string   // the source line of an expression and a caret below it; empty for others
	// Attribute is that of the element in whose value the finding is, and Offset the place there in bytes, see [bpmn.PlaceIn]. An
	// empty attribute stands for the element as a whole.
	Attribute string
	Offset    int
}

// Options say what to look at.
type Options struct {
	TaskTypes []string // the types of the connector's jobs; nil means io.camunda:aws-eventbridge:1
	Disabled  []string // ids of rules to leave out
}

// TaskType is the type of the connector's jobs.
const TaskType = "io.camunda:aws-eventbridge:1"

// templateID begins the ids of the connector's own templates: a task that has one is looked at whatever its type is.
const templateID = "io.github.eventbridge-connector.aws-eventbridge"

// officialTemplateID begins the ids of Camunda's own templates for sending events.
const officialTemplateID = "io.camunda.connectors.AWSEventBridge.v1"

// Check returns the findings of a model, in the order of the file.
func Check(ctx context.Context, m *bpmn.Model, o Options) []Finding {
	var all []Finding
	for _, p := range m.Processes {
		for _, t := range p.Tasks {
			c := &checker{ctx: ctx, process: p, task: t, variables: m.Variables, platform: m.PlatformVersion}
			if Ours(t, o) || strings.TrimSpace(t.Type) != "" {
				c.taskType(o.types())
			}
			if Ours(t, o) {
				c.check()
			}
			all = append(all, c.findings...)
		}
		for _, t := range p.Untyped {
			if Ours(t, o) {
				c := &checker{ctx: ctx, task: t}
				c.report("makes-no-job", t.Pos, "type", "the element has the connector's template but no zeebe:taskDefinition: the broker makes no job of it, or refuses the model; choose the template again")
				all = append(all, c.findings...)
			}
		}
	}
	all = slices.DeleteFunc(all, func(f Finding) bool { return slices.Contains(o.Disabled, f.Rule) })
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return all
}

// Ours says whether a task is for the connector, by its type or its template.
func Ours(t *bpmn.Task, o Options) bool {
	return slices.Contains(o.types(), t.JobType()) || strings.HasPrefix(t.TemplateID, templateID) || strings.HasPrefix(t.TemplateID, officialTemplateID)
}

// Tasks counts the tasks of a model that Check looks at.
func Tasks(m *bpmn.Model, o Options) int {
	n := 0
	for _, p := range m.Processes {
		for _, t := range p.Tasks {
			if Ours(t, o) {
				n++
			}
		}
	}
	return n
}

func (o Options) types() []string {
	if o.TaskTypes == nil {
		return []string{TaskType}
	}
	return o.TaskTypes
}

// checker looks at one task.
type checker struct {
	ctx      context.Context //nolint:containedctx // the checker lives no longer than the call it was made for
	process  *bpmn.Process
	task     *bpmn.Task
	findings []Finding
	failing  []Finding // those of operations that make their expression fail
	// variables are the names that the model makes.
	variables map[string]bool
	platform  string // the version of Camunda that the model is made for; empty = it does not say
}

func (c *checker) check() {
	c.makesJob()
	c.inputs()
	c.secrets()
	c.clusterSecrets()
	c.headers()
	c.errorHandling()
	c.outputs()
	c.replaced()
	c.broker()
	c.withoutTwice()
}

// makesJob finds an element of which the broker makes no job, and a process that it does not run.
func (c *checker) makesJob() {
	if !c.process.Executable {
		c.report("makes-no-job", c.process.Pos, "isExecutable", "the process %s is not executable: the broker starts no instance of it, and takes no model without an executable process; expected isExecutable=\"true\"", c.process.ID)
	}
	if !c.task.NoJob {
		return
	}
	expected := "a service task or a send task"
	if c.task.Element == "intermediateThrowEvent" || c.task.Element == "endEvent" {
		expected = "one with a message (<messageEventDefinition>)"
	}
	c.report("makes-no-job", c.task.Pos, "type", "the broker makes no job of this <%s>: the process goes on and no event is sent; expected %s", c.task.Element, expected)
}

// report notes a finding of a rule.
func (c *checker) report(rule string, pos bpmn.Pos, field, format string, args ...any) *Finding {
	r, ok := ruleNamed(rule)
	if !ok {
		panic("lint: there is no rule " + rule) // the table and this package are built together
	}
	f := Finding{Rule: rule, Severity: r.Severity, Pos: pos, Task: c.task.ID, Field: field, Message: fmt.Sprintf(format, args...)}
	same := func(o Finding) bool {
		return o.Rule == rule && o.Pos == pos && o.Field == field && o.Message == f.Message
	}
	if at := slices.IndexFunc(c.findings, same); at >= 0 {
		return &c.findings[at]
	}
	c.findings = append(c.findings, f)
	return &c.findings[len(c.findings)-1]
}

// reportIn notes a finding at a place in an expression, which the message begins with. Written is the expression as the model has it,
// and at counts from behind its = and the blanks around it.
func (c *checker) reportIn(rule, written string, at feel.Pos, pos bpmn.Pos, field, format string, args ...any) *Finding {
	f := c.report(rule, pos, field, "%s: "+format, append([]any{place(written, at)}, args...)...)
	f.Attribute, f.Offset = c.attributeOf(pos, field), int(at)+beginning(written)
	return f
}

// attributeOf returns the attribute that holds a field: that of a mapping, a header, or the task's definition.
func (c *checker) attributeOf(pos bpmn.Pos, field string) string {
	switch {
	case pos == c.task.TypePos:
		return field
	case slices.ContainsFunc(c.task.Headers, func(h bpmn.Header) bool { return h.Pos == pos }):
		return "value"
	}
	return "source"
}

// header returns a header of the task, and whether it has it and is not blank.
func (c *checker) header(key string) (bpmn.Header, bool) {
	for _, h := range slices.Backward(c.task.Headers) {
		if h.Key == key {
			return h, strings.TrimSpace(h.Value) != ""
		}
	}
	return bpmn.Header{}, false
}
