package eventbridge

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

// TestThePlanKnowsHowManyEventsShareARequest holds the arithmetic of docs/scaling.md against the sender.
func TestThePlanKnowsHowManyEventsShareARequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rate, capacity int
		latency        time.Duration
	}{
		{100, 256, 20 * time.Millisecond},
		{500, 256, 20 * time.Millisecond},
		{1000, 256, 20 * time.Millisecond},
		{2000, 256, 20 * time.Millisecond},
		{200, 256, 100 * time.Millisecond},
		{1000, 256, 100 * time.Millisecond},
		{1000, 32, 20 * time.Millisecond},
		{20, 256, 20 * time.Millisecond},
		{20, 256, 2 * time.Second},
		{100, 256, 2 * time.Second},
	} {
		t.Run(fmt.Sprintf("%d jobs a second, %s, %d slots", tt.rate, tt.latency, tt.capacity), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(200, accepted))
				b.takes = tt.latency
				s := overBus(Options{MaxConns: tt.capacity}, b)
				defer s.Close()
				var all sync.WaitGroup
				jobs := max(200, tt.rate, int(10*float64(tt.rate)*tt.latency.Seconds()))
				for range jobs {
					all.Go(func() {
						_, err := s.Send(t.Context(), requestOf("job"))
						assert.NoError(t, err)
					})
					<-time.After(time.Second / time.Duration(tt.rate))
				}
				all.Wait()
				want := plan.Entries(float64(tt.rate), plan.Load{Latency: tt.latency, Size: 100}, plan.Settings{Capacity: tt.capacity, Entries: 10})
				assert.InEpsilon(t, want, float64(jobs)/float64(b.requests), 0.1)
			})
		})
	}
}
