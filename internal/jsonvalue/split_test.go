package jsonvalue_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	data := []byte(" { \"a\" : 1.10 , \"\\u0062\":{ \"x\" : [ 1 ] },\"a\":\"\\u00fc\", \"c\":[]\n} ")
	var keys, raws []string
	require.NoError(t, jsonvalue.Members(data, func(key string, raw []byte) error {
		keys, raws = append(keys, key), append(raws, string(raw))
		return nil
	}))
	assert.Equal(t, []string{"a", "b", "a", "c"}, keys, "in order, decoded, with duplicates")
	assert.Equal(t, []string{"1.10", `{ "x" : [ 1 ] }`, `"\u00fc"`, "[]"}, raws, "byte for byte")
}

func TestMembersKeysOutliveTheData(t *testing.T) {
	t.Parallel()
	data := []byte(`{"key":1}`)
	var kept string
	require.NoError(t, jsonvalue.Members(data, func(key string, _ []byte) error {
		kept = key
		return nil
	}))
	clear(data)
	assert.Equal(t, "key", kept)
}

func TestElements(t *testing.T) {
	t.Parallel()
	var raws []string
	require.NoError(t, jsonvalue.Elements([]byte("[ 1 ,\"a]\" , {\"b\" : [ ]},\nnull]"), func(raw []byte) error {
		raws = append(raws, string(raw))
		return nil
	}))
	assert.Equal(t, []string{"1", `"a]"`, `{"b" : [ ]}`, "null"}, raws)
}

func TestSplittersOfNothing(t *testing.T) {
	t.Parallel()
	never := func([]byte) error { return errors.New("it has no parts") }
	require.NoError(t, jsonvalue.Members([]byte(" { } "), func(string, []byte) error { return never(nil) }))
	require.NoError(t, jsonvalue.Elements([]byte("[]"), never))
}

func TestSplittersStopAtTheFirstError(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	calls := 0
	err := jsonvalue.Elements([]byte("[1,2,3]"), func([]byte) error {
		calls++
		return stop
	})
	require.ErrorIs(t, err, stop)
	assert.Equal(t, 1, calls)
	require.ErrorIs(t, jsonvalue.Members([]byte(`{"a":1,"b":2}`), func(string, []byte) error { return stop }), stop)
}

func TestSplittersRefuse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "expected an object", "[]": "found '[', expected an object", `{"a":1} x`: "expected the end", "{} {}": "expected the end",
		`{"a":1,}`: "expected a string", `{"a":[1,]}`: "expected a value", `{"a" 1}`: "expected ':'", `{"a":1`: "expected ',' or '}'",
	} {
		err := jsonvalue.Members([]byte(text), func(string, []byte) error { return nil })
		_, ok := errors.AsType[*jsonvalue.SyntaxError](err)
		assert.True(t, ok, text)
		assert.ErrorContains(t, err, want, text)
	}
	for text, want := range map[string]string{
		"null": "expected an array", "{}": "found '{', expected an array", "[1,]": "expected a value", "[1] 2": "expected the end", "[tru]": "expected a value",
	} {
		assert.ErrorContains(t, jsonvalue.Elements([]byte(text), func([]byte) error { return nil }), want, text)
	}
}

func TestAppendCompact(t *testing.T) {
	t.Parallel()
	got, err := jsonvalue.AppendCompact([]byte(">"), []byte("\n{ \"a b\" :\t[ 1.10 , \"x \\\" y \\\\\" ,\r\n{ } ] , \"\\u00fc\\/\" : 1E+2 }\n"))
	require.NoError(t, err)
	assert.Equal(t, `>{"a b":[1.10,"x \" y \\",{}],"\u00fc\/":1E+2}`, string(got))

	got, err = jsonvalue.AppendCompact([]byte(">"), []byte("{ x"))
	require.Error(t, err)
	assert.Equal(t, ">", string(got), "nothing is appended of what is no JSON")
}

func TestUnquote(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{`"a"`: "a", "\t\"\\u00fc\\n\"\n": "ü\n", `""`: "", `"\ud800"`: "\xed\xa0\x80"} {
		got, err := jsonvalue.Unquote([]byte(raw))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, raw := range []string{"", "a", `"a`, `"a" b`, `"a""b"`, "1", `"\x"`} {
		_, err := jsonvalue.Unquote([]byte(raw))
		require.Error(t, err, raw)
	}
}
