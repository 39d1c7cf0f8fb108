package zeebe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Activate is as [Client.Activate]. An answer that is cut off, or longer than [Config.MaxMessageSize], still brings the jobs that
// are whole in it.
func (c *RESTClient) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	b := &commandBody{}
	b.text("type", r.Type)
	b.text("worker", r.Worker)
	b.number("timeout", milliseconds(r.Lease))
	b.number("maxJobsToActivate", int64(min(r.MaxJobs, math.MaxInt32)))
	if len(r.FetchVariables) > 0 {
		b.texts("fetchVariable", r.FetchVariables)
	}
	b.number("requestTimeout", waitMilliseconds(r.Wait))
	// What is newer is sent only where it is asked for: an older gateway refuses all that it does not know.
	if r.AssignedTenants {
		b.text("tenantFilter", "ASSIGNED")
	} else {
		b.texts("tenantIds", tenants(r.TakeRequest))
	}
	if r.WithLease {
		b.value("withLease", []byte("true"))
	}
	body, err := b.end()
	if err != nil {
		return err
	}
	request := restRequest{method: http.MethodPost, path: "/jobs/activation", body: body, limit: c.rest.config.MaxMessageSize}
	limited, cancel := context.WithTimeout(ctx, c.rest.config.pollLimit(r.Wait))
	defer cancel()
	call := &writing{Context: limited}
	answer, err := c.rest.ask(call, request) //nolint:contextcheck // it is made of ctx
	switch {
	case err != nil:
		err = c.rest.failure(call, request, err) //nolint:contextcheck // as above
	case answer.status != http.StatusOK:
		err = withoutLease(c.rest.refusal(request, answer), r.TakeRequest)
	default:
		err = c.read(call, request, answer, yield) //nolint:contextcheck // as above
	}
	return commandError(ctx, call, err)
}

// read yields the jobs of an answer.
func (c *RESTClient) read(ctx context.Context, r restRequest, answer *restAnswer, yield func(*job.Job)) error {
	err := c.readJobs(answer.body, yield)
	switch {
	case errors.Is(answer.cut, errTooLong):
		return &job.CommandError{
			Kind: job.Unacceptable, Code: codeExhausted, Fault: job.FaultMessageTooLarge,
			Reason: fmt.Sprintf("%s %s: the answer is longer than %d bytes", r.method, c.rest.url(r), r.limit),
		}
	case answer.cut != nil:
		return c.rest.failure(ctx, r, answer.cut)
	case err != nil:
		return c.rest.unread(r, answer, err)
	}
	return nil
}

// jobsBegin is what stands before the jobs in an answer.
var jobsBegin = regexp.MustCompile(`^\s*\{\s*"jobs"\s*:\s*`)

// readJobs yields each job of an answer that can be read. The error says what cannot.
func (c *RESTClient) readJobs(body []byte, yield func(*job.Job)) error {
	var list []byte
	err := jsonvalue.Members(body, func(key string, raw []byte) error {
		if key == "jobs" {
			list = raw
		}
		return nil
	})
	switch {
	case err != nil: // it may be cut off: what is whole in it is ours
		list = body[len(jobsBegin.Find(body)):]
		if len(list) == len(body) {
			return err
		}
	case list == nil:
		return errors.New("found no jobs in it")
	}
	n := 0
	var unreadable error
	listErr := jsonvalue.Elements(list, func(raw []byte) error {
		j, err := c.readJob(raw)
		if err != nil && unreadable == nil {
			unreadable = fmt.Errorf("jobs[%d]: %w", n, err)
		}
		n++
		if err == nil {
			yield(j)
		}
		return nil
	})
	return cmp.Or(unreadable, err, listErr)
}

// readJob reads one job. Variables and headers stay as they came; what is not known is passed over.
func (c *RESTClient) readJob(raw []byte) (*job.Job, error) {
	j := &job.Job{CustomHeaders: "{}", Variables: "{}"}
	err := jsonvalue.Members(raw, func(key string, raw []byte) error {
		if jsonvalue.RawKind(raw) == jsonvalue.KindNull {
			return nil
		}
		var err error
		switch key {
		case "jobKey":
			j.Key, err = wholeNumber(raw, 64)
		case "type":
			j.Type, err = text(raw)
		case "processInstanceKey":
			j.ProcessInstanceKey, err = wholeNumber(raw, 64)
		case "processDefinitionId":
			j.ProcessID, err = text(raw)
		case "processDefinitionVersion":
			j.ProcessDefinitionVersion, err = wholeNumber32(raw)
		case "processDefinitionKey":
			j.ProcessDefinitionKey, err = wholeNumber(raw, 64)
		case "elementId":
			j.ElementID, err = text(raw)
		case "elementInstanceKey":
			j.ElementInstanceKey, err = wholeNumber(raw, 64)
		case "customHeaders":
			j.CustomHeaders = string(raw)
		case "worker":
			j.Worker, err = text(raw)
		case "retries":
			j.Retries, err = wholeNumber32(raw)
		case "deadline":
			var at int64
			at, err = wholeNumber(raw, 64)
			j.Deadline = time.UnixMilli(at)
		case "variables":
			j.Variables = string(raw)
		case "tenantId":
			j.TenantID, err = text(raw)
		case "businessId":
			j.BusinessID, err = text(raw)
		case newTokenName:
			j.LeaseToken, err = text(raw)
		case oldTokenName:
			if j.LeaseToken, err = text(raw); err == nil {
				c.oldTokens.Add(j.LeaseToken, struct{}{})
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	if err == nil && j.Key <= 0 {
		err = errors.New("jobKey: found none, expected a whole number above 0")
	}
	return j, err
}

// text reads a text. A number is taken as its own.
func text(raw []byte) (string, error) {
	if kind := jsonvalue.RawKind(raw); kind == jsonvalue.KindNumber {
		return string(raw), nil
	} else if kind != jsonvalue.KindString {
		return "", fmt.Errorf("found %.40s, expected a text", raw)
	}
	return jsonvalue.Unquote(raw)
}

// wholeNumber reads a number of so many bits, which may stand in a text: keys do.
func wholeNumber(raw []byte, bits int) (int64, error) {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, bits)
	if err != nil {
		return 0, fmt.Errorf("found %.40s, expected a whole number", raw)
	}
	return n, nil
}

func wholeNumber32(raw []byte) (int32, error) {
	n, err := wholeNumber(raw, 32)
	return int32(n), err //nolint:gosec // it has 32 bits
}
