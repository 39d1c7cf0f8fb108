package connector

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// TestAnExpressionThatDoesNotEndSettlesItsJob: the event was accepted, so the job fails without another try.
func TestAnExpressionThatDoesNotEndSettlesItsJob(t *testing.T) {
	t.Parallel()
	for _, headers := range []string{
		`{"expressionLanguage":"jq","resultExpression":"until(false; .)"}`,
		`{"expressionLanguage":"jq","errorExpression":"def f: f; f"}`,
		`{"expressionLanguage":"jq","resultExpression":"[range(1e9)]"}`,
	} {
		t.Run(headers, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			f, e := failed(t, r.Handle(t.Context(), r.job(headers, with(""))))
			assert.Zero(t, f.Retries)
			assert.True(t, f.EffectDone)
			assert.Regexp(t, `did not end within 1 s|used more than 64 MiB`, e["message"])
			assert.Len(t, r.bus.Events(), 1)
		})
	}
}

// interrupted compiles nothing: its context ended meanwhile.
type interrupted struct{ cancel context.CancelFunc }

func (i interrupted) Compile(context.Context, expression.Language, string) (*expression.Program, error) {
	i.cancel()
	return nil, fmt.Errorf("compile: %w", context.Canceled)
}

func TestADrainWhileAnExpressionIsCompiledCostsNoRetry(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := newRig(t, func(o *Options) { o.Expressions = interrupted{cancel} })
	j := r.job(`{"expressionLanguage":"jq","resultExpression":"."}`, with(""))
	assert.Equal(t, job.HandBack{}, r.Handle(ctx, j))
	r.memory.Add(sentKey{j.Key, j.Retries}, &sent{})
	assert.Equal(t, job.Abandon{Reason: job.AbandonDrained}, r.Handle(ctx, j), "an event that was accepted is not settled without its result")
	assert.Empty(t, r.bus.Events())
}

func TestAnEvaluationEndsInTimeToSettleTheJob(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		lease   time.Duration
		drained time.Duration // 0 = never
		want    time.Duration
	}{
		{"the lease less a tenth", time.Minute, 0, 54 * time.Second},
		{"a second on a lease that is over", -time.Minute, 0, time.Second},
		{"a moment after the end of a drain", time.Minute, 5 * time.Second, 5*time.Second + evaluateDrained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.drained > 0 {
					time.AfterFunc(tt.drained, cancel)
				}
				began := time.Now()
				a := attempt{job: leased(tt.lease, nil, "{}")}
				evaluating, done := a.evaluating(ctx)
				defer done()
				<-evaluating.Done()
				assert.Equal(t, tt.want, time.Since(began))
			})
		})
	}
}

func TestAnEvaluationMayEndAfterADrain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := attempt{job: leased(time.Minute, nil, "{}")}
	evaluating, done := a.evaluating(ctx)
	require.NoError(t, evaluating.Err())
	done()
	assert.ErrorIs(t, evaluating.Err(), context.Canceled)
}
