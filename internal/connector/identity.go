package connector

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Models tell what a job's task makes by its own input mappings; *[secret.ModelFilter] is one.
type Models interface {
	// Made returns nil if no model can be read and jobs go on without one.
	Made(ctx context.Context, c secret.Context) (*secret.Made, error)
}

// Ambient are the endpoints that AWS's own settings give to a job that names none; nil = the region's own.
type Ambient struct{ Events, Tokens *url.URL }

// EndpointAllowed returns a function that says whether requests may go to an endpoint, as a job writes it. Empty is AWS's own.
func EndpointAllowed(p *endpoint.Policy) func(text string) bool {
	return func(text string) bool {
		if strings.TrimSpace(text) == "" {
			return true
		}
		u, err := eventbridge.ParseEndpoint(text)
		return err == nil && p.Allows(u)
	}
}

// identity is what is found out about as whom and to where a job sends, before its secrets are resolved.
type identity struct {
	variables       []secret.Variable // without what does not count
	literalEndpoint bool              // the deployed model itself writes the endpoint
	ignored         []string          // what does not count
}

// ownIdentity takes out of a job's variables what process data must not decide (contract 1.1): an identity that the task's
// own input mappings do not make, where they make one. Without a model, a reusable credential does not count beside an
// authentication. The error is one of the model.
func (h *Handler) ownIdentity(ctx context.Context, c secret.Context, variables []secret.Variable) (identity, *Error) {
	id := identity{variables: variables}
	if h.trustedInputs {
		return id, nil
	}
	endpoint := fieldText(secret.RawOf(variables, "configuration"), "endpoint")
	var model *secret.Made
	if h.models != nil && (hasIdentity(variables) || !EndpointAllowed(h.endpoints)(endpoint)) {
		var err error
		if model, err = h.models.Made(ctx, c); err != nil {
			return id, secretError(err)
		}
	}
	if model == nil {
		if !isNull(jsonvalue.RawOnly(secret.RawOf(variables, "awsCredential"))) && !isNull(jsonvalue.RawOnly(secret.RawOf(variables, "authentication"))) {
			id.drop("awsCredential")
		}
		return id, nil
	}
	if text, ok := model.Literal("configuration", "endpoint"); ok && strings.TrimSpace(text) == strings.TrimSpace(endpoint) {
		id.literalEndpoint = true
	}
	id.keepMade(model)
	return id, nil
}

// hasIdentity says whether a job brings more than either a pair of keys or the worker's own identity: what could replace that
// of the model. For such a job the model is read.
func hasIdentity(variables []secret.Variable) bool {
	if !isNull(jsonvalue.RawOnly(secret.RawOf(variables, "awsCredential"))) {
		return true
	}
	authentication := secret.RawOf(variables, "authentication")
	if fieldText(authentication, "type") == "defaultCredentialsChain" && fieldText(authentication, "accessKey") != "" {
		return true // one of the two may not be the model's
	}
	for _, name := range []string{"roleArn", "externalId", "roleSessionName", "sessionToken"} {
		if fieldText(authentication, name) != "" {
			return true
		}
	}
	return false
}

// fieldText returns a field of an object if it is a text, else nothing.
func fieldText(raw []byte, name string) string {
	value := jsonvalue.RawOnly(jsonvalue.RawMember(jsonvalue.RawOnly(raw), name))
	if jsonvalue.RawKind(value) != jsonvalue.KindString {
		return ""
	}
	text, _ := jsonvalue.Unquote(value) // nothing, if it is none
	return text
}

// drop takes a variable out.
func (id *identity) drop(name string) {
	id.variables = slices.DeleteFunc(slices.Clone(id.variables), func(v secret.Variable) bool { return v.Name == name })
	id.ignored = append(id.ignored, name)
}

// keepMade removes what the task's own mappings do not make of a reusable credential, of the authentication and of the
// configuration. The authentication stays as it is if the mappings make no identity at all, and the configuration if they make
// no part of it.
func (id *identity) keepMade(m *secret.Made) {
	makes := m.Part("authentication") || m.Part("awsCredential")
	var kept []secret.Variable
	for _, v := range id.variables {
		switch {
		case v.Name == "awsCredential", v.Name == "authentication" && makes, v.Name == "configuration" && m.Part("configuration"):
			json := id.made(m, v.JSON, v.Name)
			if json == nil {
				continue
			}
			v.JSON = json
		}
		kept = append(kept, v)
	}
	id.variables = kept
}

// made returns what mappings make of a value; nil = nothing.
func (id *identity) made(m *secret.Made, raw []byte, path ...string) []byte {
	switch {
	case m.Whole(path...):
		return raw
	case !m.Part(path...):
		if !isNull(jsonvalue.RawOnly(raw)) {
			id.ignored = append(id.ignored, strings.Join(path, "."))
		}
		return nil
	}
	if raw = jsonvalue.RawOnly(raw); jsonvalue.RawKind(raw) != jsonvalue.KindObject {
		return raw // the fields that a mapping makes would be in an object: this is refused for what it is
	}
	out, before := []byte{'{'}, len(id.ignored)
	err := jsonvalue.Members(raw, func(key string, value []byte) error {
		below := append(append([]string(nil), path...), key)
		if value = id.made(m, value, below...); value == nil {
			return nil
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(jsonvalue.AppendString(out, key), ':')
		out = append(out, value...)
		return nil
	})
	if err != nil || len(id.ignored) == before {
		return raw
	}
	return append(out, '}')
}

// toldOf is what was told of a task.
type toldOf struct {
	definition int64
	element    string
	what       string
}

// maxTold is of how many tasks it is remembered.
const maxTold = 1000

// howToCount says what lets count what is ignored.
const howToCount = "To let it count, map it in the task's inputs; or, to trust all inputs, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED"

// ignoredNames returns what does not count, each once. The names of fields that process data chooses are not told.
func (id *identity) ignoredNames() []string {
	var names []string
	for _, path := range id.ignored {
		name, _, below := strings.Cut(path, ".")
		if below {
			name = "fields of " + name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// warnIgnored warns, once for each task, of what process data brought along and does not count.
func (a attempt) warnIgnored(ctx context.Context, id identity) {
	for _, name := range id.ignoredNames() {
		if known, _ := a.told.ContainsOrAdd(toldOf{a.job.ProcessDefinitionKey, a.job.ElementID, name}, struct{}{}); !known {
			a.logger().WarnContext(ctx, "process data does not decide as whom an event is sent: what the task's own input mappings do not make is ignored",
				"ignored", name, "advice", howToCount)
		}
	}
}
