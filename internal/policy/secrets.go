package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// textInExpression is a string of an expression that is a secret's name in the deprecated form.
var textInExpression = regexp.MustCompile(`"secrets\.([A-Za-z0-9/._-]+)"`)

// inBraces is a secret's name in braces.
var inBraces = regexp.MustCompile(`\{\{\s*secrets\.([^\s{}]+)\s*\}\}`)

// managerName is what a secret in AWS Secrets Manager can be called. About others the worker does not ask.
var managerName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

// secretNames returns the secrets that the task's mappings name. Those that the cluster resolves are not among them.
func (t *task) secretNames() []string {
	var names []string
	for _, m := range t.Inputs {
		root, _, _ := strings.Cut(strings.TrimSpace(m.Target), ".")
		if slices.Contains(connector.FetchVariables(), root) {
			names = append(names, secretsIn(m)...)
		}
	}
	return names
}

func secretsIn(m bpmn.Mapping) []string {
	var names []string
	for _, found := range inBraces.FindAllStringSubmatch(m.Source, -1) {
		names = append(names, found[1])
	}
	if expression, is := m.Expression(); is {
		for _, found := range textInExpression.FindAllStringSubmatch(expression, -1) {
			names = append(names, found[1])
		}
	} else if bareSecret.MatchString(m.Source) {
		names = append(names, strings.TrimPrefix(m.Source, "secrets."))
	}
	return names
}

// takesSecretsOfData says whether process data can name the secrets that hold the task's credentials.
func (t *task) takesSecretsOfData() bool {
	for _, path := range [][]string{{"authentication"}, {"awsCredential", "authentication"}} {
		o := t.variable(path[0])
		if path[0] == "awsCredential" && !t.made[path[0]] && t.made["authentication"] {
			continue // it does not count
		}
		for _, key := range path[1:] {
			o = o.Member(key)
		}
		for _, name := range []string{"accessKey", "secretKey", "sessionToken"} {
			if slices.ContainsFunc(o.Member(name), func(s feel.Shape) bool { return s.Kind == feel.AnyShape || len(s.Parts) > 1 }) {
				return true
			}
		}
	}
	return false
}

// secrets adds to the worker's identity the secrets that it reads from AWS Secrets Manager.
func (w *writer) secrets() {
	m := w.options.Manager
	if m == nil || len(w.secretNames) == 0 && !w.anySecret {
		return
	}
	id := w.identity("default-chain", Worker)
	region, at := anyText, "*"
	if m.Region != "" {
		region = exactly(m.Region)
		at = m.Region
	}
	account := w.accountOr("*")
	arn := func(name string) string {
		return wild("arn:"+partitionOf(region)+":secretsmanager:"+at+":"+account+":secret:").then(exactly(name)).iam() + "-??????"
	}
	for _, s := range m.Secrets {
		switch {
		case secretARN.MatchString(s) && complete.MatchString(s):
			id.needs.secrets = append(id.needs.secrets, exactly(s).iam())
		case secretARN.MatchString(s):
			id.needs.secrets = append(id.needs.secrets, exactly(s).iam()+"-??????")
		default:
			id.needs.secrets = append(id.needs.secrets, arn(s))
		}
	}
	if m.Prefix != "" {
		w.secretsByName(id, m.Prefix, arn)
	}
	if m.Region == "" {
		id.note(Note{Field: "camunda.connector.secretprovider.aws-secrets-manager.region", Message: "is not set, and neither is AWS_REGION: the secrets are allowed in every region"})
	}
	if w.options.Account == "" {
		id.note(unknownAccount)
	}
	if len(id.needs.secrets) > 0 {
		id.note(Note{Message: "a secret that is encrypted with a key of your own also needs kms:Decrypt on that key"})
	}
}

// secretsByName allows the secrets that have a name of their own.
func (w *writer) secretsByName(id *Identity, prefix string, arn func(string) string) {
	if w.anySecret {
		id.needs.secrets = append(id.needs.secrets, strings.TrimSuffix(arn(prefix), "-??????")+"*")
		id.note(Note{Field: "camunda.connector.secretprovider.aws-secrets-manager.prefix", Message: w.whyAnySecret + ": every secret whose name begins with " + prefix + " is allowed"})
		return
	}
	for _, name := range w.secretNames {
		if managerName.MatchString(name) {
			id.needs.secrets = append(id.needs.secrets, arn(prefix+name))
		}
	}
}
