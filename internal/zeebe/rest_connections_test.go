package zeebe

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func transportOf(t *testing.T, c *RESTClient) *http.Transport {
	t.Helper()
	transport, ok := c.rest.connections.use().client.Transport.(*http.Transport)
	require.True(t, ok)
	return transport
}

func throughProxy(t *testing.T, c *RESTClient, proxy string) {
	t.Helper()
	u, err := url.Parse(proxy)
	require.NoError(t, err)
	transportOf(t, c).Proxy = http.ProxyURL(u)
}

func TestASilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dialREST(t, Config{RESTAddress: "http://127.0.0.1:1"})
		var dialed atomic.Int32
		silentDial := func(context.Context, string, string) (net.Conn, error) {
			dialed.Add(1)
			ours, theirs := net.Pipe()
			go func() { // what is written goes nowhere
				buffer := make([]byte, 4096)
				for {
					if _, err := theirs.Read(buffer); err != nil {
						return
					}
				}
			}()
			return ours, nil
		}
		transportOf(t, c).DialContext = silentDial
		dead := c.rest.connections.use()

		var poll sync.WaitGroup
		var pollErr error
		began := time.Now()
		poll.Go(func() { _, pollErr = pollREST(t, c, func(r *job.PollRequest) { r.Wait = time.Minute }) })
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		e := refused(t, c.Probe(ctx))
		assert.Equal(t, codeDeadline, e.Code)
		poll.Wait()
		assert.Equal(t, 2*time.Second, time.Since(began), "the poll on the dead connection ends with it")
		ended := refused(t, pollErr)
		assert.Equal(t, codeUnavailable, ended.Code)
		assert.Equal(t, job.Transient, ended.Kind)
		assert.False(t, ended.NotTaken, "jobs may have been activated")
		assert.Contains(t, ended.Reason, errReplaced.Error())
		assert.NotSame(t, dead, c.rest.connections.use())
		assert.Equal(t, int32(2), dialed.Load())

		second := c.rest.connections.use()
		c.rest.connections.replace(dead)
		assert.Same(t, second, c.rest.connections.use(), "another probe was first")
		short, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, c.Probe(short), context.Canceled)
		assert.Same(t, second, c.rest.connections.use(), "a probe that is cancelled tells nothing")
	})
}

func TestACommandThatIsBeingWrittenMayBeTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dialREST(t, Config{RESTAddress: "http://127.0.0.1:1"})
		transportOf(t, c).DialContext = func(context.Context, string, string) (net.Conn, error) {
			ours, _ := net.Pipe() // nobody reads: the request is on its way until its time is up
			return ours, nil
		}
		e := refused(t, c.Fail(t.Context(), job.Ref{Key: 1}, 1, 0, "", nil))
		assert.Equal(t, codeDeadline, e.Code)
		assert.False(t, e.NotTaken)
	})
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(entered); <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	c := dialREST(t, Config{RESTAddress: server.URL})
	ended := make(chan error, 1)
	go func() { ended <- c.Complete(context.Background(), job.Ref{Key: 1}, nil) }()
	<-entered
	require.NoError(t, c.Close())
	assert.Equal(t, job.Transient, refused(t, <-ended).Kind)
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	leaf, ca := authority(t)
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int32
			var seen sync.Map
			const together = 64
			var arrived sync.WaitGroup
			arrived.Add(together)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen.Store(r.Proto, true)
				if strings.HasSuffix(r.URL.Path, "/completion") { // a burst: all are there at once
					arrived.Done()
					arrived.Wait()
				}
				w.WriteHeader(http.StatusNoContent)
			}))
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					opened.Add(1)
				}
			}
			config := Config{CAFile: ca, Authority: "zeebe.example.com"}
			if protocol == "HTTP/2.0" {
				server.EnableHTTP2, server.TLS = true, serverTLS(leaf)
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			config.RESTAddress = server.URL
			c := dialREST(t, config)
			require.NoError(t, c.UpdateTimeout(t.Context(), job.Ref{Key: 1}, time.Second)) // it learns the protocol
			var burst sync.WaitGroup
			for key := range int64(together) {
				burst.Go(func() { assert.NoError(t, c.Complete(t.Context(), job.Ref{Key: key + 1}, nil)) })
			}
			burst.Wait()
			after := opened.Load()
			for key := range int64(together) {
				require.NoError(t, c.UpdateTimeout(t.Context(), job.Ref{Key: key + 1}, time.Second))
			}
			assert.Equal(t, after, opened.Load(), "none is opened anew")
			if protocol == "HTTP/2.0" {
				assert.Equal(t, int32(1), after, "requests share the connection")
			}
			_, ok := seen.Load(protocol)
			assert.True(t, ok)
		})
	}
}
