package embedded

import (
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// fetch is the list of variables that a taker asks for; empty = all.
type fetch struct {
	names []string
	key   string // tells one list from another
}

func newFetch(names []string) fetch { return fetch{names, strings.Join(names, "\x00")} }

// filter returns those of the variables, a JSON object, that are asked for, as they are written.
func (f *fetch) filter(variables string) string {
	if len(f.names) == 0 || variables == "{}" {
		return variables
	}
	var out []byte
	dropped := false
	// What is no object was refused when the job was added.
	_ = jsonvalue.Members([]byte(variables), func(key string, raw []byte) error {
		if !slices.Contains(f.names, key) {
			dropped = true
			return nil
		}
		if len(out) == 0 {
			out = append(make([]byte, 0, len(variables)), '{')
		} else {
			out = append(out, ',')
		}
		out = jsonvalue.AppendString(out, key)
		out = append(out, ':')
		out = append(out, raw...)
		return nil
	})
	switch {
	case !dropped:
		return variables
	case len(out) == 0:
		return "{}"
	default:
		return string(append(out, '}'))
	}
}
