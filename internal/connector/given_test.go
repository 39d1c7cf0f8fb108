package connector

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestExpressionsSeeTheJobsInput as it came (contract 3.2): what users ask for most is process data beside the response.
func TestExpressionsSeeTheJobsInput(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, result, language, want string }{
		{"a field of the event", "={a: input.detail.a, s: input.source}", "", `{"a":1,"s":"com.example"}`},
		{"in jq", "={a: $input.detail.a, s: $input.source}", "jq", `{"a":1,"s":"com.example"}`},
		{"its secrets are not resolved", "={b: input.bus}", "", `{"b":"{{secrets.EBUS}}"}`},
		{"other variables are not seen", "={k: authentication}", "", `{"k":null}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			h := headers(t, "resultExpression", tt.result, "expressionLanguage", tt.language)
			assert.JSONEq(t, tt.want, completed(t, r.Handle(t.Context(), r.job(h, with(`,"bus":"{{secrets.EBUS}}"`)))))
		})
	}
	r := newRig(t)
	got := completed(t, r.Handle(t.Context(), r.job(headers(t, "resultVariable", "input", "resultExpression", "={n: 1}"), with(""))))
	assert.Contains(t, got, `"n":1`)
}
