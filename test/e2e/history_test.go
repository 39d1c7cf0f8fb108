//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// incident is an incident as the REST API tells it.
type incident struct {
	ErrorType, ErrorMessage string
}

// incident waits for the incident of an instance, and checks that it is the only one.
func (g *gateway) incident(t *testing.T, instance int64) incident {
	t.Helper()
	var found []incident
	eventually(t, "an incident", func() (bool, string) {
		var err error
		found, err = g.incidents(t, instance)
		return len(found) > 0, fmt.Sprintf("none, %v", err)
	})
	require.Len(t, found, 1)
	return found[0]
}

// incidents asks the REST API for the incidents of an instance. A cluster answers from its secondary storage, which lags.
func (g *gateway) incidents(t *testing.T, instance int64) ([]incident, error) {
	t.Helper()
	body := fmt.Sprintf(`{"filter":{"processInstanceKey":"%d"}}`, instance)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.rest+"/v2/incidents/search", bytes.NewBufferString(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if err := g.signed(request); err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var out struct{ Items []incident }
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("search incidents: %s", response.Status)
	}
	return out.Items, json.NewDecoder(response.Body).Decode(&out)
}

// failedTry is what the tests read of a failed job in the engine's records.
type failedTry struct {
	ProcessInstanceKey int64
	Retries            int
	RetryBackoff       int64 // milliseconds
}

// failures waits until the records show so many failed tries of an instance, and checks that there are no more. A cluster
// of the user's shows no records: there it returns nothing, and the requests that the bus counts say how often was tried.
func (g *gateway) failures(t *testing.T, instance int64, n int) []failedTry {
	t.Helper()
	if g.external() {
		return nil
	}
	var found []failedTry
	eventually(t, fmt.Sprintf("%d failed tries", n), func() (bool, string) {
		found = g.failed(t, instance)
		return len(found) >= n, strconv.Itoa(len(found))
	})
	require.Len(t, found, n)
	return found
}

func (g *gateway) failed(t *testing.T, instance int64) []failedTry {
	t.Helper()
	data, err := g.records("JOB")
	require.NoError(t, err)
	var found []failedTry
	for line := range bytes.Lines(data) {
		var r struct {
			RecordType, Intent string
			Value              failedTry
		}
		require.NoError(t, json.Unmarshal(line, &r), string(line))
		if r.RecordType == "EVENT" && r.Intent == "FAILED" && r.Value.ProcessInstanceKey == instance {
			found = append(found, r.Value)
		}
	}
	return found
}
