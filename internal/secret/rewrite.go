package secret

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// suspicious says whether the JSON can hold a placeholder at all: as it stands, or behind escapes of plain letters.
func suspicious(raw []byte) bool {
	return bytes.Contains(raw, []byte(prefix)) || bytes.Contains(raw, []byte(`\u00`))
}

// rewrite replaces the placeholders in the strings and keys of a variable. All else stays byte for byte.
func (r *resolving) rewrite(v Variable) ([]byte, error) {
	return eachString(v, func(place Placeholder, text string) (string, bool, error) {
		value, changed, err := substitute(text, place, r.replace)
		if err != nil {
			return "", false, err
		}
		return value, changed, r.check(place, text, value, changed)
	})
}

// eachString calls change for the strings and keys of a variable, and returns the variable with what it returns in their place; false
// leaves the string as it is.
func eachString(v Variable, change func(place Placeholder, text string) (string, bool, error)) ([]byte, error) {
	if err := jsonvalue.Valid(v.JSON); err != nil {
		return nil, err
	}
	w := walker{variable: v.Name}
	var out []byte
	copied := 0
	for i := 0; i < len(v.JSON); i++ {
		switch c := v.JSON[i]; c {
		case '{', '[':
			w.levels = append(w.levels, level{object: c == '{', atKey: c == '{'})
		case '}', ']':
			w.levels = w.levels[:len(w.levels)-1]
		case ',':
			l := &w.levels[len(w.levels)-1]
			l.index++
			l.atKey = l.object
		case ':':
			w.levels[len(w.levels)-1].atKey = false
		case '"':
			end := stringEnd(v.JSON, i)
			text, err := jsonvalue.Unquote(v.JSON[i:end])
			if err != nil {
				return nil, err
			}
			isKey := w.atKey()
			if isKey {
				w.levels[len(w.levels)-1].key = "" // a key's own path is that of its object
			}
			value, changed, err := change(w.place(), text)
			if err != nil {
				return nil, err
			}
			if changed {
				out = append(out, v.JSON[copied:i]...)
				out = jsonvalue.AppendString(out, value)
				copied = end
			}
			if isKey {
				w.levels[len(w.levels)-1].key = text // as the model wrote it: a path must not show a secret
			}
			i = end - 1
		}
	}
	if copied == 0 {
		return v.JSON, nil
	}
	return append(out, v.JSON[copied:]...), nil
}

// stringEnd returns the index behind the closing quote of the string that opens at start.
func stringEnd(raw []byte, start int) int {
	for i := start + 1; ; i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// walker knows where in a variable it is.
type walker struct {
	variable string
	levels   []level
}

type level struct {
	object bool
	atKey  bool // the next string is a key
	key    string
	index  int
}

func (w *walker) atKey() bool {
	return len(w.levels) > 0 && w.levels[len(w.levels)-1].atKey
}

func (w *walker) place() Placeholder {
	return Placeholder{Variable: w.variable, InCredentials: w.inCredentials(), place: w}
}

// inCredentials looks at the outermost key only, through lists: a list of one element stands for that element.
func (w *walker) inCredentials() bool {
	switch w.variable {
	case authenticationVariable:
		return true
	case credentialVariable:
		for _, l := range w.levels {
			if l.object {
				return l.key == authenticationVariable
			}
		}
	}
	return false
}

func (w *walker) path() string {
	var b strings.Builder
	b.WriteString(w.variable)
	for _, l := range w.levels {
		switch {
		case !l.object:
			b.WriteString("[" + strconv.Itoa(l.index) + "]")
		case l.key != "":
			b.WriteString("." + l.key)
		}
	}
	return b.String()
}
