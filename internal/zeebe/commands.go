package zeebe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Complete completes a job with variables, a JSON object; none if empty. A job with a lease token is completed only while
// that activation holds it. Like the other commands it is tried once, for
// at most [Config.RequestTimeout]; its error is a *[job.CommandError], or wraps [context.Canceled] if ctx was cancelled.
func (c *Client) Complete(ctx context.Context, r job.Ref, variables []byte) error {
	request := &pb.CompleteJobRequest{JobKey: r.Key, Variables: validText(string(variables))}
	addText(request, completeLeaseToken, r.LeaseToken)
	return known(c.command(ctx, r.LeaseToken, request, func(ctx context.Context) error {
		_, err := c.calls.client().CompleteJob(ctx, request)
		return err
	}))
}

// Fail fails a job: it is given out again after the backoff (to the millisecond) if retries are left, else it becomes
// an incident with the message.
func (c *Client) Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, variables []byte) error {
	request := &pb.FailJobRequest{JobKey: r.Key, Retries: retries, RetryBackOff: milliseconds(backoff), ErrorMessage: validText(message), Variables: validText(string(variables))}
	addText(request, failLeaseToken, r.LeaseToken)
	return known(c.command(ctx, r.LeaseToken, request, func(ctx context.Context) error {
		_, err := c.calls.client().FailJob(ctx, request)
		return err
	}))
}

// Throw throws a BPMN error at the job's element.
func (c *Client) Throw(ctx context.Context, r job.Ref, code, message string, variables []byte) error {
	request := &pb.ThrowErrorRequest{JobKey: r.Key, ErrorCode: validText(code), ErrorMessage: validText(message), Variables: validText(string(variables))}
	addText(request, throwLeaseToken, r.LeaseToken)
	return known(c.command(ctx, r.LeaseToken, request, func(ctx context.Context) error {
		_, err := c.calls.client().ThrowError(ctx, request)
		return err
	}))
}

// UpdateTimeout makes a job's lease end d from now by the broker's clock; without a lease token whoever holds it. Gateways
// before Camunda 8.5 do not know the call: kind Unsupported.
func (c *Client) UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error {
	request := &pb.UpdateJobTimeoutRequest{JobKey: r.Key, Timeout: milliseconds(d)}
	addText(request, timeoutLeaseToken, r.LeaseToken)
	return c.command(ctx, r.LeaseToken, request, func(ctx context.Context) error {
		_, err := c.calls.client().UpdateJobTimeout(ctx, request)
		return err
	})
}

func (c *Client) command(ctx context.Context, token string, request proto.Message, do func(ctx context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	call := &writing{Context: limited}
	err := commandError(ctx, call, c.call(call, do)) //nolint:contextcheck // it is made of ctx
	if err == nil {
		return nil
	}
	return tooLargeForProxy(maskToken(err, token), proto.Size(request))
}

// leastTooLarge is the size in bytes above which an answer 413 is taken at its word. A proxy that refuses a smaller command
// has trouble of another kind: the limits of proxies are above it (1 MB by default in nginx).
const leastTooLarge = 64 << 10

// tooLargeForProxy makes the refusal of a large command by a proxy that answers HTTP 413 one that stays: to try it again would
// never end.
func tooLargeForProxy(err error, size int) error {
	e, ok := errors.AsType[*job.CommandError](err)
	if !ok || e.HTTPStatus != http.StatusRequestEntityTooLarge || size < leastTooLarge {
		return err
	}
	return &job.CommandError{
		Kind: job.Unacceptable, Code: e.Code,
		Fault: job.FaultMessageTooLarge, HTTPStatus: e.HTTPStatus,
		Reason: fmt.Sprintf("a proxy before the gateway takes no command of %d bytes (HTTP 413); raise its limit, or let the result be smaller", size),
	}
}

// maskToken takes a lease token out of the words of a refusal, which may repeat it. Who has it could send commands for the job.
func maskToken(err error, token string) error {
	e, ok := errors.AsType[*job.CommandError](err)
	if !ok || token == "" || !strings.Contains(e.Reason, token) {
		return err
	}
	masked := *e // the error of a token is shared by all calls that wait for it
	masked.Reason = strings.ReplaceAll(e.Reason, token, "***")
	return &masked
}

// validText replaces what is no UTF-8: protobuf would refuse the whole command, and with it the job's end.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// milliseconds rounds up, so that a time above zero does not become none.
func milliseconds(d time.Duration) int64 {
	if d <= 0 {
		return d.Milliseconds()
	}
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}
