package connector

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// panics is a sender, or a tracer of expressions, that panics with a secret.
type panics struct{ text string }

func (p panics) Send(context.Context, *eventbridge.Request) (*eventbridge.Response, error) {
	panic(p.text)
}

func (p panics) Expression(context.Context, string) func(error) { panic(p.text) }

// TestAPanicSpendsARetryOnlyBeforeTheEvent: a fault of ours after it is no reason for a second event.
func TestAPanicSpendsARetryOnlyBeforeTheEvent(t *testing.T) {
	t.Parallel()
	fault := panics{"found " + known["SECRET"] + " there"}
	for _, tt := range []struct {
		name    string
		change  func(*Options)
		retries int32
	}{
		{"before the event", func(o *Options) { o.Sender = fault }, 2},
		{"after the event", func(o *Options) { o.Tracer = fault }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tt.change)
			j := r.job(headers(t, "resultExpression", "={a: 1}"), strings.Replace(with(""), `"literal"`, `"{{secrets.SECRET}}"`, 1))
			f, e := failed(t, r.Handle(t.Context(), j))
			assert.Equal(t, tt.retries, f.Retries)
			assert.Equal(t, "INTERNAL_ERROR", e["code"])
			assert.NotContains(t, f.Message+string(f.Variables), "there", "the text of a panic leaves in no command")
			assert.Contains(t, r.log.String(), "found *** there", "the log has it, masked")
			assert.NotContains(t, r.log.String(), `of-test`, r.log.String())
		})
	}
}

// TestAJobThatIsNotSentIsHandedBack whatever ended the wait for the moment to send it.
func TestAJobThatIsNotSentIsHandedBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.job("{}", with(""))
	j.AwaitEffect = func(context.Context) error { return job.ErrTooLate }
	assert.Equal(t, job.HandBack{}, r.Handle(t.Context(), j))
	assert.Zero(t, r.bus.Counts().Requests)

	ctx, cancel := context.WithCancel(t.Context())
	j.AwaitEffect = func(context.Context) error {
		cancel()
		return ctx.Err()
	}
	assert.Equal(t, job.HandBack{}, r.Handle(ctx, j))
	assert.Zero(t, r.bus.Counts().Requests)
}

// Resolve makes it a resolver that panics: no mask is there yet.
func (p panics) Resolve(context.Context, secret.Context, []secret.Variable) ([]secret.Variable, *secret.Mask, error) {
	panic(p.text)
}

func TestAPanicBeforeThereIsAMaskIsToldByItsTypeAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Secrets = panics{"found " + known["SECRET"] + " there"} })
	f, e := failed(t, r.Handle(t.Context(), r.job("{}", with(""))))
	assert.EqualValues(t, 2, f.Retries)
	assert.Equal(t, "INTERNAL_ERROR", e["code"])
	assert.Contains(t, r.log.String(), `"panic":"string"`)
	assert.NotContains(t, r.log.String()+f.Message+string(f.Variables), "there")
}

// final is a sender whose error no other try can mend.
type final struct{ is bool }

func (f final) Send(context.Context, *eventbridge.Request) (*eventbridge.Response, error) {
	return nil, &eventbridge.Error{Kind: eventbridge.KindAPI, Code: "HTTP_413", Message: "too large", StatusCode: 413, Final: f.is}
}

func TestAnErrorThatNoTryCanMendLeavesNoRetries(t *testing.T) {
	t.Parallel()
	for is, want := range map[bool]int32{true: 0, false: 2} {
		r := newRig(t, func(o *Options) { o.Sender = final{is} })
		f, e := failed(t, r.Handle(t.Context(), r.job("{}", with(""))))
		assert.Equal(t, want, f.Retries)
		assert.Equal(t, "HTTP_413", e["code"])
	}
}
