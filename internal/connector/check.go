package connector

import (
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// CheckInput validates variables as those of a job are, with secrets left as they stand. Names are those of
// [FetchVariables]; a value is JSON.
func CheckInput(variables map[string][]byte) Violations {
	var all []secret.Variable
	for _, name := range FetchVariables() {
		if raw, ok := variables[name]; ok {
			all = append(all, secret.Variable{Name: name, JSON: raw})
		}
	}
	b := &binder{rules: rules{unresolved: true}, warn: func(string, ...any) {}}
	b.bind(all)
	return b.violations
}

// ReadDuration reads a header that is a duration. The error says why it is none that the connector takes.
func ReadDuration(text string) (time.Duration, error) { return parseDuration(text) }

// SettleTime is how much of a short job timeout is kept for the command to the broker: with no more than that, nothing is sent.
const SettleTime = minMargin

// Verdict is what an error expression asks for.
type Verdict struct {
	Kind    string // bpmnError, jobError, ignoreError, or empty for none
	Code    string // of a BPMN error
	Retries int32  // that a job error leaves
}

// CheckVerdict reads the result of an error expression. The error is a *[VerdictError].
func CheckVerdict(v jsonvalue.Value) (Verdict, error) {
	read, err := readVerdict(v)
	if err != nil {
		return Verdict{}, err
	}
	switch read := read.(type) {
	case bpmnError:
		return Verdict{Kind: "bpmnError", Code: read.code}, nil
	case jobError:
		return Verdict{Kind: "jobError", Retries: read.retries}, nil
	case ignoreError:
		return Verdict{Kind: "ignoreError"}, nil
	}
	return Verdict{}, nil
}
