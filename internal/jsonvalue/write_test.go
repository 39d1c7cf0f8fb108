package jsonvalue_test

import (
	"fmt"
	"strings"
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

// A byte that needs an escape, or is not ASCII, is found at each place of texts of each length.
func TestAppendStringFindsEachByte(t *testing.T) {
	t.Parallel()
	for length := 1; length <= 40; length++ {
		for at := range length {
			for c := range 256 {
				text := []byte(strings.Repeat("~", length))
				text[at] = byte(c)
				want := []byte(`"` + strings.Repeat("~", at))
				switch {
				case c == '"' || c == '\\':
					want = append(want, '\\', byte(c))
				case c >= 0x80:
					want = append(want, "\uFFFD"...)
				case c >= ' ':
					want = append(want, byte(c))
				default:
					short, ok := map[int]string{'\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}[c]
					if !ok {
						short = fmt.Sprintf(`\u%04x`, c)
					}
					want = append(want, short...)
				}
				want = append(want, strings.Repeat("~", length-at-1)+`"`...)
				if got := string(jsonvalue.AppendString(nil, string(text))); got != string(want) {
					t.Fatalf("%q was written as %s, want %s", text, got, want)
				}
				if got := string(jsonvalue.AppendKey([]byte(","), string(text))); got != ","+string(want)+":" {
					t.Fatalf("the key %q was written as %s, want %s", text, got, want)
				}
			}
		}
	}
}
