package zeebe

import (
	"context"
	"strings"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
)

// Complete completes a job with variables, a JSON object; none if empty. Like the other commands it is tried once, for
// at most [Config.RequestTimeout]; its error is a *[job.CommandError], or wraps [context.Canceled] if ctx was cancelled.
func (c *Client) Complete(ctx context.Context, key int64, variables []byte) error {
	request := &pb.CompleteJobRequest{JobKey: key, Variables: validText(string(variables))}
	return known(c.command(ctx, func(ctx context.Context) error {
		_, err := c.calls.client().CompleteJob(ctx, request)
		return err
	}))
}

// Fail fails a job: it is given out again after the backoff (to the millisecond) if retries are left, else it becomes
// an incident with the message.
func (c *Client) Fail(ctx context.Context, key int64, retries int32, backoff time.Duration, message string, variables []byte) error {
	request := &pb.FailJobRequest{JobKey: key, Retries: retries, RetryBackOff: milliseconds(backoff), ErrorMessage: validText(message), Variables: validText(string(variables))}
	return known(c.command(ctx, func(ctx context.Context) error {
		_, err := c.calls.client().FailJob(ctx, request)
		return err
	}))
}

// Throw throws a BPMN error at the job's element.
func (c *Client) Throw(ctx context.Context, key int64, code, message string, variables []byte) error {
	request := &pb.ThrowErrorRequest{JobKey: key, ErrorCode: validText(code), ErrorMessage: validText(message), Variables: validText(string(variables))}
	return known(c.command(ctx, func(ctx context.Context) error {
		_, err := c.calls.client().ThrowError(ctx, request)
		return err
	}))
}

// UpdateTimeout makes a job's lease end d from now by the broker's clock, whoever holds it. Gateways before Camunda
// 8.5 do not know the call: kind Unsupported.
func (c *Client) UpdateTimeout(ctx context.Context, key int64, d time.Duration) error {
	request := &pb.UpdateJobTimeoutRequest{JobKey: key, Timeout: milliseconds(d)}
	return c.command(ctx, func(ctx context.Context) error {
		_, err := c.calls.client().UpdateJobTimeout(ctx, request)
		return err
	})
}

func (c *Client) command(ctx context.Context, do func(ctx context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	call := &writing{Context: limited}
	return commandError(ctx, call, c.call(call, do)) //nolint:contextcheck // it is made of ctx
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
