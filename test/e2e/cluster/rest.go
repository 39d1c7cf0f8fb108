package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// recordsOf returns the engine's records of one value type so far, a line of JSON each.
type recordsOf func(ctx context.Context, valueType string) ([]byte, error)

// rest answers calls of the Orchestration Cluster REST API (Camunda 8.8): commands through the gRPC gateway, questions from
// the engine's records. Keys are written as texts, as there.
type rest struct {
	gateway pb.GatewayClient
	records recordsOf
}

// newREST returns the REST API. GET /records?VALUE_TYPE, which is not part of Camunda's, hands the records on.
func newREST(gateway pb.GatewayClient, records recordsOf) http.Handler {
	r := &rest{gateway: gateway, records: records}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/deployments", r.deploy)
	mux.HandleFunc("POST /v2/process-instances", r.createInstance)
	mux.HandleFunc("GET /v2/process-definitions/{key}/xml", r.definition)
	mux.HandleFunc("POST /v2/incidents/search", r.searchIncidents)
	mux.HandleFunc("GET /records", func(w http.ResponseWriter, q *http.Request) {
		lines, err := records(q.Context(), q.URL.RawQuery)
		if err != nil {
			refuse(w, http.StatusBadGateway, err.Error())
			return
		}
		_, _ = w.Write(lines)
	})
	return mux
}

// deploy deploys the files of a form's field "resources".
func (r *rest) deploy(w http.ResponseWriter, q *http.Request) {
	if err := q.ParseMultipartForm(8 << 20); err != nil { //nolint:gosec // its only callers are tests
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	request := &pb.DeployResourceRequest{}
	for _, file := range q.MultipartForm.File["resources"] {
		opened, err := file.Open()
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		content, err := io.ReadAll(opened)
		opened.Close()
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		request.Resources = append(request.Resources, &pb.Resource{Name: file.Filename, Content: content})
	}
	response, err := r.gateway.DeployResource(q.Context(), request)
	if err != nil {
		refuseAs(w, err)
		return
	}
	deployments := []any{}
	for _, d := range response.GetDeployments() {
		if p := d.GetProcess(); p != nil {
			deployments = append(deployments, map[string]any{"processDefinition": map[string]any{
				"processDefinitionKey": number(p.GetProcessDefinitionKey()), "processDefinitionId": p.GetBpmnProcessId(),
				"processDefinitionVersion": p.GetVersion(), "resourceName": p.GetResourceName(), "tenantId": p.GetTenantId(),
			}})
		}
	}
	answer(w, map[string]any{"deploymentKey": number(response.GetKey()), "tenantId": response.GetTenantId(), "deployments": deployments})
}

// createInstance starts an instance of the definition with a key.
func (r *rest) createInstance(w http.ResponseWriter, q *http.Request) {
	var body struct {
		ProcessDefinitionKey int64 `json:",string"`
		Variables            json.RawMessage
	}
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	response, err := r.gateway.CreateProcessInstance(q.Context(), &pb.CreateProcessInstanceRequest{
		ProcessDefinitionKey: body.ProcessDefinitionKey, Variables: string(body.Variables),
	})
	if err != nil {
		refuseAs(w, err)
		return
	}
	answer(w, map[string]any{
		"processInstanceKey": number(response.GetProcessInstanceKey()), "processDefinitionKey": number(response.GetProcessDefinitionKey()),
		"processDefinitionId": response.GetBpmnProcessId(), "processDefinitionVersion": response.GetVersion(), "tenantId": response.GetTenantId(),
	})
}

// definition gives the model of a definition.
func (r *rest) definition(w http.ResponseWriter, q *http.Request) {
	found := false
	err := r.each(q.Context(), "PROCESS", func(line record) {
		if line.Intent == "CREATED" && number(line.Value.ProcessDefinitionKey) == q.PathValue("key") && !found {
			found = true
			w.Header().Set("Content-Type", "text/xml")
			_, _ = w.Write(line.Value.Resource)
		}
	})
	switch {
	case err != nil:
		refuse(w, http.StatusBadGateway, err.Error())
	case !found:
		refuse(w, http.StatusNotFound, "Process definition with key "+q.PathValue("key")+" not found")
	}
}

// searchIncidents gives the incidents of an instance.
func (r *rest) searchIncidents(w http.ResponseWriter, q *http.Request) {
	var body struct {
		Filter struct {
			ProcessInstanceKey int64 `json:",string"`
		}
	}
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	items := []any{}
	err := r.each(q.Context(), "INCIDENT", func(line record) {
		if line.Intent == "CREATED" && line.Value.ProcessInstanceKey == body.Filter.ProcessInstanceKey {
			items = append(items, map[string]any{
				"incidentKey": number(line.Key), "processInstanceKey": number(line.Value.ProcessInstanceKey), "jobKey": number(line.Value.JobKey),
				"errorType": line.Value.ErrorType, "errorMessage": line.Value.ErrorMessage,
			})
		}
	})
	if err != nil {
		refuse(w, http.StatusBadGateway, err.Error())
		return
	}
	answer(w, map[string]any{"items": items, "page": map[string]any{"totalItems": len(items)}})
}

// record is what is read of an event in the engine's records.
type record struct {
	Key        int64
	RecordType string
	Intent     string
	Value      struct {
		ProcessDefinitionKey, ProcessInstanceKey, JobKey int64
		Resource                                         []byte
		ErrorType, ErrorMessage                          string
	}
}

// each calls f for every event of a value type.
func (r *rest) each(ctx context.Context, valueType string, f func(record)) error {
	lines, err := r.records(ctx, valueType)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(lines) {
		var one record
		if err := json.Unmarshal(line, &one); err != nil {
			return err
		}
		if one.RecordType == "EVENT" {
			f(one)
		}
	}
	return nil
}

func number(key int64) string { return strconv.FormatInt(key, 10) }

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// refuse answers with a problem (RFC 9457), as Camunda does.
func refuse(w http.ResponseWriter, code int, detail string) {
	title := map[int]string{http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusNotFound: "NOT_FOUND", http.StatusServiceUnavailable: "RESOURCE_EXHAUSTED"}[code]
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": title, "status": code, "detail": detail})
}

// refuseAs answers with the status that Camunda's REST API has for an error of the gateway.
func refuseAs(w http.ResponseWriter, err error) {
	code, ok := map[codes.Code]int{
		codes.InvalidArgument: http.StatusBadRequest, codes.NotFound: http.StatusNotFound, codes.FailedPrecondition: http.StatusConflict,
		codes.ResourceExhausted: http.StatusServiceUnavailable, codes.Unavailable: http.StatusServiceUnavailable,
	}[status.Code(err)]
	if !ok {
		code = http.StatusInternalServerError
	}
	refuse(w, code, status.Convert(err).Message())
}
