package jsonvalue_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestFootprint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`1`: 32, `"a\"]"`: 32, ` [ ] `: 64, `{}`: 64, `[1]`: 96, `[1 , "x,:[" ]`: 128, `[[],{}]`: 192, `{"a":1}`: 160, `{"a" : [1,2] , "b":{}}`: 64 + 2*96 + 32 + 64 + 32,
	} {
		assert.Equal(t, want+len(text), jsonvalue.Footprint(text), text)
		assert.Equal(t, want+len(text), jsonvalue.Footprint([]byte(text)), text)
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	b := jsonvalue.Builder{
		Number: func(literal string) any { return len(literal) },
		Object: func(members []jsonvalue.Member) any { return append([]jsonvalue.Member{}, members...) },
	}
	got, err := jsonvalue.Build([]byte(` {"a": [1, 1.10, {}, null, true, "\u0041"], "b": {"c": -2}, "b": 3} `), b)
	require.NoError(t, err)
	assert.Equal(t, []jsonvalue.Member{
		{Key: "a", Value: []any{1, 4, []jsonvalue.Member{}, nil, true, "A"}}, {Key: "b", Value: []jsonvalue.Member{{Key: "c", Value: 2}}}, {Key: "b", Value: 1},
	}, got)
	for _, text := range []string{``, `1 2`, `[1`, `-`, `{"a":-}`} {
		_, err := jsonvalue.Build([]byte(text), b)
		var syntax *jsonvalue.SyntaxError
		require.ErrorAs(t, err, &syntax, text)
	}
}
