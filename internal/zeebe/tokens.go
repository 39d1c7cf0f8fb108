package zeebe

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// tokens keeps an OAuth token in memory. Near its end a new one is fetched while calls still use the old one; without
// one that holds, all callers wait for the same request.
type tokens struct {
	auth   Auth
	client *http.Client
	log    *slog.Logger

	mu      sync.Mutex
	current *token // nil = none that holds
	flight  *flight
	closed  bool
	running sync.WaitGroup
}

// token is an access token. It holds until end; from renew on a new one is asked for.
type token struct {
	proof      *proof
	renew, end time.Time
}

// flight is a request for a token that is under way. Token and err may be read once done is closed.
type flight struct {
	done   chan struct{}
	cancel context.CancelFunc
	token  *token
	err    error
}

// renewPause is how long after a renewal went wrong the next one is tried, while the old token still holds.
const renewPause = 5 * time.Second

func newTokens(a Auth, roots *x509.CertPool, log *slog.Logger) *tokens {
	return &tokens{auth: a, client: tokenClient(roots), log: log}
}

func (t *tokens) authorize(ctx context.Context) (context.Context, *proof, error) {
	t.mu.Lock()
	now := time.Now()
	current := t.current
	holds := current != nil && now.Before(current.end)
	if holds && now.Before(current.renew) {
		t.mu.Unlock()
		return current.proof.attach(ctx), current.proof, nil
	}
	if t.closed {
		t.mu.Unlock()
		return nil, nil, &job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "no token: the client is closed"}
	}
	if t.flight == nil {
		t.start(ctx)
	}
	f := t.flight
	t.mu.Unlock()
	if holds {
		return current.proof.attach(ctx), current.proof, nil
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, nil, waitedInVain(ctx)
	}
	if f.err != nil {
		return nil, nil, f.err
	}
	return f.token.proof.attach(ctx), f.token.proof, nil
}

// waitedInVain is the error of a caller whose time ended before a token came.
func waitedInVain(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED", Reason: "no token came in time"}
	}
	return ctx.Err()
}

// start sends for a token. The request outlives the caller that started it, since others wait for it too. Mu is held.
func (t *tokens) start(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.auth.Timeout)
	f := &flight{done: make(chan struct{}), cancel: cancel}
	t.flight = f
	t.running.Go(func() {
		defer cancel()
		fetched, err := fetchToken(ctx, t.client, &t.auth)
		t.mu.Lock()
		defer t.mu.Unlock()
		f.token, f.err = fetched, err
		t.flight = nil
		switch {
		case err == nil:
			t.current = fetched
		case t.current != nil && time.Now().Before(t.current.end):
			// Copied: whoever holds the token reads it without a lock.
			old := *t.current
			old.renew = time.Now().Add(renewPause)
			t.current = &old
			if !t.closed {
				t.log.WarnContext(ctx, "renew the gateway's token", "error", err, "holds_until", old.end)
			}
		}
		close(f.done)
	})
}

// refused drops the token that the gateway did not take, unless another has come since.
func (t *tokens) refused(p *proof) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current != nil && t.current.proof == p {
		t.current = nil
	}
	return !t.closed
}

func (t *tokens) close() {
	t.mu.Lock()
	t.closed = true
	if t.flight != nil {
		t.flight.cancel()
	}
	t.mu.Unlock()
	t.running.Wait()
	t.client.CloseIdleConnections()
}
