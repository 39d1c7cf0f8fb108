package secret

import "context"

// Filter decides which secrets a job may use. It is asked once per job, and only if the job names a secret.
type Filter interface {
	Rule(ctx context.Context, c Context) (Rule, error)
}

// Rule decides on one placeholder of a job.
type Rule func(p Placeholder) Decision

// Decision is what becomes of a placeholder.
type Decision uint8

// The decisions.
const (
	Keep   Decision = iota // it stays as it is: an input error where it would be a credential or an address, else a warning
	Allow                  // it is resolved
	Refuse                 // it is an input error: no secret is allowed in this place
	Ignore                 // it stays as it is, and nothing is said: it is plain text, or the job does not use what it stands in
	// RefuseEndpoint is an input error: the job's endpoint is none to which a secret may travel.
	RefuseEndpoint
)

// The variables of a job that hold its identity and its addresses.
const (
	authenticationVariable = "authentication"
	configurationVariable  = "configuration"
	credentialVariable     = "awsCredential"
)

// Placeholder is a secret's name in its place.
type Placeholder struct {
	Name     string
	Bare     bool   // the deprecated form without braces
	Variable string // the variable in which it stands
	// InCredentials says that it stands inside authentication or awsCredential.authentication.
	InCredentials bool

	place *walker // nil = the variable as a whole
}

// Path returns where the string stands that holds the placeholder: input.events[0].source.
func (p Placeholder) Path() string {
	if p.place == nil {
		return p.Variable
	}
	return p.place.path()
}

// Written returns the placeholder as it is written in the job.
func (p Placeholder) Written() string {
	if p.Bare {
		return prefix + p.Name
	}
	return "{{" + prefix + p.Name + "}}"
}

// keys returns the variable and the keys that lead to the placeholder's string, or to the object whose key the string is.
// Lists do not count: a list of one stands for its element, and one place of a model can make a list.
func (p Placeholder) keys() []string {
	if p.place == nil {
		return []string{p.Variable}
	}
	keys := append(make([]string, 0, len(p.place.levels)+1), p.Variable)
	for i, l := range p.place.levels {
		if l.object && (i < len(p.place.levels)-1 || !l.atKey) {
			keys = append(keys, l.key)
		}
	}
	return keys
}

// inKey says whether the string is a key of an object.
func (p Placeholder) inKey() bool { return p.place != nil && p.place.atKey() }

// steers says whether the string is part of whom a job sends as, or where to.
func (p Placeholder) steers() bool {
	return p.Variable == authenticationVariable || p.Variable == configurationVariable || p.Variable == credentialVariable
}

// isKeyOrToken says whether the string is one of the three fields that hold a secret by their nature: the access key, the
// secret key and the session token of authentication or of awsCredential.authentication.
func (p Placeholder) isKeyOrToken() bool {
	keys := p.keys()
	if !p.InCredentials || p.inKey() || keys[0] == credentialVariable && len(keys) != 3 || keys[0] == authenticationVariable && len(keys) != 2 {
		return false
	}
	switch keys[len(keys)-1] {
	case "accessKey", "secretKey", "sessionToken":
		return true
	}
	return false
}

// AllowAll resolves every name everywhere: the filter's mode DISABLED.
type AllowAll struct{}

// Rule implements [Filter].
func (AllowAll) Rule(context.Context, Context) (Rule, error) {
	return func(Placeholder) Decision { return Allow }, nil
}
