package expression

import (
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Scope is what an expression sees (contract 3.3). On equal names the later field of this list wins: Fields, Variables,
// Response, Error, Job.
type Scope struct {
	Fields    *jsonvalue.Object // names at top level: the fields of the response
	Variables *jsonvalue.Object // names at top level: the result variables so far
	Response  jsonvalue.Value   // response: on an error an object whose only field is error
	Error     jsonvalue.Value   // error; nil = there is none
	Job       jsonvalue.Value   // job; nil = not visible
	// Input returns input, the job's own variable of that name, as its JSON; nil = null. It is called if an expression names
	// it; one in FEEL only if neither the response nor the result variables have the name. Nil = not visible.
	Input func() []byte
}

// lookup finds a name that is not input, or that hides it.
func (s *Scope) lookup(name string) (any, bool) {
	switch {
	case name == "job" && s.Job != nil:
		return s.Job, true
	case name == "error" && s.Error != nil:
		return s.Error, true
	case name == "response" && s.Response != nil:
		return s.Response, true
	}
	if v, ok := s.Variables.Get(name); ok {
		return v, true
	}
	if v, ok := s.Fields.Get(name); ok {
		return v, true
	}
	// On success there is no error, and `error != null` is how expressions ask.
	return nil, name == "error" && s.Job != nil
}

// Names implements feel.Names.
func (s *Scope) Names() []string {
	names := append(s.Fields.Keys(), s.Variables.Keys()...)
	names = append(names, "response")
	if s.Job != nil {
		names = append(names, "error", "job")
	}
	if s.Input != nil {
		names = append(names, "input")
	}
	slices.Sort(names)
	return slices.Compact(names)
}
