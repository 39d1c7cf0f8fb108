package zeebe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// idleConnections is how many connections without a request are kept, for the next burst of commands.
	idleConnections = 256
	// idleFor is how long they are. It is shorter than servers and proxies keep theirs (Tomcat 20 s, load balancers 60 s): a
	// command that meets a connection which the other side closes has no clear answer.
	idleFor = 15 * time.Second
	// pingAnswer is how long an HTTP/2 connection may take to answer a ping.
	pingAnswer = 15 * time.Second
	// maxAnswerHeader is the greatest header of an answer, in bytes.
	maxAnswerHeader = 256 << 10
)

// newTransport returns connections for the REST API: HTTP/2 if the server has it (by TLS), else HTTP/1.1.
func newTransport(c *Config, secure *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout}
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyRefusal,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        secure,
		TLSHandshakeTimeout:    connectTimeout,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        idleFor,
		MaxResponseHeaderBytes: maxAnswerHeader,
	}
	if c.KeepAlive > 0 {
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: c.KeepAlive, PingTimeout: pingAnswer}
	} else {
		dialer.KeepAlive = -1
	}
	return t
}

// errProxy is the refusal of a proxy to connect to the server.
var errProxy = errors.New("the proxy does not let the connection through")

func proxyRefusal(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return fmt.Errorf("%w: %s answered HTTP %d", errProxy, proxy.Redacted(), answer.StatusCode)
}

// restConnections are connections that can be replaced while they are in use: one that died silently is noticed by nobody
// else for the time of TCP's own retries.
type restConnections struct {
	transport func() *http.Transport

	mu      sync.Mutex
	current *restConnection
}

// restConnection is what requests are made with until it is replaced.
type restConnection struct {
	client *http.Client
	over   context.Context //nolint:containedctx // the connections' own life
	end    context.CancelCauseFunc
}

// errReplaced is the end of a request whose connection gives no answers.
var errReplaced = errors.New("the connection gave no answers and was closed")

func newRESTConnections(transport func() *http.Transport) *restConnections {
	c := &restConnections{transport: transport}
	c.current = c.open()
	return c
}

func (c *restConnections) open() *restConnection {
	over, end := context.WithCancelCause(context.Background()) //nolint:forbidigo // they outlive the calls that use them
	return &restConnection{
		client: &http.Client{Transport: c.transport(), CheckRedirect: noRedirect},
		over:   over, end: end,
	}
}

func (c *restConnections) use() *restConnection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// replace lets new connections be made in place of those that used has, unless that was done already. Requests that are under
// way on the old ones end.
func (c *restConnections) replace(used *restConnection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != used {
		return
	}
	c.current = c.open()
	used.shut(errReplaced)
}

func (c *restConnections) close() { c.use().shut(errClosed) }

var errClosed = errors.New("the client is closed")

func (c *restConnection) shut(why error) {
	c.end(why)
	c.client.CloseIdleConnections()
}

// bounded returns a context that ends with ctx and with the connections. The function that it returns is to be called when
// the request is done.
func (c *restConnection) bounded(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.over, func() { cancel(context.Cause(c.over)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
