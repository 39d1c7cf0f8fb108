package worker

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestAJobHasItsStackFromTheBeginning: what the runtime would double and copy on the way.
func TestAJobHasItsStackFromTheBeginning(t *testing.T) { //nolint:paralleltest // it measures the process
	const jobs = 500
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection halves stacks of which little is in use
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		h := &handler{do: func(context.Context, *job.Job) job.Outcome {
			<-end
			return job.Abandon{Reason: job.AbandonDrained}
		}}
		w := newRun(New(Config{MaxJobsActive: jobs, Lease: time.Minute}, &testkit.Gateway{}, h, nil, nil), t.Context(), t.Context(), t.Context())
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range jobs {
			slot, err := w.slots.Take(t.Context())
			require.NoError(t, err)
			w.take(&job.Job{Key: int64(i)}, slot, true, sighting{earliest: time.Now()})
		}
		synctest.Wait()
		runtime.ReadMemStats(&after)
		require.Equal(t, int64(jobs), h.now.Load())
		each := (after.StackInuse - before.StackInuse) / jobs
		assert.GreaterOrEqual(t, each, uint64(7<<10), "bytes of stack of a job at work")
		assert.Less(t, each, uint64(12<<10), "bytes of stack of a job at work")
		close(end)
		w.running.Wait()
	})
}
