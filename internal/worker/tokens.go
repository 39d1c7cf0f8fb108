package worker

import (
	"context"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// LeaseMode says whether a worker asks for lease tokens. All workers of a job type must have the same: a job once given out with a
// token is given to no worker that does not ask for one.
type LeaseMode uint8

// The modes.
const (
	LeaseOff     LeaseMode = iota // no tokens are asked for
	LeasePrefer                   // a job without a token is worked on as without leases
	LeaseRequire                  // a job without a token is failed with a backoff, its retries are kept
)

const (
	// noTokenBackoff is how long a job waits that was failed for want of a token.
	noTokenBackoff = 30 * time.Second
	// noTokenFor is for how long after such a job the worker is not ready. It is longer than the job's backoff: as long as the
	// cluster gives jobs without tokens, the worker is not ready all the time.
	noTokenFor = time.Minute
)

// tokens is what a worker knows of lease tokens. The zero value stands for none.
type tokens struct {
	mode    LeaseMode
	refused *unsupported // whether the gateway refuses requests that ask for tokens

	mu        sync.Mutex
	without   time.Time // when a job last came without a token that is required
	complaint complaint
	refusals  complaint
}

func newTokens(mode LeaseMode) *tokens { return &tokens{mode: mode, refused: newUnsupported()} }

// asked says whether the next request asks for tokens.
func (t *tokens) asked() bool {
	return t.mode == LeaseRequire || t.mode == LeasePrefer && !t.refused.known()
}

// missing is told of a job without a token that is required. It says whether that is to be logged.
func (t *tokens) missing() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.without = time.Now()
	return t.complaint.due("a job has no token")
}

// refusal is told of a gateway that refuses a request for tokens. It says whether that is to be logged. While a cluster is upgraded,
// gateways that do and others that do not may answer in turn.
func (t *tokens) refusal() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refusals.due("the gateway refuses")
}

// ready says whether jobs come with the tokens that are required. The reason says why not.
func (t *tokens) ready() (ready bool, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.without.IsZero() || time.Since(t.without) >= noTokenFor {
		return true, ""
	}
	return false, noToken
}

// noToken says what is wrong with jobs without a token.
const noToken = "jobs come without a lease token, which is required (with-lease: require): the cluster, or a part of it, is older than Camunda 8.10"

// activate polls. A gateway that refuses to be asked for tokens is asked without, unless they are required; so is the next
// stream.
func (w *run) activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	err := w.gateway.Activate(ctx, r, yield)
	if !r.WithLease || w.tokens.mode != LeasePrefer {
		return err
	}
	if err == nil {
		w.tokens.refused.over()
		return nil
	}
	if e := refusal(err); e == nil || e.Fault != job.FaultNoLease {
		return err
	}
	if pause, news := w.tokens.refused.found(); news && w.tokens.refusal() {
		w.log.Info("the gateway gives no lease tokens, going on without; it is asked again later", "after", pause.String())
	}
	r.WithLease = false
	return w.gateway.Activate(ctx, r, yield)
}

// lacksToken returns how a job ends that came without a token that is required; nil if it has one, or needs none.
func (w *run) lacksToken(j *job.Job) job.Outcome {
	if w.tokens.mode != LeaseRequire || j.LeaseToken != "" {
		return nil
	}
	if w.tokens.missing() {
		w.log.Error(noToken+"; they are failed with a backoff and keep their retries", "job_key", j.Key, "backoff", noTokenBackoff.String())
	}
	return job.Fail{
		Settling: job.Settling{NotWorkedOn: true}, Retries: j.Retries, Backoff: noTokenBackoff,
		Message: "The worker requires lease tokens, and the cluster gave this job without one. " + w.config.NotWorkedOn + " The job is tried again and keeps its retries.",
	}
}

// late is the outcome of a job that came too late. One without a token is handed back only while its lease surely holds: the
// command names the job alone, and could take it from another worker.
func late(j *job.Job) job.Outcome {
	if j.LeaseToken == "" && j.Lease.Left() < surely {
		return job.Abandon{Reason: job.AbandonLeaseOver}
	}
	return job.HandBack{}
}
