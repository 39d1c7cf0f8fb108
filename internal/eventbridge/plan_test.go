package eventbridge

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

// TestThePlanKnowsTheSender holds the arithmetic of docs/scaling.md against it: how many events share a request, and how long a job waits.
func TestThePlanKnowsTheSender(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rate, capacity int
		latency        time.Duration
		size           int
	}{
		{100, 256, 20 * time.Millisecond, 100},
		{500, 256, 20 * time.Millisecond, 100},
		{1000, 256, 20 * time.Millisecond, 100},
		{2000, 256, 20 * time.Millisecond, 100},
		{200, 256, 100 * time.Millisecond, 100},
		{1000, 256, 100 * time.Millisecond, 100},
		{1000, 32, 20 * time.Millisecond, 100},
		{20, 256, 20 * time.Millisecond, 100},
		{20, 256, 2 * time.Second, 100},
		{100, 256, 2 * time.Second, 100},
		{50, 256, 200 * time.Millisecond, limit.RequestSize},
		{50, 256, 200 * time.Millisecond, 600 << 10},
		{50, 256, 200 * time.Millisecond, 300 << 10},
		{30, 8, 200 * time.Millisecond, 100},
	} {
		t.Run(fmt.Sprintf("%d jobs a second of %d bytes, %s, %d slots", tt.rate, tt.size, tt.latency, tt.capacity), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(200, accepted))
				b.takes = tt.latency
				s := overBus(Options{MaxConns: tt.capacity}, b)
				defer s.Close()
				request := requestOf("job")
				request.Entries[0].Detail = ""
				request.Entries[0].Detail = `"` + strings.Repeat("x", tt.size-request.Entries[0].Size()-2) + `"`
				var all sync.WaitGroup
				var took atomic.Int64
				jobs := max(200, tt.rate, int(10*float64(tt.rate)*tt.latency.Seconds()))
				for range jobs {
					all.Go(func() {
						began := time.Now()
						_, err := s.Send(t.Context(), request)
						assert.NoError(t, err)
						took.Add(int64(time.Since(began)))
					})
					<-time.After(time.Second / time.Duration(tt.rate))
				}
				all.Wait()
				load, settings := plan.Load{Rate: float64(tt.rate), Latency: tt.latency, Size: tt.size}, plan.Settings{Capacity: tt.capacity, Entries: 10}
				assert.InEpsilon(t, plan.Entries(load.Rate, load, settings), float64(jobs)/float64(b.requests), 0.1)
				assert.InEpsilon(t, (tt.latency + plan.Wait(load.Rate, load, settings)).Seconds(), time.Duration(took.Load()/int64(jobs)).Seconds(), 0.15)
			})
		})
	}
}
