package embedded

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAStreamThatEndsGivesNothingBackThatIsAnothersByNow: the lease of a job that it never sent ran out meanwhile.
func TestAStreamThatEndsGivesNothingBackThatIsAnothersByNow(t *testing.T) {
	t.Parallel()
	for _, expires := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b, err := newBroker(&GatewayOptions{Partitions: 1})
			require.NoError(t, err)
			defer b.close()
			slow := &push{taker: taker{jobType: "t", lease: time.Second, tenants: []string{DefaultTenant}}, jobs: make(chan delivery, 1)}
			b.open(slow)
			require.NoError(t, b.add([]Job{{Type: "t"}}, make([]int64, 1)))
			require.Len(t, slow.jobs, 1, "it is pushed, and nobody sends it")
			if expires {
				<-time.After(time.Second)
				synctest.Wait()
			}
			take := func() int {
				taken, err := b.take(&taker{jobType: "t", lease: time.Hour, tenants: []string{DefaultTenant}}, 1, &fetch{})
				require.NoError(t, err)
				return len(taken)
			}
			assert.Equal(t, expires, take() == 1, "a poll gets it once its lease is over")
			b.shut(slow)
			assert.Equal(t, !expires, take() == 1, "after the stream's end only what it held is there")
		})
	}
}
