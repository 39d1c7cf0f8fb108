package feel_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// benchCases are expressions as connector users write them, on a response of so many entries, of which every tenth was
// rejected.
var benchCases = []struct {
	name, expression string
	entries          int
}{
	{"path", `response.entries[1].eventId`, 10},
	{"context", `{eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}`, 10},
	{"if-3way", `if error.code = "ValidationException" then {code: "INVALID", message: error.message} else if error.code = "ThrottlingException" then {retries: job.retries - 1, after: @"PT10S"} else null`, 10},
	{"for-10", `for e in response.entries return e.eventId`, 10},
	{"filter-1000", `response.entries[errorCode != null]`, 1000},
	{"filter-900", `response.entries[errorCode = null]`, 1000},
	{"wide-1000", `orders[status = "open"].total`, 1000},
	{"strings", `upper case(substring before(replace(response.entries[1].eventId, "[0-9]+", "#"), "-")) + "-" + string(string length(string join(split(response.entries[2].eventId, "-"), "/")))`, 10},
}

func benchScope(b *testing.B, entries int) feel.Scope {
	b.Helper()
	var list, orders strings.Builder // an order has more members than an object without an index
	for i := range entries {
		if i > 0 {
			list.WriteByte(',')
			orders.WriteByte(',')
		}
		fmt.Fprintf(&orders, `{"id":%d,"customer":"c","street":"s","city":"c","zip":"z","country":"DE","total":12.5,"currency":"EUR","created":"2026-11-29","updated":null,"note":"","carrier":null,"status":"%s"}`, i, []string{"open", "sent"}[i%2])
		if i%10 == 9 {
			list.WriteString(`{"eventId":null,"errorCode":"ThrottlingException","errorMessage":"Rate exceeded"}`)
		} else {
			fmt.Fprintf(&list, `{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4%03d","errorCode":null,"errorMessage":null}`, i)
		}
	}
	v, err := jsonvalue.ParseString(`{"response":{"failedEntryCount":1,"entries":[` + list.String() + `]},
		"error":{"code":"ThrottlingException","message":"Rate exceeded"},"job":{"retries":3},"orders":[` + orders.String() + `]}`)
	require.NoError(b, err)
	return feel.Context(v.(*jsonvalue.Object))
}

// Evaluating a compiled program, its result left as a value.
func BenchmarkEval(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			scope := benchScope(b, c.entries)
			p, err := feel.Compile(c.expression)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Eval(context.Background(), scope); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Writing a result as JSON.
func BenchmarkWrite(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			p, err := feel.Compile(c.expression)
			require.NoError(b, err)
			r, err := p.Eval(context.Background(), benchScope(b, c.entries))
			require.NoError(b, err)
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out = feel.AppendJSON(out[:0], r.Value)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := feel.Compile(c.expression); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
