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
	{"strings", `upper case(substring before(replace(response.entries[1].eventId, "[0-9]+", "#"), "-")) + "-" + string(string length(string join(split(response.entries[2].eventId, "-"), "/")))`, 10},
}

func benchScope(b *testing.B, entries int) feel.Scope {
	b.Helper()
	var list strings.Builder
	for i := range entries {
		if i > 0 {
			list.WriteByte(',')
		}
		if i%10 == 9 {
			list.WriteString(`{"eventId":null,"errorCode":"ThrottlingException","errorMessage":"Rate exceeded"}`)
		} else {
			fmt.Fprintf(&list, `{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4%03d","errorCode":null,"errorMessage":null}`, i)
		}
	}
	v, err := jsonvalue.ParseString(`{"response":{"failedEntryCount":1,"entries":[` + list.String() + `]},
		"error":{"code":"ThrottlingException","message":"Rate exceeded"},"job":{"retries":3}}`)
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
