package zeebe

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// absent is a gateway that nobody reaches. It notes when a connection was tried.
type absent struct {
	mu    sync.Mutex
	tries []time.Time
}

func (a *absent) dial(context.Context, string) (net.Conn, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tries = append(a.tries, time.Now())
	return nil, errors.New("connection refused")
}

func (a *absent) all() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]time.Time(nil), a.tries...)
}

// TestAGatewayThatIsAwayIsTriedAtLeastOnceASecond however long it is away: workers come back together, and soon.
func TestAGatewayThatIsAwayIsTriedAtLeastOnceASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &absent{}
		c, err := dial(Config{Target: "127.0.0.1:26500"}, silent, grpc.WithContextDialer(a.dial))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		for ctx.Err() == nil {
			assert.Error(t, c.Complete(ctx, job.Ref{Key: 1}, nil))
			pass50()
		}
		tries := a.all()
		assert.Greater(t, len(tries), 100)
		assert.Less(t, len(tries), 400, "nor all the time")
		for i := 1; i < len(tries); i++ {
			assert.LessOrEqual(t, tries[i].Sub(tries[i-1]), time.Second)
		}

		before := len(tries)
		c.calls.try()
		synctest.Wait()
		assert.Len(t, a.all(), before+1, "who asks for it does not wait for the pause")
		require.NoError(t, c.Close())
		synctest.Wait()
	})
}
