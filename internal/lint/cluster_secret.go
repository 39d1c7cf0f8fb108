package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// clusterName is a name that a secret of the cluster can have.
var clusterName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// clusterSecrets looks at the two forms of a secret: {{secrets.NAME}}, which the worker resolves, and camunda.secrets.NAME, which
// the cluster does from Camunda 8.10 on.
func (c *checker) clusterSecrets() {
	resolves := c.platform != "" && mapping.Offered("secrets", c.platform)
	for _, m := range c.task.Inputs {
		c.clusterNames(m)
		if resolves {
			c.legacySecret(m)
		} else {
			c.secretTooNew(m)
		}
	}
}

// clusterNames finds names that the cluster takes for no secret.
func (c *checker) clusterNames(m bpmn.Mapping) {
	if c.variables["camunda"] { // it hides the broker's own
		return
	}
	if found := subtracted.FindStringSubmatch(textOrComment.ReplaceAllString(m.Source, `""`)); found != nil && strings.HasPrefix(m.Source, "=") && !c.variables[found[2]] {
		c.report("malformed-secret", m.Pos, m.Target, "%[1]s is the secret %[2]s minus %[3]s, which gives null; the secret %[2]s-%[3]s is camunda.secrets.`%[2]s-%[3]s`", found[0], found[1], found[2])
	}
	for _, read := range mapping.BrokerReads(m) {
		if read.Kind == "secrets" && len(read.Path) > 0 && !clusterName.MatchString(read.Path[0]) {
			c.report("malformed-secret", m.Pos, m.Target, "the cluster has no secret %q: their names have letters, digits, _ and - alone", read.Path[0])
		}
	}
}

var (
	// textOrComment is a text of an expression, or a comment.
	textOrComment = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/`)
	// subtracted is the name of a secret with a dash that FEEL takes for a minus.
	subtracted = regexp.MustCompile(`\bcamunda\.secrets\.([A-Za-z0-9_]+)-([A-Za-z0-9_-]*[A-Za-z0-9_])`)
	// reference is a secret of the cluster within a text.
	reference = regexp.MustCompile("(?:^|[^A-Za-z0-9_.])(camunda\\.secrets\\.(?:[A-Za-z0-9_-]+|`[^`]+`))")
)

// writtenReference returns a secret of the cluster that stands in a text, where nothing resolves it; empty = there is none.
func writtenReference(m bpmn.Mapping) string {
	texts := []string{m.Source}
	if _, isExpression := m.Expression(); isExpression {
		texts = slices.DeleteFunc(textOrComment.FindAllString(m.Source, -1), func(found string) bool { return found[0] != '"' })
	}
	for _, text := range texts {
		if found := reference.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return ""
}

// legacySecret hints at the newer form.
func (c *checker) legacySecret(m bpmn.Mapping) {
	for _, found := range placeholder.FindAllString(m.Source, -1) {
		name := strings.TrimPrefix(strings.TrimSpace(strings.Trim(found, "{}")), "secrets.")
		if clusterName.MatchString(name) {
			c.report("legacy-secret", m.Pos, m.Target, "%s is resolved by the worker; from Camunda 8.10 on the cluster itself can resolve it, as the expression =%s", found, clusterReference(name))
		}
	}
}

// clusterReference is an expression that reads a secret of the cluster. A name that is no name of FEEL stands in backticks.
func clusterReference(name string) string {
	if strings.Contains(name, "-") || name[0] >= '0' && name[0] <= '9' {
		name = "`" + name + "`"
	}
	return "camunda.secrets." + name
}

// secretTooNew finds the newer form in a model for a cluster that may not know it.
func (c *checker) secretTooNew(m bpmn.Mapping) {
	if c.variables["camunda"] { // it hides the broker's own
		return
	}
	of := "the model does not tell its version of Camunda"
	if c.platform != "" {
		of = "the model is for " + c.platform
	}
	for _, read := range mapping.BrokerReads(m) {
		if read.Kind == "secrets" {
			c.report("secret-too-new", m.Pos, m.Target, "%s is resolved by Camunda 8.10 and later, and %s: an older cluster does not resolve it; expected {{secrets.NAME}}, or a model for 8.10", read.Name(), of)
		}
	}
}
