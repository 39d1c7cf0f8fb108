package embedded_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

var (
	takePlain  = job.TakeRequest{Type: "t", Lease: time.Minute}
	takeLeased = job.TakeRequest{Type: "t", Lease: time.Minute, WithLease: true}
)

// takeAs polls without a network and without waiting.
func takeAs(tb testing.TB, g *embedded.Gateway, r job.TakeRequest) (jobs []*job.Job) {
	tb.Helper()
	require.NoError(tb, g.Local(0).Activate(tb.Context(), job.PollRequest{TakeRequest: r, MaxJobs: 9, Wait: -1}, func(j *job.Job) { jobs = append(jobs, j) }))
	return jobs
}

func TestLeaseTokenFencesTheCommandsOfAnActivation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0", KeepJobs: true})
		l, ctx := g.Local(0), t.Context()
		key := add(t, g, embedded.Job{Type: "t"})[0]
		first := takeAs(t, g, takeLeased)[0]
		require.NotEmpty(t, first.LeaseToken)
		time.Sleep(2 * time.Minute) //nolint:forbidigo // inside a bubble of synctest
		assert.Empty(t, takeAs(t, g, takePlain), "a job once leased is for takers that ask for leases")
		second := takeAs(t, g, takeLeased)[0]
		require.NotEqual(t, first.LeaseToken, second.LeaseToken)

		none := job.Ref{Key: key}
		for _, stale := range []job.Ref{none, first.Ref(), {Key: key, LeaseToken: "x"}} {
			refused(t, l.Complete(ctx, stale, nil), "FAILED_PRECONDITION")
			refused(t, l.Fail(ctx, stale, 1, 0, "", nil), "FAILED_PRECONDITION")
			refused(t, l.Throw(ctx, stale, "c", "", nil), "FAILED_PRECONDITION")
		}
		refused(t, l.UpdateTimeout(ctx, first.Ref(), time.Minute), "FAILED_PRECONDITION")
		require.NoError(t, l.UpdateTimeout(ctx, none, time.Minute), "an operator has no token")
		require.NoError(t, l.UpdateTimeout(ctx, second.Ref(), time.Minute))
		assert.Equal(t, int64(10), g.Counts().Stale)
		report, _ := g.ReportOf(key)
		assert.Equal(t, []int{10, 10}, []int{report.Stale, report.Refused})
		require.NoError(t, l.Complete(ctx, second.Ref(), nil))
		assert.Equal(t, second.LeaseToken, g.Endings()[0].Command.LeaseToken)
	})
}

func TestLeaseTokenIsGoodUntilTheNextActivation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0"})
		l, ctx := g.Local(0), t.Context()
		keys := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
		jobs := takeAs(t, g, takeLeased)
		time.Sleep(2 * time.Minute) //nolint:forbidigo // inside a bubble of synctest
		require.NoError(t, l.Complete(ctx, jobs[0].Ref(), nil), "late, but nobody else has it")
		require.NoError(t, l.Fail(ctx, jobs[1].Ref(), 2, 0, "", nil))
		require.NoError(t, l.Fail(ctx, jobs[1].Ref(), 2, 0, "", nil), "again: nobody took it meanwhile")
		refused(t, l.Complete(ctx, job.Ref{Key: keys[1]}, nil), "FAILED_PRECONDITION")
		assert.Empty(t, takeAs(t, g, takePlain))
		again := takeAs(t, g, takeLeased)
		require.Len(t, again, 1)
		refused(t, l.Fail(ctx, jobs[1].Ref(), 2, 0, "", nil), "FAILED_PRECONDITION")
		require.NoError(t, l.Fail(ctx, again[0].Ref(), 1, time.Hour, "", nil))
		refused(t, l.Fail(ctx, again[0].Ref(), 1, time.Hour, "", nil), "FAILED_PRECONDITION")
	})
}

func TestJobsWithoutALeaseAreForEverybody(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0"})
	l, ctx := g.Local(0), t.Context()
	keys := add(t, g, embedded.Job{Type: "t"})
	plain := takeAs(t, g, takePlain)
	assert.Empty(t, plain[0].LeaseToken)
	require.NoError(t, l.UpdateTimeout(ctx, job.Ref{Key: keys[0], LeaseToken: "of another job"}, time.Minute), "nothing to match")
	require.NoError(t, l.Fail(ctx, plain[0].Ref(), 2, 0, "", nil))
	leased := takeAs(t, g, takeLeased)
	require.Len(t, leased, 1)
	require.NoError(t, l.Complete(ctx, leased[0].Ref(), nil))
}

func TestStreamsGetLeasedJobsOnlyIfTheyAskForLeases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0"})
		l := g.Local(0)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		add(t, g, embedded.Job{Type: "t"})
		leased := takeAs(t, g, takeLeased)[0]
		_, err := l.Stream(ctx, takePlain)
		require.NoError(t, err)
		require.NoError(t, l.Fail(ctx, leased.Ref(), 2, 0, "", nil))
		assert.Equal(t, int64(1), g.Counts().Waiting, "the stream does not get it")
		stream, err := l.Stream(ctx, takeLeased)
		require.NoError(t, err)
		require.NoError(t, l.Fail(ctx, leased.Ref(), 1, 0, "", nil))
		j, err := stream.Recv()
		require.NoError(t, err)
		assert.NotEmpty(t, j.LeaseToken)
		assert.NotEqual(t, leased.LeaseToken, j.LeaseToken)

		// A job that waited where everybody may take it, and was leased by a stream meanwhile.
		cancel()
		synctest.Wait()
		waiting := job.Ref{Key: add(t, g, embedded.Job{Type: "t"})[0]}
		again, cancelAgain := context.WithCancel(t.Context())
		defer cancelAgain()
		stream, err = l.Stream(again, takeLeased)
		require.NoError(t, err)
		require.NoError(t, l.Fail(ctx, waiting, 2, 0, "a late command of somebody else", nil))
		j, err = stream.Recv()
		require.NoError(t, err)
		require.Equal(t, waiting.Key, j.Key)
		cancelAgain()
		synctest.Wait()
		require.NoError(t, l.Fail(t.Context(), j.Ref(), 1, 0, "", nil))
		assert.Empty(t, takeAs(t, g, takePlain))
		assert.Len(t, takeAs(t, g, takeLeased), 1)
	})
}

func TestOlderBrokersKnowNoLease(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{Version: "8.9.3"})
	add(t, g, embedded.Job{Type: "t", BusinessID: "order"})
	j := takeAs(t, g, takeLeased)[0]
	assert.Empty(t, j.LeaseToken)
	assert.Empty(t, j.BusinessID)
	require.NoError(t, g.Local(0).Complete(t.Context(), job.Ref{Key: j.Key, LeaseToken: "x"}, nil))
	assert.Empty(t, g.Commands()[0].LeaseToken)
}

func TestStateOnDiskKeepsLeaseTokens(t *testing.T) {
	t.Parallel()
	o := embedded.GatewayOptions{Version: "8.10.0", StateDir: t.TempDir(), KeepJobs: true, PhysicalTenants: []string{"blue"}}
	g, err := embedded.NewGateway(o)
	require.NoError(t, err)
	add(t, g, embedded.Job{Type: "t"})
	add(t, g.PhysicalTenant("blue"), embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
	j := takeAs(t, g, takeLeased)[0]
	refused(t, g.Local(0).Complete(t.Context(), job.Ref{Key: j.Key}, nil), "FAILED_PRECONDITION")
	g.Close()
	g = newGateway(t, o)
	report, _ := g.ReportOf(j.Key)
	assert.Equal(t, 1, report.Stale)
	assert.Len(t, takeAs(t, g.PhysicalTenant("blue"), takePlain), 2)
	refused(t, g.Local(0).Complete(t.Context(), job.Ref{Key: j.Key}, nil), "FAILED_PRECONDITION")
	require.NoError(t, g.Local(0).Complete(t.Context(), j.Ref(), nil))
}

func TestLeasesOverREST(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0"})
	keys := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
	leased := `{"type":"t","timeout":60000,"maxJobsToActivate":9,"withLease":true}`
	jobs := activated(t, g, "", leased)
	require.Len(t, jobs, 3)
	for i, c := range []struct{ method, path, body string }{
		{"POST", path(keys[0], "/completion"), ``}, {"POST", path(keys[1], "/failure"), `"retries":2,`}, {"POST", path(keys[2], "/error"), `"errorCode":"c",`},
	} {
		stale := call(t, g, c.method, c.path, `{`+c.body+`"jobLeaseToken":"x"}`)
		problem(t, stale, 409, "INVALID_STATE", "does not match")
		problem(t, call(t, g, "PATCH", path(keys[i], ""), `{"changeset":{"timeout":60000},"jobLeaseToken":"x"}`), 409, "INVALID_STATE", "does not match")
		assert.Equal(t, http.StatusNoContent, call(t, g, "PATCH", path(keys[i], ""), `{"changeset":{"timeout":60000}}`).Code)
		w := call(t, g, c.method, c.path, `{`+c.body+`"jobLeaseToken":`+string(jobs[i]["jobLeaseToken"])+`}`)
		assert.Equal(t, http.StatusNoContent, w.Code, w.Body.String())
	}
	assert.Empty(t, activated(t, g, "", activation))
	assert.Len(t, activated(t, g, "", leased), 1)
}

// newer adds fields to a message that the stubs do not know.
func newer[M proto.Message](m M, add func(b []byte) []byte) M {
	m.ProtoReflect().SetUnknown(add(nil))
	return m
}

func withText(field protowire.Number, text string) func([]byte) []byte {
	return func(b []byte) []byte {
		return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), text)
	}
}

// withOne sets a field to 1: true, or the first of an enumeration.
func withOne(field protowire.Number) func([]byte) []byte {
	return func(b []byte) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), 1)
	}
}

// texts returns the texts in the fields that the stubs do not know.
func texts(m proto.Message) map[protowire.Number]string {
	out := map[protowire.Number]string{}
	for b := []byte(m.ProtoReflect().GetUnknown()); len(b) > 0; {
		field, _, n := protowire.ConsumeTag(b)
		text, size := protowire.ConsumeString(b[n:])
		out[field] = text
		b = b[n+size:]
	}
	return out
}

func TestLeasesAndTenantsOverGRPC(t *testing.T) {
	t.Parallel()
	g, err := embedded.StartGateway(embedded.GatewayOptions{
		Version: "8.10.0", Tenants: []string{"a", "b"}, PhysicalTenants: []string{"blue"}, Logins: []embedded.Login{{Token: "t0k"}},
	})
	require.NoError(t, err)
	defer g.Close()
	raw, err := grpc.NewClient(g.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = raw.Close() }()
	c := pb.NewGatewayClient(raw)
	blue := g.PhysicalTenant("blue")
	keys := add(t, blue, embedded.Job{Type: "t", TenantID: "b", BusinessID: "order"}, embedded.Job{Type: "t", TenantID: "a"}, embedded.Job{Type: "t", TenantID: "a"})
	ctx := metadata.AppendToOutgoingContext(t.Context(), "Authorization", "Bearer t0k", "Camunda-Physical-Tenant", "blue")
	_, err = c.Topology(t.Context(), &pb.TopologyRequest{})
	assert.Equal(t, codes.Unauthenticated, status.Code(err))
	_, err = c.Topology(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer t0k", "camunda-physical-tenant", "green"), &pb.TopologyRequest{})
	assert.Equal(t, codes.NotFound, status.Code(err))
	_, err = c.Topology(ctx, &pb.TopologyRequest{})
	require.NoError(t, err)

	answers, err := c.ActivateJobs(ctx, newer(&pb.ActivateJobsRequest{Type: "t", Timeout: 60_000, MaxJobsToActivate: 9, RequestTimeout: -1},
		func(b []byte) []byte { return withOne(9)(withOne(8)(b)) }))
	require.NoError(t, err)
	answer, err := answers.Recv()
	require.NoError(t, err)
	require.Len(t, answer.GetJobs(), 3)
	tokens := map[int64]string{}
	for _, j := range answer.GetJobs() {
		told := texts(j)
		require.NotEmpty(t, told[21])
		assert.Equal(t, "blue", told[22])
		assert.Equal(t, j.GetTenantId() == "b", told[20] == "order")
		tokens[j.GetKey()] = told[21]
	}
	_, err = c.CompleteJob(ctx, &pb.CompleteJobRequest{JobKey: keys[0]})
	assert.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = c.CompleteJob(ctx, newer(&pb.CompleteJobRequest{JobKey: keys[0]}, withText(4, tokens[keys[0]])))
	require.NoError(t, err)
	_, err = c.UpdateJobTimeout(ctx, newer(&pb.UpdateJobTimeoutRequest{JobKey: keys[1], Timeout: 60_000}, withText(4, "x")))
	assert.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = c.ThrowError(ctx, newer(&pb.ThrowErrorRequest{JobKey: keys[1]}, withText(5, tokens[keys[1]])))
	require.NoError(t, err)

	streaming, stop := context.WithCancel(ctx)
	defer stop()
	stream, err := c.StreamActivatedJobs(streaming, newer(&pb.StreamActivatedJobsRequest{Type: "t", Timeout: 60_000},
		func(b []byte) []byte { return withOne(8)(withOne(7)(b)) }))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return blue.Counts().StreamsOpen == 1 }, time.Minute, time.Millisecond)
	_, err = c.FailJob(ctx, newer(&pb.FailJobRequest{JobKey: keys[2], Retries: 2}, withText(6, tokens[keys[2]])))
	require.NoError(t, err)
	pushed, err := stream.Recv()
	require.NoError(t, err)
	assert.Equal(t, keys[2], pushed.GetKey())
	assert.NotContains(t, []string{"", tokens[keys[2]]}, texts(pushed)[21])
	assert.Zero(t, g.Counts().Added, "each physical tenant is a broker of its own")
}

func TestPhysicalTenantsAreBrokersOfTheirOwn(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0", PhysicalTenants: []string{"blue"}})
	blue := g.PhysicalTenant("blue")
	add(t, g, embedded.Job{Type: "t"})
	keys := add(t, blue, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
	blue.Deploy(7, "<blue/>")
	assert.Len(t, activated(t, g, "/physical-tenants/default", activation), 1)
	jobs := activated(t, g, "/physical-tenants/blue", activation)
	require.Len(t, jobs, 2)
	assert.Equal(t, `"blue"`, string(jobs[0]["physicalTenantId"]))
	assert.Equal(t, http.StatusNoContent, call(t, g, "POST", "/physical-tenants/blue"+path(keys[0], "/completion"), "").Code)
	problem(t, call(t, g, "POST", path(keys[1], "/completion"), ""), 404, "NOT_FOUND", strconv.FormatInt(keys[1], 10))
	problem(t, call(t, g, "GET", "/physical-tenants/green/v2/topology", ""), 404, "Not Found", "physical tenant green")
	problem(t, call(t, g, "GET", "/v2/process-definitions/7/xml", ""), 404, "NOT_FOUND", "7")
	blue.SetFault(func(embedded.Call) embedded.Fault { return embedded.Fault{Code: codes.Unavailable} })
	assert.Equal(t, http.StatusServiceUnavailable, call(t, g, "GET", "/physical-tenants/blue/v2/topology", "").Code)
	assert.Equal(t, http.StatusOK, call(t, g, "GET", "/v2/topology", "").Code, "a fault of one does not touch the others")
	assert.Nil(t, g.PhysicalTenant("green"))
	assert.Same(t, g, g.PhysicalTenant("default"))
	for _, ids := range [][]string{{""}, {"Blue"}, {"a-b"}, {"default"}, {"a", "a"}, {"a0123456789012345678901234567890123456789012345678901234567890123"}} {
		_, err := embedded.NewGateway(embedded.GatewayOptions{PhysicalTenants: ids})
		require.ErrorContains(t, err, "physical tenant")
	}
}

func TestAssignedTenantsAreThoseOfTheCaller(t *testing.T) {
	t.Parallel()
	assigned := job.TakeRequest{Type: "t", Lease: time.Minute, AssignedTenants: true, TenantIDs: []string{"nobody's"}}
	g := newGateway(t, embedded.GatewayOptions{Version: "8.9.0", Tenants: []string{"a", "b"}})
	add(t, g, embedded.Job{Type: "t", TenantID: "a"}, embedded.Job{Type: "t", TenantID: "b"}, embedded.Job{Type: "t", TenantID: "c"})
	assert.Len(t, takeAs(t, g, assigned), 2)
	off := newGateway(t, embedded.GatewayOptions{Version: "8.9.0"})
	add(t, off, embedded.Job{Type: "t"})
	assert.Len(t, takeAs(t, off, assigned), 1)
	older := newGateway(t, embedded.GatewayOptions{Version: "8.8.0", Tenants: []string{"a"}})
	refused(t, older.Local(0).Activate(t.Context(), job.PollRequest{TakeRequest: assigned, MaxJobs: 1, Wait: -1}, nil), "PERMISSION_DENIED")
}
