package zeebe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Activate is as [Client.Activate]. The jobs of an answer are read one by one, and each is yielded as soon as it is whole: those
// before the point where an answer breaks off are the worker's. [Config.MaxMessageSize] is the limit of each job.
func (c *RESTClient) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	if err := c.tenant.refusal(); err != nil {
		return err
	}
	body, err := pollBody(r)
	if err != nil {
		return err
	}
	jobs := &restJobs{client: c, yield: yield}
	request := restRequest{
		method: http.MethodPost, path: "/jobs/activation", body: body, limit: maxShortAnswer,
		consume: jobs.read,
	}
	limited, cancel := context.WithTimeout(ctx, c.rest.config.pollLimit(r.Wait))
	defer cancel()
	call := &writing{Context: limited}
	answer, err := c.rest.ask(call, request) //nolint:contextcheck // it is made of ctx
	switch {
	case err != nil:
		err = c.rest.failure(call, request, err) //nolint:contextcheck // as above
	case answer.status != http.StatusOK:
		err = c.withoutLease(c.rest.refusal(request, answer), r.TakeRequest)
	case answer.cut != nil: // jobs may have come before it
		err = c.cutShort(call, request, answer) //nolint:contextcheck // as above
	default:
		err = jobs.foreign
	}
	return commandError(ctx, call, err)
}

// pollBody is the body of a poll. What is newer than Camunda 8.6 is in it only where it is asked for: an older gateway refuses all
// that it does not know.
func pollBody(r job.PollRequest) ([]byte, error) {
	b := &commandBody{}
	b.text("type", r.Type)
	b.text("worker", r.Worker)
	b.number("timeout", milliseconds(r.Lease))
	b.number("maxJobsToActivate", int64(min(r.MaxJobs, math.MaxInt32)))
	if len(r.FetchVariables) > 0 {
		b.texts("fetchVariable", r.FetchVariables)
	}
	b.number("requestTimeout", waitMilliseconds(r.Wait))
	if r.AssignedTenants {
		b.text("tenantFilter", "ASSIGNED")
	} else {
		b.texts("tenantIds", tenants(r.TakeRequest))
	}
	if r.WithLease {
		b.value(withLease, []byte("true"))
	}
	return b.end()
}

// cutShort is the error of an answer to a poll that could not be read to its end.
func (c *RESTClient) cutShort(ctx context.Context, r restRequest, answer *restAnswer) error {
	switch wrong := (*unreadableAnswer)(nil); {
	case errors.Is(answer.cut, errTooLong):
		return &job.CommandError{
			Kind: job.Unacceptable, Code: codeExhausted, Fault: job.FaultMessageTooLarge,
			Reason: fmt.Sprintf("%s %s: a job in the answer is longer than %d bytes", r.method, c.rest.url(r), c.rest.config.MaxMessageSize),
		}
	case errors.As(answer.cut, &wrong):
		answer.cut = nil
		return c.rest.unread(r, answer, wrong.err)
	}
	return c.rest.failure(ctx, r, answer.cut)
}

// unreadableAnswer is an answer that came whole and is not what it should be.
type unreadableAnswer struct{ err error }

func (e *unreadableAnswer) Error() string { return e.err.Error() }

// restJobs reads the jobs of one answer as they come. It holds no more than one of them.
type restJobs struct {
	client  *RESTClient
	yield   func(*job.Job)
	foreign error // the answer has a job of another physical tenant
}

// read reads an answer to its end and yields its jobs.
func (r *restJobs) read(source io.Reader) error {
	s := &splitter{source: source, limit: r.client.rest.config.MaxMessageSize}
	found := false
	err := s.object(func(name string) error {
		if name != "jobs" {
			_, err := s.value()
			return err
		}
		found = true
		return s.list(r.one)
	})
	if err == nil {
		err = s.end()
	}
	switch {
	case errors.Is(err, errTooLong):
		return err
	case s.broken != nil:
		return s.broken
	case err == nil && !found:
		err = errors.New(`the property "jobs" is missing`)
	}
	if err != nil {
		return &unreadableAnswer{err}
	}
	return nil
}

// one yields a job, unless it is not ours or cannot be named in a command.
func (r *restJobs) one(raw []byte) {
	j, tenant, err := r.client.readJob(raw)
	if foreign := r.client.tenant.check(tenant); foreign != nil {
		r.foreign = foreign
		return
	}
	if err != nil {
		r.client.nameless(err)
		return
	}
	r.yield(j)
}
