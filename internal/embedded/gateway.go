package embedded

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// DefaultTenant is the tenant of jobs and requests that name none.
const DefaultTenant = "<default>"

// GatewayOptions say how a gateway is to be. The zero value is a broker of Camunda 8.6 without multi-tenancy, on a free
// port of the loopback interface.
type GatewayOptions struct {
	Address string // host:port to listen on; empty = 127.0.0.1 and any free port
	// Listener is served in place of Address, such as a listener in memory. It cannot be resumed after an interruption.
	Listener      net.Listener
	ServerOptions []grpc.ServerOption // more of them, for TLS or interceptors

	// RESTAddress is the host:port to serve REST on, version 2 of the Orchestration Cluster API, beside gRPC: the same broker, the
	// same faults, the same counts. Empty = no REST, unless RESTListener is given, which is used as Listener is.
	RESTAddress  string
	RESTListener net.Listener
	RESTTLS      *tls.Config // not nil: REST over TLS

	// Version is what the topology tells, and decides what the gateway knows: REST from 8.6 on, models from 8.8, the tenants of
	// a caller from 8.9, leases, secrets and physical tenants from 8.10. Empty = 8.8.0.
	Version string
	// Tenants turns multi-tenancy on and says which tenants the caller may act for. Nil = off: only DefaultTenant exists.
	Tenants []string
	// PhysicalTenants are the ids of those beside the default one; each is a broker of its own: see [Gateway.PhysicalTenant].
	PhysicalTenants []string
	// Logins are the callers that may call the gateway. Nil = anyone may, and may do everything.
	Logins []Login

	// Models are the BPMN XML of deployed process definitions, by their keys; REST gives them out. See [Gateway.Deploy].
	Models map[int64]string
	// Secrets are the values that REST resolves for the references camunda.secrets.NAME, by NAME.
	Secrets map[string]string

	NoStreams bool          // as gateways before Camunda 8.4: StreamActivatedJobs is UNIMPLEMENTED
	NoTimeout bool          // as gateways before Camunda 8.5: UpdateJobTimeout is UNIMPLEMENTED
	PollWait  time.Duration // how long a poll waits that leaves it to the gateway; 0 = 10 s
	// ExpiryCheck is how often leases and backoffs are checked, 1 s at a real broker; 0 = each at its very end.
	ExpiryCheck time.Duration
	// Partitions is how many there are, with ids from 1; 0 = 1. Jobs are created in each in turn.
	Partitions int
	// PollTransit is how long the jobs of a poll are under way. A poll that is cancelled meanwhile loses them: they stay
	// activated until their leases end.
	PollTransit time.Duration
	// GhostPolls has a poll over REST go on when its client has left, to its end or until the gateway stops: gateways do so that
	// notice a client's leaving only as they answer. The jobs that it gets stay activated until their leases end.
	GhostPolls bool
	// BatchLimit is how many bytes the jobs that a poll gets from one partition may have together. The next job waits for the
	// next poll; one that is above it by itself comes alone. 0 = 4 MiB, as at a real broker.
	BatchLimit int
	// AnswerLimit is how many bytes of jobs from one partition a client of gRPC takes in one message. Above it the poll is
	// RESOURCE_EXHAUSTED, and its jobs stay activated until their leases end. 0 = no limit: they are sent in portions. REST has no
	// such limit: its answer holds the jobs of all partitions, each as many as BatchLimit allows.
	AnswerLimit int
	// CommandLimit is how many bytes of variables a command may carry before the broker cannot write its record; 0 =
	// 2 MiB: a batch of 4 MiB has to hold them more than once.
	CommandLimit int

	// StateDir is a folder in which the jobs are kept, so that a gateway that was killed and is started again has them.
	// Streams and polls are gone then; leases and backoffs go on. One gateway may use it at a time. Empty = in memory only.
	StateDir  string
	SyncState bool // wait for the disk at each change, so that a machine that loses power loses nothing

	// KeepJobs keeps a report of each job, ended or not, for [Gateway.Report].
	KeepJobs bool
	// KeepCommands is how many commands and endings are kept to be read, the newest; 0 = all, below 0 = none.
	KeepCommands int
	OnCommand    func(Command) // called with every command that was taken, in the call that brought it; it must not block
	OnEnding     func(Ending)  // called as a job ends, in the call that ends it; it must not block

	release        release // of Version
	physicalTenant string  // whose gateway it is
}

// Gateway is a broker and its gateway in one. It is safe for concurrent use.
type Gateway struct {
	options  GatewayOptions
	broker   *broker
	faults   faults
	physical map[string]*Gateway // the physical tenants but the default one

	mu          sync.Mutex
	address     string
	restAddress string           // host:port; empty = no REST
	models      map[int64]string // by process definition key
	running     *serving         // nil = interrupted or closed
}

// serving is one server of a gateway, from one start to the next interruption.
type serving struct {
	server  *grpc.Server
	rest    *http.Server   // nil = no REST
	running sync.WaitGroup // the goroutines that serve
	over    chan struct{}  // closed when it stops
}

// StartGateway starts a gateway that serves gRPC, and REST if it is asked for. Close it when done.
func StartGateway(o GatewayOptions) (*Gateway, error) {
	g, err := NewGateway(o)
	if err != nil {
		return nil, err
	}
	if err := g.Resume(); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// NewGateway returns a gateway that serves no network until [Gateway.Resume]: jobs are reached by [Gateway.Local]. It
// works in a bubble of testing/synctest. Close it when done.
func NewGateway(o GatewayOptions) (*Gateway, error) {
	if o.Version == "" {
		o.Version = "8.8.0"
	}
	if o.PollWait <= 0 {
		o.PollWait = 10 * time.Second
	}
	if o.CommandLimit <= 0 {
		o.CommandLimit = 2 << 20
	}
	if o.BatchLimit <= 0 {
		o.BatchLimit = 4 << 20
	}
	if o.Partitions <= 0 {
		o.Partitions = 1
	}
	o.release, o.physicalTenant = releaseOf(o.Version), DefaultPhysicalTenant
	g := &Gateway{options: o, physical: map[string]*Gateway{}, address: o.Address, restAddress: o.RESTAddress, models: maps.Clone(o.Models)}
	if g.address == "" {
		g.address = "127.0.0.1:0"
	}
	var err error
	if g.broker, err = newBroker(&o); err != nil {
		return nil, err
	}
	if err = g.addPhysicalTenants(); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Address returns the host:port that the gateway listens on, plaintext unless [GatewayOptions.ServerOptions] say
// otherwise. It stays the same over an interruption.
func (g *Gateway) Address() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.address
}

// Interrupt stops serving as a gateway that dies: connections break, calls under way fail, and nobody listens any more.
// Jobs and their leases live on.
func (g *Gateway) Interrupt() {
	g.mu.Lock()
	running := g.running
	g.running = nil
	g.mu.Unlock()
	if running == nil {
		return
	}
	close(running.over)
	running.server.Stop()
	if running.rest != nil {
		_ = running.rest.Close()
	}
	running.running.Wait()
}

// Resume serves again, at the same address, after [Gateway.Interrupt].
func (g *Gateway) Resume() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running != nil {
		return nil
	}
	listener, err := listen(g.options.Listener, g.address)
	if err != nil {
		return fmt.Errorf("start the embedded gateway: %w", err)
	}
	g.address = listener.Addr().String()
	server := grpc.NewServer(append([]grpc.ServerOption{
		grpc.MaxRecvMsgSize(4 << 20),
		grpc.WaitForHandlers(true),
		// A goroutine per call would grow its stack anew in each.
		grpc.NumStreamWorkers(uint32(2 * runtime.GOMAXPROCS(0))), //nolint:gosec // a number of processors
		// As the real one: a client that pings more often is told to go away.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 30 * time.Second}),
	}, g.options.ServerOptions...)...)
	g.running = &serving{server: server, over: make(chan struct{})}
	pb.RegisterGatewayServer(server, &service{gateway: g, serving: g.running})
	if err := g.serveREST(g.running); err != nil {
		_ = listener.Close()
		g.running = nil
		return err
	}
	g.running.running.Go(func() { _ = server.Serve(listener) })
	return nil
}

// listen returns the listener that was given, or else one on an address.
func listen(given net.Listener, address string) (net.Listener, error) {
	if given != nil {
		return given, nil
	}
	return (&net.ListenConfig{}).Listen(context.Background(), "tcp", address) //nolint:forbidigo // nothing bounds it: it does not wait
}

// Close stops serving for good.
func (g *Gateway) Close() {
	g.Interrupt()
	for _, tenant := range g.physical {
		tenant.broker.close()
	}
	g.broker.close()
}
