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
	Keep   Decision = iota // it stays as it is
	Allow                  // it is resolved
	Refuse                 // it is an input error
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

// within says whether the placeholder stands in the variable, or in the part of it, to which the names of path lead. Lists do
// not count: a list of one stands for its element, and one place of a model can make a list.
func (p Placeholder) within(path []string) bool {
	if p.Variable != path[0] {
		return false
	}
	path = path[1:]
	if p.place == nil {
		return len(path) == 0
	}
	for _, l := range p.place.levels {
		if len(path) == 0 {
			return true
		}
		if !l.object {
			continue
		}
		if l.key != path[0] {
			return false
		}
		path = path[1:]
	}
	return len(path) == 0
}

// AllowAll resolves every name everywhere: the filter's mode DISABLED.
type AllowAll struct{}

// Rule implements [Filter].
func (AllowAll) Rule(context.Context, Context) (Rule, error) {
	return func(Placeholder) Decision { return Allow }, nil
}

// CredentialsOnly resolves names where credentials are given and nowhere else. It is the rule while there is no REST
// address from which to read the deployed model: elsewhere, braces are an input error and the bare form is plain text.
type CredentialsOnly struct{}

// Rule implements [Filter].
func (CredentialsOnly) Rule(context.Context, Context) (Rule, error) {
	return func(p Placeholder) Decision {
		switch {
		case p.InCredentials:
			return Allow
		case p.Bare:
			return Keep
		}
		return Refuse
	}, nil
}
