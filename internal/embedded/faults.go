package embedded

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Call is a call to the gateway, as a fault is decided on.
type Call struct {
	Method string // as gRPC names it, such as CompleteJob
	JobKey int64  // of commands
}

// IsCommand tells whether the call is a command for a job.
func (c Call) IsCommand() bool { return c.JobKey != 0 }

// Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	Delay      time.Duration // before anything else
	Code       codes.Code    // not OK: the call is refused with this code and Message, and has no effect
	Message    string
	LoseAnswer bool // the call has its effect, but its caller is told UNAVAILABLE
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

// RefuseNext has the next n commands be refused.
func (g *Gateway) RefuseNext(n int, code codes.Code, message string) {
	g.FaultNext(n, Fault{Code: code, Message: message})
}

// before is what the fault does ahead of the call's effect.
func (f *Fault) before(ctx context.Context) error {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
	if f.Code != codes.OK {
		return status.Error(f.Code, f.Message)
	}
	return nil
}

var errAnswerLost = status.Error(codes.Unavailable, "the answer got lost")
