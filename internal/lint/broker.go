package lint

import (
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// broker finds what a broker refuses when the model is deployed, and where versions of it evaluate mappings differently. That names
// below camunda are new is not told: a model may be made for one version and run on a later one.
func (c *checker) broker() {
	for _, r := range mapping.Check(c.task, mapping.AnyOrder) {
		if r.Err == nil { // an expression that does not parse is told of already
			c.report("refused-by-broker", r.Pos, r.Field, "%s: %s", r.Field, r.Reason)
		}
	}
	for _, e := range c.task.Catches {
		if strings.HasPrefix(e.Code, "=") {
			c.report("refused-by-broker", e.Pos, "errorExpression", "the event %s catches the error code %q: the code of an event that catches errors may not be an expression", e.ID, e.Code)
		}
	}
	for _, r := range mapping.Reads(c.task.Inputs) {
		c.reportIn("version-dependent", r.Mapping.Source, r.Pos, r.Mapping.Pos, r.Mapping.Target, "%s is %s up to Camunda 8.7.35 and 8.8.33, and %s in later versions", r.Name, r.Before, r.After)
	}
}
