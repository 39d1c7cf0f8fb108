package secret

import (
	"bytes"
	"context"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// CredentialsOnly resolves names in accessKey, secretKey and sessionToken and nowhere else. It is the rule while there is no
// REST address from which to read the deployed model: elsewhere, braces are an input error and the bare form is plain text.
// Without the model, the fields of awsCredential count only if the job brings no authentication: process data must not
// replace the model's identity.
type CredentialsOnly struct {
	// EndpointAllowed says whether a secret may travel to this value of configuration.endpoint, which is not blank. Nil allows
	// none. It is not asked for a job without an endpoint, which sends to AWS.
	EndpointAllowed func(endpoint string) bool
}

// Rule implements [Filter].
func (f CredentialsOnly) Rule(_ context.Context, c Context) (Rule, error) {
	endpointAllowed := f.allows(c.Variables)
	credentialCounts := !hasAuthentication(c.Variables)
	return func(p Placeholder) Decision {
		switch {
		case p.Variable == credentialVariable && !credentialCounts:
			return Ignore
		case p.isKeyOrToken() && !endpointAllowed:
			return RefuseEndpoint
		case p.isKeyOrToken():
			return Allow
		case p.Bare:
			return Ignore
		}
		return Refuse
	}, nil
}

func (f CredentialsOnly) allows(variables []Variable) bool {
	endpoint, given := textOf(fieldOf(RawOf(variables, configurationVariable), "endpoint"))
	switch {
	case !given:
		return true // of another type it is an input error later on
	case strings.TrimSpace(endpoint) == "":
		return true
	}
	return f.EndpointAllowed != nil && f.EndpointAllowed(endpoint)
}

func hasAuthentication(variables []Variable) bool {
	raw := RawOf(variables, authenticationVariable)
	return len(raw) > 0 && jsonvalue.RawKind(raw) != jsonvalue.KindNull
}

// RawOf returns the JSON of the variable with a name; nil = there is none.
func RawOf(variables []Variable, name string) []byte {
	for _, v := range variables {
		if v.Name == name {
			return v.JSON
		}
	}
	return nil
}

// fieldOf returns a field of an object, or of a list of one object; nil = there is none.
func fieldOf(raw []byte, key string) []byte { return jsonvalue.RawMember(jsonvalue.RawOnly(raw), key) }

// textOf returns the text that a value is taken for where a text is expected; false = it is none.
func textOf(raw []byte) (string, bool) {
	raw = jsonvalue.RawOnly(raw)
	if len(raw) == 0 {
		return "", false
	}
	switch jsonvalue.RawKind(raw) {
	case jsonvalue.KindString:
		text, err := jsonvalue.Unquote(bytes.TrimSpace(raw))
		return text, err == nil
	case jsonvalue.KindNumber:
		return jsonvalue.Number(bytes.TrimSpace(raw)).Text(), true
	case jsonvalue.KindBoolean:
		return string(bytes.TrimSpace(raw)), true
	default:
		return "", false
	}
}
