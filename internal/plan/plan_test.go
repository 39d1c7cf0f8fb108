package plan_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

// defaults are those of the configuration.
var defaults = plan.Settings{Capacity: 256, Entries: 10, Lease: time.Minute, LeastLease: 16 * time.Second, RequestTimeout: 10 * time.Second}

func TestAPlanIsLittlesLaw(t *testing.T) {
	t.Parallel()
	p := plan.Of(plan.Load{Rate: 2000, Latency: 20 * time.Millisecond, Size: 4096}, defaults)
	assert.Equal(t, 2, p.Replicas)
	assert.InDelta(t, 2000*p.JobTime.Seconds(), p.Slots, 1e-9)
	assert.InDelta(t, 1000*0.020/4, p.Entries, 1e-9, "four requests in flight share what comes to one replica")
	assert.InDelta(t, 400, p.Requests, 1e-9)
	assert.InDelta(t, 2000*4096, p.Bytes, 1e-9)
	assert.InDelta(t, p.Slots/512, p.Share, 1e-9)
	assert.Greater(t, p.MemoryFull, p.Memory)
}

func TestAPlanGrowsWithItsLoad(t *testing.T) {
	t.Parallel()
	for _, s := range []plan.Settings{defaults, {Capacity: 1, Entries: 1, Lease: time.Minute, RequestTimeout: time.Second}} {
		last := plan.Plan{}
		for _, rate := range []float64{0.001, 1, 10, 1000, 10_000, 1_000_000} {
			p := plan.Of(plan.Load{Rate: rate, Latency: 100 * time.Millisecond, Size: 300}, s)
			assert.GreaterOrEqual(t, p.Replicas, max(plan.Least, p.ForSlots, p.ForProcessor, last.Replicas))
			assert.LessOrEqual(t, p.Share, plan.Busy)
			assert.LessOrEqual(t, p.Cores/float64(p.Replicas), plan.Busy)
			assert.LessOrEqual(t, p.Requests, rate*1.000001)
			assert.Greater(t, p.Slots, last.Slots)
			last = p
		}
	}
}

func TestLargeEventsShareFewerRequests(t *testing.T) {
	t.Parallel()
	load := plan.Load{Rate: 10_000, Latency: 100 * time.Millisecond}
	for size, want := range map[int]float64{300: 10, 104_857: 10, 104_858: 9, 300_000: 3, 1 << 20: 1} {
		load.Size = size
		assert.InDelta(t, want, plan.Entries(10_000, load, defaults), 0, "%d bytes: 1 MiB in a request", size)
	}
	few := defaults
	few.Capacity = 16
	load.Size = 300
	assert.InDelta(t, 2, plan.Entries(10_000, load, few), 0, "an eighth of the capacity")
}

func TestTheLeaseIsChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                string
		latency             time.Duration
		lease, least, tries time.Duration
		want                plan.LeaseVerdict
	}{
		{"the defaults", 20 * time.Millisecond, time.Minute, 16 * time.Second, 10 * time.Second, plan.LeaseFits},
		{"three tries do not fit", 20 * time.Millisecond, 30 * time.Second, 13 * time.Second, 10 * time.Second, plan.LeaseTight},
		{"one try does not", 20 * time.Millisecond, 20 * time.Second, 10 * time.Second, 10 * time.Second, plan.LeaseShort},
		{"no answer comes in time", 10 * time.Second, time.Minute, 16 * time.Second, 10 * time.Second, plan.LeaseNeverInTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := plan.Settings{Capacity: 256, Entries: 10, Lease: tt.lease, LeastLease: tt.least, RequestTimeout: tt.tries}
			assert.Equal(t, tt.want, plan.Of(plan.Load{Rate: 1, Latency: tt.latency, Size: 1}, s).Lease)
		})
	}
}

// TestThePageHasTheConstants holds docs/scaling.md against the code.
func TestThePageHasTheConstants(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/scaling.md")
	require.NoError(t, err)
	milliseconds := func(d time.Duration) string { return fmt.Sprintf("%v ms", float64(d)/float64(time.Millisecond)) }
	want := map[string]string{
		"a job beside the bus's time":           milliseconds(plan.JobTime),
		"processor for a job":                   milliseconds(plan.JobCPU),
		"processor for a request":               milliseconds(plan.RequestCPU),
		"processor for 1,000 bytes of an event": milliseconds(plan.KilobyteCPU),
		"memory of a process under load":        fmt.Sprintf("%d MiB", plan.BaseMemory>>20),
		"memory of a job at work":               fmt.Sprintf("%d KiB and %d times its event", plan.JobMemory>>10, plan.EventCopies),
		"the share that a plan uses":            fmt.Sprintf("%.0f %%", 100*plan.Busy),
	}
	got := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \| \*\*([^|]+)\*\* \|`).FindAllStringSubmatch(string(text), -1) {
		got[m[1]] = m[2]
	}
	assert.Equal(t, want, got)
}
