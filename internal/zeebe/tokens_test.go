package zeebe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// tokenServer is a token endpoint inside a bubble. It gives out t1, t2, …, each for 1000 s, or answers with a status.
type tokenServer struct {
	mu     sync.Mutex
	status int // 0 = it gives out tokens; -1 = the connection ends
	count  int
	block  chan struct{} // nil = it answers at once
}

func (s *tokenServer) set(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func (s *tokenServer) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

func (s *tokenServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.count++
	status, n := s.status, s.count
	s.mu.Unlock()
	if s.block != nil {
		select {
		case <-s.block:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	answer := httptest.NewRecorder()
	switch {
	case status < 0:
		return nil, io.ErrUnexpectedEOF
	case status > 0:
		answer.WriteHeader(status)
		_, _ = io.WriteString(answer, `{"error":"unwilling"}`)
	default:
		_, _ = fmt.Fprintf(answer, `{"access_token":"t%d","expires_in":1000}`, n)
	}
	return answer.Result(), nil
}

// bubbleTokens returns tokens that ask the server, and what a call sends now: a header, or the error's text.
func bubbleTokens(t *testing.T, s *tokenServer) (tokens *tokens, call func() string) {
	t.Helper()
	auth := &Auth{Method: AuthOIDC, ClientID: "me", ClientSecret: secret, TokenURL: "http://issuer/token", Timeout: time.Minute}
	tokens = newTokens(auth, &http.Client{Transport: s}, nil, silent)
	return tokens, func() string {
		ctx, _, err := tokens.authorize(t.Context())
		if err != nil {
			return err.Error()
		}
		md, _ := metadata.FromOutgoingContext(ctx)
		return md.Get("authorization")[0]
	}
}

// ageToken makes the client's token so old, below zero for as long as a test may take: so the test depends on no real time.
func ageToken(c *Client, age time.Duration) {
	t := c.auth.(*tokens) //nolint:forcetypeassert // of a client that has tokens
	t.mu.Lock()
	defer t.mu.Unlock()
	aged := *t.current
	aged.asked = time.Now().Add(-age)
	t.current = &aged
}

// pass lets time go by inside a bubble.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // in a bubble, where it takes no time
	synctest.Wait()
}

func TestFailingTokenEndpointGetsFewRequests(t *testing.T) {
	t.Parallel()
	back := map[int]time.Duration{503: maxPause * 3 / 2, 401: maxDeniedPause * 3 / 2, 429: maxPause * 3 / 2, -1: maxPause * 3 / 2}
	for status, most := range map[int]int{503: 20, 401: 8, 429: 20, -1: 20} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &tokenServer{status: status}
				tokens, call := bubbleTokens(t, s)
				defer tokens.close()
				ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
				defer stop()
				var callers sync.WaitGroup
				var mu sync.Mutex
				calls, failures := 0, map[string]int{}
				for range 50 {
					callers.Go(func() {
						for ctx.Err() == nil {
							text := call()
							mu.Lock()
							calls++
							failures[text]++
							mu.Unlock()
							pass50()
						}
					})
				}
				callers.Wait()
				t.Logf("status %d for 30 s, %d calls by 50 callers: %d requests for a token", status, calls, s.asked())
				assert.GreaterOrEqual(t, s.asked(), 3, "it is asked again")
				assert.LessOrEqual(t, s.asked(), most)
				assert.Greater(t, calls, 10_000)
				assert.Len(t, failures, 1, "all are told what the server said")
				s.set(0)
				pass(back[status])
				assert.Contains(t, call(), "Bearer t", "a server that is well again is asked soon")
			})
		})
	}
}

// pass50 is the pause of a caller between two calls.
func pass50() { time.Sleep(50 * time.Millisecond) } //nolint:forbidigo // in a bubble, where it takes no time

func TestFailureIsRememberedForASecondAndThenForTwo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{status: 503}
		tokens, call := bubbleTokens(t, s)
		defer tokens.close()
		first := call()
		assert.Contains(t, first, "HTTP 503: unwilling")
		for i, wait := range []time.Duration{time.Second, 2 * time.Second, 2 * time.Second, 2 * time.Second} {
			pass(wait - time.Millisecond)
			assert.Equal(t, first, call(), "what the server said is kept")
			assert.Equal(t, i+1, s.asked())
			pass(wait/2 + time.Millisecond)
			call()
			assert.Equal(t, i+2, s.asked())
		}
		s.set(0)
		pass(15 * time.Second)
		assert.Equal(t, "Bearer t6", call())
		s.set(503)
		pass(900 * time.Second)
		assert.Contains(t, call(), "503")
		pass(1500 * time.Millisecond)
		call()
		assert.Equal(t, 8, s.asked(), "after a success the pauses begin anew")
	})
}

func TestTokenIsRenewedAheadOfItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{}
		tokens, call := bubbleTokens(t, s)
		assert.Equal(t, "Bearer t1", call())
		pass(799 * time.Second)
		assert.Equal(t, "Bearer t1", call())
		assert.Equal(t, 1, s.asked())
		pass(time.Second)
		assert.Equal(t, "Bearer t1", call(), "nobody waits for the renewal")
		synctest.Wait()
		assert.Equal(t, "Bearer t2", call())

		s.set(-1)
		pass(800 * time.Second)
		for range 50 {
			assert.Equal(t, "Bearer t2", call(), "a renewal that went wrong hurts nobody while the old token holds")
			pass(time.Second)
		}
		assert.LessOrEqual(t, s.asked(), 25, "nor is it tried with every call")
		assert.GreaterOrEqual(t, s.asked(), 5)
		pass(50 * time.Second)
		assert.Contains(t, call(), "unexpected EOF", "a token at its end is not used")
		s.set(0)
		pass(15 * time.Second)
		assert.Equal(t, fmt.Sprintf("Bearer t%d", s.asked()+1), call())
		tokens.close()
		pass(900 * time.Second)
		assert.Contains(t, call(), "closed")
	})
}

func TestRefusedTokensAreReplacedEverLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{}
		tokens, _ := bubbleTokens(t, s)
		defer tokens.close()
		replaced := 0
		for range 600 { // 30 s of calls, each refused
			_, p, err := tokens.authorize(t.Context())
			require.NoError(t, err)
			if tokens.refused(p) {
				replaced++
			}
			pass50()
		}
		t.Logf("a gateway that takes no token for 30 s, 600 calls: %d requests for a token", s.asked())
		assert.LessOrEqual(t, s.asked(), 10)
		assert.GreaterOrEqual(t, replaced, 4, "it is tried again")
		pass(time.Minute)
		_, p, err := tokens.authorize(t.Context())
		require.NoError(t, err)
		asked := s.asked()
		assert.True(t, tokens.refused(p), "a token that was good for a minute is replaced at once")
		_, p2, err := tokens.authorize(t.Context())
		require.NoError(t, err)
		assert.NotSame(t, p, p2)
		assert.Equal(t, asked+1, s.asked())
		assert.True(t, tokens.refused(p), "another call has replaced it already")
		assert.Equal(t, asked+1, s.asked())
	})
}

func TestCallThatEndsWhileItWaitsForAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{block: make(chan struct{})}
		tokens, call := bubbleTokens(t, s)
		defer tokens.close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, _, err := tokens.authorize(ctx)
		assertRefused(t, err, job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED", Reason: "no token came in time"})
		ctx, cancel = context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, _, err := tokens.authorize(ctx)
			ended <- err
		}()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-ended, context.Canceled)
		assert.Equal(t, 1, s.asked(), "the request goes on for others")
		close(s.block)
		synctest.Wait()
		assert.Equal(t, "Bearer t1", call())
		assert.Equal(t, 1, s.asked())
	})
}

func TestTokenRequestEndsAfterItsTimeAndWithTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{block: make(chan struct{})}
		tokens, call := bubbleTokens(t, s)
		began := time.Now()
		assert.Contains(t, call(), context.DeadlineExceeded.Error())
		assert.Equal(t, time.Minute, time.Since(began))
		pass(2 * time.Second)
		ended := make(chan error)
		go func() {
			_, _, err := tokens.authorize(t.Context())
			ended <- err
		}()
		synctest.Wait()
		tokens.close()
		assert.Contains(t, (<-ended).Error(), context.Canceled.Error())
		_, _, err := tokens.authorize(t.Context())
		assert.True(t, errors.Is(err, errTokensClosed))
	})
}

// TestARequestThatIsNotNeededAnyMoreIsNotMade: another one ended since its caller looked.
func TestARequestThatIsNotNeededAnyMoreIsNotMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{}
		tokens, call := bubbleTokens(t, s)
		defer tokens.close()
		require.Equal(t, "Bearer t1", call())
		fetched, err := tokens.fetch(t.Context())
		require.NoError(t, err)
		assert.Same(t, tokens.current, fetched)
		assert.Equal(t, 1, s.asked(), "the token that came is used")

		pass(1000 * time.Second)
		s.set(503)
		failure := call()
		_, err = tokens.fetch(t.Context())
		require.EqualError(t, err, failure)
		assert.Equal(t, 2, s.asked(), "a failure is remembered")
	})
}
