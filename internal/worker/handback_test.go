package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// takesBack is a gateway that answers UpdateTimeout with one error after the other, the last for ever.
type takesBack struct {
	Gateway
	answers []error
	calls   []time.Duration
}

func (g *takesBack) UpdateTimeout(_ context.Context, _ job.Ref, d time.Duration) error {
	answer := g.answers[min(len(g.calls), len(g.answers)-1)]
	g.calls = append(g.calls, d)
	return answer
}

// ending notes how a job ended.
type ending struct {
	noObserver
	settled   job.Outcome
	abandoned job.AbandonReason
}

func (e *ending) Settled(_ *job.Job, o job.Outcome, _, _ time.Duration) { e.settled = o }
func (e *ending) Abandoned(_ *job.Job, r job.AbandonReason)             { e.abandoned = r }

func TestHandBack(t *testing.T) {
	t.Parallel()
	refused := func(kind job.CommandErrorKind, code string) error {
		return &job.CommandError{Kind: kind, Code: code, Reason: "no"}
	}
	busy := &job.CommandError{Kind: job.Transient, Code: "RESOURCE_EXHAUSTED", Reason: "no", NotTaken: true}
	lost := refused(job.Transient, "UNAVAILABLE")
	tests := []struct {
		name      string
		token     string
		lease     time.Duration
		answers   []error
		wantLeast int // calls; the time between them is jittered
		wantMost  int
		want      job.AbandonReason // empty = handed back
	}{
		{name: "the broker takes the job back", lease: time.Minute, answers: []error{nil}, wantLeast: 1, wantMost: 1},
		{name: "a busy broker is asked again", lease: time.Minute, answers: []error{busy, busy, nil}, wantLeast: 3, wantMost: 3},
		{name: "a broker that stays busy is given up", lease: time.Minute, answers: []error{busy}, wantLeast: handBackTries, wantMost: handBackTries, want: job.AbandonNoHandBack},
		{name: "what may have been done is not done again: the job may be another worker's", lease: time.Minute, answers: []error{refused(job.Transient, "UNAVAILABLE"), nil}, wantLeast: 1, wantMost: 1, want: job.AbandonNoHandBack},
		{name: "a lease that does not surely hold", lease: 500 * time.Millisecond, answers: []error{nil}, wantLeast: 0, wantMost: 0, want: job.AbandonNoHandBack},
		{name: "a lease that runs out while the broker is busy", lease: 1050 * time.Millisecond, answers: []error{busy, busy, busy, busy, nil}, wantLeast: 1, wantMost: 4, want: job.AbandonNoHandBack},
		{name: "a job that is gone", lease: time.Minute, answers: []error{refused(job.Gone, "NOT_FOUND")}, wantLeast: 1, wantMost: 1, want: job.AbandonGone},
		{name: "a gateway that knows no such command", lease: time.Minute, answers: []error{refused(job.Unsupported, "UNIMPLEMENTED")}, wantLeast: 1, wantMost: 1, want: job.AbandonNoHandBack},
		{name: "with a token: one whose lease is over by our clock", token: "t", lease: -time.Second, answers: []error{nil}, wantLeast: 1, wantMost: 1},
		{name: "with a token: what may have been done is done again", token: "t", lease: time.Minute, answers: []error{lost, nil}, wantLeast: 2, wantMost: 2},
		{name: "with a token: it was done", token: "t", lease: time.Minute, answers: []error{lost, refused(job.Gone, "FAILED_PRECONDITION")}, wantLeast: 2, wantMost: 2},
		{name: "with a token: another activation holds the job", token: "t", lease: time.Minute, answers: []error{refused(job.Gone, "FAILED_PRECONDITION")}, wantLeast: 1, wantMost: 1, want: job.AbandonSuperseded},
		{name: "with a token: a job that is gone", token: "t", lease: time.Minute, answers: []error{refused(job.Gone, "NOT_FOUND")}, wantLeast: 1, wantMost: 1, want: job.AbandonGone},
		{name: "with a token: answers that stay lost", token: "t", lease: -time.Second, answers: []error{lost}, wantLeast: handBackTries, wantMost: handBackTries, want: job.AbandonNoHandBack},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				gateway, end := &takesBack{answers: tt.answers}, &ending{}
				w := newRun(New(Config{}, gateway, nil, end, nil), t.Context(), t.Context(), t.Context())
				w.link.enter(linkUp, time.Now())
				w.settle(&job.Job{Key: 7, LeaseToken: tt.token, Lease: job.NewLease(time.Now().Add(tt.lease), nil)}, nil, job.HandBack{}, 0)
				assert.LessOrEqual(t, len(gateway.calls), tt.wantMost)
				assert.GreaterOrEqual(t, len(gateway.calls), tt.wantLeast)
				for _, d := range gateway.calls {
					assert.Equal(t, time.Millisecond, d)
				}
				assert.Equal(t, tt.want, end.abandoned)
				if tt.want == "" {
					assert.Equal(t, job.HandBack{}, end.settled)
				} else {
					assert.Nil(t, end.settled)
				}
			})
		})
	}
}

// slowToTakeBack is a gateway that answers no UpdateTimeout.
type slowToTakeBack struct{ Gateway }

func (slowToTakeBack) UpdateTimeout(ctx context.Context, _ job.Ref, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestAHandBackThatGetsNoAnswerEndsBeforeTheLease: the broker may give the job to another worker then, and would take it from
// that one.
func TestAHandBackThatGetsNoAnswerEndsBeforeTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end := &ending{}
		w := newRun(New(Config{}, slowToTakeBack{}, nil, end, nil), t.Context(), t.Context(), t.Context())
		w.link.enter(linkUp, time.Now())
		began := time.Now()
		w.settle(&job.Job{Key: 7, Lease: job.NewLease(began.Add(10*time.Second), nil)}, nil, job.HandBack{}, 0)
		assert.Equal(t, job.AbandonNoHandBack, end.abandoned)
		assert.Equal(t, 10*time.Second-surely/2, time.Since(began))
	})
}
