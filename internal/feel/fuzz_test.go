package feel_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Any bytes as an expression on any JSON end within the budgets: in a value that is written as valid JSON, or in one of
// the errors that are promised.
func FuzzEval(f *testing.F) {
	for _, source := range []string{
		`{eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}`, `if a then b else c`, `for x in [1,2], y in 1..3 return x ** y`,
		`some x in l satisfies x in (> 3, [1..2])`, `@"2024-03-31T02:30:00@Europe/Paris" + @"P1M"`, `replace(s, "(a+)+\1", "$1")`, `{f: function(a, b) a + b, r: f(b: 1, a: 2)}.r`,
		`[1,2,3][item > 1 and -1.5]`, "`a b` between 1 and 2 instance of Any", `string(number("1e999999") / 3)`, `a.b.c(1)`, `//x`, `/* */ ? > 1`, `"\u00e9\n`, `l[1][2][3]`,
		`for i in 1..10000000000 return i`, `string join(for i in 1..100000 return "aaaaaaaaaaaaaaaaaaaa")`, `1 instanceof number andtrue`, `modulo(1e5, 0)`,
	} {
		f.Add(source, `{"a": true, "l": [3, 1.5, null, {"k": "v"}], "s": "aaaa", "response": {"entries": [{"eventId": "e"}], "failedEntryCount": 0}}`)
	}
	f.Fuzz(func(t *testing.T, source, scope string) {
		p, err := feel.Compile(source)
		if err != nil {
			var syntax *feel.SyntaxError
			if !errors.As(err, &syntax) && !feel.IsBudget(err) {
				t.Fatalf("%q: unexpected error %v", source, err)
			}
			return
		}
		names := jsonvalue.NewObject(0)
		if v, err := jsonvalue.ParseString(scope); err == nil {
			if o, ok := v.(*jsonvalue.Object); ok {
				names = o
			}
		}
		begin := time.Now()
		result, err := p.Eval(context.Background(), feel.Context(names))
		if took := time.Since(begin); took > 5*time.Second {
			t.Fatalf("%q took %s", source, took)
		}
		if err != nil {
			var failed *feel.EvalError
			if !errors.As(err, &failed) && !feel.IsBudget(err) {
				t.Fatalf("%q: unexpected error %v", source, err)
			}
			return
		}
		if text := feel.AppendJSON(nil, result.Value); !json.Valid(text) {
			t.Fatalf("%q gave %q, which is no JSON", source, text)
		}
	})
}
