package zeebe

import (
	"context"
	"fmt"
	"io"
	"net"
	"path"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// raw is a codec that leaves messages as they are on the wire.
type raw struct{ encoding.Codec }

func (raw) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}
func (raw) Name() string { return "proto" }

// wire is a gateway that keeps what comes as bytes, and answers with empty messages; with none where jobs are asked for.
type wire struct {
	mu       sync.Mutex
	requests map[string][]byte // by the name of the call
	tenants  map[string][]string
}

func (w *wire) handle(_ any, s grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(s)
	name := path.Base(method)
	var request []byte
	if err := s.RecvMsg(&request); err != nil {
		return err
	}
	md, _ := metadata.FromIncomingContext(s.Context())
	w.mu.Lock()
	w.requests[name], w.tenants[name] = request, md.Get("Camunda-Physical-Tenant")
	w.mu.Unlock()
	if name == "ActivateJobs" || name == "StreamActivatedJobs" {
		return nil
	}
	return s.SendMsg(&[]byte{})
}

// callAll makes every call of a client once, and returns the gateway that has seen them.
func callAll(t *testing.T, c Config, r job.TakeRequest, token string) *wire {
	t.Helper()
	w := &wire{requests: map[string][]byte{}, tenants: map[string][]string{}}
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.UnknownServiceHandler(w.handle))
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	c.Target = "127.0.0.1:26500"
	client, err := dial(c, silent, grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = client.Close()
		server.Stop()
		<-done
	})
	ctx, ref := t.Context(), job.Ref{Key: 7, LeaseToken: token}
	require.NoError(t, client.Activate(ctx, job.PollRequest{TakeRequest: r, MaxJobs: 1, Wait: -1}, func(*job.Job) {}))
	s, err := client.Stream(ctx, r)
	require.NoError(t, err)
	_, _ = s.Recv() // the end of it, so that the gateway has seen the request
	require.NoError(t, client.Complete(ctx, ref, []byte(`{}`)))
	require.NoError(t, client.Fail(ctx, ref, 1, time.Second, "m", []byte(`{}`)))
	require.NoError(t, client.Throw(ctx, ref, "c", "m", []byte(`{}`)))
	require.NoError(t, client.UpdateTimeout(ctx, ref, time.Second))
	require.NoError(t, client.Probe(ctx))
	require.NoError(t, client.ProbeStream(ctx))
	w.mu.Lock()
	defer w.mu.Unlock()
	return w
}

// fields returns the fields of a message on the wire, each as NUMBER=VALUE.
func fields(t *testing.T, message []byte) (out []string) {
	t.Helper()
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		require.Positive(t, n)
		message = message[n:]
		switch kind {
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(message)
			require.Positive(t, n)
			message, out = message[n:], append(out, fmt.Sprintf("%d=%d", number, int64(v))) //nolint:gosec // as Zeebe reads it
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(message)
			require.Positive(t, n)
			message, out = message[n:], append(out, fmt.Sprintf("%d=%s", number, v))
		default:
			t.Fatalf("field %d has type %d", number, kind)
		}
	}
	return out
}

// TestNewerFieldsAreOnTheWireWhereTheyAreAskedFor looks at the bytes: the stubs do not know these fields.
func TestNewerFieldsAreOnTheWireWhereTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	asked := job.TakeRequest{Type: "t", Worker: "w", Lease: time.Second, TenantIDs: []string{"a", "b"}}
	plain := map[string][]string{
		"ActivateJobs":        {"1=t", "2=w", "3=1000", "4=1", "6=-1", "7=a", "7=b"},
		"StreamActivatedJobs": {"1=t", "2=w", "3=1000", "6=a", "6=b"},
		"CompleteJob":         {"1=7", "2={}"},
		"FailJob":             {"1=7", "2=1", "3=m", "4=1000", "5={}"},
		"ThrowError":          {"1=7", "2=c", "3=m", "4={}"},
		"UpdateJobTimeout":    {"1=7", "2=1000"},
	}
	leased, assigned := asked, asked
	leased.WithLease, assigned.AssignedTenants = true, true
	both := assigned
	both.WithLease = true
	for _, tt := range []struct {
		name  string
		ask   job.TakeRequest
		token string
		want  map[string][]string // what differs from plain
	}{
		{name: "none of them", ask: asked},
		{name: "lease tokens", ask: leased, token: "l-1", want: map[string][]string{
			"ActivateJobs":        {"1=t", "2=w", "3=1000", "4=1", "6=-1", "7=a", "7=b", "9=1"},
			"StreamActivatedJobs": {"1=t", "2=w", "3=1000", "6=a", "6=b", "8=1"},
			"CompleteJob":         {"1=7", "2={}", "4=l-1"},
			"FailJob":             {"1=7", "2=1", "3=m", "4=1000", "5={}", "6=l-1"},
			"ThrowError":          {"1=7", "2=c", "3=m", "4={}", "5=l-1"},
			"UpdateJobTimeout":    {"1=7", "2=1000", "4=l-1"},
		}},
		{name: "the jobs of all tenants of the caller: none is named", ask: assigned, want: map[string][]string{
			"ActivateJobs":        {"1=t", "2=w", "3=1000", "4=1", "6=-1", "8=1"},
			"StreamActivatedJobs": {"1=t", "2=w", "3=1000", "7=1"},
		}},
		{name: "both", ask: both, want: map[string][]string{
			"ActivateJobs":        {"1=t", "2=w", "3=1000", "4=1", "6=-1", "8=1", "9=1"},
			"StreamActivatedJobs": {"1=t", "2=w", "3=1000", "7=1", "8=1"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := callAll(t, Config{}, tt.ask, tt.token)
			for name, want := range plain {
				if other, differs := tt.want[name]; differs {
					want = other
				}
				assert.Equal(t, want, fields(t, w.requests[name]), name)
			}
		})
	}
}

// TestEveryCallNamesThePhysicalTenant that is configured, and no call names one otherwise.
func TestEveryCallNamesThePhysicalTenant(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "tenant2"} {
		w := callAll(t, Config{PhysicalTenant: id}, job.TakeRequest{Type: "t", Lease: time.Second}, "")
		var want []string
		if id != "" {
			want = []string{id}
		}
		require.Len(t, w.tenants, 7)
		for name, got := range w.tenants {
			assert.Equal(t, want, got, name)
		}
	}
}

// TestAGatewayWithoutPhysicalTenantsIsNotAskedForTheJobsOfOne: it would give those of the tenant that it has.
func TestAGatewayWithoutPhysicalTenantsIsNotAskedForTheJobsOfOne(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version, tenant string
		refused         bool
	}{
		{"8.9.4", "tenant2", true},
		{"8.9.4", "default", false},
		{"8.9.4", "", false},
		{"8.10.0", "tenant2", false},
		{"8.10.0-alpha2", "tenant2", false},
		{"development", "tenant2", false},
	} {
		g := &gateway{
			version:  tt.version,
			activate: func(*pb.ActivateJobsRequest, pb.Gateway_ActivateJobsServer) error { return nil },
			stream:   func(*pb.StreamActivatedJobsRequest, pb.Gateway_StreamActivatedJobsServer) error { return nil },
		}
		c := connect(t, g, Config{PhysicalTenant: tt.tenant})
		require.NoError(t, c.Probe(t.Context()))
		request := job.TakeRequest{Type: "t", Lease: time.Second}
		polled := c.Activate(t.Context(), job.PollRequest{TakeRequest: request, MaxJobs: 1, Wait: -1}, func(*job.Job) {})
		s, streamed := c.Stream(t.Context(), request)
		seen, _ := g.seen()
		if !tt.refused {
			require.NoError(t, polled)
			require.NoError(t, streamed)
			_, err := s.Recv()
			require.ErrorIs(t, err, io.EOF)
			continue
		}
		for _, err := range []error{polled, streamed} {
			require.EqualError(t, err, `camunda.client.physical-tenant-id is "tenant2", but the gateway is of Camunda 8.9.4 and has no physical tenants: it would give jobs of another one; needed is Camunda 8.10 or later`)
		}
		assert.Len(t, seen, 1, "the probe")
	}
}

// TestAJobOfAnotherPhysicalTenantIsGivenUp: no command is sent for it, and for a while no jobs are asked for.
func TestAJobOfAnotherPhysicalTenantIsGivenUp(t *testing.T) {
	t.Parallel()
	const configured = "tenant2"
	of := func(key int64, tenant string) *pb.ActivatedJob {
		a := activated(key)
		addText(a, activatedPhysicalTenant, tenant)
		return a
	}
	for _, tt := range []struct {
		name, other, want string
	}{
		{"another one", "tenant3", `the gateway gave a job of the physical tenant "tenant3"`},
		{"none: the gateway passes over the name", "", "the gateway gave a job of no named physical tenant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jobs := []*pb.ActivatedJob{of(1, tt.other), of(2, configured)}
			clients := map[string]worker.Gateway{
				"gRPC": connect(t, &gateway{
					activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
						return s.Send(&pb.ActivateJobsResponse{Jobs: jobs})
					},
				}, Config{PhysicalTenant: configured}),
				"REST": dialTest(t, &restGatewayServer{answer: tells(200, "application/json",
					`{"jobs":[{"jobKey":"1","physicalTenantId":"`+tt.other+`"},{"jobKey":"2","physicalTenantId":"`+configured+`"}]}`)}, Config{PhysicalTenant: configured}),
			}
			for transport, c := range clients {
				poll := func() (keys []int64, err error) {
					err = c.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Lease: time.Second}, MaxJobs: 2, Wait: -1}, func(j *job.Job) { keys = append(keys, j.Key) })
					return keys, err
				}
				keys, err := poll()
				assert.Equal(t, []int64{2}, keys, transport)
				e := refused(t, err)
				assert.Contains(t, e.Reason, tt.want, transport)
				assert.Contains(t, e.Reason, `camunda.client.physical-tenant-id is "tenant2"`)
				assert.Equal(t, job.FaultPhysicalTenant, e.Fault)
				assert.Equal(t, job.Unacceptable, e.Kind)
				keys, err = poll()
				assert.Empty(t, keys, "%s: jobs are not asked for", transport)
				require.ErrorContains(t, err, tt.want)
			}
			c := connect(t, &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
				for _, j := range []*pb.ActivatedJob{jobs[1], jobs[0]} {
					if err := s.Send(j); err != nil {
						return err
					}
				}
				return nil
			}}, Config{PhysicalTenant: configured})
			s, err := c.Stream(t.Context(), job.TakeRequest{Type: "t"})
			require.NoError(t, err)
			j, err := s.Recv()
			require.NoError(t, err)
			assert.EqualValues(t, 2, j.Key)
			_, err = s.Recv()
			require.ErrorContains(t, err, tt.want, "the stream ends")
			_, err = c.Stream(t.Context(), job.TakeRequest{Type: "t"})
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// TestJobsAreAskedForAgainAfterThoseOfAnotherPhysicalTenant: what was wrong may be mended.
func TestJobsAreAskedForAgainAfterThoseOfAnotherPhysicalTenant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := physicalTenant{id: "a"}
		require.NoError(t, p.check("a"))
		require.NoError(t, p.refusal())
		require.Error(t, p.check("b"))
		require.Error(t, p.refusal())
		pass(strayPause)
		require.NoError(t, p.refusal())
		require.NoError(t, (&physicalTenant{}).check("b"), "none is configured")
	})
}

// TestAnUnknownPhysicalTenantDoesNotEndAJob: a gateway that does not know it says nothing of the job.
func TestAnUnknownPhysicalTenantDoesNotEndAJob(t *testing.T) {
	t.Parallel()
	overGRPC := connect(t, &gateway{answer: func(context.Context, any) error {
		return status.Error(codes.NotFound, "Unknown physical tenant: tenant2")
	}}, Config{PhysicalTenant: "tenant2"})
	overREST := dialTest(t, &restGatewayServer{answer: tells(404, "application/problem+json", `{"title":"NOT_FOUND","status":404,"detail":"Unknown physical tenant: tenant2"}`)}, Config{PhysicalTenant: "tenant2"})
	for _, c := range []worker.Gateway{overGRPC, overREST} {
		e := refused(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
		assert.Equal(t, job.Denied, e.Kind)
		assert.Equal(t, job.FaultPhysicalTenant, e.Fault)
		assert.True(t, e.NotTaken)
	}
}

// TestAReusedMessageKeepsNoToken: a stream reads all its jobs into one message.
func TestAReusedMessageKeepsNoToken(t *testing.T) {
	t.Parallel()
	first := activated(1)
	addText(first, activatedLeaseToken, "first")
	c := connect(t, &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
		if err := s.Send(first); err != nil {
			return err
		}
		return s.Send(activated(2))
	}}, Config{})
	s, err := c.Stream(t.Context(), job.TakeRequest{Type: "t"})
	require.NoError(t, err)
	for _, want := range []string{"first", ""} {
		j, err := s.Recv()
		require.NoError(t, err)
		assert.Equal(t, want, j.LeaseToken)
	}
}
