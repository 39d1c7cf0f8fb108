package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// answer is what an engine made of an expression: a result, or an error. Timeout says that it was not waited for.
type answer struct {
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Timeout bool            `json:"timeout"`
}

func (a answer) String() string {
	switch {
	case a.Timeout:
		return "took too long"
	case a.Error != "":
		return "error: " + a.Error
	}
	return string(a.Result)
}

// same says whether two answers agree: both an error, or the same value, with integers compared exactly and other numbers
// as doubles.
func (a answer) same(b answer) bool {
	if a.Timeout || b.Timeout {
		return true
	}
	if a.Error != "" || b.Error != "" {
		return a.Error != "" && b.Error != ""
	}
	x, y := decode(a.Result), decode(b.Result)
	return reflect.DeepEqual(x, y)
}

// decode returns the value of a JSON text, with a float64 for each number that is no integer on its face.
func decode(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return string(text)
	}
	return plain(v)
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		s := v.String()
		if strings.ContainsAny(s, ".eE") {
			f, _ := strconv.ParseFloat(s, 64)
			if whole := strconv.FormatFloat(f, 'f', -1, 64); !strings.Contains(whole, ".") && whole != "-0" {
				return json.Number(whole) // 1.0 and 1
			}
			return f
		}
		return v
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}
