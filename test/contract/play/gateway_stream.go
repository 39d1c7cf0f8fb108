package play

import (
	"context"
	"fmt"
	"slices"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

func metadataOf(ctx context.Context) metadata.MD {
	md, _ := metadata.FromIncomingContext(ctx)
	return md
}

// stream looks at the requests for jobs, and hands out what the broker would not hold.
func (g *gateway) stream(server any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	return next(server, &jobStream{ServerStream: s, gateway: g, method: info.FullMethod})
}

type jobStream struct {
	grpc.ServerStream
	gateway *gateway
	method  string
}

// RecvMsg implements [grpc.ServerStream].
func (s *jobStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil {
		return err
	}
	s.gateway.listen(s.Context(), s.method, message)
	switch m := message.(type) {
	case *pb.ActivateJobsRequest:
		s.gateway.look("a poll", m.GetType(), m.GetTimeout(), m.GetFetchVariable())
	case *pb.StreamActivatedJobsRequest:
		s.gateway.look("a stream", m.GetType(), m.GetTimeout(), m.GetFetchVariable())
	}
	return nil
}

// SendMsg implements [grpc.ServerStream].
func (s *jobStream) SendMsg(message any) error {
	switch m := message.(type) {
	case *pb.ActivateJobsResponse:
		for _, j := range m.GetJobs() {
			s.gateway.replace(j)
		}
	case *pb.ActivatedJob:
		s.gateway.replace(m)
	}
	return s.ServerStream.SendMsg(message)
}

func (g *gateway) replace(j *pb.ActivatedJob) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.byKey[j.GetKey()]
	if r == nil {
		return
	}
	if r.variables != nil {
		j.Variables = *r.variables
	}
	if r.headers != nil {
		j.CustomHeaders = *r.headers
	}
}

// look notes what is wrong with a request for jobs.
func (g *gateway) look(what, jobType string, lease int64, variables []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if jobType != JobType {
		g.faults = append(g.faults, fmt.Sprintf("%s asks for jobs of type %q, expected %q", what, jobType, JobType))
	}
	if lease <= 0 {
		g.faults = append(g.faults, fmt.Sprintf("%s asks for a lease of %d ms, expected more than 0", what, lease))
	}
	if have := slices.Sorted(slices.Values(variables)); !slices.Equal(have, g.fetched) {
		g.faults = append(g.faults, fmt.Sprintf("%s fetches the variables %q, expected %q", what, have, g.fetched))
	}
}
