package jsonvalue_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	v := object("n", nil, "list", []jsonvalue.Value{true, false, jsonvalue.Number("1.10"), "x", object(), []jsonvalue.Value{}}, "o", object("k", ""))
	assert.Equal(t, `before{"n":null,"list":[true,false,1.10,"x",{},[]],"o":{"k":""}}`, string(jsonvalue.Append([]byte("before"), v)))
	assert.Panics(t, func() { jsonvalue.Append(nil, 1) }, "a Go type that is no value is a fault of the program")
}

func TestAppendString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         `""`,
		"plain ü 🚀 </&>":           `"plain ü 🚀 </&>"`,
		"\"\\":                     `"\"\\"`,
		"\b\f\n\r\t":               `"\b\f\n\r\t"`,
		"\x00\x1f\x7f":             "\"\\u0000\\u001f\x7f\"",
		"\u2028\u2029":             "\"\u2028\u2029\"",
		"a\xed\xa0\xbdb":           `"a\ud83db"`,
		"\xed\xba\x80":             `"\ude80"`,
		"\xed\xa0":                 "\"\uFFFD\uFFFD\"",
		"\xff\xc3":                 "\"\uFFFD\uFFFD\"",
		"\xed\xa0\xbd\xed\xba\x80": `"🚀"`,            // two halves put together are the whole
		"\xed\xba\x80\xed\xa0\xbd": `"\ude80\ud83d"`, // but not the wrong way round
		"\xed\xa0\xbd\xed\xa0\xbd": `"\ud83d\ud83d"`,
		"\xed\xa0\xbd🚀":            `"\ud83d🚀"`,
	} {
		assert.Equal(t, want, string(jsonvalue.AppendString(nil, in)), "%q", in)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, `"\ud800"`, `{"z":[1.0,1e5,1E-5,-0],"a":{"\u0000":"\"\\\n"},"ü":"🚀"}`, `[[[]],{"":{}}]`,
	} {
		v, err := jsonvalue.ParseString(text)
		require.NoError(t, err)
		assert.Equal(t, text, string(jsonvalue.Append(nil, v)))
	}
}
