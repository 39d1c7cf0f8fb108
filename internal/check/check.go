// Package check tells an operator before the first job whether a worker with this configuration could work: whether the
// gateway takes it, whether it can read models and secrets, as whom it is known to AWS, and whether its event buses are
// there. Each [Finding] that failed has a cure.
//
// It takes no job, sends no event, and changes nothing anywhere. [Run] runs the parts side by side; each is bounded in time.
package check

import (
	"context"
	"sync"
	"time"
)

// Verdict is how a check came out.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Failed  Verdict = "failed"  // jobs would fail, or none would be taken
	Unknown Verdict = "unknown" // it cannot be told from here, and why
	Skipped Verdict = "skipped" // it is not needed with this configuration
)

// Finding is what one check found.
type Finding struct {
	Part    string  `json:"part"`             // such as gateway
	Client  string  `json:"client,omitempty"` // whose it is, if there are several
	Name    string  `json:"name"`             // such as tenants
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail"`
	Cure    string  `json:"cure,omitempty"` // of what failed: what to do
}

// Part is a number of checks that belong together.
type Part struct {
	Name   string
	Client string // whose it is, if there are several; empty = of all
	// Run does the checks, until ctx ends at the latest. It tells what it could not do by then as a finding.
	Run func(ctx context.Context) []Finding
}

// Run runs the parts side by side, each for at most limit, and returns the findings in the order of the parts.
func Run(ctx context.Context, parts []Part, limit time.Duration) []Finding {
	found := make([][]Finding, len(parts))
	var running sync.WaitGroup
	for i, p := range parts {
		running.Go(func() {
			bounded, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			found[i] = p.Run(bounded)
		})
	}
	running.Wait()
	var all []Finding
	for i, p := range parts {
		for _, f := range found[i] {
			f.Part, f.Client = p.Name, p.Client
			all = append(all, f)
		}
	}
	return all
}

// Failures returns how many findings failed.
func Failures(all []Finding) int {
	n := 0
	for _, f := range all {
		if f.Verdict == Failed {
			n++
		}
	}
	return n
}

func ok(name, detail string) Finding { return Finding{Name: name, Verdict: OK, Detail: detail} }

func failed(name, detail, cure string) Finding {
	return Finding{Name: name, Verdict: Failed, Detail: detail, Cure: cure}
}

func unknown(name, why string) Finding { return Finding{Name: name, Verdict: Unknown, Detail: why} }

func skipped(name, why string) Finding { return Finding{Name: name, Verdict: Skipped, Detail: why} }
