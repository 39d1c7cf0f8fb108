package zeebe

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// tokens keeps an OAuth token in memory. There is at most one request for a token at a time, and all callers share its answer.
// Near the end of a token a new one is fetched while calls still use the old one. A failed request is remembered for a
// while, and during that time no other is made.
type tokens struct {
	auth   *Auth
	client *http.Client
	signer *assertionSigner // nil = the client authenticates by its secret, or by its TLS certificate
	log    *slog.Logger

	requests pace.Flights[*token]

	mu       sync.Mutex
	current  *token // nil = none
	failure  error  // of the last request; nil = it succeeded
	pause    pace.Backoff
	again    time.Time     // from when on the next request may be made after a failure
	refusals pace.Backoff  // of the tokens in a row that the gateway did not take
	kept     time.Duration // how old a token must be for its refusal to count
	closed   bool
}

// token is an access token. It holds until end; from renew on a new one is asked for.
type token struct {
	proof             *proof
	asked, renew, end time.Time
}

// After a failed request the next one waits for firstPause, twice that, and so on up to a limit, and for up to half as long
// again by chance. No job is taken without a token, so the limits are short enough for a worker to be back within seconds
// of the end of a fault. A server that refuses the client is asked less often than one that is at fault.
const (
	firstPause     = time.Second
	maxPause       = 2 * time.Second
	maxDeniedPause = 5 * time.Second
)

// refusalMemory is how long a token must have been in use before its refusal counts as the first one again.
const refusalMemory = time.Minute

func newTokens(a *Auth, client *http.Client, signer *assertionSigner, log *slog.Logger) *tokens {
	return &tokens{
		auth: a, client: client, signer: signer, log: log,
		pause: pace.Backoff{First: firstPause}, refusals: pace.Backoff{First: firstPause, Last: maxDeniedPause},
	}
}

func (t *tokens) authorize(ctx context.Context) (context.Context, *proof, error) {
	t.mu.Lock()
	current, fresh, err := t.state()
	t.mu.Unlock()
	if fresh || err != nil && current != nil && !errors.Is(err, errTokensClosed) {
		return current.proof.attach(ctx), current.proof, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if current != nil {
		t.requests.Join(ctx, "", t.auth.Timeout, t.fetch)
		return current.proof.attach(ctx), current.proof, nil
	}
	fetched, err := t.requests.Do(ctx, "", t.auth.Timeout, t.fetch)
	switch {
	case errors.Is(err, pace.ErrTooLate):
		return nil, nil, errNoTokenInTime
	case errors.Is(err, context.Canceled) && ctx.Err() == nil:
		return nil, nil, errTokensClosed
	case err != nil:
		return nil, nil, err
	}
	return fetched.proof.attach(ctx), fetched.proof, nil
}

// errNoTokenInTime is the error of a caller whose time ended before a token came.
var errNoTokenInTime error = &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED", Reason: "no token came in time", ForToken: true}

// errTokensClosed is the answer of a client that was closed.
var errTokensClosed error = &job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "no token: the client is closed", ForToken: true}

// state returns the token that holds, nil if none does, and whether it is too new to be renewed. The error says why none
// may be asked for now. Mu is held.
func (t *tokens) state() (current *token, fresh bool, err error) {
	now := time.Now()
	if t.current != nil && now.Before(t.current.end) {
		current, fresh = t.current, now.Before(t.current.renew)
	}
	switch {
	case fresh:
	case t.closed:
		err = errTokensClosed
	case t.failure != nil && now.Before(t.again):
		err = t.failure
	}
	return current, fresh, err
}

// fetch asks for a token. The request does not end with the call that caused it, since others wait for it too.
func (t *tokens) fetch(ctx context.Context) (*token, error) {
	t.mu.Lock()
	current, fresh, err := t.state()
	t.mu.Unlock()
	if fresh || err != nil { // the last request may have ended since the caller looked
		return current, err
	}
	fetched, err := fetchToken(ctx, t.client, t.auth, t.signer)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.fail(err)
		return nil, err
	}
	t.current, t.failure = fetched, nil
	t.pause.Reset()
	return fetched, nil
}

// fail remembers a failed request. Mu is held.
func (t *tokens) fail(err error) {
	t.pause.Last = maxPause
	if refusal, ok := errors.AsType[*job.CommandError](err); ok && refusal.Kind == job.Denied {
		t.pause.Last = maxDeniedPause
	}
	t.failure = err
	wait := pace.Jitter(t.pause.Next()*3/2, 1./3)
	t.again = time.Now().Add(wait)
	if t.current != nil && time.Now().Before(t.current.end) && !t.closed {
		t.log.Warn("renew the gateway's token", "error", err, "holds_until", t.current.end, "next_try_in", wait.Round(time.Millisecond).String())
	}
}

// refused drops the token that the gateway did not take, unless another has come since. A token that came in place of a
// refused one is kept for a second, a third in a row for two, and so on: a gateway that takes no token at all must not
// cost a request for every call.
func (t *tokens) refused(p *proof) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	if t.current == nil || t.current.proof != p {
		return true
	}
	age := time.Since(t.current.asked)
	if age >= refusalMemory {
		t.refusals.Reset()
	} else if age < t.kept {
		return false
	}
	t.current, t.kept = nil, t.refusals.Next()
	return true
}

func (t *tokens) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.requests.Close()
	t.client.CloseIdleConnections()
}
