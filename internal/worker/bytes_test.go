package worker

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// scales weigh the jobs that a handler works on.
type scales struct {
	mu           sync.Mutex
	bytes, jobs  int64
	most         int64 // bytes at a time
	mostTogether int64 // bytes of two or more jobs at a time
}

func (s *scales) add(bytes, jobs int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes, s.jobs = s.bytes+bytes, s.jobs+jobs
	s.most = max(s.most, s.bytes)
	if s.jobs > 1 {
		s.mostTogether = max(s.mostTogether, s.bytes)
	}
}

// weighing completes each job after it took so long, and weighs it meanwhile.
func (s *scales) weighing(took time.Duration) *handler {
	inner := completing(took)
	return &handler{do: func(ctx context.Context, j *job.Job) job.Outcome {
		s.add(bytesOf(j), 1)
		defer s.add(-bytesOf(j), -1)
		return inner.do(ctx, j)
	}}
}

// createOf makes jobs of so many bytes each, with keys that follow each other.
func createOf(t *testing.T, g *testkit.Gateway, first int64, sizes ...int) {
	t.Helper()
	jobs := make([]embedded.Job, len(sizes))
	for i, size := range sizes {
		jobs[i] = embedded.Job{Key: first + int64(i), Type: "test", Variables: jobText(size), CustomHeaders: "{}"}
	}
	_, err := g.Embedded().AddJobs(jobs...)
	require.NoError(t, err)
}

// jobText returns variables that make a job of so many bytes, with headers of two.
func jobText(size int) string {
	const around = len(`{"a":""}`) + len(`{}`)
	return `{"a":"` + strings.Repeat("x", size-around) + `"}`
}

func sizes(n int, of func(i int) int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = of(i)
	}
	return all
}

// TestJobsAreWorkedOnUpToALimitOfBytes: whatever their sizes, all jobs are given out once and completed, and none but a job that is
// larger than the limit by itself exceeds it.
func TestJobsAreWorkedOnUpToALimitOfBytes(t *testing.T) {
	t.Parallel()
	const limit, batch, largest = 10_000, 20_000, 45_000
	for _, way := range []struct {
		name   string
		config Config
		before bool // whether the jobs wait before the worker starts
	}{
		{name: "streamed", config: Config{Stream: true, MaxJobsActive: 32}},
		{name: "a backlog beside a stream", config: Config{Stream: true, MaxJobsActive: 32}, before: true},
		{name: "polled alone", config: Config{MaxJobsActive: 32}},
		{name: "a backlog, polled alone", config: Config{MaxJobsActive: 32}, before: true},
		{name: "two slots", config: Config{Stream: true, MaxJobsActive: 2}},
		{name: "one slot", config: Config{Stream: true, MaxJobsActive: 1}, before: true},
	} {
		for _, load := range []struct {
			name  string
			sizes []int
		}{
			{"large ones", sizes(64, func(int) int { return 3000 })},
			{"each as large as the limit", sizes(20, func(int) int { return limit })},
			{"each larger than the limit", sizes(20, func(int) int { return limit + 1 })},
			{"one larger than the limit among small ones", sizes(200, func(i int) int {
				if i == 100 {
					return largest
				}
				return 100
			})},
			{"many large ones beside small ones", sizes(200, func(i int) int { return 100 + i%3*4000 })},
		} {
			t.Run(way.name+"/"+load.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					g := &testkit.Gateway{Latency: time.Millisecond, Options: embedded.GatewayOptions{BatchLimit: batch}}
					scales, config := &scales{}, way.config
					config.Bytes = NewBytes(limit)
					if way.before {
						createOf(t, g, 1, load.sizes...)
					}
					r := start(t, config, g, scales.weighing(20*time.Millisecond))
					if !way.before {
						createOf(t, g, 1, load.sizes...)
					}
					var here int64
					for range 1500 {
						testkit.Advance(20 * time.Millisecond)
						here = max(here, r.BytesInUse())
					}
					require.Equal(t, len(load.sizes), g.Count("Complete"), "no job waits for anything after 30 s")
					r.stop()
					assert.Len(t, g.Calls("Complete"), len(load.sizes), "one command for each job")
					assert.Equal(t, len(load.sizes), r.seen.count(), "no job was given out twice")
					assert.Empty(t, r.seen.left())
					assert.LessOrEqual(t, scales.mostTogether, int64(limit), "bytes of jobs that are worked on together")
					assert.Positive(t, scales.most)
					// The last job that is read from a stream, and one answer of a poll, are here beyond the limit.
					assert.LessOrEqual(t, here, int64(limit+batch+2*largest), "bytes in this process")
					assert.Zero(t, r.BytesInUse())
					assert.Zero(t, r.SlotsInUse())
				})
			})
		}
	}
}

// TestAnAnswerThatIsCutShortIsFollowedByAPoll: a broker puts no more jobs into an answer than its limit of bytes allows, so that
// fewer than were asked for need not be all that wait.
func TestAnAnswerThatIsCutShortIsFollowedByAPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{Latency: time.Millisecond, Options: embedded.GatewayOptions{BatchLimit: 4000}}
		createOf(t, g, 1, sizes(64, func(int) int { return 1000 })...)
		r := start(t, Config{Stream: true, MaxJobsActive: 256}, g, completing(time.Millisecond))
		testkit.Advance(time.Second)
		assert.Equal(t, 64, g.Count("Complete"), "three or four come with each poll")
		r.stop()
	})
}

// TestALargeJobIsNotStarvedBySmallOnes: jobs begin in the order in which they came.
func TestALargeJobIsNotStarvedBySmallOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		r := start(t, Config{Stream: true, MaxJobsActive: 64, Bytes: NewBytes(10_000)}, g, completing(100*time.Millisecond))
		done := func() bool { state, _ := g.State(1); return state == "Complete" }
		for i := range int64(300) { // as many as fit into the limit are always there
			createOf(t, g, 100+i, 900)
			if i == 50 {
				createOf(t, g, 1, 9500)
			}
			testkit.Advance(10 * time.Millisecond)
			if done() {
				assert.Less(t, i, int64(120))
				break
			}
		}
		assert.True(t, done(), "the large job is done while small ones come")
		testkit.Advance(30 * time.Second)
		r.stop()
		assert.Zero(t, g.Count("waiting")+g.Count("active"))
	})
}

// TestADrainOfAWorkerThatIsFullOfBytesLosesNothing: what has come and not begun is worked on within the grace period, and handed back
// at its end.
func TestADrainOfAWorkerThatIsFullOfBytesLosesNothing(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			g := &testkit.Gateway{Latency: time.Millisecond}
			createOf(t, g, 1, sizes(40, func(int) int { return 1000 })...)
			scales := &scales{}
			// The first answer of a poll brings more than may be worked on: the size of jobs is not known yet.
			r := start(t, Config{Stream: stream, MaxJobsActive: 32, GracePeriod: 12 * time.Second, Bytes: NewBytes(2000)}, g, scales.weighing(5*time.Second))
			testkit.Advance(time.Second)
			here := []int64{32_000} // one answer, with a job for each slot
			if stream {
				here = append(here, 31_000) // the stream had taken a slot before the poll asked
			}
			require.Contains(t, here, r.BytesInUse())
			began := time.Now()
			r.stop()
			assert.Less(t, time.Since(began), 16*time.Second)
			require.NoError(t, r.left)
			testkit.Advance(time.Second) // a job that was handed back has a millisecond of its lease left
			assert.Equal(t, 4, g.Count("Complete"), "two at a time, twice within the grace period")
			assert.Equal(t, 36, g.Count("waiting"), "all others can be worked on by another worker at once")
			assert.Empty(t, r.seen.left())
			assert.LessOrEqual(t, scales.most, int64(2000))
			assert.Zero(t, r.BytesInUse())
		})
	}
}

// TestAJobThatWaitsForBytesIsHandedBackBeforeItsLeaseEnds: another worker may have room for it.
func TestAJobThatWaitsForBytesIsHandedBackBeforeItsLeaseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{Latency: time.Millisecond}
		createOf(t, g, 1, 1000, 1000)
		r := start(t, Config{MaxJobsActive: 8, Lease: time.Minute, Bytes: NewBytes(1000)}, g, completing(50*time.Second))
		testkit.Advance(40 * time.Second)
		assert.Empty(t, g.Calls("UpdateTimeout"))
		testkit.Advance(6 * time.Second)
		assert.Len(t, g.Calls("UpdateTimeout"), 1, "a quarter of its lease is left")
		testkit.Advance(2 * time.Minute)
		assert.Equal(t, 2, g.Count("Complete"), "it comes again, and is worked on then")
		r.stop()
		assert.Empty(t, r.seen.left())
	})
}

// TestWorkersShareALimitOfBytes, each with its own gateway.
func TestWorkersShareALimitOfBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		scales, shared := &scales{}, NewBytes(5000)
		var gateways [2]*testkit.Gateway
		var rigs [2]*rig
		for i := range gateways {
			gateways[i] = &testkit.Gateway{Latency: time.Millisecond}
			rigs[i] = start(t, Config{Stream: i == 0, MaxJobsActive: 32, Bytes: shared}, gateways[i], scales.weighing(20*time.Millisecond))
			createOf(t, gateways[i], 1, sizes(100, func(int) int { return 1000 })...)
		}
		testkit.Advance(600 * time.Millisecond)
		for _, g := range gateways {
			assert.Greater(t, g.Count("Complete"), 30, "neither waits for the other to have no more jobs")
		}
		testkit.Advance(30 * time.Second)
		for i, r := range rigs {
			assert.Equal(t, 100, gateways[i].Count("Complete"))
			r.stop()
		}
		assert.LessOrEqual(t, scales.most, int64(5000))
	})
}

func TestBytesAreAskedForInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBytes(1000)
		b.arrived(1500)
		var order []int
		for i := range 5 {
			go func() {
				_, err := b.await(t.Context())
				assert.NoError(t, err)
				order = append(order, i) // it is its turn
				b.arrived(1500)
			}()
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := b.await(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		for range 5 {
			b.ended(1500)
			synctest.Wait()
		}
		assert.Equal(t, []int{0, 1, 2, 3, 4}, order)
	})
}

// TestRoomIsCountedInJobsOfTheSizeThatCameLately: rather too few are asked for than too many.
func TestRoomIsCountedInJobsOfTheSizeThatCameLately(t *testing.T) {
	t.Parallel()
	b := NewBytes(100_000)
	room := func() int { jobs, _ := b.room(); return jobs }
	assert.Greater(t, room(), 1000, "no job has come yet")
	b.arrived(20_000)
	assert.Equal(t, 4, room())
	b.arrived(70_000)
	assert.Equal(t, 1, room(), "one may always come while there is room")
	b.ended(70_000)
	assert.Equal(t, 1, room(), "the next may be as large")
	for range 40 { // small ones
		b.arrived(10)
		b.ended(10)
	}
	assert.Greater(t, room(), 50, "large ones have not come for a while")
	b.ended(20_000)
	assert.Zero(t, NewBytes(0).Limit())
	assert.EqualValues(t, 100_000, b.Limit())
}
