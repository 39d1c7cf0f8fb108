package zeebe

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// secretReference is what a reference to a secret of the cluster begins with.
const secretReference = "camunda.secrets."

// ResolveSecrets returns the values of secrets that the cluster keeps (Camunda 8.10 and later), by their names, of which there may
// be 20. They are those of [Config.PhysicalTenant]. Refused has a code for each of the others, such as NOT_FOUND, ACCESS_DENIED,
// INVALID_REFERENCE or UNREADABLE. The cluster is asked once, for at most [Config.RequestTimeout], and once more with another token
// if the first was not taken. The error is a *[RESTError], or wraps [context.Canceled] if ctx was cancelled; it holds no values.
func (d Definitions) ResolveSecrets(ctx context.Context, names []string) (values, refused map[string]string, err error) {
	references := make([]string, len(names))
	for i, name := range names {
		references[i] = secretReference + name
	}
	r := restRequest{method: http.MethodPost, path: "/secrets/resolve", limit: maxDefinition}
	if r.body, err = json.Marshal(map[string][]string{"references": references}); err != nil {
		return nil, nil, d.fault(r, false, err.Error())
	}
	body, err := d.askOr(ctx, r, d.secretsRefused)
	if err != nil {
		return nil, nil, err
	}
	var answer struct {
		Resolved *[]struct {
			Reference string
			Value     *string
		}
		Errors []struct{ Reference, Code string } // what a message says beside the code could hold a value
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Resolved == nil {
		// A page of a proxy, or half an answer, is there for a while; JSON of another kind stays.
		return nil, nil, d.fault(r, err != nil, "the answer does not tell of secrets; look whether camunda.client.rest-address is the Orchestration Cluster REST API of Camunda 8.10 or later")
	}
	values, refused = map[string]string{}, map[string]string{}
	for _, one := range *answer.Resolved {
		if one.Value != nil {
			values[strings.TrimPrefix(one.Reference, secretReference)] = *one.Value
		}
	}
	for _, one := range answer.Errors {
		refused[strings.TrimPrefix(one.Reference, secretReference)] = one.Code
	}
	return values, refused, nil
}

// secretsRefused words an answer that tells of no secret.
func (d Definitions) secretsRefused(r restRequest, answer *restAnswer) *RESTError {
	status := answer.status
	e := &RESTError{URL: d.rest.url(r), Method: r.method, Status: status, Reason: "the answer was HTTP " + strconv.Itoa(status)}
	p, fromCamunda := answer.problem()
	if p.Title != "" { // what it says beside its title could hold a value
		e.Reason += " (" + problem{Title: p.Title}.text() + ")"
	}
	switch {
	case e.isMissing() && !fromCamunda:
		e.Reason += ", and not as the Orchestration Cluster REST API says it: look whether a proxy answers, whether camunda.client.rest-address is right, and whether the cluster is Camunda 8.10 or later"
		e.Transient = true
	case e.isMissing():
		e.Reason += "; the cluster resolves secrets from Camunda 8.10 on: look whether it is older, and whether camunda.client.rest-address and camunda.client.physical-tenant-id are right"
	default:
		e.advise("REVEAL on the resource SECRET")
	}
	return e
}

// Missing says whether the server does not know what it was asked, as one of an older version. A proxy that answers so in its place
// does not count.
func (e *RESTError) Missing() bool { return e.isMissing() && !e.Transient }

func (e *RESTError) isMissing() bool {
	return e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed
}
