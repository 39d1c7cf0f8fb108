package embedded

import (
	"encoding/json"
	"slices"
	"strings"
)

// secretPrefix is what a reference to a secret begins with.
const secretPrefix = "camunda.secrets."

// maxReferences is how many secrets may be asked for at a time.
const maxReferences = 20

// resolveSecrets gives the values of secrets to a caller that may have them. What cannot be resolved is told of each by itself.
func (c *restCall) resolveSecrets() error {
	type value struct {
		Reference string `json:"reference"`
		Value     string `json:"value"`
	}
	type refusal struct {
		Reference string `json:"reference"`
		Code      string `json:"code"`
		Message   string `json:"message"`
	}
	answer := struct {
		Resolved []value   `json:"resolved"`
		Errors   []refusal `json:"errors"`
	}{[]value{}, []refusal{}}
	g := c.gateway
	var references []string
	if err := c.read(false, textsProperty("references", &references)); err != nil {
		return err
	}
	if len(references) < 1 || len(references) > maxReferences {
		return invalidArgument("references: found %d, expected 1 to %d", len(references), maxReferences)
	}
	fault := g.faults.next(Call{Method: "ResolveSecrets"})
	if err := fault.before(c.r.Context()); err != nil {
		return err
	}
	for i, reference := range references {
		name, ok := strings.CutPrefix(reference, secretPrefix)
		found, there := g.options.Secrets[name]
		switch {
		case slices.Contains(references[:i], reference):
		case !ok || !isSecretName(name):
			answer.Errors = append(answer.Errors, refusal{reference, "INVALID_REFERENCE", "expected " + secretPrefix + "NAME with letters, digits, _ and - in NAME"})
		case !c.login.Reveal:
			answer.Errors = append(answer.Errors, refusal{reference, "ACCESS_DENIED", "the caller may not have this secret resolved"})
		case !there:
			answer.Errors = append(answer.Errors, refusal{reference, "NOT_FOUND", "there is no such secret"})
		default:
			answer.Resolved = append(answer.Resolved, value{reference, found})
		}
	}
	if err := fault.after(c.r.Context()); err != nil {
		return err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	c.answer(body)
	return nil
}

func isSecretName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
}
