package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limit is how long a test waits for what must happen.
const limit = time.Minute

// echo starts a server that sends back what it gets, and a proxy before it.
func echo(t *testing.T) *proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			})
		}
	})
	p, err := newProxy(t.Context())
	require.NoError(t, err)
	p.aim(listener.Addr().String())
	t.Cleanup(func() {
		p.close()
		_ = listener.Close()
		all.Wait()
	})
	return p
}

// dial connects to the proxy, and has one word come back when the proxy passes.
func dial(t *testing.T, p *proxy, sound bool) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(limit)))
	if sound {
		require.NoError(t, say(c, "hello"))
	}
	return c
}

// say sends a word and waits for its return.
func say(c net.Conn, word string) error {
	if _, err := io.WriteString(c, word); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, len(word)))
	return err
}

func TestProxyCutsAndRefuses(t *testing.T) {
	p := echo(t)
	c := dial(t, p, true)
	p.cut()
	require.Error(t, say(c, "gone"))
	require.NoError(t, say(dial(t, p, true), "a new one is carried"))
	p.set(refuse)
	refused, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address())
	if err == nil { // a reset that comes soon is the dialer's error
		err = say(refused, "refused")
		_ = refused.Close()
	}
	assert.Error(t, err)
	p.set(pass)
	assert.NoError(t, say(dial(t, p, true), "carried again"))
}

func TestProxyHoldsAndLetsGo(t *testing.T) {
	p := echo(t)
	c := dial(t, p, true)
	p.set(hold)
	_, err := io.WriteString(c, "held")
	require.NoError(t, err)
	back := make(chan error, 1)
	go func() {
		_, err := io.ReadFull(c, make([]byte, 4))
		back <- err
	}()
	select {
	case err := <-back:
		t.Fatal("it was carried on while it was held", err)
	default:
	}
	p.set(pass)
	assert.NoError(t, <-back)
}

func TestProxyHalfCloses(t *testing.T) {
	p := echo(t)
	c := dial(t, p, true)
	p.halfClose()
	_, err := c.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	_, err = io.WriteString(c, "still taken")
	assert.NoError(t, err)
}

func TestProxyHasConnectionsDieSilently(t *testing.T) {
	p := echo(t)
	c := dial(t, p, true)
	p.die()
	for range 100 { // none of it is answered, and no write fails
		_, err := io.WriteString(c, "swallowed")
		require.NoError(t, err)
	}
	require.NoError(t, say(dial(t, p, true), "a new one is carried"))
	require.NoError(t, c.SetReadDeadline(time.Now()))
	_, err := c.Read(make([]byte, 1))
	var timeout net.Error
	require.ErrorAs(t, err, &timeout, "it must be open, and silent")
	assert.True(t, timeout.Timeout())
	p.set(swallow)
	d := dial(t, p, false)
	_, err = io.WriteString(d, "swallowed")
	require.NoError(t, err)
	p.set(pass)
	assert.NoError(t, say(dial(t, p, true), "carried again"))
}

func TestProxyAnswersHTTP(t *testing.T) {
	p := echo(t)
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	p.answerHTTP(http.StatusNotFound, false)
	assert.Equal(t, http.StatusNotFound, get(t.Context(), t, transport, p))
	transport.CloseIdleConnections()
	p.endFront()
	assert.NoError(t, say(dial(t, p, true), "the gateway again"))

	old := new(http.Transport)
	defer old.CloseIdleConnections()
	p.answerHTTP(http.StatusServiceUnavailable, true)
	assert.Equal(t, http.StatusServiceUnavailable, get(t.Context(), t, old, p))
	p.endFront()
}

func get(ctx context.Context, t *testing.T, transport http.RoundTripper, p *proxy) int {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address(), nil)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}
