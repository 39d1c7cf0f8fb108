package feel

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// recorded returns the expressions whose answers were recorded of the official engine, with their contexts.
func recorded(tb testing.TB) (expressions, contexts []string) {
	tb.Helper()
	files, err := filepath.Glob("testdata/engine/*.jsonl")
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	for _, file := range files {
		shared, err := os.ReadFile(strings.TrimSuffix(file, ".jsonl") + ".context.json")
		if err != nil {
			shared = []byte("{}")
		}
		data, err := os.ReadFile(file)
		require.NoError(tb, err)
		for line := range bytes.Lines(data) {
			c := struct {
				Expression string
				Context    json.RawMessage
			}{Context: shared}
			require.NoError(tb, json.Unmarshal(line, &c))
			expressions, contexts = append(expressions, c.Expression), append(contexts, string(c.Context))
		}
	}
	return expressions, contexts
}

var seeds = []string{
	`{eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}`, `if a = "x" then bpmnError("A") else null`,
	`for i in 1..3, j in [1, 2] return {a: i, b: partial}`, `some x in l satisfies x > 1 and x in (1, [2..3], < 4)`, `l[item.a > 1][-1].b`,
	`{f: function(x, y) x + y, r: f(x: 1, y: 2)}.r`, "`a b` + @\"P1D\" * 2 - date(\"2024-01-01\")", `-1 ** 2 between .5 and 7 // c`, `"a\n\"\\" instance of string`,
	`replace("a-b", "(?<x>a)(?=-)", "${x}$1")`, `get or else(a.time offset, string length("😀"))`, `{"k k": 1, b.c: [1..2]}`, `x in not(5)`, `a between abs(1) and 7`,
}

// FuzzPrint: what a program is written as reads as the same program, and is then written the same.
func FuzzPrint(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := Compile(source)
		if err != nil {
			return
		}
		text := p.String()
		again, err := Compile(text)
		if err != nil {
			if _, ok := errors.AsType[*BudgetError](err); ok {
				return // with all its parentheses it nests deeper, and is longer
			}
			t.Fatalf("%q was written as %q, which does not read: %v", source, text, err)
		}
		if twice := again.String(); twice != text {
			t.Fatalf("%q was written as %q, and that as %q", source, text, twice)
		}
	})
}

// TestWhatIsWrittenMeansTheSame evaluates recorded expressions as they were and as they are written. Its clock stands still: no
// limit of time decides.
func TestWhatIsWrittenMeansTheSame(t *testing.T) {
	t.Parallel()
	now := time.Now()
	clock := WithClock(func() time.Time { return now })
	expressions, contexts := recorded(t)
	for i, source := range append(seeds, expressions...) {
		o := jsonvalue.NewObject(0)
		if j := i - len(seeds); j >= 0 {
			if v, err := jsonvalue.ParseString(contexts[j]); err == nil {
				o, _ = v.(*jsonvalue.Object)
			}
		}
		p, err := Compile(source, clock)
		if err != nil || strings.Contains(source, "random") || strings.Contains(source, "uuid") || strings.Contains(source, "backoff") || strings.Contains(source, "@\"") && strings.Contains(source, "string(") {
			continue
		}
		again, err := Compile(p.String(), clock)
		require.NoError(t, err, "%s was written as %s", source, p)
		want, errWant := p.Eval(t.Context(), Context(o))
		got, errGot := again.Eval(t.Context(), Context(o))
		require.Equal(t, errWant == nil, errGot == nil, "%s was written as %s", source, p)
		require.Equal(t, string(AppendJSON(nil, want.Value)), string(AppendJSON(nil, got.Value)), "%s was written as %s", source, p)
	}
}
