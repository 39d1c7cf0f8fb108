package eventbridge

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestACallThatAWSMayHaveTakenWaitsForATargetWithManyWaiting: if it gave up, the next try of its job would send the event
// again.
func TestACallThatAWSMayHaveTakenWaitsForATargetWithManyWaiting(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body    string
		all     bool // are sent in the end
		refused bool
	}{
		"AWS may have taken the event":  {internal, true, false},
		"AWS surely has not taken them": {`{"__type":"ServiceUnavailable"}`, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				b := newFaultyBus(func(source string, _ int) (int, string) {
					switch {
					case source != "sick" || time.Since(begin) > 10*time.Second:
						return 200, accepted
					case tt.refused:
						return 503, tt.body
					}
					return 500, tt.body
				})
				s := overBus(Options{MaxConns: 40}, b)
				defer s.Close()
				_, err := s.Send(t.Context(), requestOf("well"))
				require.NoError(t, err)
				crowded := 0
				for _, err := range crowd(t, s, 40, 30*time.Second, func(_ int, r *Request) { r.Region, r.Entries[0].Source = "sick-1", "sick" }) {
					if err != nil {
						require.ErrorIs(t, err, errCrowded)
						assert.True(t, failure(t, err).NotSent)
						crowded++
					}
				}
				assert.False(t, s.Targets().Down(), "the other target is up")
				assert.Equal(t, tt.all, crowded == 0, "%d were turned away", crowded)
			})
		})
	}
}

// atItsEnd is a context that has ended, and does something when it is asked why.
type atItsEnd struct {
	context.Context //nolint:containedctx // it is one
	do              func()
}

func (c atItsEnd) Err() error {
	c.do()
	return c.Context.Err()
}

// TestACallThatMayGoAsItsTimeEndsGoes: it holds a place already, which would be lost to all others if the call gave up.
func TestACallThatMayGoAsItsTimeEndsGoes(t *testing.T) {
	t.Parallel()
	s := &target{set: newTargets(1, 4, 10, slog.New(slog.DiscardHandler)), limit: 1}
	first, second := &call{}, &call{}
	held, waited, err := s.enter(t.Context(), first)
	require.NoError(t, err)
	require.False(t, waited)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	next, waited, err := s.enter(atItsEnd{ended, func() { s.leave(held) }}, second)
	require.NoError(t, err, "the first call left in the same moment")
	assert.True(t, waited)
	assert.Equal(t, 1, s.inFlight)
	s.leave(next)
	assert.Zero(t, s.inFlight)

	// A call whose turn does not come leaves nothing behind.
	_, _, err = s.enter(t.Context(), first)
	require.NoError(t, err)
	_, _, err = s.enter(ended, second)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, s.queue)
	assert.Equal(t, 1, s.inFlight)
}
