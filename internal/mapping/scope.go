package mapping

import (
	"fmt"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Scope is what an expression sees.
type Scope struct {
	// Variables are those that the element sees, in the form in which the broker keeps them, see [Stored].
	Variables *jsonvalue.Object
	// Camunda is what the broker itself offers as camunda, such as camunda.secrets. A variable of that name hides it. Nil = nothing.
	Camunda *jsonvalue.Object
	// Version is that of the broker, such as 8.8.21, which decides on the functions that there are; empty = all.
	Version string
	// Now is the time that now() and today() give; zero = that of this machine. The limits of an evaluation count steps then, and
	// no time.
	Now time.Time
}

// zone is the time zone of a broker in a container.
const zone = "Etc/UTC"

// compile reads an expression for a broker of the scope's version.
func (s Scope) compile(source string) (*feel.Program, error) {
	return feel.Compile(source, feel.WithLibrary(libraryOf(s.Version)), feel.WithClock(s.clock), feel.WithCopies())
}

// clock is that of a broker: it counts milliseconds.
func (s Scope) clock() time.Time {
	location, err := time.LoadLocation(zone)
	if err != nil {
		location = time.UTC
	}
	at := s.Now
	if at.IsZero() {
		at = time.Now()
	}
	return at.In(location).Truncate(time.Millisecond)
}

// With returns a scope in which these variables hide those of the same names.
func (s Scope) With(variables *jsonvalue.Object) Scope {
	merged := s.Variables.Clone()
	for name, v := range variables.All() {
		merged.Set(name, v)
	}
	s.Variables = merged
	return s
}

// lookup is a [Scope] during an evaluation.
type lookup struct {
	scope     Scope
	made      func(name string) (feel.Value, bool) // what earlier mappings made; nil = nothing is seen of it
	constants map[string]string
	tooLarge  *IntegerError // a variable that was read; nil = none
}

// Lookup implements [feel.Scope].
func (l *lookup) Lookup(name string) (feel.Value, bool) {
	if text, ok := l.constants[name]; ok {
		return text, true
	}
	if l.made != nil {
		if v, ok := l.made(name); ok {
			return v, true
		}
	}
	if v, ok := l.scope.Variables.Get(name); ok {
		if number := tooLarge(v); number != "" && l.tooLarge == nil {
			l.tooLarge = &IntegerError{Variable: name, Number: number}
		}
		return v, true
	}
	if name == "camunda" && l.scope.Camunda != nil {
		return l.scope.Camunda, true
	}
	return nil, false
}

// Names implements [feel.Names].
func (l *lookup) Names() []string {
	names := l.scope.Variables.Keys()
	if l.scope.Camunda != nil {
		names = append(names, "camunda")
	}
	return names
}

// IntegerError is a whole number of a variable that no signed 64 bits hold. The broker takes some of them and cannot read them
// again.
type IntegerError struct {
	Variable string
	Number   jsonvalue.Number
}

func (e *IntegerError) Error() string {
	return fmt.Sprintf("the variable %s holds the number %s, which the broker cannot read: a whole number must fit into 64 bits, expected a text", e.Variable, e.Number)
}

// tooLarge returns a whole number within a value that no signed 64 bits hold; empty = there is none.
func tooLarge(v jsonvalue.Value) jsonvalue.Number {
	switch v := v.(type) {
	case jsonvalue.Number:
		if isInteger(v) && !fits(v) {
			return v
		}
	case []jsonvalue.Value:
		for _, item := range v {
			if n := tooLarge(item); n != "" {
				return n
			}
		}
	case *jsonvalue.Object:
		for _, member := range v.All() {
			if n := tooLarge(member); n != "" {
				return n
			}
		}
	}
	return ""
}

func isInteger(n jsonvalue.Number) bool { return !strings.ContainsAny(string(n), ".eE") }

func fits(n jsonvalue.Number) bool {
	digits, limit := strings.TrimPrefix(string(n), "-"), "9223372036854775807"
	if strings.HasPrefix(string(n), "-") {
		limit = "9223372036854775808"
	}
	return len(digits) < len(limit) || len(digits) == len(limit) && digits <= limit
}

// Stored returns variables in the form in which the broker keeps those that a client gave: a number with a fraction or an
// exponent is a double, 1.10 the same as 1.1.
func Stored(variables *jsonvalue.Object) *jsonvalue.Object {
	if variables == nil {
		return jsonvalue.NewObject(0)
	}
	return stored(variables).(*jsonvalue.Object)
}

func stored(v jsonvalue.Value) jsonvalue.Value {
	switch v := v.(type) {
	case jsonvalue.Number:
		if v == "-0" {
			return jsonvalue.Number("0")
		}
		if text := v.Text(); !strings.HasSuffix(text, "Infinity") { // no gateway takes a larger one
			return jsonvalue.Number(text)
		}
		return v
	case []jsonvalue.Value:
		list := make([]jsonvalue.Value, len(v))
		for i, item := range v {
			list[i] = stored(item)
		}
		return list
	case *jsonvalue.Object:
		out := jsonvalue.NewObject(v.Len())
		for name, member := range v.All() {
			out.Set(name, stored(member))
		}
		return out
	}
	return v
}

// unchanged returns what says of a context whether it is one of these variables.
func unchanged(variables *jsonvalue.Object) func(*jsonvalue.Object) bool {
	known := map[*jsonvalue.Object]bool{}
	var note func(v jsonvalue.Value)
	note = func(v jsonvalue.Value) {
		switch v := v.(type) {
		case []jsonvalue.Value:
			for _, item := range v {
				note(item)
			}
		case *jsonvalue.Object:
			known[v] = true
			for _, member := range v.All() {
				note(member)
			}
		}
	}
	for _, v := range variables.All() {
		note(v)
	}
	return func(o *jsonvalue.Object) bool { return known[o] }
}
