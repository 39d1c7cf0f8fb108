package connector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// answering sends nothing and answers as it is told.
type answering func(r *eventbridge.Request) (*eventbridge.Response, error)

func (a answering) Send(_ context.Context, r *eventbridge.Request) (*eventbridge.Response, error) {
	return a(r)
}

// heard is an observer that keeps what it is told.
type heard struct{ texts []string }

func (h *heard) ExpressionWarnings(which string, warnings []string) {
	h.texts = append(append(h.texts, which), warnings...)
}
func (h *heard) Failed(code string) { h.texts = append(h.texts, code) }
func (h *heard) SettledFromMemory() {}

// leaves is a handler whose texts are all kept: those of the outcome, of the log and of the observer.
func leaves(t *testing.T, sender Sender, headers, variables string, change ...func(*Options)) (job.Outcome, string) {
	t.Helper()
	h, l, inUse := &heard{}, &testkit.Log{}, outlet.New()
	r := newRig(t, append([]func(*Options){func(o *Options) {
		o.Sender, o.Observer, o.Mask, o.Note = sender, h, inUse.Mask, inUse.Note
		o.Secrets = secret.NewResolver([]secret.Provider{inUse.Provider(provider(known))}, secret.AllowAll{})
		o.Log = slog.New(inUse.Handler(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
	}}, change...)...)
	out := r.Handle(t.Context(), r.job(headers, variables))
	texts := l.String() + strings.Join(h.texts, "\n")
	switch o := out.(type) {
	case job.Fail:
		texts += o.Message + string(o.Variables)
		if strings.Contains(variables, "literal-secret-key") {
			texts += o.Redact("the broker says literal-secret-key")
		} else if strings.Contains(variables, "{{secrets.SECRET}}") {
			texts += o.Redact("the broker says " + known["SECRET"])
		}
	case job.Throw:
		texts += o.Code + o.Message + string(o.Variables)
	}
	return out, texts
}

// TestNoSecretComesBackFromAWS: whatever AWS answers to a job that fails, no text that leaves the process holds a secret,
// resolved or written into the model.
func TestNoSecretComesBackFromAWS(t *testing.T) {
	t.Parallel()
	resolved := strings.NewReplacer(`"literal"`, `"{{secrets.SECRET}}"`).Replace(with(""))
	written := strings.NewReplacer(`"literal"`, `"literal-secret-key","sessionToken":"literal-token"`).Replace(with(""))
	for _, tt := range []struct{ name, variables, headers string }{
		{"resolved", resolved, `{}`},
		{"written into the model", written, `{}`},
		{"a BPMN error of it", resolved, `{"errorExpression":"=bpmnError(error.code, error.message, {all: error})"}`},
		{"a job error of it", written, `{"errorExpression":"=jobError(error.code + error.message, {all: error})"}`},
		{"an error expression that fails with it", written, `{"errorExpression":"=number(error.message)"}`},
		{"one that gives something else", resolved, `{"errorExpression":"=error.code"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, texts := leaves(t, answering(func(r *eventbridge.Request) (*eventbridge.Response, error) {
				s := r.Credentials.SecretKey
				return nil, &eventbridge.Error{Kind: eventbridge.KindAPI, Code: s, Message: "no " + s + " " + r.Credentials.SessionToken + fmt.Sprintf(" %q", s), RequestID: s, StatusCode: 400}
			}), tt.headers, tt.variables)
			for _, value := range []string{`cret\of`, "literal-secret-key", "literal-token"} {
				assert.NotContains(t, texts, value)
			}
			assert.Contains(t, texts, "***")
		})
	}
}

// TestNoSecretComesBackInAWarning: a warning of an expression over an answer of AWS quotes it, shortened.
func TestNoSecretComesBackInAWarning(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("literal-secret-", 20)
	for _, expression := range []string{"={n: number(response.entries[1].errorMessage)}", "={n: 1 + response.entries[1].errorMessage}", "={d: date(response.entries[1].errorMessage)}"} {
		_, texts := leaves(t, answering(func(*eventbridge.Request) (*eventbridge.Response, error) {
			entry := jsonvalue.ObjectOf(jsonvalue.Member{Key: "errorMessage", Value: long})
			return eventbridge.Given(jsonvalue.ObjectOf(jsonvalue.Member{Key: "entries", Value: []jsonvalue.Value{entry}})), nil
		}), headers(t, "resultExpression", expression), strings.Replace(with(""), `"literal"`, `"`+long+`"`, 1))
		assert.NotContains(t, texts, "literal-s", expression)
	}
}

// TestNoSecretIsShownShortened: half a secret is not found any more, so that a value is masked before it is shortened.
func TestNoSecretIsShownShortened(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k0mpl3x-", 40)
	_, texts := leaves(t, nil, `{}`, strings.Replace(with(`,"time":"{{secrets.LONG}}"`), "eu-central-1", "{{secrets.LONG}}", 1), func(o *Options) {
		o.Secrets, o.Mask = secret.NewResolver([]secret.Provider{provider{"LONG": long}}, secret.AllowAll{}), nil
	})
	assert.Contains(t, texts, "configuration.region: must be the name of a region")
	assert.Contains(t, texts, "input.time: must be a time")
	assert.NotContains(t, texts, "k0mpl3x")
}

// TestWhatAPanicSaysStaysHere: a process and its operator see constant text; the log has the panic's, masked.
func TestWhatAPanicSaysStaysHere(t *testing.T) {
	t.Parallel()
	variables := strings.Replace(with(""), `"literal"`, `"{{secrets.SECRET}}"`, 1)
	for _, thrown := range []any{known["SECRET"], errors.New(known["SECRET"]), struct{ S string }{known["SECRET"]}} {
		out, texts := leaves(t, answering(func(*eventbridge.Request) (*eventbridge.Response, error) { panic(thrown) }), `{}`, variables)
		f, e := failed(t, out)
		assert.Equal(t, internalError().Message, f.Message)
		assert.Equal(t, "INTERNAL_ERROR", e["code"])
		assert.Contains(t, texts, "panic while working on a job")
		assert.NotContains(t, texts, `cret\of`)
		assert.NotContains(t, texts, `cret\\of`)
	}
}

// TestWhatAWSAnswersOnSuccessIsNotMasked holds contract 1.3: it is the process's own.
func TestWhatAWSAnswersOnSuccessIsNotMasked(t *testing.T) {
	t.Parallel()
	out, _ := leaves(t, answering(func(r *eventbridge.Request) (*eventbridge.Response, error) {
		return eventbridge.Given(jsonvalue.ObjectOf(jsonvalue.Member{Key: "echo", Value: r.Credentials.SecretKey})), nil
	}), headers(t, "resultVariable", "r", "resultExpression", "={made: response.echo}"), strings.Replace(with(""), `"literal"`, `"literal-secret-key"`, 1))
	require.IsType(t, job.Complete{}, out)
	assert.JSONEq(t, `{"r":{"echo":"literal-secret-key"},"made":"literal-secret-key"}`, completed(t, out))
}

// TestASecretOfDigitsIsMaskedInNumbersToo: an error's variables are AWS's answer, in which it may stand as a number.
func TestASecretOfDigitsIsMaskedInNumbersToo(t *testing.T) {
	t.Parallel()
	mask := secret.NewMask("12345678").Apply
	value, err := jsonvalue.ParseString(`{"a":[12345678,{"12345678":1.5}],"b":"x12345678","c":1234567,"d":null,"e":true}`)
	require.NoError(t, err)
	e := (&Error{Code: "X", Variables: value.(*jsonvalue.Object)}).masked(mask) //nolint:forcetypeassert // as it is written
	assert.Equal(t, `{"a":["***",{"***":1.5}],"b":"x***","c":1234567,"d":null,"e":true}`, string(jsonvalue.Append(nil, e.Variables)))
}
