package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// retries checks the number of tries, and says whether it is known to be 0.
func (c *checker) retries() (none bool) {
	text := c.task.Retries
	if source, isExpression := strings.CutPrefix(text, "="); isExpression {
		program := c.compileForBroker(source, c.task.TypePos, "retries")
		if program == nil {
			return false
		}
		seen := program.Inspect()
		c.calls(source, seen, c.task.TypePos, "retries")
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
	visible := map[string]*shape{}
	if h, ok := c.header("resultVariable"); ok {
		visible[h.Value] = response
	}
	for _, m := range c.task.Outputs {
		source, isExpression := m.Expression()
		if !isExpression {
			continue
		}
		program := c.compileForBroker(source, m.Pos, m.Target)
		if program == nil {
			continue
		}
		seen := program.Inspect()
		c.calls(source, seen, m.Pos, m.Target)
		// Other names are variables of the process, of which nothing is known.
		seen.References = slices.DeleteFunc(seen.References, func(r feel.PathReference) bool { _, ok := visible[r.Name]; return !ok })
		c.references(source, seen, visible, m.Pos, m.Target)
		visible[m.Target] = anything
	}
}

// ourType is how a type looks that was meant for this connector or is one for a worker beside Camunda's.
var ourType = regexp.MustCompile(`^io\.camunda:aws-eventbridge:1`)

// nearType finds a task whose type is nearly the connector's: no worker ever gets its jobs.
func nearType(t *bpmn.Task, types []string) (string, bool) {
	if ourType.MatchString(t.Type) || strings.HasPrefix(t.Type, "=") {
		return "", false
	}
	near := feel.NearestName(t.Type, types)
	return near, near != ""
}
