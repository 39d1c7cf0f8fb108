package embedded

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// fence refuses a command that is not of the job's last activation with a lease. The token of that activation stays good over
// a failure and the end of the lease, until the job is given out again. Who only updates the time-out need not have it: an
// operator has none.
func (e *entry) fence(c *Command) error {
	switch {
	case !e.leased() || c.LeaseToken == e.token:
		return nil
	case c.LeaseToken != "":
		return status.Errorf(codes.FailedPrecondition, "%s: the lease token does not match that of job %d: another activation holds it", c.Kind, c.JobKey)
	case c.Kind == UpdateTimeout:
		return nil
	default:
		return status.Errorf(codes.FailedPrecondition, "%s: job %d was activated with a lease: its token must be provided", c.Kind, c.JobKey)
	}
}
