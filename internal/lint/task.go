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
		r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
		if len(seen.References) > 0 || err != nil {
			return false
		}
		text = string(jsonvalue.Append(nil, feel.ToJSON(r.Value)))
	}
	if text = strings.TrimSpace(text); text == "" {
		return false // the broker's 3
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		c.report("invalid-field", c.task.TypePos, "retries", "retries is %q, expected a whole number such as 3", c.task.Retries)
		return false
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
				c.report("unknown-name", m.Pos, m.Target, "%s: an output mapping does not see %s: it sees variables, such as the one that resultVariable names", place(m.Source, r.Pos), r.Name)
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
}

// besideType is a type for a worker beside Camunda's, such as io.camunda:aws-eventbridge:1-go. constantType is one that is written as
// an expression.
var (
	besideType   = regexp.MustCompile(`^io\.camunda:aws-eventbridge:1(?:[._-][\w.-]+)?$`)
	constantType = regexp.MustCompile(`^=\s*"([^"\\]*)"\s*$`)
)

// typeOf returns the type of the jobs of a task.
func typeOf(t *bpmn.Task) string {
	if m := constantType.FindStringSubmatch(t.Type); m != nil {
		return m[1]
	}
	return t.Type
}

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

// taskType checks the type of a task whose template says that it is the connector's.
func (c *checker) taskType(types []string) {
	if strings.TrimSpace(c.task.Type) == "" {
		c.report("refused-by-broker", c.task.TypePos, "type", "the task has no type, expected %s", TaskType)
	} else if near, ok := nearType(typeOf(c.task), types); ok {
		c.report("task-type", c.task.TypePos, "type", "no EventBridge connector works on the type %q, did you mean %s?", c.task.Type, near)
	}
}
