package embedded

import (
	"context"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// service is the gateway as gRPC calls it.
type service struct {
	pb.UnimplementedGatewayServer
	gateway *Gateway
	serving *serving
}

// brokerPort is the port of the broker as the topology tells it. Nothing listens there.
const brokerPort = 26501

// Topology tells of one broker that has all partitions.
func (s *service) Topology(ctx context.Context, _ *pb.TopologyRequest) (*pb.TopologyResponse, error) {
	g, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	if err := g.probe(ctx); err != nil {
		return nil, err
	}
	version := g.options.Version
	broker := &pb.BrokerInfo{Host: "127.0.0.1", Port: brokerPort, Version: version}
	for _, p := range g.Partitions() {
		role := pb.Partition_LEADER
		if p.Leaderless {
			role = pb.Partition_FOLLOWER
		}
		broker.Partitions = append(broker.Partitions, &pb.Partition{PartitionId: int32(p.ID), Role: role}) //nolint:gosec // a handful
	}
	return &pb.TopologyResponse{
		ClusterSize: 1, PartitionsCount: int32(len(broker.Partitions)), ReplicationFactor: 1, GatewayVersion: version, //nolint:gosec // a handful
		Brokers: []*pb.BrokerInfo{broker},
	}, nil
}

// probe is a topology call without its answer.
func (g *Gateway) probe(ctx context.Context) error {
	fault := g.faults.next(Call{Method: "Topology"})
	if err := fault.before(ctx); err != nil {
		return err
	}
	return fault.after(ctx)
}

// CompleteJob ends a job with variables.
func (s *service) CompleteJob(ctx context.Context, r *pb.CompleteJobRequest) (*pb.CompleteJobResponse, error) {
	if err := s.command(ctx, "CompleteJob", &Command{
		Kind: Complete, JobKey: r.GetJobKey(), LeaseToken: newerText(r, completeLeaseToken), Variables: r.GetVariables(),
	}); err != nil {
		return nil, err
	}
	return &pb.CompleteJobResponse{}, nil
}

// FailJob takes a job's retries down, or makes it an incident.
func (s *service) FailJob(ctx context.Context, r *pb.FailJobRequest) (*pb.FailJobResponse, error) {
	if err := s.command(ctx, "FailJob", &Command{
		Kind: Fail, JobKey: r.GetJobKey(), LeaseToken: newerText(r, failLeaseToken), Variables: r.GetVariables(), Retries: r.GetRetries(), Message: r.GetErrorMessage(),
		Backoff: time.Duration(r.GetRetryBackOff()) * time.Millisecond,
	}); err != nil {
		return nil, err
	}
	return &pb.FailJobResponse{}, nil
}

// ThrowError ends a job by a BPMN error, which is taken to be caught.
func (s *service) ThrowError(ctx context.Context, r *pb.ThrowErrorRequest) (*pb.ThrowErrorResponse, error) {
	if err := s.command(ctx, "ThrowError", &Command{
		Kind: Throw, JobKey: r.GetJobKey(), LeaseToken: newerText(r, throwLeaseToken), Variables: r.GetVariables(), Code: r.GetErrorCode(), Message: r.GetErrorMessage(),
	}); err != nil {
		return nil, err
	}
	return &pb.ThrowErrorResponse{}, nil
}

// UpdateJobTimeout moves the end of a job's lease, whoever holds it.
func (s *service) UpdateJobTimeout(ctx context.Context, r *pb.UpdateJobTimeoutRequest) (*pb.UpdateJobTimeoutResponse, error) {
	if err := s.command(ctx, "UpdateJobTimeout", &Command{
		Kind: UpdateTimeout, JobKey: r.GetJobKey(), LeaseToken: newerText(r, updateLeaseToken), Timeout: time.Duration(r.GetTimeout()) * time.Millisecond,
	}); err != nil {
		return nil, err
	}
	return &pb.UpdateJobTimeoutResponse{}, nil
}

func (g *Gateway) count(f func(*Counts)) {
	g.broker.mu.Lock()
	defer g.broker.mu.Unlock()
	f(&g.broker.counts)
}

func (s *service) command(ctx context.Context, method string, c *Command) error {
	g, err := s.enter(ctx)
	if err != nil {
		return err
	}
	return g.command(ctx, method, c)
}

// command carries a command out, with the fault that is due.
func (g *Gateway) command(ctx context.Context, method string, c *Command) error {
	fault := g.faults.next(Call{Method: method, JobKey: c.JobKey})
	err := fault.before(ctx)
	if err == nil && c.Kind == UpdateTimeout && g.options.NoTimeout {
		err = status.Error(codes.Unimplemented, "this gateway cannot update a job's timeout")
	}
	if !g.options.release.knowsLeases() {
		c.LeaseToken = ""
	}
	if err == nil {
		err = g.checkVariables(c)
	}
	var ending *Ending
	if err == nil {
		ending, err = g.broker.apply(c)
	}
	if err != nil {
		g.count(func(counts *Counts) { counts.Refused++ })
		return err
	}
	if g.options.OnCommand != nil {
		g.options.OnCommand(*c)
	}
	if ending != nil && g.options.OnEnding != nil {
		g.options.OnEnding(*ending)
	}
	return fault.after(ctx)
}

func (g *Gateway) checkVariables(c *Command) error {
	if c.Variables == "" || jsonvalue.RawKind([]byte(c.Variables)) == jsonvalue.KindNull && jsonvalue.Valid([]byte(c.Variables)) == nil {
		return nil // a broker takes null for none
	}
	if err := jsonvalue.Members([]byte(c.Variables), func(string, []byte) error { return nil }); err != nil {
		return status.Errorf(codes.InvalidArgument, "the variables of job %d are no JSON object: %v", c.JobKey, err)
	}
	if len(c.Variables) > g.options.CommandLimit {
		return status.Errorf(codes.Unknown, "command %s for job %d rejected, EXCEEDED_BATCH_RECORD_SIZE: %d bytes of variables", c.Kind, c.JobKey, len(c.Variables))
	}
	return nil
}

// apply changes the job as the command says. It returns what the job ended with, if it did.
func (b *broker) apply(c *Command) (*Ending, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.unable(); err != nil {
		return nil, err
	}
	if err := b.led(c.JobKey); err != nil {
		return nil, err
	}
	e := b.jobs[c.JobKey]
	if e == nil {
		b.refused(c, false)
		return nil, status.Errorf(codes.NotFound, "%s: there is no job with key %d", c.Kind, c.JobKey)
	}
	// A job whose lease ran out, and even one that nobody took, can be ended; it is nobody's to be extended.
	if e.state == resting || e.state == stuck || e.state == waiting && c.Kind == UpdateTimeout {
		b.refused(c, false)
		return nil, status.Errorf(codes.FailedPrecondition, "%s: job %d is in state %s", c.Kind, c.JobKey, e.state)
	}
	if err := e.fence(c); err != nil {
		b.counts.Stale++
		b.refused(c, true)
		return nil, err
	}
	c.At = time.Now().Round(0) // without a monotonic reading, which a log cannot keep
	c.LeaseOver = e.state == waiting || e.due.Before(e.partition.now())
	b.commit(&change{Kind: commandTaken, Key: e.key, Command: c}, e)
	if err := b.unable(); err != nil {
		return nil, err
	}
	switch e.state {
	case activated: // its time-out was updated
		b.setDue(e)
		return nil, nil
	case waiting:
		b.makeAvailable(e)
		return nil, nil
	case resting:
		b.leave(e)
		b.setDue(e)
		return nil, nil
	default:
		b.leave(e)
		return b.ended(e, c), nil
	}
}

// refused notes that a command came for a job whose state, or whose lease, does not allow it. Mu is held.
func (b *broker) refused(c *Command, stale bool) {
	if b.ledger[c.JobKey] != nil {
		b.commit(&change{Kind: commandRefused, Key: c.JobKey, Stale: stale}, nil)
	}
}

// ended tells those who wait. Mu is held.
func (b *broker) ended(e *entry, c *Command) *Ending {
	if b.awaited {
		b.awaited = false
		close(b.changed)
		b.changed = make(chan struct{})
	}
	if b.options.OnEnding == nil && b.options.KeepCommands < 0 && len(b.waiters) == 0 {
		return nil
	}
	ending := &Ending{Job: e.Job, Command: *c, Given: e.given}
	b.endings.add(*ending)
	for _, waiter := range b.waiters[e.key] {
		waiter <- *ending
	}
	delete(b.waiters, e.key)
	return ending
}
