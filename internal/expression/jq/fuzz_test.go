package jq

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// FuzzProgram: any text at all ends as a value, as an error of the expression or at a limit, and the child answers
// afterwards.
func FuzzProgram(f *testing.F) {
	for _, source := range slices.Concat(ended, endless[:1], endless[30:31]) {
		f.Add(source, `{"a": [1, "b", null]}`)
	}
	e := New(Self)
	f.Cleanup(e.Close)
	f.Fuzz(func(t *testing.T, source, input string) {
		v, err := jsonvalue.ParseString(input)
		if err != nil {
			v = nil
		}
		p, err := e.Compile(t.Context(), source, "$x")
		if err == nil {
			_, err = p.Eval(t.Context(), v, v)
		}
		if unavailable, ok := errors.AsType[*UnavailableError](err); ok || errors.Is(err, ErrWait) || errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%q: %v (%v)", source, err, unavailable)
		}
		got, err := run(t, e, `"still " + "there"`)
		for range 10 { // a busy machine may keep the child from the processor for longer than its second
			if !errors.Is(err, ErrTime) {
				break
			}
			got, err = run(t, e, `"still " + "there"`)
		}
		if err != nil || got != `"still there"` {
			t.Fatalf("after %q: got %s, error %v", source, got, err)
		}
	})
}
