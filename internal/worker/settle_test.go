package worker

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestSettle holds the rules of contract 3.6.
func TestSettle(t *testing.T) {
	t.Parallel()
	refuse := func(kind job.CommandErrorKind, code, reason string) error {
		return &job.CommandError{Kind: kind, Code: code, Reason: reason}
	}
	for _, tt := range []struct {
		name    string
		outcome job.Outcome
		fault   func(call string, try int64) error
		want    []string // the commands that the broker took
		asked   int64    // how many were sent
		gone    int      // jobs left to their lease because they are gone
		lost    int      // jobs left to their lease because no command got through
		settled int64    // how often the handler heard that it is over
		text    string   // in the message of the command
	}{
		{name: "a command is sent once", outcome: job.Complete{}, want: []string{"Complete"}, asked: 1, settled: 1},
		{name: "transient refusals are tried again", outcome: job.Complete{}, fault: func(_ string, try int64) error {
			if try < 6 {
				return testkit.Unavailable
			}
			return nil
		}, want: []string{"Complete"}, asked: 6, settled: 1},
		{name: "a job that is gone gets nothing more", outcome: job.Complete{}, fault: func(string, int64) error {
			return refuse(job.Gone, "NOT_FOUND", "no such job")
		}, asked: 1, gone: 1, settled: 1},
		{name: "a result that the broker never takes fails the job, with the broker's reason", outcome: job.Complete{Variables: []byte(`[]`)}, fault: func(call string, _ int64) error {
			if call == "Complete" {
				return refuse(job.Unacceptable, "INVALID_ARGUMENT", "expected an object")
			}
			return nil
		}, want: []string{"Fail"}, asked: 2, settled: 1, text: "expected an object"},
		{name: "a BPMN error that the broker never takes fails the job", outcome: job.Throw{}, fault: func(call string, _ int64) error {
			if call == "Throw" {
				return refuse(job.Unacceptable, "UNKNOWN", "EXCEEDED_BATCH_RECORD_SIZE")
			}
			return nil
		}, want: []string{"Fail"}, asked: 2, settled: 1},
		{name: "a failure with variables that the broker never takes is sent without them", outcome: job.Fail{Retries: 2, Variables: []byte(`{}`), Message: "m"}, fault: func(_ string, try int64) error {
			if try == 1 {
				return refuse(job.Unacceptable, "INVALID_ARGUMENT", "no")
			}
			return nil
		}, want: []string{"Fail"}, asked: 2, settled: 1, text: "m"},
		{name: "secrets are taken out of the broker's reason", outcome: job.Complete{Settling: job.Settling{Redact: func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }}}, fault: func(call string, _ int64) error {
			if call == "Complete" {
				return refuse(job.Unacceptable, "INVALID_ARGUMENT", "not hunter2")
			}
			return nil
		}, want: []string{"Fail"}, asked: 2, settled: 1, text: "not ***"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var tries atomic.Int64
				g := &testkit.Gateway{Fault: func(call string, key int64) error {
					if key == 0 {
						return nil
					}
					n := tries.Add(1)
					if tt.fault == nil {
						return nil
					}
					return tt.fault(call, n)
				}}
				h := &handler{do: func(context.Context, *job.Job) job.Outcome { return tt.outcome }}
				r := start(t, Config{Stream: true}, g, h)
				g.Create(1)
				testkit.Advance(50 * time.Second)
				var took []string
				for _, c := range g.Calls("Complete", "Fail", "Throw", "UpdateTimeout") {
					took = append(took, c.Name)
					assert.Contains(t, c.Text, tt.text)
					assert.Zero(t, c.Retries, "what the broker never takes is not tried again")
				}
				assert.Equal(t, tt.want, took)
				assert.Equal(t, tt.asked, tries.Load())
				assert.Equal(t, tt.gone, r.seen.of(job.AbandonGone))
				assert.Equal(t, tt.lost, r.seen.of(job.AbandonUndelivered))
				assert.Equal(t, tt.settled, r.handler.settled.Load())
				r.stop()
			})
		})
	}
}

func TestALateCommandIsTriedForOneLeaseMoreAfterAnAcceptedEvent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		accepted bool
		at       time.Duration // when the gateway is back, after the job was taken
		want     bool          // whether the command was still tried
	}{
		{"within the lease", false, 40 * time.Second, true},
		{"after the lease, without an event", false, 80 * time.Second, false},
		{"after the lease, with an accepted event", true, 80 * time.Second, true},
		{"after two leases", true, 150 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				g := &testkit.Gateway{}
				g.Fault = func(call string, _ int64) error {
					if call == "Complete" && time.Since(began) < tt.at {
						return testkit.Unavailable
					}
					return nil
				}
				var again atomic.Bool
				h := &handler{do: func(ctx context.Context, _ *job.Job) job.Outcome {
					if again.Swap(true) {
						<-ctx.Done()
						return job.HandBack{}
					}
					return job.Complete{Settling: job.Settling{EffectDone: tt.accepted}}
				}}
				r := start(t, Config{Stream: true, Lease: time.Minute, GracePeriod: time.Millisecond}, g, h)
				g.Create(1)
				testkit.Advance(5 * time.Minute)
				assert.Equal(t, tt.want, len(g.Calls("Complete")) == 1)
				r.stop()
			})
		})
	}
}

// TestACommandThatEndsAJobIsTriedAtLeastThreeTimes even where the time for it is over when it is first refused. A fail with
// retries left is not: after the lease it could release a job that is another worker's by then.
func TestACommandThatEndsAJobIsTriedAtLeastThreeTimes(t *testing.T) {
	t.Parallel()
	accepted := job.Settling{EffectDone: true}
	for _, tt := range []struct {
		name    string
		outcome job.Outcome
		want    int64
	}{
		{"complete after an accepted event", job.Complete{Settling: accepted}, leastTries},
		{"fail without retries after an accepted event", job.Fail{Settling: accepted}, leastTries},
		{"complete without an event", job.Complete{}, leastTries},
		{"throw", job.Throw{Code: "E"}, leastTries},
		{"fail without retries", job.Fail{}, leastTries},
		{"fail with retries", job.Fail{Retries: 2}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var tries atomic.Int64
				g := &testkit.Gateway{Fault: func(call string, key int64) error {
					if key != 0 && call != "UpdateTimeout" {
						tries.Add(1)
						testkit.Advance(2 * time.Minute) // longer than the lease and the one behind it
						return &job.CommandError{Kind: job.Transient, Code: "INTERNAL", Reason: "no", NotTaken: true}
					}
					return nil
				}}
				var done atomic.Bool
				h := &handler{do: func(ctx context.Context, _ *job.Job) job.Outcome {
					if done.Swap(true) {
						<-ctx.Done()
						return job.Abandon{Reason: job.AbandonDrained}
					}
					return tt.outcome
				}}
				r := start(t, Config{Stream: true, Lease: time.Minute, GracePeriod: time.Millisecond}, g, h)
				g.Create(1)
				testkit.Advance(20 * time.Minute)
				assert.Equal(t, tt.want, tries.Load())
				assert.Equal(t, 1, r.seen.of(job.AbandonUndelivered))
				r.stop()
			})
		})
	}
}

// TestAnEventThatWasNotAcceptedIsNotFailedLate: the job may be another worker's by then, and its fail would release it.
func TestAnEventThatWasNotAcceptedIsNotFailedLate(t *testing.T) {
	t.Parallel()
	for _, retries := range []int32{0, 2} {
		synctest.Test(t, func(t *testing.T) {
			g := &testkit.Gateway{}
			var first atomic.Bool
			h := &handler{do: func(_ context.Context, _ *job.Job) job.Outcome {
				if !first.Swap(true) {
					testkit.Advance(70 * time.Second)
					return job.Fail{Retries: retries}
				}
				return job.Complete{}
			}}
			r := start(t, Config{Stream: true, Lease: time.Minute}, g, h)
			g.Create(1)
			testkit.Advance(5 * time.Minute)
			assert.Empty(t, g.Calls("Fail"))
			assert.Len(t, g.Calls("Complete"), 1)
			assert.Equal(t, 1, r.seen.of(job.AbandonLeaseOver))
			r.stop()
		})
	}
}

// TestWhatIsKnownOfACommandIsRemembered for an activation of the same try that is in transport meanwhile: it is not worked on.
func TestWhatIsKnownOfACommandIsRemembered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		outcome job.Outcome
		answer  error
		reason  job.AbandonReason
		want    job.Outcome
	}{
		{"it was taken", job.Complete{}, nil, "", job.Complete{}},
		{"the job is gone", job.Complete{}, &job.CommandError{Kind: job.Gone, Code: "NOT_FOUND"}, job.AbandonGone, job.Fail{}},
		{"its answer was lost", job.Fail{Retries: 2}, &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE"}, job.AbandonUnconfirmed, job.Fail{Retries: 2}},
		{"it never is", job.Fail{}, &job.CommandError{Kind: job.Unacceptable, Code: "INVALID_ARGUMENT", NotTaken: true}, job.AbandonUndelivered, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &way{Gateway: &testkit.Gateway{}, before: func(string, int64) error { return tt.answer }}
				if tt.answer == nil {
					g.Create(1)
					require.NoError(t, g.Gateway.Activate(t.Context(), job.PollRequest{MaxJobs: 1, Wait: -1, TakeRequest: job.TakeRequest{Type: "test", Lease: time.Minute}}, func(*job.Job) {}))
				}
				w := newRun(New(Config{}, g, &handler{}, nil, nil), t.Context(), t.Context(), t.Context())
				w.link.enter(linkUp, time.Now())
				a := &activation{}
				_, reason := w.deliver(&job.Job{Key: 1, Lease: job.NewLease(time.Now().Add(time.Minute), nil)}, a, tt.outcome)
				assert.Equal(t, tt.reason, reason)
				assert.Equal(t, tt.want, a.command)
				testkit.Advance(time.Hour) // the gateway's timers
			})
		})
	}
}

// neverFails is a gateway that answers no fail of a job.
type neverFails struct{ Gateway }

func (neverFails) Fail(ctx context.Context, _ job.Ref, _ int32, _ time.Duration, _ string, _ []byte) error {
	<-ctx.Done()
	return &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED"}
}

// TestACommandThatWeEndOurselvesIsNoFailedOne: it tells nothing of the job's partition.
func TestACommandThatWeEndOurselvesIsNoFailedOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newRun(New(Config{}, neverFails{}, &handler{}, nil, nil), t.Context(), t.Context(), t.Context())
		w.link.enter(linkUp, time.Now())
		for key := range int64(failuresOfPartition) {
			j := &job.Job{Key: key, Lease: job.NewLease(time.Now().Add(100*time.Millisecond), nil)}
			outcome := job.Fail{Retries: 2}
			require.Error(t, w.limit(j, outcome).command(j, outcome, 1))
		}
		assert.Zero(t, w.link.partitions[0].failures)
		assert.Equal(t, linkUp, w.link.current())
	})
}
