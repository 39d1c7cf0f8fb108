package zeebe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Authorize gets what authenticates calls to the gateway: a token with [AuthOIDC], nothing otherwise. The error is as of
// [Client.Complete].
func (c *Client) Authorize(ctx context.Context) error {
	_, _, err := c.auth.authorize(ctx)
	return commandError(ctx, nil, err)
}

// FindDefinition returns the key of the newest process definition with this BPMN process id, of any if the id is empty, that
// the client may read by the Orchestration Cluster REST API; 0 = there is none. It is tried once, for at most
// [Config.RequestTimeout]. The error is a *[RESTError].
func (c *Client) FindDefinition(ctx context.Context, processID string) (int64, error) {
	address := c.rest.address + "/v2/process-definitions/search"
	fault := func(reason string) error {
		return &RESTError{URL: printableURL(address), Method: http.MethodPost, Reason: reason}
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	query := map[string]any{"sort": []any{map[string]string{"field": "version", "order": "DESC"}}, "page": map[string]int{"limit": 1}}
	if processID != "" {
		query["filter"] = map[string]string{"processDefinitionId": processID}
	}
	body, err := json.Marshal(query)
	if err != nil {
		return 0, fault(err.Error())
	}
	answer, _, err := c.restCall(ctx, restRequest{method: http.MethodPost, address: address, accept: "application/json, application/problem+json", body: body})
	if err != nil {
		return 0, err
	}
	key, err := firstDefinition(answer)
	if err != nil {
		return 0, fault(err.Error())
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
