package bpmn

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// lookup stands in for FEEL: an expression is the path of a variable.
func lookup(expression string, variables *jsonvalue.Object) (jsonvalue.Value, error) {
	v, ok := variables.Get(expression)
	if !ok {
		return nil, errors.New("no variable " + expression)
	}
	return v, nil
}

func parse(t *testing.T, text string) *jsonvalue.Object {
	t.Helper()
	v, err := jsonvalue.ParseString(text)
	require.NoError(t, err)
	return v.(*jsonvalue.Object)
}

func TestLocalVariables(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		inputs    []Mapping
		variables string
		want      string
	}{
		{name: "no mapping, no variable", variables: `{"x":1}`, want: `{}`},
		{name: "a source without = is a text", inputs: []Mapping{{Source: "x", Target: "a"}}, variables: `{"x":1}`, want: `{"a":"x"}`},
		{name: "a number keeps its literal", inputs: []Mapping{{Source: "=x", Target: "a"}}, variables: `{"x":1.10}`, want: `{"a":1.10}`},
		{
			name:      "dots make objects, in the order of the mappings",
			inputs:    []Mapping{{Source: "1", Target: "in.b.c"}, {Source: "2", Target: "z"}, {Source: "3", Target: "in.b.d"}, {Source: "4", Target: "in.a"}},
			variables: `{}`, want: `{"in":{"b":{"c":"1","d":"3"},"a":"4"},"z":"2"}`,
		},
		{
			name: "a mapping sees what the ones before made", inputs: []Mapping{{Source: "new", Target: "x"}, {Source: "=x", Target: "y"}},
			variables: `{"x":"old"}`, want: `{"x":"new","y":"new"}`,
		},
		{
			name: "a path does not merge with the process variable of that name", inputs: []Mapping{{Source: "1", Target: "x.b"}},
			variables: `{"x":{"a":0}}`, want: `{"x":{"b":"1"}}`,
		},
		{
			name: "a path goes on in an object that a mapping made", inputs: []Mapping{{Source: "=x", Target: "y"}, {Source: "1", Target: "y.b"}},
			variables: `{"x":{"a":0}}`, want: `{"y":{"a":0,"b":"1"}}`,
		},
		{name: "a path replaces what is no object", inputs: []Mapping{{Source: "t", Target: "y"}, {Source: "1", Target: "y.b"}}, variables: `{}`, want: `{"y":{"b":"1"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			variables := parse(t, tt.variables)
			local, err := (&Task{Inputs: tt.inputs}).LocalVariables(variables, lookup)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(jsonvalue.Append(nil, local)))
			assert.Equal(t, tt.variables, string(jsonvalue.Append(nil, variables)), "the variables given are not touched")
		})
	}
}

func TestLocalVariablesFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		inputs []Mapping
		want   string
	}{
		{name: "the expression fails", inputs: []Mapping{{"=y", "a.b", Pos{3, 4}}}, want: `line 3, column 4: mapping to "a.b": no variable y`},
		{name: "no target", inputs: []Mapping{{"1", "", Pos{1, 2}}}, want: `line 1, column 2: mapping to "": the target "" is no variable's name and no path of names`},
		{name: "an empty name in a path", inputs: []Mapping{{"1", "a..b", Pos{1, 2}}}, want: `the target "a..b" is no variable's name`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			local, err := (&Task{Inputs: tt.inputs}).LocalVariables(parse(t, `{}`), lookup)
			require.Error(t, err)
			assert.Nil(t, local)
			assert.Contains(t, err.Error(), tt.want)
			var e *MappingError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.inputs[0], e.Mapping)
		})
	}
}
