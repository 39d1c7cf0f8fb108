package embedded

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// push is an open stream. Jobs are handed to it as long as it keeps up; what its client does not read stays in
// transport, as much as the flow control of HTTP/2 admits.
type push struct {
	taker
	jobs chan delivery
	cut  context.CancelCauseFunc
}

// pushRoom is how many jobs may be on their way from the broker to one stream.
const pushRoom = 32

// offer hands the job to a stream that has room, each stream in its turn. Mu is held.
func (b *broker) offer(e *entry) bool {
	streams := b.streams[e.Type]
	if e.partition.leaderless {
		return false
	}
	for range streams {
		b.turn++
		p := streams[b.turn%len(streams)]
		if len(p.jobs) == cap(p.jobs) || !slices.Contains(p.tenants, e.TenantID) || e.leased() && !p.withLease {
			continue
		}
		p.jobs <- b.activate(e, &p.taker, true) // it has room: only the holder of the lock sends
		return true
	}
	return false
}

func (b *broker) open(p *push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams[p.jobType] = append(b.streams[p.jobType], p)
	b.counts.StreamsOpen++
	b.counts.StreamsSeen++
}

// remove has nothing more pushed to a stream.
func (b *broker) remove(p *push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := slices.Index(b.streams[p.jobType], p); at >= 0 {
		b.streams[p.jobType] = slices.Delete(b.streams[p.jobType], at, at+1)
		b.counts.StreamsOpen--
	}
}

// shut ends a stream. Jobs that were not sent yet are given to others; what is in transport is not known to have
// arrived, and stays the client's until its lease ends.
func (b *broker) shut(p *push) {
	b.remove(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		select {
		case d := <-p.jobs:
			b.giveBack(d)
		default:
			return
		}
	}
}

// giveBack makes a job available that was not sent, if it is still the one that was to be. Mu is held.
func (b *broker) giveBack(d delivery) {
	if e := d.entry; e.state == activated && e.given == d.given && b.jobs[e.key] == e {
		b.commit(&change{Kind: givenBack, Key: e.key}, e)
		b.makeAvailable(e)
	}
}

// accept answers a request for a stream: it returns one that is not open yet, or the refusal.
func (g *Gateway) accept(ctx context.Context, t taker, room int) (*push, error) {
	if g.options.NoStreams {
		return nil, status.Error(codes.Unimplemented, "this gateway knows no streams of jobs")
	}
	fault := g.faults.next(Call{Method: "StreamActivatedJobs"})
	if err := fault.before(ctx); err != nil {
		return nil, err
	}
	if err := g.check(&t); err != nil {
		return nil, err
	}
	if err := fault.after(ctx); err != nil {
		return nil, err
	}
	return &push{taker: t, jobs: make(chan delivery, room)}, nil
}

// StreamActivatedJobs gives out jobs as they become available, until the caller or a fault ends it.
func (s *service) StreamActivatedJobs(r *pb.StreamActivatedJobsRequest, out pb.Gateway_StreamActivatedJobsServer) error {
	g, err := s.enter(out.Context())
	if err != nil {
		return err
	}
	p, err := g.accept(out.Context(), taker{
		jobType: r.GetType(), lease: time.Duration(r.GetTimeout()) * time.Millisecond, tenants: r.GetTenantIds(),
		assigned: newerNumber(r, streamTenantFilter) == filterAssigned, withLease: newerNumber(r, streamWithLease) != 0,
	}, pushRoom)
	if err != nil {
		return err
	}
	ctx, cut := context.WithCancelCause(out.Context())
	defer cut(nil)
	p.cut = cut
	g.broker.open(p)
	defer g.broker.shut(p)
	failed := make(chan error, 1)
	s.serving.running.Go(func() { failed <- g.broker.send(ctx, p, out, r.GetWorker(), newFetch(r.GetFetchVariable())) })
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		// The sender may be stuck in flow control. It fails as soon as this returns.
		return endOf(ctx)
	}
}

// send sends the stream's jobs until it is done or cannot.
func (b *broker) send(ctx context.Context, p *push, out pb.Gateway_StreamActivatedJobsServer, worker string, fetched fetch) error {
	var message pb.ActivatedJob // reused: it is encoded before Send returns
	for {
		select {
		case d := <-p.jobs:
			d.fill(&message, &b.options, worker, &fetched)
			if err := out.Send(&message); err != nil {
				b.mu.Lock()
				b.giveBack(d)
				b.mu.Unlock()
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// BreakStreams ends all open streams with a code and a message, and returns how many. Code OK ends them in order.
func (g *Gateway) BreakStreams(code codes.Code, message string) int {
	return g.EndStreams(&streamEnd{code, message})
}

// EndStreams ends all open streams with an error, and returns how many. A stream in memory ends with this very error.
func (g *Gateway) EndStreams(err error) int {
	b := g.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, streams := range b.streams {
		for _, p := range streams {
			p.cut(err)
			n++
		}
	}
	clear(b.streams) // at once: nothing more is pushed to them
	b.counts.StreamsOpen -= int64(n)
	return n
}

// streamEnd is why a stream was broken.
type streamEnd struct {
	code    codes.Code
	message string
}

// endOf is what a stream that is done returns to gRPC.
func endOf(ctx context.Context) error {
	cause := context.Cause(ctx)
	if end, ok := errors.AsType[*streamEnd](cause); ok && end.code == codes.OK {
		return nil
	}
	return cause
}

func (e *streamEnd) Error() string              { return e.message }
func (e *streamEnd) GRPCStatus() *status.Status { return status.New(e.code, e.message) }
