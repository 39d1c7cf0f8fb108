package connector

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
)

// TestHintsStandInTheMessageOfTheirExpression: a message has the hints of the expression that it is about, and those of no
// other. An error of AWS or of the input has those of the error expression that made nothing of it.
func TestHintsStandInTheMessageOfTheirExpression(t *testing.T) {
	t.Parallel()
	denied := embedded.AWSError(400, "AccessDeniedException", "no access")
	for _, tt := range []struct {
		name          string
		result, error string // expressions
		answer        *embedded.Answer
		want, without []string
	}{
		{
			name: "an error expression that fails after a result with hints", result: `={a: response.resultslip}`, error: `=assert(error.errorslip, false, "boom")`,
			want: []string{"boom"}, without: []string{"resultslip"},
		},
		{
			name: "an error expression that gives something else", result: `={a: response.resultslip}`, error: `={b: response.errorslip}`,
			want: []string{"an object without errorType", "there is no field errorslip"}, without: []string{"resultslip"},
		},
		{
			name: "a result that is no object, and an error expression with hints", result: `={a: response.resultslip}.a = null`, error: `=if error.errorslip = 1 then bpmnError("E") else null`,
			want: []string{"but got boolean", "there is no field resultslip"}, without: []string{"errorslip"},
		},
		{
			name: "a result expression that fails", result: `=assert(response.resultslip, false, "boom")`, error: `=if error.errorslip = 1 then bpmnError("E") else null`,
			want: []string{"boom", "there is no field resultslip"}, without: []string{"errorslip"},
		},
		{
			name: "a result that is too large", result: `={x: response.resultslip, ` + tooLarge[2:], error: `=if error.errorslip = 1 then bpmnError("E") else null`,
			want: []string{"more than the 1572864", "there is no field resultslip"}, without: []string{"errorslip"},
		},
		{
			name: "a result that names an intrinsic function", result: `={x: response.resultslip, y: "camunda.function.type"}`,
			want: []string{"not allowed in process variables", "there is no field resultslip"},
		},
		{
			name: "a slip behind a question about a success", error: `=if response.failedEntryCount > 0 then bpmnError("R") else if error.kode = "X" then bpmnError("D") else null`, answer: &denied,
			want: []string{"no access", "there is no field kode (did you mean code?)"}, without: []string{"failedEntryCount"},
		},
		{
			name: "what follows from a question about a success is no hint", error: `=if sum(entries) > "a" then bpmnError("R") else null`, answer: &denied,
			want: []string{"no access"}, without: []string{"Hints"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if tt.answer != nil {
				r.bus.Script(*tt.answer)
			}
			f, _ := failed(t, r.Handle(t.Context(), r.job(headers(t, "resultExpression", tt.result, "errorExpression", tt.error), with(""))))
			for _, want := range tt.want {
				assert.Contains(t, f.Message, want)
			}
			for _, other := range tt.without {
				assert.NotContains(t, f.Message, other)
			}
		})
	}
}

func TestAWarningSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	program, err := expression.Compile(t.Context(), expression.FEEL, "={a: response.kode, b: kount, c: nope(1)}")
	require.NoError(t, err)
	r, err := program.Eval(t.Context(), &expression.Scope{Response: (&Error{Code: "C"}).value()})
	require.NoError(t, err)
	var got []expression.Warning
	for _, w := range r.Warnings {
		got = append(got, expression.Warning{Kind: w.Kind, Name: w.Name, Line: w.Line, Column: w.Column})
	}
	assert.Equal(t, []expression.Warning{
		{Kind: expression.UnknownField, Name: "kode", Line: 1, Column: 14},
		{Kind: expression.UnknownVariable, Name: "kount", Line: 1, Column: 23},
		{Kind: expression.UnknownFunction, Name: "nope", Line: 1, Column: 33},
	}, got)
}
