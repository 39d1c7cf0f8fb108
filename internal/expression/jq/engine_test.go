package jq

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func requestOf(kind kind, source, values string) frame {
	return frame{kind, append(appendProgram(nil, source, []string{"$x"}), values...)}
}

func TestTheEngineAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   frame
		want kind
		text string
	}{
		{"a value", requestOf(kindEval, `[., $x]`, `[1.10, "a"]`), kindValue, `[1.1,"a"]`},
		{"whole numbers stay exact", requestOf(kindEval, `.`, `[{"b": 12345678901234567890123}, 1]`), kindValue, `{"b":12345678901234567890123}`},
		{"no number is null", requestOf(kindEval, `nan`, `[1, 1]`), kindValue, `null`},
		{"a program that compiles", requestOf(kindCompile, `.`, ``), kindValue, ``},
		{"a program that does not", requestOf(kindCompile, "1 +\n ]", ``), kindSyntax, "line 2, column 2: unexpected token \"]\"\n ]\n ^"},
		{"an unknown variable", requestOf(kindCompile, `$y`, ``), kindSyntax, `variable not defined: $y`},
		{"nothing", requestOf(kindEval, `empty`, `[1, 1]`), kindFailed, "the expression gives nothing, expected exactly one value"},
		{"two values", requestOf(kindEval, `1, 2`, `[1, 1]`), kindFailed, "the expression gives more than one value, expected exactly one"},
		{"a value, then an error", requestOf(kindEval, `1, error("late")`, `[1, 1]`), kindFailed, "error: late"},
		{"its own error", requestOf(kindEval, `error("boom")`, `[1, 1]`), kindFailed, "error: boom"},
		{"an answer that is too long", requestOf(kindEval, `"x" * 5000000`, `[1, 1]`), kindFailed, "the expression gives 5000002 bytes of JSON, more than the 4194304 that it may: let it pick what is needed"},
		{"a request without a program", frame{kindEval, []byte{0, 0}}, kindFailed, errNoProgram.Error()},
		{"a program that is cut off", frame{kindEval, []byte{0, 0, 0, 9, 'x'}}, kindFailed, errNoProgram.Error()},
		{"no values", requestOf(kindEval, `.`, `[]`), kindFailed, "the request holds no values"},
		{"too few values", requestOf(kindEval, `$x`, `[1]`), kindFailed, "variable defined but not bound: $x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := (&engine{}).answer(tt.in)
			assert.Equal(t, string(tt.want), string(got.kind))
			assert.Equal(t, tt.text, string(got.body))
		})
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	t.Parallel()
	got := (&engine{}).answer(requestOf(kindEval, `error("é" * 100000)`, `[1, 1]`))
	assert.Less(t, len(got.body), 65<<10)
	assert.True(t, strings.HasSuffix(string(got.body), "é…"), "no half letter")
}

func TestCompiledProgramsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	e := &engine{}
	for i := range 1000 {
		source := strings.Repeat(" ", 4*i) + "." // by their number at first, and then by their length
		code, err := e.compile(source, source, nil)
		require.NoError(t, err)
		again, err := e.compile(source, source, nil)
		require.NoError(t, err)
		assert.Same(t, code, again)
		assert.LessOrEqual(t, len(e.programs), maxPrograms)
		assert.LessOrEqual(t, e.bytes, maxProgramBytes)
	}
}

func TestServeEndsWithItsInput(t *testing.T) {
	t.Parallel()
	unwatched := func() func() { return func() {} }
	var in, out bytes.Buffer
	require.NoError(t, writeFrame(&in, requestOf(kindEval, `. + $x`, `[1, 2]`)))
	require.NoError(t, serve(&in, &out, unwatched))
	for _, want := range []string{"R", "v3"} {
		f, err := readFrame(&out, maxReply)
		require.NoError(t, err)
		assert.Equal(t, want, string(f.kind)+string(f.body))
	}
	_, err := readFrame(&out, maxReply)
	require.ErrorIs(t, err, io.EOF)
	for _, broken := range []string{"e", "e\x00\x00\x00\x05abc", "e\xff\xff\xff\xff"} {
		require.Error(t, serve(strings.NewReader(broken), io.Discard, unwatched), "%q", broken)
	}
}

// TestResultsAreThoseOfTheEngine holds what crosses the pipes against the engine itself.
func TestResultsAreThoseOfTheEngine(t *testing.T) {
	t.Parallel()
	e, _ := newRecorded(t, Self)
	input, err := jsonvalue.ParseString(`{"a": 1, "b": [3, 1, 2, 1], "s": "Hello, Wörld", "o": {"x": null, "y": true}, "n": [[1, [2]], []], "f": -1.5e-7, "big": 123456789012345678901234567890}`)
	require.NoError(t, err)
	for _, source := range []string{
		`.`, `.[]`, `[.b[] + (1, 2)]`, `[(1, 2) * (10, 20)]`, `.a += 4 | .a *= 3`, `.b[] += (1, 2)`, `.b |= map(. * 2)`, `.b - [1]`, `[.b[] | . > 1, . <= 1, . != 3]`, `.big + 1, .f * 2`,
		`"x\(.a + 1)y\(.b)"`, `@base64 "z\(.s)" + @json`, `.b | @csv`, `.s | @base64 | @base64d`, `.b | join(", ")`, `.b | add`, `add(.b[])`, `.n | flatten, flatten(1)`, `.b | sort, unique, min, max, (sort_by(-.)), (group_by(. > 1))`, `.b | tojson`, `.s | explode | implode`,
		`.s | test("w"; "i"), (match("l+").string), [scan("[a-z]")], sub("l"; "L"), gsub("(?<c>[lo])"; "<\(.c)>")`, `.s | split(", ")`, `.s | contains("llo"), index("l"), rindex("l"), indices("l"), ltrimstr("He"), ascii_downcase`,
		`.o | to_entries`, `.o | with_entries(.value = 1 + 1)`, `[limit(3; repeat(1))]`, `[foreach .b[] as $x (0; . + $x; [$x, .])]`, `def add: 7; add`, `if .a == 1 then "one" else "more" end`, `try error("x" + "y") catch . + "!"`, `. as {a: $a, b: [$b]} | $a + $b`,
		`.b[1:] + .b[:1]`, `{(.s + "!"): .a, k: (.a + 1)}`, `[paths]`, `.o.x // "none" + "!"`, `[label $f | .b[] | if . == 1 then break $f else . + 1 end]`, `[infinite, -infinite, nan]`, `"\u0000\u007f</script>"`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			query, err := gojq.Parse(`[` + source + `]`)
			require.NoError(t, err)
			in, err := readValues(jsonvalue.Append(nil, []jsonvalue.Value{input}))
			require.NoError(t, err)
			want, _ := query.Run(in[0]).Next()
			require.NotImplements(t, (*error)(nil), want)
			text, err := gojq.Marshal(want)
			require.NoError(t, err)
			p, err := e.Compile(t.Context(), `[`+source+`]`)
			require.NoError(t, err)
			got, err := p.Eval(t.Context(), input)
			require.NoError(t, err)
			written := string(jsonvalue.Append(nil, got))
			if !json.Valid([]byte(written)) {
				t.Fatalf("got %s, which is no JSON", written)
			}
			assert.JSONEq(t, string(text), written)
		})
	}
}

func TestWhatAnExpressionSeesIsBounded(t *testing.T) {
	t.Parallel()
	e, _ := newRecorded(t, Self)
	p, err := e.Compile(t.Context(), `length`)
	require.NoError(t, err)
	_, err = p.Eval(t.Context(), strings.Repeat("x", MaxInput))
	var value *ValueError
	require.ErrorAs(t, err, &value)
	assert.ErrorContains(t, err, "bytes of JSON, more than the 8388608 that it may")
	got, err := p.Eval(t.Context(), strings.Repeat("x", MaxInput/4))
	require.NoError(t, err)
	assert.Equal(t, jsonvalue.Number("2097152"), got)
	_, err = e.Compile(t.Context(), strings.Repeat("x", MaxSource+1))
	var syntax *SyntaxError
	require.True(t, errors.As(err, &syntax))
}

// TestAnswersAreBounded: an answer of many small values takes many times its size in the parent.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	_, err := readAnswer([]byte(`[` + strings.Repeat(`[],`, 600_000) + `[]]`))
	assert.EqualError(t, err, "the expression gives 1800004 bytes of JSON that would take 38 MiB of memory, more than the 24 MiB that they may: let it pick what is needed")
	_, err = readAnswer([]byte(`{`))
	assert.ErrorContains(t, err, "the jq expression gives no JSON that can be read: ")
	v, err := readAnswer([]byte(`{"a":1}`))
	require.NoError(t, err)
	assert.Equal(t, jsonvalue.ObjectOf(jsonvalue.Member{Key: "a", Value: jsonvalue.Number("1")}), v)
}

// TestLongFrames: a body of any length comes through as it was.
func TestLongFrames(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, copiedFrame, copiedFrame + 1, MaxInput} {
		var pipe bytes.Buffer
		want := frame{kindEval, bytes.Repeat([]byte("x"), n)}
		require.NoError(t, writeFrame(&pipe, want))
		got, err := readFrame(&pipe, maxRequest)
		require.NoError(t, err)
		assert.True(t, got.kind == want.kind && bytes.Equal(got.body, want.body), "a body of %d bytes", n)
		assert.Zero(t, pipe.Len())
	}
}

// TestRawValuesAreSentAsTheyStand: Raw is JSON already.
func TestRawValuesAreSentAsTheyStand(t *testing.T) {
	t.Parallel()
	p := &Program{head: []byte("head")}
	body, seen, err := p.request(Raw(` {"a" : 1.10} `), []jsonvalue.Value{nil, Raw("[]"), "x"})
	require.NoError(t, err)
	assert.Equal(t, `head[ {"a" : 1.10} ,null,[],"x"]`, string(body))
	assert.Equal(t, len(body)-len(p.head), seen)
	_, _, err = p.request(nil, []jsonvalue.Value{Raw(make([]byte, MaxInput)), Raw("1")})
	assert.EqualError(t, err, "the jq expression sees 8388609 bytes of JSON, more than the 8388608 that it may")
}
