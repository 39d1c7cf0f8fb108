package zeebe

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// seenTimes notes when each job came.
type seenTimes struct {
	mu sync.Mutex
	at map[int64][]time.Time
}

func (s *seenTimes) note(key int64) (times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = map[int64][]time.Time{}
	}
	s.at[key] = append(s.at[key], time.Now())
	return len(s.at[key])
}

func TestEngineEndsEachJobAsItsHandlerSays(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		s := newSite(t, embedded.GatewayOptions{Partitions: 3}, nil)
		var seen seenTimes
		e := s.work(way, worker.Config{MaxJobsActive: 8}, nil, func(_ context.Context, j *job.Job) job.Outcome {
			assert.Equal(t, way.leased(), j.LeaseToken != "", "a token comes where it is asked for")
			again := seen.note(j.Key) > 1
			switch {
			case again:
				return job.Complete{Variables: []byte(`{"again":true}`)}
			case j.Variables == `{"do":"fail"}`:
				return job.Fail{Retries: j.Retries - 1, Backoff: 7 * time.Second, Message: "not now"}
			case j.Variables == `{"do":"throw"}`:
				return job.Throw{Code: "E1", Message: "said so", Variables: []byte(`{"n":1.10}`)}
			case j.Variables == `{"do":"hand-back"}`:
				return job.HandBack{}
			}
			return job.Complete{Variables: []byte(`{"lone":"\ud800"}`)}
		})
		done, failed, thrown, handedBack := s.add(20, "complete"), s.add(20, "fail"), s.add(20, "throw"), s.add(20, "hand-back")
		pass(30 * time.Second)

		report := map[int64]embedded.JobReport{}
		for _, r := range s.Report() {
			report[r.Key] = r
		}
		want := func(keys []int64, want embedded.JobReport) {
			t.Helper()
			for _, key := range keys {
				want.Key, want.Type, want.TenantID = key, "t", embedded.DefaultTenant
				require.Equal(t, want, report[key])
			}
		}
		want(done, embedded.JobReport{State: embedded.StateCompleted, Retries: 3, Activations: 1, Completes: 1})
		want(failed, embedded.JobReport{State: embedded.StateCompleted, Retries: 2, Activations: 2, Completes: 1, Fails: 1})
		want(thrown, embedded.JobReport{State: embedded.StateThrown, Retries: 3, Activations: 1, Throws: 1})
		want(handedBack, embedded.JobReport{State: embedded.StateCompleted, Retries: 3, Activations: 2, Completes: 1, Updates: 1})
		for _, key := range failed {
			assert.GreaterOrEqual(t, seen.at[key][1].Sub(seen.at[key][0]), 7*time.Second, "the backoff is kept")
		}
		for _, c := range s.Commands() {
			assert.Equal(t, way.leased(), c.LeaseToken != "", "each command has the token of its activation")
			switch c.Kind {
			case embedded.Throw:
				assert.Equal(t, []string{"E1", "said so", `{"n":1.10}`}, []string{c.Code, c.Message, c.Variables})
			case embedded.Fail:
				assert.Equal(t, "not now", c.Message)
			case embedded.Complete, embedded.UpdateTimeout:
			}
		}
		assert.Zero(t, s.Counts().Refused)
		assert.Empty(t, e.abandoned)
		assert.Equal(t, map[string]int{"complete": 60, "fail": 20, "throw": 20, "hand-back": 20}, e.settled)
	})
}

// TestEngineLosesAJobWhoseLeaseRanOut has a worker sleep over the end of its lease while another one works on the job.
func TestEngineLosesAJobWhoseLeaseRanOut(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		s := newSite(t, embedded.GatewayOptions{}, nil)
		take := func(d time.Duration) func(context.Context, *job.Job) job.Outcome {
			return func(context.Context, *job.Job) job.Outcome {
				pass(d)
				return job.Complete{Settling: job.Settling{EffectDone: true}}
			}
		}
		slow := s.work(way, worker.Config{MaxJobsActive: 1, Lease: 20 * time.Second}, nil, take(25*time.Second))
		key := s.add(1, "slowly")[0]
		pass(time.Second)
		quick := s.work(way, worker.Config{MaxJobsActive: 1, Lease: 20 * time.Second}, nil, take(10*time.Second))
		pass(time.Minute)

		r, _ := s.ReportOf(key)
		assert.Equal(t, embedded.StateCompleted, r.State)
		assert.Equal(t, 2, r.Activations)
		assert.Equal(t, 1, r.Completes, "a job ends once")
		if way.leased() {
			assert.Equal(t, 1, r.Stale, "the token of the first activation is refused")
			assert.Equal(t, map[job.AbandonReason]int{job.AbandonSuperseded: 1}, slow.abandoned)
			assert.Equal(t, map[string]int{"complete": 1}, quick.settled, "who holds the job ends it")
			return
		}
		assert.Equal(t, map[string]int{"complete": 1}, slow.settled, "without a token the broker takes the command, whoever holds the job")
		assert.Equal(t, map[job.AbandonReason]int{job.AbandonGone: 1}, quick.abandoned)
	})
}
