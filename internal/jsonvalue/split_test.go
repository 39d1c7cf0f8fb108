package jsonvalue_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

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

func TestMembersNamed(t *testing.T) {
	t.Parallel()
	var got []string
	collect := func(name string, raw []byte) error {
		got = append(got, name+"="+string(raw))
		return nil
	}
	names := []string{"a", "b", "ü"}
	require.NoError(t, jsonvalue.MembersNamed([]byte(` {"a":1, "c":{"a":2},"\u0062":[3] ,"a" : "4","\u00fc":5,"":6}`), names, collect))
	assert.Equal(t, []string{"a=1", "b=[3]", `a="4"`, "ü=5"}, got)
	for _, bad := range []string{"", "[]", "1", `{"c":x}`, `{"c":1}}`, `{"c":1,}`} {
		require.Error(t, jsonvalue.MembersNamed([]byte(bad), names, collect), bad)
	}
	wrong := errors.New("wrong")
	require.ErrorIs(t, jsonvalue.MembersNamed([]byte(`{"c":1,"a":2}`), names, func(string, []byte) error { return wrong }), wrong)
	require.NoError(t, jsonvalue.MembersNamed([]byte(`{"c":1}`), names, func(string, []byte) error { return wrong }))
}

func TestTextMembersNamed(t *testing.T) { //nolint:paralleltest // it counts allocations
	text := `{"b":[1,2], "a":"x","c":3}`
	var got []string
	require.NoError(t, jsonvalue.TextMembersNamed(text, []string{"a", "b"}, func(name string, raw []byte) error {
		got = append(got, name+"="+string(raw))
		return nil
	}))
	assert.Equal(t, []string{"b=[1,2]", `a="x"`}, got)
	none := func(string, []byte) error { return nil }
	require.Error(t, jsonvalue.TextMembersNamed("", nil, none))
	assert.Zero(t, testing.AllocsPerRun(10, func() { _ = jsonvalue.TextMembersNamed(text, nil, none) }), "the text is not copied")
}

// TestWhatIsAppendedToARawValueIsNoPartOfTheText: the text may be one that must not be changed.
func TestWhatIsAppendedToARawValueIsNoPartOfTheText(t *testing.T) {
	t.Parallel()
	const text = `{"a":{"b":[1,{"c":2},3],"d":4},"e":5}`
	data := []byte(text)
	var values [][]byte
	collect := func(raw []byte) { values = append(values, raw) }
	named := func(_ string, raw []byte) error { collect(raw); return nil }
	require.NoError(t, jsonvalue.Members(data, named))
	require.NoError(t, jsonvalue.MembersNamed(data, []string{"a"}, named))
	require.NoError(t, jsonvalue.Members(values[0], named))
	require.NoError(t, jsonvalue.Elements(values[3], func(raw []byte) error { collect(raw); return nil }))
	values = append(values, jsonvalue.RawMember(data, "a"))
	require.Len(t, values, 9)
	for _, raw := range values {
		before := string(raw)
		assert.Equal(t, before+"more", string(append(raw, "more"...)))
		assert.Equal(t, text, string(data), before)
	}
}

func TestCompactOfWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	_, err := jsonvalue.Compact([]byte("{ x"))
	require.Error(t, err)
}

// TestSpecialBytesAreFoundEverywhere: strings are read eight bytes at a time.
func TestSpecialBytesAreFoundEverywhere(t *testing.T) {
	t.Parallel()
	for length := range 20 {
		for at := range length + 1 {
			for _, special := range []string{"", `\"`, `\\`, `\u0041`, "ü", "€", "😀", " ", "!", "#", "[", "]", "~", "\x7f", "\x1f", "\x00", "\n", "\xff", "\xc3", `\x`, `\u00`} {
				plain := strings.Repeat("a", length)
				raw := []byte(`["` + plain[:at] + special + plain[at:] + `" , 1]`)
				assert.Equal(t, json.Valid(raw) && utf8.Valid(raw), jsonvalue.Valid(raw) == nil, "%q", raw)
				compact, err := jsonvalue.Compact(raw)
				if err != nil {
					continue
				}
				assert.Equal(t, strings.Replace(string(raw), `" , 1`, `",1`, 1), compact)
				var text []any
				require.NoError(t, json.Unmarshal(raw, &text))
				got, err := jsonvalue.Unquote(raw[1 : bytes.LastIndexByte(raw, '"')+1])
				require.NoError(t, err)
				assert.Equal(t, text[0], got)
				back, err := jsonvalue.Unquote(jsonvalue.AppendString(nil, got))
				require.NoError(t, err)
				assert.Equal(t, got, back)
			}
		}
	}
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
