package expression

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func parsed(t *testing.T, text string) jsonvalue.Value {
	t.Helper()
	v, err := jsonvalue.ParseString(text)
	require.NoError(t, err)
	return v
}

func eval(t *testing.T, language Language, source string, s *Scope) (string, []string) {
	t.Helper()
	p, err := Compile(t.Context(), language, source)
	require.NoError(t, err)
	r, err := p.Eval(t.Context(), s)
	require.NoError(t, err)
	return string(jsonvalue.Append(nil, r.Value)), Texts(r.Warnings)
}

func TestOneLeadingEqualsSignIsCut(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"1+1", "=1+1", "  =  1+1  ", "\t= 1+1\n"} {
		for _, language := range []Language{FEEL, JQ} {
			got, _ := eval(t, language, source, &Scope{})
			assert.Equal(t, "2", got, "%s %q", language, source)
		}
	}
	for _, source := range []string{"==1", "= = 1"} {
		_, err := Compile(t.Context(), FEEL, source)
		assert.Error(t, err, source)
	}
	assert.True(t, IsBlank(" \t"))
	assert.False(t, IsBlank("="))
}

// TestTheOrderOfNames holds the rule of contract 3.3 for equal names.
func TestTheOrderOfNames(t *testing.T) {
	t.Parallel()
	fields := parsed(t, `{"a":"field","b":"field","response":"field","error":"field","job":"field"}`).(*jsonvalue.Object)
	variables := parsed(t, `{"b":"variable","response":"variable"}`).(*jsonvalue.Object)
	s := &Scope{Fields: fields, Variables: variables, Response: parsed(t, `{"r":1}`)}
	got, _ := eval(t, FEEL, "=[a, b, response.r, error, job]", s)
	assert.JSONEq(t, `["field","variable",1,"field","field"]`, got)
	s.Error, s.Job = parsed(t, `{"code":"X"}`), parsed(t, `{"retries":3}`)
	got, _ = eval(t, FEEL, "=[a, b, response.r, error.code, job.retries]", s)
	assert.JSONEq(t, `["field","variable",1,"X",3]`, got)
}

func TestAskingForAnErrorOnSuccessIsNoMistake(t *testing.T) {
	t.Parallel()
	s := &Scope{Response: parsed(t, `{}`), Job: parsed(t, `{"retries":3}`)}
	got, warnings := eval(t, FEEL, `=if error != null then 1 else 2`, s)
	assert.Equal(t, "2", got)
	assert.Empty(t, warnings)
	_, warnings = eval(t, FEEL, `=respons.entries`, s)
	require.Len(t, warnings, 1)
	assert.Contains(t, warnings[0], "did you mean response?")
	assert.Contains(t, warnings[0], "line 1, column 1")
}

func TestJQ(t *testing.T) {
	t.Parallel()
	success := &Scope{Response: parsed(t, `{"b":12345678901234567890,"a":1.5,"entries":[{"eventId":"e"}]}`), Job: parsed(t, `{"retries":3}`)}
	failure := &Scope{Response: parsed(t, `{"error":{"code":"X"}}`), Error: parsed(t, `{"code":"X"}`), Job: parsed(t, `{"retries":2}`)}
	for _, tt := range []struct {
		source string
		scope  *Scope
		want   string
	}{
		{`.entries[0].eventId`, success, `"e"`},
		{`{b, a}`, success, `{"a":1.5,"b":12345678901234567890}`},
		{`$response.a`, success, `1.5`},
		{`$error`, success, `null`},
		{`.`, failure, `null`},
		{`$error.code + "/" + ($job.retries | tostring)`, failure, `"X/2"`},
		{`$response.error.code`, failure, `"X"`},
		{`env | length`, success, `0`},
		{`nan`, success, `null`},
	} {
		got, _ := eval(t, JQ, tt.source, tt.scope)
		assert.Equal(t, tt.want, got, tt.source)
	}
}

func TestJQFailures(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`empty`: "gives nothing", `1,2`: "more than one value", `error("boom")`: "boom", `error(null)`: "null", `halt`: "halt", `def f: f; f`: "did not end within 1 s",
	} {
		p, err := Compile(t.Context(), JQ, source)
		require.NoError(t, err, source)
		_, err = p.Eval(t.Context(), &Scope{})
		require.Error(t, err, source)
		assert.Contains(t, err.Error(), want)
		assert.Contains(t, err.Error(), source, "the message carries the expression")
	}
	for source, want := range map[string]string{
		"{a: ": "line 1, column", "1 +\n ]": "line 2, column 2", "input": "input", `import "a" as a; 1`: "a", "nosuch": "nosuch",
	} {
		_, err := Compile(t.Context(), JQ, source)
		require.Error(t, err, source)
		assert.Contains(t, err.Error(), want)
	}
	_, err := Compile(t.Context(), "python", "1")
	assert.ErrorContains(t, err, `expected "feel" or "jq"`)
}

func TestACancelledContextEndsAnEvaluation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := Compile(t.Context(), FEEL, `=count(for i in 1..10000000 return i)`)
	require.NoError(t, err)
	_, err = p.Eval(ctx, &Scope{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestCacheCompilesOnceAndIsBounded(t *testing.T) {
	t.Parallel()
	c := NewCache(64)
	var all sync.WaitGroup
	programs := make([]*Program, 50)
	for i := range programs {
		all.Go(func() { programs[i], _ = c.Compile(t.Context(), FEEL, "=1 + 1") })
	}
	all.Wait()
	for _, p := range programs {
		assert.Same(t, programs[0], p, "one program for all who ask")
	}
	_, first := c.Compile(t.Context(), FEEL, "=1 +")
	_, again := c.Compile(t.Context(), FEEL, "=1 +")
	require.Error(t, first)
	assert.Same(t, errors.Unwrap(first), errors.Unwrap(again), "what does not compile is remembered, too")
	other, err := c.Compile(t.Context(), JQ, "=1 + 1")
	require.NoError(t, err)
	assert.NotSame(t, programs[0], other, "the language is a part of the key")
	for i := range 1000 {
		_, err := c.Compile(t.Context(), FEEL, fmt.Sprint("=", i))
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, c.Len(), 64)
}

func BenchmarkCachedCompile(b *testing.B) {
	c := NewCache(0)
	source := "={eventId: response.entries[1].eventId}" + strings.Repeat(" ", 10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Compile(b.Context(), FEEL, source); err != nil {
			b.Fatal(err)
		}
	}
}
