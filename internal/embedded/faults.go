package embedded

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// Call is a call to the gateway, as a fault is decided on.
type Call struct {
	Method string // as gRPC names it, such as CompleteJob; of REST alone GetProcessDefinitionXML and ResolveSecrets
	JobKey int64  // of commands
}

// IsCommand tells whether the call is a command for a job.
func (c Call) IsCommand() bool { return c.JobKey != 0 }

// Partition returns the id of the partition that a command's job is in.
func (c Call) Partition() int64 { return c.JobKey >> partitionBits }

// Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	Delay time.Duration   // before anything else
	Hold  <-chan struct{} // not nil: the call waits until it is closed, or until its caller goes away, before its effect

	Code    codes.Code // not OK: the call is refused with this code and Message, and has no effect
	Message string
	// HTTP is the status that a call over REST is refused with in place of Code: by something on the way, with a page of HTML.
	HTTP int

	// AnswerDelay is how long the answer is under way after the effect. A caller that goes away meanwhile misses it: a
	// command was carried out, and the jobs of a poll stay activated until their leases end.
	AnswerDelay time.Duration
	// LoseAnswer has the call have its effect, but its caller is told UNAVAILABLE. Over REST the connection is closed without an
	// answer.
	LoseAnswer bool
}

// HTTPFault returns the refusal by something on the way that answers with an HTTP status and speaks neither gRPC nor REST. A
// client of gRPC is told of it by a code.
func HTTPFault(code int) Fault {
	f := Fault{HTTP: code, Code: codes.Unknown, Message: fmt.Sprintf("unexpected HTTP status code received from server: %d (%s)", code, http.StatusText(code))}
	switch code {
	case http.StatusBadRequest:
		f.Code = codes.Internal
	case http.StatusUnauthorized:
		f.Code = codes.Unauthenticated
	case http.StatusForbidden:
		f.Code = codes.PermissionDenied
	case http.StatusNotFound:
		f.Code = codes.Unimplemented
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.Code = codes.Unavailable
	}
	return f
}

// faults decides what goes wrong.
type faults struct {
	mu     sync.Mutex
	decide func(Call) Fault
	queue  []Fault // for the next commands; they go first
}

func (f *faults) next(c Call) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) > 0 && c.IsCommand() {
		fault := f.queue[0]
		f.queue = f.queue[1:]
		return fault
	}
	if f.decide == nil {
		return Fault{}
	}
	return f.decide(c)
}

// SetFault has decide say of each further call what goes wrong with it; nil = nothing. It is called by one call at a
// time.
func (g *Gateway) SetFault(decide func(Call) Fault) {
	g.faults.mu.Lock()
	defer g.faults.mu.Unlock()
	g.faults.decide = decide
}

// FaultNext has the fault happen to the next n commands, after those asked for before.
func (g *Gateway) FaultNext(n int, fault Fault) {
	g.faults.mu.Lock()
	defer g.faults.mu.Unlock()
	for range n {
		g.faults.queue = append(g.faults.queue, fault)
	}
}

// before is what the fault does ahead of the call's effect.
func (f *Fault) before(ctx context.Context) error {
	if err := pause(ctx, f.Delay); err != nil {
		return err
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
	switch {
	case f.HTTP != 0:
		return &strangersAnswer{f.HTTP, status.New(f.Code, f.Message)}
	case f.Code != codes.OK:
		return status.Error(f.Code, f.Message)
	}
	return nil
}

// strangersAnswer is the refusal of a call by something on the way.
type strangersAnswer struct {
	http int
	grpc *status.Status // as a client of gRPC sees it
}

func (a *strangersAnswer) Error() string              { return a.grpc.Message() }
func (a *strangersAnswer) GRPCStatus() *status.Status { return a.grpc }

// after is what the fault does between the call's effect and its answer.
func (f *Fault) after(ctx context.Context) error {
	if err := pause(ctx, f.AnswerDelay); err != nil {
		return err
	}
	if f.LoseAnswer {
		return errAnswerLost
	}
	return nil
}

// pause waits, unless the caller goes away.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := pace.Sleep(ctx, d); err != nil {
		return status.FromContextError(err).Err()
	}
	return nil
}

var errAnswerLost = status.Error(codes.Unavailable, "the answer got lost")
