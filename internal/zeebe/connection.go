package zeebe

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/resolver/dns"
)

// connection is a connection to the gateway that can be replaced while it is in use: one that died silently is noticed by
// nobody else for the time of TCP's own retries.
type connection struct {
	target  string
	options []grpc.DialOption

	mu      sync.Mutex
	conn    *grpc.ClientConn
	gateway atomic.Pointer[pb.GatewayClient]
}

// askNamesAgain is how often a host's name is looked up at the most. A gateway that comes back may have another address;
// gRPC's own limit is 30 s.
const askNamesAgain = time.Second

var limitLookups = sync.OnceFunc(func() { dns.SetMinResolutionInterval(askNamesAgain) })

// newConnection returns a connection that is made with the first call.
func newConnection(target string, options []grpc.DialOption) (*connection, error) {
	limitLookups()
	c := &connection{target: target, options: options}
	if err := c.open(); err != nil {
		return nil, err
	}
	return c, nil
}

// open makes the connection. The lock is held, or nobody else knows it yet.
func (c *connection) open() error {
	conn, err := grpc.NewClient(c.target, c.options...)
	if err != nil {
		return fmt.Errorf("gateway address %q: %w", c.target, err)
	}
	gateway := pb.NewGatewayClient(conn)
	c.conn = conn
	c.gateway.Store(&gateway)
	return nil
}

// client returns the stub for the next call.
func (c *connection) client() pb.GatewayClient { return *c.gateway.Load() }

// try makes a connection that is being waited for try again at once.
func (c *connection) try() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn.GetState() == connectivity.TransientFailure {
		c.conn.ResetConnectBackoff()
	}
}

// replace makes a new connection in place of the one that used had, unless that was done already. The calls that are under
// way on the old one end.
func (c *connection) replace(used pb.GatewayClient) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client() != used {
		return nil
	}
	old := c.conn
	if err := c.open(); err != nil {
		return err
	}
	return old.Close()
}

func (c *connection) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.Close()
}

// writing is the context of a call whose request may not have been written yet.
type writing struct {
	context.Context //nolint:containedctx // it is one
	written         atomic.Bool
}

type writingKey struct{}

// Value implements [context.Context].
func (w *writing) Value(key any) any {
	if key == (writingKey{}) {
		return w
	}
	return w.Context.Value(key)
}

// tellWritten makes a call without streams tell a [writing] when its request is handed to a connection: what never was cannot have
// been executed. gRPC encodes a request for the connection that it found, and writes it next. If the connection breaks in between, a
// request counts as written that was not: that is the careful side. A stats handler would tell it too, but costs a call a fifth of its memory.
func tellWritten(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	if w, ok := ctx.Value(writingKey{}).(*writing); ok {
		request = &toWrite{request, w}
	}
	return invoke(ctx, method, request, reply, conn, options...)
}

// toWrite is the request of a call that a [writing] is to be told of.
type toWrite struct {
	request any
	call    *writing
}
