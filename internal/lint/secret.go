package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// The forms of secrets, and of what was meant to be one.
var (
	accessKeyID = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`)
	bareSecret  = regexp.MustCompile(`^\s*secrets\.[A-Za-z0-9/._-]+\s*$`)
	placeholder = regexp.MustCompile(`\{\{\s*secrets\.\S+?\s*\}\}`)
	// malformed is a placeholder that is not quite one: a brace too few or too many, blanks, another word.
	malformed = regexp.MustCompile(`(?i)\{+\s*secrets?\s*[.:]?\s*([A-Za-z0-9/._-]*)\s*\}*`)
	// brokerSecret is Camunda 8.10's own form, an expression that the broker evaluates, written as a text.
	brokerSecret = regexp.MustCompile("^\\s*camunda\\.secrets\\.(?:[A-Za-z0-9_-]+|`[^`]+`)\\s*$")
	wordForm     = regexp.MustCompile(`[A-Za-z0-9/._-]+`)
	ofShell      = regexp.MustCompile(`^\s*(?:\$[A-Za-z_]\w*|%[A-Za-z_]\w*%)\s*$`)
	opening      = regexp.MustCompile(`\{\{\s*secrets\.`)
)

// keys are the names of the fields that hold secrets.
var keys = []string{"accessKey", "secretKey", "sessionToken"}

// secrets finds secrets that are written out, in their deprecated form, misspelt, or where they are not resolved.
func (c *checker) secrets() {
	for _, m := range c.task.Inputs {
		c.secret(m)
	}
	for _, m := range c.task.Outputs {
		c.unresolved(m.Source, m.Pos, m.Target, "an output mapping")
		for _, read := range mapping.BrokerReads(m) {
			if read.Kind == "secrets" && !c.variables["camunda"] {
				c.report("secret-not-resolved", m.Pos, m.Target, "%s stands in an output mapping, where secrets are not resolved: only input mappings have secrets", read.Name())
			}
		}
	}
	c.unresolved(c.task.Retries, c.task.TypePos, "retries", "the number of retries")
	for _, h := range c.task.Headers {
		if accessKeyID.MatchString(h.Value) {
			c.report("plain-secret", h.Pos, h.Key, "the header %s holds a key in plain text, for whoever reads the model", h.Key)
		}
		c.unresolved(h.Value, h.Pos, h.Key, "a header")
	}
}

// unresolved finds a secret where none is ever resolved.
func (c *checker) unresolved(written string, pos bpmn.Pos, field, where string) {
	if found := placeholder.FindString(written); found != "" {
		c.report("secret-not-resolved", pos, field, "%s stands in %s, where secrets are not resolved: only input mappings have secrets", found, where)
	}
}

func (c *checker) secret(m bpmn.Mapping) {
	text, constant := c.plainText(m)
	named, begun := placeholder.FindAllString(m.Source, -1), opening.FindAllString(m.Source, -1)
	inAuthentication := strings.HasPrefix(m.Target, "authentication.") || strings.HasPrefix(m.Target, "awsCredential.")
	isKey := holdsKey(m.Target)
	wrong := c.misspelt(m, isKey)
	switch {
	case accessKeyID.MatchString(m.Source):
		c.plainSecret(m)
	case wrong != "":
		if wrong != "=" { // one that does not parse is told as such
			c.report("malformed-secret", m.Pos, m.Target, "%s", wrong)
		}
	case brokerSecret.MatchString(m.Source):
		c.report("malformed-secret", m.Pos, m.Target, "%s is sent as it stands: it is an expression, which begins with =", strings.TrimSpace(m.Source))
	case writtenReference(m) != "":
		c.report("malformed-secret", m.Pos, m.Target, "%s stands in a text, which the cluster does not resolve, so the connector refuses the job; expected an expression such as =\"Bearer \" + camunda.secrets.TOKEN", writtenReference(m))
	case bareSecret.MatchString(text):
		if !strings.HasPrefix(m.Source, "=") {
			c.report("deprecated-secret", m.Pos, m.Target, "%s is the old form of a secret, expected {{%s}}", strings.TrimSpace(text), strings.TrimSpace(text))
		}
	case !constant && len(begun) > len(named):
		c.report("secret-not-resolved", m.Pos, m.Target, "the name of a secret is put together here: a worker that reads the deployed model resolves only names that it writes out as {{secrets.NAME}}")
	case len(named) > 0:
		if !inAuthentication {
			c.report("secret-not-resolved", m.Pos, m.Target, "%s stands outside of authentication: it is resolved if the worker can read the deployed model (camunda.client.rest-address), and refused if it cannot", named[0])
		}
	case malformed.MatchString(text) && (isKey || strings.Contains(text, "{{")):
		found := malformed.FindStringSubmatch(text)
		c.report("malformed-secret", m.Pos, m.Target, "%s is sent as it stands, it is no secret: expected {{secrets.%s}}", strings.TrimSpace(found[0]), orName(found[1]))
	case isKey && strings.TrimSpace(text) != "":
		c.plainSecret(m)
	}
}

// misspelt says what is wrong with a placeholder that is nearly one of a secret, or with an expression that reads secrets like a
// variable. It is = for an expression that does not parse, and empty for all others.
func (c *checker) misspelt(m bpmn.Mapping, isKey bool) string {
	source, isExpression := m.Expression()
	if isExpression {
		program, err := mapping.Compile(strings.TrimSpace(source))
		if err != nil {
			return "="
		}
		for _, r := range program.Inspect().References {
			if (r.Name == "secrets" || r.Name == "secret") && len(r.Keys) == 1 && !c.variables[r.Name] {
				return "an expression does not read secrets: " + r.Name + "." + r.Keys[0].Name + " gives nothing, expected the text {{secrets." + r.Keys[0].Name + "}} without ="
			}
		}
	}
	for _, found := range foreign.FindAllStringSubmatch(m.Source, -1) {
		name := found[1] + found[2] + found[3]
		if strings.Contains(name, `"`) {
			continue // it is put together
		}
		isSecret := secretWords.MatchString(name)
		if (isSecret || isKey) && (!placeholder.MatchString(found[0]) || strings.HasPrefix(found[0], "{{{")) {
			words := wordForm.FindAllString(secretWords.ReplaceAllString(name, ""), -1)
			return found[0] + " is sent as it stands, it is no secret: expected {{secrets." + orName(strings.Join(words, "_")) + "}}"
		}
	}
	if isKey && ofShell.MatchString(m.Source) {
		return m.Source + " is sent as it stands, it is no secret: expected {{secrets." + strings.Trim(m.Source, "$% ") + "}}"
	}
	return ""
}

// holdsKey says whether a target is a field that holds a secret.
func holdsKey(target string) bool {
	return (strings.HasPrefix(target, "authentication.") || strings.HasPrefix(target, "awsCredential.")) &&
		slices.Contains(keys, target[strings.LastIndexByte(target, '.')+1:])
}

func orName(name string) string {
	if name == "" {
		return "NAME"
	}
	return name
}

func (c *checker) plainSecret(m bpmn.Mapping) {
	c.report("plain-secret", m.Pos, m.Target, "%s holds a key in plain text, for whoever reads the model; expected {{secrets.NAME}}", m.Target)
}

// plainText returns the text that a mapping gives, if it is one whatever the process is.
func (c *checker) plainText(m bpmn.Mapping) (string, bool) {
	source, isExpression := m.Expression()
	if !isExpression {
		return m.Source, true
	}
	program, err := mapping.Compile(strings.TrimSpace(source))
	if err != nil || len(program.FreeNames()) > 0 {
		return "", false
	}
	r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
	text, ok := r.Value.(string)
	return text, ok && err == nil
}
