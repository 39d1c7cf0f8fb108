package zeebe

import (
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// renewable is an authorizer that always has another proof.
type renewable struct{ fixedAuth }

func (renewable) refused(*proof) bool { return true }

// TestAPollIsNotRepeatedOnceItYieldedJobs: it asked for so many jobs once, and there are slots for no more.
func TestAPollIsNotRepeatedOnceItYieldedJobs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		first int // jobs before the refusal
		want  int // requests
	}{
		{"none yet", 0, 2},
		{"some", 2, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := &gateway{activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
				for i := range tt.first {
					if err := s.Send(&pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{activated(int64(i))}}); err != nil {
						return err
					}
				}
				return status.Error(codes.Unauthenticated, "expired")
			}}
			c := connect(t, g, Config{})
			c.auth = renewable{}
			got := 0
			err := c.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Lease: time.Minute}, MaxJobs: 3, Wait: -1}, func(*job.Job) { got++ })
			var refused *job.CommandError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, job.Denied, refused.Kind)
			assert.Equal(t, tt.first, got)
			requests, _ := g.seen()
			assert.Len(t, requests, tt.want)
		})
	}
}
