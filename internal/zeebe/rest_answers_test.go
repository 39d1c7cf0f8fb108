package zeebe

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// TestATokenUnderBothNamesIsGivenBackUnderTheNewerOne, whichever comes first: a gateway that knows the newer one may refuse the other.
func TestATokenUnderBothNamesIsGivenBackUnderTheNewerOne(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: func(w http.ResponseWriter, c restCall) {
		if strings.HasSuffix(c.path, "/activation") {
			tells(200, "application/json", `{"jobs":[{"jobKey":"1","jobLeaseToken":"a","leaseToken":"a"},{"jobKey":"2","leaseToken":"b","jobLeaseToken":"b"},{"jobKey":"3","jobLeaseToken":null,"leaseToken":"c"}]}`)(w, c)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}}
	c := dialTest(t, s, Config{})
	got, err := pollREST(t, c, func(r *job.PollRequest) { r.WithLease = true })
	require.NoError(t, err)
	for _, j := range got {
		require.NoError(t, c.Complete(t.Context(), j.Ref(), nil))
	}
	var bodies []string
	for _, call := range s.seen()[1:] {
		bodies = append(bodies, call.body)
	}
	assert.Equal(t, []string{`{"jobLeaseToken":"a"}`, `{"jobLeaseToken":"b"}`, `{"leaseToken":"c"}`}, bodies)
}

func TestAnswersOfStrangersAreToldInWordsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"a proxy that wants a login", 407, "", "the answer was HTTP 407: a proxy wants a user and a password, which HTTP_PROXY or HTTPS_PROXY can name"},
		{"a list", 200, "[]", `found array, expected an object with the property "brokers"`},
		{"brokers that are none", 200, `{"brokers":7}`, `found number, expected an object with the property "brokers"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := dialTest(t, &restGatewayServer{answer: tells(tt.status, "application/json", tt.body)}, Config{}).Topology(t.Context())
			got := refused(t, err)
			assert.Contains(t, got.Reason, tt.want)
			assert.NotContains(t, got.Reason, "Go value")
		})
	}
}
