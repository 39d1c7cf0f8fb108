package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// endedError ends a job with an outcome of which the error expression is not asked.
type endedError struct{ outcome job.Outcome }

func (e *endedError) Error() string { return "the job ends: " + e.outcome.Name() }

// recall returns what is known of an event that AWS accepted for this job before; nothing if there is none.
func (a attempt) recall() progress {
	s, ok := a.memory.Get(sentKey{a.job.Key, a.job.Retries})
	if !ok {
		return progress{}
	}
	a.observer.SettledFromMemory()
	a.logger().Info("event was accepted before, settling without sending again")
	return progress{sent: s, mask: s.mask}
}

// readHeaders reads the headers and compiles their expressions. Beside an error it returns what could be read.
func (a attempt) readHeaders(ctx context.Context, so progress) (Headers, error) {
	if headers, ok := a.headers.Get(a.job.CustomHeaders); ok {
		return headers, nil
	}
	text := strings.Clone(a.job.CustomHeaders) // it can be a part of a gateway's answer, which is not to be kept
	headers, fault := readHeaders(ctx, text, a.expressions)
	switch {
	case fault == nil:
		if len(text) <= maxHeadersLength {
			a.headers.Add(text, headers)
		}
		return headers, nil
	case ctx.Err() == nil:
		fault.Retry = fault.Retry && so.sent == nil // an accepted event is not sent again because jq cannot run
		return headers, fault
	case so.sent != nil: // the drain ended a compilation
		return headers, &endedError{job.Abandon{Reason: job.AbandonDrained}}
	}
	return headers, &endedError{job.HandBack{}}
}

// extendLease applies the header jobTimeout. A job that the broker says is not ours any more is left alone; if the broker
// does not answer, the earlier deadline counts.
func (a attempt) extendLease(ctx context.Context, timeout time.Duration) error {
	if timeout == 0 {
		return nil
	}
	err := a.job.Lease.Extend(ctx, timeout)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return &endedError{job.HandBack{}}
	}
	if errors.Is(err, job.ErrLeaseOver) {
		return &endedError{a.leaseOver()}
	}
	if refused, ok := errors.AsType[*job.CommandError](err); ok {
		if lost := a.job.Ref().Lost(refused); lost != "" {
			a.logger().Warn("job is gone or another activation's, its event is not sent", "error", refused.Error())
			return &endedError{job.Abandon{Reason: lost}}
		}
	}
	a.logger().Warn("job timeout could not be set, going on with the earlier deadline", "error", err.Error())
	return nil
}

// leaseOver is the outcome of a job whose lease is over before its event was sent. With a lease token it is handed back, in case
// the broker's clock sees more of the lease; without one that could take it from another worker.
func (a attempt) leaseOver() job.Outcome {
	if a.job.LeaseToken != "" {
		return job.HandBack{}
	}
	return job.Abandon{Reason: job.AbandonLeaseOver}
}

// resolved are the variables of a job that count, with their secrets resolved.
type resolved struct {
	identity identity     // as whom and to where the job sends, before its secrets were resolved
	mask     *secret.Mask // of the secrets; may be there beside an error
	values   []secret.Variable
}

// resolveSecrets takes out of the job's variables what does not count, and resolves the secrets in the others.
func (a attempt) resolveSecrets(ctx context.Context) (resolved, error) {
	variables, fault := readVariables(a.job.Variables)
	if fault != nil {
		return resolved{}, fault
	}
	c := secret.Context{
		TenantID: a.job.TenantID, ProcessID: a.job.ProcessID, ProcessDefinitionKey: a.job.ProcessDefinitionKey, ElementID: a.job.ElementID,
		Deadline: time.Now().Add(a.timeLeft()), Sent: sentFields(),
	}
	id, fault := a.ownIdentity(ctx, c, variables)
	if fault != nil {
		return resolved{}, lookUpError(ctx, fault)
	}
	a.warnIgnored(ctx, id)
	values, mask, err := a.secrets.Resolve(ctx, c, id.variables)
	if err != nil {
		return resolved{mask: mask}, lookUpError(ctx, secretError(err))
	}
	a.note(secret.InCredentials(values)...)
	return resolved{id, mask, values}, nil
}

// lookUpError is an error of reading the model or of a secret provider. If a drain ended the look-up, the job is handed back.
func lookUpError(ctx context.Context, e *Error) error {
	if ctx.Err() != nil && (e.Code == codeSecrets || e.Code == codeFilter) {
		return &endedError{job.HandBack{}}
	}
	return e
}

// bindInput reads and validates the job's variables.
func (a attempt) bindInput(r resolved) (*Input, error) {
	clean := a.cleaner(r.mask)
	b := &binder{rules: a.rules, mask: clean, job: a.job, warn: func(format string, args ...any) {
		a.logger().Warn("unexpected input", "detail", clean(fmt.Sprintf(format, args...)))
	}}
	b.rules.literalEndpoint = r.identity.literalEndpoint
	in, fault := b.bindInput(r.values)
	if fault == nil {
		return in, nil
	}
	if len(r.identity.ignored) > 0 {
		fault.Message += "\nIgnored, since the task's own input mappings do not make it: " + strings.Join(r.identity.ignoredNames(), ", ") + ". " + howToCount
	}
	return nil, fault
}
