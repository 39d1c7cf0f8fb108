package jsonvalue_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func object(keysAndValues ...any) *jsonvalue.Object {
	o := jsonvalue.NewObject(0)
	for i := 0; i < len(keysAndValues); i += 2 {
		o.Set(keysAndValues[i].(string), keysAndValues[i+1])
	}
	return o
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       jsonvalue.Value
	}{
		{"null", "null", nil},
		{"booleans", "[true,false]", []jsonvalue.Value{true, false}},
		{"numbers keep their literal", "[1.10,12345678901234567890,-0,1E+400,0.0e-0]", []jsonvalue.Value{
			jsonvalue.Number("1.10"), jsonvalue.Number("12345678901234567890"), jsonvalue.Number("-0"), jsonvalue.Number("1E+400"), jsonvalue.Number("0.0e-0"),
		}},
		{"a string", `"aü🚀\u2028"`, "aü🚀\u2028"},
		{"every short escape", `"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t"},
		{"unicode escapes in either case", `"\u00fc\u00FC\u0000"`, "üü\x00"},
		{"a surrogate pair", `"\ud83d\ude80"`, "🚀"},
		{"half a surrogate pair is kept", `"\ud83d"`, "\xed\xa0\xbd"},
		{"the other half", `"x\ude80y"`, "x\xed\xba\x80y"},
		{"halves in the wrong order", `"\ude80\ud83d"`, "\xed\xba\x80\xed\xa0\xbd"},
		{"a half before a pair", `"\ud83d\ud83d\ude80"`, "\xed\xa0\xbd🚀"},
		{"a half before another escape", `"\ud83d\n"`, "\xed\xa0\xbd\n"},
		{"a half before an escape that is none", `"\ud83d\\ude80"`, "\xed\xa0\xbd\\ude80"},
		{"the replacement character itself", "\"\uFFFD\"", "\uFFFD"},
		{"empty ones", `[{},[],""]`, []jsonvalue.Value{object(), []jsonvalue.Value{}, ""}},
		{"white space anywhere", " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n", object("a", []jsonvalue.Value{jsonvalue.Number("1"), jsonvalue.Number("2")}, "b", object())},
		{"keys are decoded", `{"\u0061\n":1}`, object("a\n", jsonvalue.Number("1"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := jsonvalue.Parse([]byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestObjectsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	v, err := jsonvalue.ParseString(`{"z":1,"a":2,"m":3,"z":4}`)
	require.NoError(t, err)
	o := v.(*jsonvalue.Object)
	assert.Equal(t, []string{"z", "a", "m"}, o.Keys())
	got, ok := o.Get("z")
	assert.True(t, ok)
	assert.Equal(t, jsonvalue.Number("4"), got, "of equal keys the last wins, at the place of the first")
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		offset int
		want   string
	}{
		{"", 0, "found the end of the text, expected a value"},
		{"  ", 2, "found the end of the text, expected a value"},
		{"<html>", 0, "found '<', expected a value"},
		{"nul", 0, "expected a value"},
		{"True", 0, "found 'T', expected a value"},
		{"{} x", 3, "found 'x', expected the end of the text"},
		{"1 2", 2, "expected the end of the text"},
		{"01", 0, "must not begin with 0"},
		{"-", 1, "expected a digit"},
		{"+1", 0, "found '+', expected a value"},
		{".5", 0, "expected a value"},
		{"1.", 2, "expected a digit after the decimal point"},
		{"1e", 2, "expected a digit of the exponent"},
		{"1e+", 3, "expected a digit of the exponent"},
		{"NaN", 0, "expected a value"},
		{`"a`, 2, "the string that begins at byte 0 has no closing quote"},
		{`"a\`, 2, "the text ends within an escape"},
		{`"\x"`, 1, `unknown escape \x`},
		{`"\u12g4"`, 1, `\u needs four hexadecimal digits`},
		{`"\u12`, 1, `\u needs four hexadecimal digits`},
		{"\"a\nb\"", 2, "control character U+000A"},
		{"\"a\xff\"", 2, "byte 0xFF is not UTF-8"},
		{"\"\xed\xa0\xbd\"", 1, "is not UTF-8"},
		{"[1,]", 3, "expected a value"},
		{"[1 2]", 3, "found '2', expected ',' or ']'"},
		{"[1", 2, "expected ',' or ']'"},
		{"[", 1, "expected a value"},
		{`{"a":1,}`, 7, "found '}', expected a string"},
		{`{"a"}`, 4, "expected ':' after the key"},
		{`{"a":}`, 5, "found '}', expected a value"},
		{`{a:1}`, 1, "found 'a', expected a string"},
		{`{"a":1`, 6, "expected ',' or '}'"},
		{`{"a":1]`, 6, "found ']', expected ',' or '}'"},
		{"{", 1, "found the end of the text, expected a string"},
		{"\ufeff{}", 0, "expected a value"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			_, err := jsonvalue.ParseString(tt.text)
			syntax, ok := errors.AsType[*jsonvalue.SyntaxError](err)
			require.True(t, ok, "got %v", err)
			assert.Equal(t, tt.offset, syntax.Offset)
			assert.Contains(t, err.Error(), tt.want)
			assert.Equal(t, err, jsonvalue.Valid([]byte(tt.text)), "Valid finds the same")
		})
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for _, brackets := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		deep := func(n int) string {
			return strings.Repeat(brackets[0], n) + "1" + strings.Repeat(brackets[1], n)
		}
		v, err := jsonvalue.ParseString(deep(jsonvalue.MaxDepth))
		require.NoError(t, err)
		assert.Equal(t, deep(jsonvalue.MaxDepth), string(jsonvalue.Append(nil, v)))
		require.NoError(t, jsonvalue.Valid([]byte(deep(jsonvalue.MaxDepth))))

		_, err = jsonvalue.ParseString(deep(jsonvalue.MaxDepth + 1))
		require.ErrorContains(t, err, "more than 1000 levels of nesting")
		require.Error(t, jsonvalue.Valid([]byte(deep(jsonvalue.MaxDepth+1))))
	}
	wide := "[" + strings.Repeat("[],{},[1],", 2000) + "[]]"
	_, err := jsonvalue.ParseString(wide)
	require.NoError(t, err, "what was closed does not count")
}

func TestParsePrefix(t *testing.T) {
	t.Parallel()
	v, rest, err := jsonvalue.ParsePrefix(` {"a":1} then more`)
	require.NoError(t, err)
	assert.Equal(t, object("a", jsonvalue.Number("1")), v)
	assert.Equal(t, " then more", rest)

	_, rest, err = jsonvalue.ParsePrefix("nope")
	require.Error(t, err)
	assert.Equal(t, "nope", rest)
}

func TestParseDoesNotKeepTheCallersBytes(t *testing.T) {
	t.Parallel()
	data := []byte(`{"key":"value","n":12}`)
	v, err := jsonvalue.Parse(data)
	require.NoError(t, err)
	clear(data)
	assert.Equal(t, object("key", "value", "n", jsonvalue.Number("12")), v)
}

func TestBigDocuments(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"list":[`)
	for i := range 20_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"id":` + strconv.Itoa(i) + `,"name":"entry \"` + strconv.Itoa(i) + `\"","tags":["a",null,true]}`)
	}
	b.WriteString(`]`)
	for i := range 5_000 {
		b.WriteString(`,"key` + strconv.Itoa(i) + `":` + strconv.Itoa(i))
	}
	b.WriteString(`,"text":"` + strings.Repeat("x", 1<<20) + `"}`)
	v, err := jsonvalue.ParseString(b.String())
	require.NoError(t, err)
	assert.Equal(t, b.String(), string(jsonvalue.Append(nil, v)))
	got, ok := v.(*jsonvalue.Object).Get("key4999")
	assert.True(t, ok)
	assert.Equal(t, jsonvalue.Number("4999"), got)
}
