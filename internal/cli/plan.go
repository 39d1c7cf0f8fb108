package cli

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

const planDoc = "With --plan RATE LATENCY SIZE it prints what such a load asks for with this configuration: slots, replicas, requests to AWS, bytes, processor, memory, and whether the lease suits it. " +
	"RATE is in jobs a second, all replicas together. LATENCY is the time in which the bus answers: 20ms, PT0.02S, or a number of milliseconds. SIZE is an event's: bytes, or a number with KB, KiB, MB or MiB. " +
	"docs/scaling.md explains the arithmetic."

// Bounds of what can be planned.
const (
	mostPlanRate    = 1_000_000
	mostPlanLatency = time.Hour
)

// planLoad reads the arguments behind --plan.
func planLoad(args []string) (l plan.Load, err error) {
	if len(args) != 3 {
		return l, fmt.Errorf("--plan: found %d arguments, expected three: RATE LATENCY SIZE, such as 2000 20ms 4KiB", len(args))
	}
	var ok bool
	if l.Rate, err = strconv.ParseFloat(args[0], 64); err != nil || !(l.Rate >= 0.001 && l.Rate <= mostPlanRate) {
		return l, fmt.Errorf("--plan: RATE: found %q, expected jobs a second, from 0.001 to %d, such as 2000", args[0], mostPlanRate)
	}
	if l.Latency, ok = config.ParseDuration(args[1]); !ok || l.Latency <= 0 || l.Latency > mostPlanLatency {
		return l, fmt.Errorf("--plan: LATENCY: found %q, expected a time above 0 and up to an hour, such as 20ms", args[1])
	}
	if l.Size, ok = parseSize(args[2]); !ok || l.Size < 1 || l.Size > limit.RequestSize {
		return l, fmt.Errorf("--plan: SIZE: found %q, expected bytes from 1 to %d (1 MiB, the most that AWS takes), such as 4KiB", args[2], limit.RequestSize)
	}
	return l, nil
}

// parseSize reads a number of bytes: 4096, 4KB, 4KiB, 0.5 MiB. As in settings, KB is 1,024 bytes.
func parseSize(text string) (int, bool) {
	number, scale := strings.ToLower(strings.TrimSpace(text)), 1.0
	for _, unit := range []struct {
		name  string
		scale float64
	}{{"kib", 1 << 10}, {"mib", 1 << 20}, {"kb", 1 << 10}, {"mb", 1 << 20}, {"b", 1}} {
		if rest, found := strings.CutSuffix(number, unit.name); found {
			number, scale = strings.TrimSpace(rest), unit.scale
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(n) || math.Abs(n*scale) > math.MaxInt32 {
		return 0, false
	}
	return int(math.Ceil(n * scale)), true
}

func planSettings(c *config.Config) plan.Settings {
	return plan.Settings{
		Capacity: c.Worker.MaxJobsActive, Entries: c.Connector.MaxEntries, Lease: c.Worker.Lease, RequestTimeout: c.Connector.RequestTimeout,
		LeastLease: connector.LeastLease(c.Worker.Lease, c.Connector.RequestTimeout),
	}
}

// printPlan writes the plan of a load as a table: what, how much, and why.
func printPlan(w io.Writer, l plan.Load, s plan.Settings) {
	p := plan.Of(l, s)
	each := 1 / float64(p.Replicas)
	fmt.Fprintf(w, "%s jobs/s, a bus that answers in %s, events of %s; %d slots, %d entries in a request, lease %s\n\n", rounded(l.Rate), l.Latency, inBytes(float64(l.Size)), s.Capacity, s.Entries, s.Lease)
	t := plainTable()
	t.AppendRows([]table.Row{
		{"replicas", p.Replicas, fmt.Sprintf("at least %d to restart one at any time; %d for the slots, %d for the processor, each used to %.0f %%", plan.Least, p.ForSlots, p.ForProcessor, 100*plan.Busy)},
		{"slots in use", rounded(p.Slots), fmt.Sprintf("%s jobs/s × %s a job, %s %% of all", rounded(l.Rate), p.JobTime.Round(100*time.Microsecond), rounded(100*p.Share))},
		{"requests to AWS", rounded(p.Requests) + "/s", fmt.Sprintf("%s events in each, if all go to one bus with the same credentials; %s/s if each has its own. Compare both with the quota of your account", rounded(p.Entries), rounded(l.Rate))},
		{"bytes to AWS", inBytes(p.Bytes) + "/s", "events alone; the gateway sends at least as much"},
		{"commands to the gateway", rounded(l.Rate) + "/s", fmt.Sprintf("and %d streams", p.Replicas)},
		{"processor", rounded(p.Cores) + " cores", rounded(p.Cores*each) + " in each replica"},
		{"memory of a replica", inBytes(float64(p.Memory)), inBytes(float64(p.MemoryFull)) + " with a job in each slot: the limit should allow that"},
		{"lease", leaseWords[p.Lease].word, leaseWords[p.Lease].why},
	})
	fmt.Fprintln(w, t.Render())
	fmt.Fprintln(w, "\nEstimates from measurements of one machine; docs/scaling.md has them. Measure your own before you depend on them.")
}

var leaseWords = [...]struct{ word, why string }{
	plan.LeaseFits:        {"fits", fmt.Sprintf("%d tries of a send, each with its whole request timeout, and the command", plan.Tries)},
	plan.LeaseTight:       {"tight", fmt.Sprintf("one try of a send fits, not %d with their whole request timeout: raise the lease, or lower the request timeout", plan.Tries)},
	plan.LeaseShort:       {"too short", "not even one try of a send with its whole request timeout is sure to fit: raise the lease, or lower the request timeout"},
	plan.LeaseNeverInTime: {"no use", "the request timeout is not above LATENCY: each request is cut off. Raise the request timeout, and the lease to three times that"},
}

// rounded writes a number with three digits or more.
func rounded(n float64) string {
	switch {
	case n >= 100:
		return strconv.FormatFloat(n, 'f', 0, 64)
	case n >= 1:
		return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64)
	}
	return strconv.FormatFloat(n, 'g', 2, 64)
}

// inBytes writes a number of bytes.
func inBytes(n float64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", n/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", n/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", n/(1<<10))
	}
	return fmt.Sprintf("%.0f B", n)
}
