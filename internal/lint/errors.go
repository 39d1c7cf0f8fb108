package lint

import (
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// errorHandling checks the error expression, and the events that catch what it throws.
func (c *checker) errorHandling() {
	h, ok := c.header("errorExpression")
	if !ok {
		if strings.TrimSpace(c.task.Retries) == "0" {
			c.report("no-retries", c.task.TypePos, "retries", "the task has 0 retries and no error expression: its first failure is an incident")
		}
		c.neverThrown(nil, true)
		return
	}
	program := c.program(h)
	if program == nil {
		return
	}
	codes, all := c.verdicts(h, program)
	for _, code := range codes {
		if _, caught := c.task.Catch(code); !caught {
			c.report("uncaught-error", h.Pos, h.Key, "no event catches the BPMN error %q that the error expression throws: it becomes an incident", code)
		}
	}
	c.neverThrown(codes, all)
}

// verdicts evaluates the error expression in the situations that a task meets. It returns the codes of the BPMN errors that
// can be told, and whether these are all.
func (c *checker) verdicts(h bpmn.Header, program *expression.Program) (codes []string, all bool) {
	all = c.language() == expression.FEEL
	if all {
		codes, all = c.writtenCodes(h)
	}
	job := jsonvalue.ObjectOf(jsonvalue.Member{Key: "retries", Value: jsonvalue.Number("3")})
	refused := false // told once is enough
	for _, s := range situations {
		r, err := program.Eval(c.ctx, s.scope(job))
		if err != nil {
			if !refused {
				c.report("error-result", h.Pos, h.Key, "the error expression fails on %s: %s", s.name, firstLine(err))
			}
			refused = true
			continue
		}
		v, err := connector.CheckVerdict(r.Value, h.Value)
		if err != nil {
			if _, reason, _ := strings.Cut(err.Error(), "' "); !refused {
				c.report("error-result", h.Pos, h.Key, "on %s the error expression %s", s.name, strings.TrimSuffix(reason, "."))
			}
			refused = true
			continue
		}
		switch {
		case v.Kind == "bpmnError" && !slices.Contains(codes, v.Code) && s.code != v.Code:
			codes = append(codes, v.Code)
		case v.Kind == "jobError" && v.Retries > 0 && s.name == badInput.name:
			c.report("sends-again", h.Pos, h.Key, "the error expression gives retries to every failure, also to that of a result expression: the event, which AWS accepted, is sent again; leave out error.code = \"INPUT_ERROR\"")
		}
	}
	return codes, all
}

// writtenCodes returns the codes that stand as texts in calls of bpmnError, and whether there are no others.
func (c *checker) writtenCodes(h bpmn.Header) (codes []string, all bool) {
	variable, _ := c.header("resultVariable")
	visible := names(true, variable.Value)
	for _, name := range c.resultNames() {
		visible[name] = anything
	}
	seen := c.inspect(h, visible)
	all = !strings.Contains(h.Value, "errorType") // a BPMN error that is written out as a context
	for _, call := range seen.Calls {
		if call.Name != "bpmnError" || len(call.Text) == 0 {
			continue
		}
		if !call.Literal[0] {
			all = false
		} else if !slices.Contains(codes, call.Text[0]) {
			codes = append(codes, call.Text[0])
		}
	}
	return codes, all
}

// resultNames are the variables that the result expression makes, which the error expression sees too.
func (c *checker) resultNames() []string {
	h, ok := c.header("resultExpression")
	if !ok {
		return nil
	}
	program, err := feel.Compile(body(h.Value))
	if err != nil {
		return nil
	}
	r, err := program.Eval(c.ctx, accepted.scope(nil))
	if o, ok := r.Value.(*jsonvalue.Object); ok && err == nil {
		return o.Keys()
	}
	return nil
}

// neverThrown finds boundary events on the task for a code that nothing throws. All says that the codes are all there are.
func (c *checker) neverThrown(codes []string, all bool) {
	if !all {
		return
	}
	for _, e := range c.task.Catches {
		if e.Boundary && e.Attached == c.task.ID && !e.All && !slices.Contains(codes, e.Code) && !strings.HasPrefix(e.Code, "=") {
			c.report("never-thrown", e.Pos, "errorExpression", "the event %s waits for the BPMN error %q, which the task's error expression never throws%s", e.ID, e.Code, meant(feel.NearestName(e.Code, codes)))
		}
	}
}
