package play

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// command is a command for a job, as the worker sent it.
type command struct {
	kind      string // complete, fail, throw
	variables string
	retries   int32
	backoff   time.Duration
	message   string
	code      string
}

// record is what the gateway knows of one case's job.
type record struct {
	c         *Case
	variables *string // in place of what the broker would hand out
	headers   *string
	replies   []Reply
	calls     []string // commands that end the job, refused ones too
	taken     []command
	leases    []time.Duration
	changed   chan struct{} // has a token as something was added
}

// gateway is the embedded gateway with an ear at every call.
type gateway struct {
	*embedded.Gateway
	outlet  Outlet
	fetched []string // what a worker is to ask for

	mu     sync.Mutex // held while jobs are added, so that no call comes before its job is known
	byKey  map[int64]*record
	faults []string // of the requests for jobs
}

// fetched are the variables that a worker asks for.
var fetched = []string{"authentication", "awsCredential", "configuration", "input"}

func startGateway(p *Profile, polled bool, outlet Outlet) (*gateway, error) {
	g := &gateway{outlet: outlet, byKey: map[int64]*record{}}
	version := ""
	if p.Models {
		version = "8.8.0"
	}
	inner, err := embedded.StartGateway(embedded.GatewayOptions{
		Version: version, NoStreams: polled, Tenants: p.Tenants, KeepCommands: -1, PollWait: time.Second,
		ServerOptions: []grpc.ServerOption{grpc.ChainUnaryInterceptor(g.call), grpc.ChainStreamInterceptor(g.stream)},
	})
	g.Gateway = inner
	return g, err
}

// add gives the gateway the job of a case.
func (g *gateway) add(c *Case, variables string, definition int64) (*record, error) {
	r := &record{c: c, changed: make(chan struct{}, 1)}
	for _, reply := range c.Gateway {
		for range max(1, reply.Times) {
			r.replies = append(r.replies, reply)
		}
	}
	headers := c.headers()
	if !strings.HasPrefix(variables, "{") || !strings.HasSuffix(variables, "}") {
		text := variables
		r.variables, variables = &text, "{}"
	}
	if c.HeadersText != nil {
		r.headers, headers = c.HeadersText, "{}"
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	keys, err := g.AddJobs(c.job(variables, headers, definition))
	if err != nil {
		return nil, err
	}
	g.byKey[keys[0]] = r
	return r, nil
}

// read returns a copy of what is known of a job.
func (g *gateway) read(r *record) record {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := *r
	out.calls, out.taken, out.leases = slices.Clone(r.calls), slices.Clone(r.taken), slices.Clone(r.leases)
	return out
}

func (r *record) note() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// commandOf reads a command that ends a job, or its lease.
func commandOf(message any) (key int64, c command, lease time.Duration) {
	switch m := message.(type) {
	case *pb.CompleteJobRequest:
		return m.GetJobKey(), command{kind: complete, variables: m.GetVariables()}, 0
	case *pb.FailJobRequest:
		return m.GetJobKey(), command{
			kind: fail, variables: m.GetVariables(), retries: m.GetRetries(), message: m.GetErrorMessage(),
			backoff: time.Duration(m.GetRetryBackOff()) * time.Millisecond,
		}, 0
	case *pb.ThrowErrorRequest:
		return m.GetJobKey(), command{kind: throw, variables: m.GetVariables(), code: m.GetErrorCode(), message: m.GetErrorMessage()}, 0
	case *pb.UpdateJobTimeoutRequest:
		return m.GetJobKey(), command{}, time.Duration(m.GetTimeout()) * time.Millisecond
	default:
		return 0, command{}, 0
	}
}

// call notes a command, and answers it as the case says.
func (g *gateway) call(ctx context.Context, message any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	g.listen(ctx, info.FullMethod, message)
	key, c, lease := commandOf(message)
	if key == 0 {
		return next(ctx, message)
	}
	g.mu.Lock()
	r := g.byKey[key]
	if r == nil {
		g.mu.Unlock()
		return nil, status.Errorf(codes.NotFound, "there is no job %d", key)
	}
	if c.kind == "" {
		r.leases = append(r.leases, lease)
	} else {
		r.calls = append(r.calls, c.kind)
	}
	reply, scripted := r.reply(info.FullMethod[strings.LastIndexByte(info.FullMethod, '/')+1:], c.kind != "")
	again := r.c.Again
	r.note()
	g.mu.Unlock()

	if scripted && !reply.Lost {
		return nil, reply.error()
	}
	if m, isFail := message.(*pb.FailJobRequest); isFail && !again {
		// The job must not come again: the case is about this one try.
		ended := proto.CloneOf(m)
		ended.Retries, ended.RetryBackOff = 0, 0
		message = ended
	}
	if !scripted || c.kind != "" {
		// Before it is carried out: the job may come again within the call.
		g.take(r, c)
	}
	answer, err := next(ctx, message)
	if err == nil && scripted {
		return nil, reply.error()
	}
	return answer, err
}

func (g *gateway) take(r *record, c command) {
	if c.kind == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	r.taken = append(r.taken, c)
	r.note()
}

// reply returns what the case has the gateway say to this command, if anything.
func (r *record) reply(method string, ends bool) (Reply, bool) {
	if len(r.replies) == 0 {
		return Reply{}, false
	}
	first := r.replies[0]
	if first.Method != method && (first.Method != "" || !ends) {
		return Reply{}, false
	}
	r.replies = r.replies[1:]
	return first, true
}

func (r Reply) error() error {
	var code codes.Code
	if err := code.UnmarshalJSON([]byte(`"` + r.Code + `"`)); err != nil {
		return status.Errorf(codes.Internal, "the case names no code of gRPC: %q", r.Code)
	}
	return status.Error(code, r.Message)
}

// listen tells the outlet what the worker sent.
func (g *gateway) listen(ctx context.Context, method string, message any) {
	if g.outlet == nil {
		return
	}
	name := "gRPC " + method[strings.LastIndexByte(method, '/')+1:]
	if m, ok := message.(proto.Message); ok {
		m = proto.Clone(m)
		if done, is := m.(*pb.CompleteJobRequest); is {
			g.outlet(name+" variables", []byte(done.GetVariables()))
			done.Variables = ""
		}
		for _, text := range textsOf(m) {
			g.outlet(name, []byte(text))
		}
	}
	g.outlet("gRPC metadata", fmt.Append(nil, metadataOf(ctx)))
}

// textsOf returns the texts of a message as they are, and the whole as text.
func textsOf(m proto.Message) []string {
	texts := []string{prototext.Format(m)}
	switch m := m.(type) {
	case *pb.FailJobRequest:
		texts = append(texts, m.GetErrorMessage(), m.GetVariables())
	case *pb.ThrowErrorRequest:
		texts = append(texts, m.GetErrorCode(), m.GetErrorMessage(), m.GetVariables())
	}
	return texts
}
