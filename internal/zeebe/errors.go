package zeebe

import (
	"context"
	"errors"
	"fmt"

	rpc "google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// codeName is a code as gRPC's specification spells it; Go's package spells them its own way.
func codeName(c codes.Code) string {
	if name, known := rpc.Code_name[int32(c)]; known { //nolint:gosec // a code of gRPC
		return name
	}
	return fmt.Sprintf("CODE_%d", c)
}

// commandError turns what a call ended with into what its caller acts on: nil, an error that wraps
// [context.Canceled] if ctx was cancelled, else a *[job.CommandError]. The call tells whether its request was written to a
// connection; nil if that is not known.
func commandError(ctx context.Context, call *writing, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return fmt.Errorf("call the gateway: %w", cause)
	}
	unwritten := call != nil && !call.written.Load()
	if own, ok := errors.AsType[*job.CommandError](err); ok {
		if unwritten {
			own = new(*own) // the error of a token is shared by all calls that wait for it
			own.NotTaken = true
		}
		return own
	}
	s := status.Convert(err)
	e := job.Refusal(codeName(s.Code()), s.Message())
	e.NotTaken = e.NotTaken || unwritten
	return e
}

// known makes a transient refusal of one that says that the gateway does not know the call: all gateways know those that
// every worker needs, so that something else answered in its place.
func known(err error) error {
	e, ok := errors.AsType[*job.CommandError](err)
	if !ok || e.Kind != job.Unsupported {
		return err
	}
	return &job.CommandError{Kind: job.Transient, Code: e.Code, Reason: e.Reason, Fault: e.Fault, HTTPStatus: e.HTTPStatus}
}

func unauthenticated(err error) bool { return status.Code(err) == codes.Unauthenticated }
