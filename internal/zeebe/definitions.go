package zeebe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	if c.rest.address == "" {
		return 0, fault("there is no REST address")
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	_, proof, err := c.auth.authorize(ctx)
	if err != nil {
		return 0, fault(err.Error())
	}
	query := map[string]any{"sort": []any{map[string]string{"field": "version", "order": "DESC"}}, "page": map[string]int{"limit": 1}}
	if processID != "" {
		query["filter"] = map[string]string{"processDefinitionId": processID}
	}
	body, err := json.Marshal(query)
	if err != nil {
		return 0, fault(err.Error())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, fault("camunda.client.rest-address is no URL") // err repeats it, a password included
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, application/problem+json")
	if c.config.UserAgent != "" {
		request.Header.Set("User-Agent", c.config.UserAgent)
	}
	if proof != nil {
		request.Header["Authorization"] = proof.header.Get("authorization")
	}
	response, err := c.rest.client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok { // it repeats the URL
			err = wrapped.Err
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return 0, fault("no answer in time")
		}
		return 0, fault(err.Error())
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxDefinition))
	if err != nil {
		return 0, fault(err.Error())
	}
	if response.StatusCode != http.StatusOK {
		e := statusError(address, response.StatusCode, answer)
		e.Method = http.MethodPost
		return 0, e
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
