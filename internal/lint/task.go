package lint

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// retries checks the number of tries, and says whether it is known to be 0.
func (c *checker) retries() (none bool) {
	text := c.task.Retries
	if strings.HasPrefix(text, "=") {
		program := c.compileForBroker(text, c.task.TypePos, "retries")
		if program == nil {
			return false
		}
		seen := program.Inspect()
		c.calls(text, seen, c.task.TypePos, "retries")
		result := c.kinds(text, program, c.loopNames(), c.task.TypePos, "retries")
		if result != nil && result.Kinds != feel.NoKind && result.Kinds&feel.NumberKind == 0 && len(seen.References) > 0 {
			c.report("invalid-field", c.task.TypePos, "retries", "retries is a %s, expected a whole number such as 3", result.Kinds)
		}
		if len(program.FreeNames()) > 0 {
			return false
		}
		r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
		if err != nil {
			return false
		}
		text = string(jsonvalue.Append(nil, feel.ToJSON(r.Value)))
	}
	n, _, err := mapping.Retries(c.ctx, c.task.Retries, mapping.Scope{Variables: jsonvalue.NewObject(0)})
	if err != nil || n < 0 {
		c.report("invalid-field", c.task.TypePos, "retries", "retries is %q, expected a whole number such as 3", c.task.Retries)
		return false
	}
	if written, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && written != float64(n) {
		c.report("doubtful-value", c.task.TypePos, "retries", "retries is %q, of which the broker makes %d; expected a whole number such as 3", c.task.Retries, n)
	}
	return n == 0
}

// outputs checks the output mappings: the broker refuses a model with one that does not parse.
func (c *checker) outputs() {
	made := map[string]*feel.Type{} // by the job
	if h, ok := c.header("resultVariable"); ok {
		made[h.Value] = response
	}
	for name := range c.results(accepted).All() {
		if _, ok := made[name]; !ok {
			made[name] = nil
		}
	}
	visible, reads := maps.Clone(made), len(made) == 0
	for _, m := range c.task.Outputs {
		c.placeholders(m.Source, m.Pos, m.Target)
		if _, isExpression := m.Expression(); !isExpression {
			continue
		}
		program := c.compileForBroker(m.Source, m.Pos, m.Target)
		if program == nil {
			reads = true
			continue
		}
		seen := program.Inspect()
		c.calls(m.Source, seen, m.Pos, m.Target)
		for _, r := range seen.References {
			_, isMade := made[r.Name]
			reads = reads || isMade
			if _, ofResponse := response.Members[r.Name]; (ofResponse || r.Name == "response") && !isMade && !c.variables[r.Name] {
				c.reportIn("unknown-name", m.Source, r.Pos, m.Pos, m.Target, "an output mapping does not see %s: it sees variables, such as the one that resultVariable names", r.Name)
			}
		}
		// Other names are variables of the process, of which nothing is known.
		seen.References = slices.DeleteFunc(seen.References, func(r feel.PathReference) bool { _, ok := visible[r.Name]; return !ok })
		c.references(m.Source, seen, visible, m.Pos, m.Target)
		c.kinds(m.Source, program, visible, m.Pos, m.Target)
		visible[m.Target] = nil
	}
	if len(c.task.Outputs) > 0 && !reads {
		h, ok := c.header("resultExpression")
		if !ok {
			h, _ = c.header("resultVariable")
		}
		c.report("lost-result", h.Pos, h.Key, "the output mappings read none of %s: with output mappings, only what they read leaves the task", strings.Join(slices.Sorted(maps.Keys(made)), ", "))
	}
	if len(c.task.Outputs) == 0 {
		c.staying()
	}
}

// staying finds results that stay at the task, since an input mapping makes a variable of the same name.
func (c *checker) staying() {
	local := map[string]string{} // the name of a variable -> the target that makes it
	for _, m := range c.task.Inputs {
		name, _, _ := strings.Cut(m.Target, ".")
		if _, ok := local[name]; !ok {
			local[name] = m.Target
		}
	}
	stays := func(h bpmn.Header, name string) {
		if target, ok := local[name]; ok {
			c.report("lost-result", h.Pos, h.Key, "the variable %s stays at the task, since the input mapping to %s makes one of this name there; expected another name, or an output mapping", name, target)
		}
	}
	if h, ok := c.header("resultVariable"); ok {
		stays(h, h.Value)
	}
	if h, ok := c.header("resultExpression"); ok {
		for _, name := range c.expressionResult(accepted).Keys() {
			stays(h, name)
		}
	}
}

// besideType is a type for a worker beside Camunda's, such as io.camunda:aws-eventbridge:1-go.
var besideType = regexp.MustCompile(`^io\.camunda:aws-eventbridge:1(?:[._-][\w.-]+)?$`)

// nearType finds a type that is nearly the connector's: no worker ever gets its jobs.
func nearType(jobType string, types []string) (string, bool) {
	if jobType == "" || besideType.MatchString(jobType) || strings.HasPrefix(jobType, "=") || slices.Contains(types, jobType) {
		return "", false
	}
	plain := func(text string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, text)
	}
	for _, t := range types {
		if plain(t) == plain(jobType) || len(plain(jobType)) >= len("awseventbridge") && strings.Contains(plain(t), plain(jobType)) {
			return t, true
		}
	}
	if len(jobType) < 12 { // most short names are near each other
		return "", false
	}
	near := feel.NearestName(jobType, types)
	return near, near != ""
}

// madeForOne says whether a template sets the type of the jobs, as all do but the hybrid ones.
func madeForOne(template string) bool {
	return (strings.HasPrefix(template, templateID) || strings.HasPrefix(template, officialTemplateID)) && !strings.Contains(template, "hybrid")
}

// computedType returns the type that an expression gives, if that does not depend on the process; otherwise the expression.
func (c *checker) computedType() string {
	program := c.compileForBroker(c.task.Type, c.task.TypePos, "type")
	if program == nil || len(program.FreeNames()) > 0 {
		return c.task.Type
	}
	r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
	text, ok := r.Value.(string)
	if err != nil || !ok {
		c.report("invalid-field", c.task.TypePos, "type", "the type %s gives no text, expected one such as %s", c.task.Type, TaskType)
		return ""
	}
	return text
}

// taskType checks the type of a task whose template says that it is the connector's.
func (c *checker) taskType(types []string) {
	jobType := c.task.JobType()
	if strings.HasPrefix(jobType, "=") && (c.task.TemplateID != "" || strings.Contains(jobType, "eventbridge")) {
		jobType = c.computedType()
	}
	if strings.TrimSpace(c.task.Type) == "" {
		c.report("refused-by-broker", c.task.TypePos, "type", "the task has no type, expected %s", TaskType)
	} else if madeForOne(c.task.TemplateID) && jobType != "" && !strings.HasPrefix(jobType, "=") && !slices.Contains(types, jobType) && !besideType.MatchString(jobType) {
		c.report("task-type", c.task.TypePos, "type", "no EventBridge connector works on the type %q, expected %s, which the task's template sets", c.task.Type, TaskType)
	} else if near, ok := nearType(jobType, types); ok {
		c.report("task-type", c.task.TypePos, "type", "no EventBridge connector works on the type %q, did you mean %s?", c.task.Type, near)
	}
}
