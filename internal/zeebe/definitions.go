package zeebe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Definitions are the deployed process definitions of a cluster, read over the Orchestration Cluster REST API.
type Definitions struct{ rest *restAPI }

// maxDefinition is the greatest process definition that is read, in bytes. Zeebe itself takes no resource above 4 MB.
const maxDefinition = 4 << 20

// RESTError is a question about definitions or secrets that did not end in an answer.
type RESTError struct {
	URL    string
	Method string
	Status int    // 0 = there was no answer
	Reason string // what went wrong, and what to look at
	// Transient says that the same call may succeed soon.
	Transient bool
}

func (e *RESTError) Error() string { return e.Method + " " + e.URL + ": " + e.Reason }

// Temporary says whether the same call may succeed soon.
func (e *RESTError) Temporary() bool { return e.Transient }

// ProcessXML returns the BPMN XML of a deployed process definition by the Orchestration Cluster REST API (Camunda 8.8 and
// later), which answers from its secondary storage: a definition that was deployed just now may not be there yet. It is
// tried once, for at most [Config.RequestTimeout], and once more with another token if the first was not taken. The error
// is a *[RESTError], or wraps [context.Canceled] if ctx was cancelled.
func (d Definitions) ProcessXML(ctx context.Context, key int64) ([]byte, error) {
	return d.ask(ctx, restRequest{
		method: http.MethodGet, path: "/process-definitions/" + strconv.FormatInt(key, 10) + "/xml",
		accept: "text/xml, application/problem+json", limit: maxDefinition,
	})
}

// FindDefinition returns the key of the newest process definition with this BPMN process id, of any if the id is empty, that
// the client may read; 0 = there is none. Otherwise it is as ProcessXML.
func (d Definitions) FindDefinition(ctx context.Context, processID string) (int64, error) {
	query := map[string]any{"sort": []any{map[string]string{"field": "version", "order": "DESC"}}, "page": map[string]int{"limit": 1}}
	if processID != "" {
		query["filter"] = map[string]string{"processDefinitionId": processID}
	}
	r := restRequest{method: http.MethodPost, path: "/process-definitions/search", limit: maxDefinition}
	var err error
	if r.body, err = json.Marshal(query); err != nil {
		return 0, d.fault(r, false, err.Error())
	}
	answer, err := d.ask(ctx, r)
	if err != nil {
		return 0, err
	}
	key, err := firstDefinition(answer)
	if err != nil {
		return 0, d.fault(r, false, err.Error())
	}
	return key, nil
}

// firstDefinition reads the answer to a search. Camunda 8.8 and later write keys as texts.
func firstDefinition(answer []byte) (int64, error) {
	var page struct {
		Items []struct {
			Key json.RawMessage `json:"processDefinitionKey"`
		} `json:"items"`
	}
	if json.Unmarshal(answer, &page) != nil || page.Items == nil {
		return 0, errors.New("the answer is no list of process definitions; look whether camunda.client.rest-address is the Orchestration Cluster REST API of Camunda 8.8 or later")
	}
	if len(page.Items) == 0 {
		return 0, nil
	}
	key, err := strconv.ParseInt(string(bytes.Trim(page.Items[0].Key, `"`)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("processDefinitionKey: found %.40s, expected a whole number", page.Items[0].Key)
	}
	return key, nil
}

// ask returns the body of the answer to a question.
func (d Definitions) ask(ctx context.Context, r restRequest) ([]byte, error) {
	return d.askOr(ctx, r, d.statusError)
}

// askOr is ask, where refusal words an answer of another status than 200.
func (d Definitions) askOr(ctx context.Context, r restRequest, refusal func(restRequest, *restAnswer) *RESTError) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, d.rest.config.RequestTimeout)
	defer cancel()
	answer, err := d.rest.ask(limited, r)
	if err == nil {
		err = answer.cut
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, fmt.Errorf("call the REST API: %w", ctx.Err())
	}
	switch {
	case errors.Is(err, errTooLong) && answer.status == http.StatusOK:
		return nil, d.fault(r, false, fmt.Sprintf("the answer is longer than %d bytes", r.limit))
	case err != nil && !errors.Is(err, errTooLong):
		return nil, d.unanswered(r, err)
	case answer.status != http.StatusOK:
		return nil, refusal(r, answer)
	}
	return answer.body, nil
}

func (d Definitions) fault(r restRequest, transient bool, reason string) *RESTError {
	return &RESTError{URL: d.rest.url(r), Method: r.method, Reason: reason, Transient: transient}
}

// unanswered words why there is no answer.
func (d Definitions) unanswered(r restRequest, err error) *RESTError {
	refused, ok := errors.AsType[*job.CommandError](err)
	switch {
	case ok: // there is no token
		return d.fault(r, refused.Kind == job.Transient, err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return d.fault(r, true, "no answer in time")
	case errors.Is(err, errNoAddress), errors.Is(err, errNoURL), untrusted(err):
		return d.fault(r, false, err.Error())
	}
	return d.fault(r, true, err.Error()+proxyHint(err))
}

// statusError words an answer that is no definition: the server's own words, then what to look at.
func (d Definitions) statusError(r restRequest, answer *restAnswer) *RESTError {
	status := answer.status
	e := &RESTError{URL: d.rest.url(r), Method: r.method, Status: status, Reason: "the answer was HTTP " + strconv.Itoa(status)}
	if p, ok := answer.problem(); ok {
		e.Reason += " (" + p.text() + ")"
	}
	switch status {
	case http.StatusNotFound:
		e.Transient = true
		e.Reason += "; a definition that was deployed just now takes a moment to get into the cluster's secondary storage; " +
			"else look whether camunda.client.rest-address is the Orchestration Cluster REST API of Camunda 8.8 or later (leave it unset for an older one)"
	case http.StatusNoContent:
		e.Reason += "; the cluster has no XML of this definition"
	default:
		e.advise("READ_PROCESS_DEFINITION of the process")
	}
	return e
}

// advise adds to the reason what to look at where the status means the same for all questions. Permission is what the question needs.
func (e *RESTError) advise(permission string) {
	switch status := e.Status; {
	case status == http.StatusUnauthorized:
		e.Reason += "; look at camunda.client.auth, which is the same for REST and gRPC"
	case status == http.StatusForbidden:
		e.Reason += "; the worker's client needs the permission " + permission
	case status >= 300 && status < 400:
		e.Reason += "; redirects are not followed: camunda.client.rest-address must be the final address"
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		e.Transient = true
	}
}
