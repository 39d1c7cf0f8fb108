package eventbridge

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pass lets the bubble's clock run on.
func pass(d time.Duration) { <-time.After(d) }

// maker counts how many clients were built.
type maker struct{ built atomic.Int32 }

func (m *maker) build() (*client, error) {
	m.built.Add(1)
	return &client{}, nil
}

func TestClientsAreSharedByCredentialsRegionAndEndpoint(t *testing.T) {
	t.Parallel()
	c := newClients(100, time.Hour)
	t.Cleanup(c.close)
	base := Request{Credentials: Credentials{AccessKey: "a", SecretKey: "b"}, Region: "r"}
	m := &maker{}
	first, err := c.get(&base, m.build)
	require.NoError(t, err)
	same := base
	same.Entries = []Entry{{Source: "another event"}}
	again, err := c.get(&same, m.build)
	require.NoError(t, err)
	assert.Same(t, first, again)
	assert.EqualValues(t, 1, m.built.Load())

	for name, change := range map[string]func(*Request){
		"access key":    func(r *Request) { r.Credentials.AccessKey = "x" },
		"secret key":    func(r *Request) { r.Credentials.SecretKey = "x" },
		"session token": func(r *Request) { r.Credentials.SessionToken = "x" },
		"chain":         func(r *Request) { r.Credentials = Credentials{DefaultChain: true} },
		"role":          func(r *Request) { r.Credentials.RoleARN = "x" },
		"external id":   func(r *Request) { r.Credentials.ExternalID = "x" },
		"session name":  func(r *Request) { r.Credentials.RoleSessionName = "x" },
		"region":        func(r *Request) { r.Region = "x" },
		"endpoint":      func(r *Request) { r.Endpoint = "x" },
		"endpoint id":   func(r *Request) { r.EndpointID = "x" },
		"a text that moved from one field to the next": func(r *Request) {
			r.Credentials.AccessKey, r.Credentials.SecretKey = "ab", ""
		},
	} {
		other := base
		change(&other)
		got, err := c.get(&other, m.build)
		require.NoError(t, err)
		assert.NotSame(t, first, got, name)
	}
	assert.Equal(t, 12, c.len())
}

func TestClientsAreEvictedWhenIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClients(100, 10*time.Minute)
		m := &maker{}
		use := func(region string) {
			_, err := c.get(&Request{Region: region}, m.build)
			require.NoError(t, err)
		}
		use("idle")
		for range 6 {
			use("busy")
			pass(3 * time.Minute)
			synctest.Wait()
		}
		assert.Equal(t, 1, c.len(), "what was used is kept, what was not is gone")
		use("busy")
		assert.EqualValues(t, 2, m.built.Load())
		pass(10 * time.Minute)
		synctest.Wait()
		assert.Zero(t, c.len(), "also when nothing else is used any more")
		use("busy")
		assert.EqualValues(t, 3, m.built.Load())
		c.close()
		assert.Zero(t, c.len())
	})
}

func TestTheNumberOfClientsIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClients(3, time.Hour)
		defer c.close()
		m := &maker{}
		for i := range 10 {
			_, err := c.get(&Request{Region: strconv.Itoa(i)}, m.build)
			require.NoError(t, err)
			_, err = c.get(&Request{Region: "always"}, m.build)
			require.NoError(t, err)
			pass(time.Second)
		}
		assert.Equal(t, 3, c.len())
		assert.EqualValues(t, 11, m.built.Load(), "the least recently used goes first")
	})
}

func TestAFailedBuildIsNotRemembered(t *testing.T) {
	t.Parallel()
	c := newClients(3, time.Hour)
	t.Cleanup(c.close)
	_, err := c.get(&Request{}, func() (*client, error) { return nil, errors.New("no") })
	require.EqualError(t, err, "no")
	assert.Zero(t, c.len())
	_, err = c.get(&Request{}, (&maker{}).build)
	require.NoError(t, err)
}

func TestAClosedSenderStillSends(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := New(Options{})
	s.Close()
	_, err := s.Send(t.Context(), b.request())
	require.NoError(t, err)
	assert.Zero(t, s.clients.len())
	s.Close()
}

func TestConnectionsAreSharedBetweenJobs(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{MaxConns: 8})
	for i := range 20 {
		r := b.request()
		r.Credentials.AccessKey = "AKID" + strconv.Itoa(i%4)
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
	}
	b.mu.Lock()
	assert.Equal(t, 1, b.connections, "one after another they take one connection, whatever their credentials")
	b.mu.Unlock()
	assert.Equal(t, 4, s.clients.len())
}

func TestIdleConnectionsMatchTheCapacity(t *testing.T) {
	t.Parallel()
	const capacity = 24
	b := startBus(t)
	s := newSender(t, Options{MaxConns: capacity, MaxEntries: 1})
	burst := func() {
		var all sync.WaitGroup
		for range capacity {
			all.Go(func() {
				_, err := s.Send(t.Context(), b.request())
				assert.NoError(t, err)
			})
		}
		all.Wait()
	}
	// Every request of the burst is held until all of them are there, so that each needs a connection.
	var mu sync.Mutex
	arrived, full := 0, make(chan struct{})
	b.answers = []answer{{does: gather(&mu, &arrived, capacity, full)}}
	burst()
	b.mu.Lock()
	b.answers = nil
	first := b.connections
	b.mu.Unlock()
	assert.Equal(t, capacity, first)
	for range 5 {
		burst()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	assert.Equal(t, first, b.connections, "none was closed for want of room")
}
