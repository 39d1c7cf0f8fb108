package zeebe

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func TestADefinitionIsFoundByTheIDOfItsProcess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, process, answer, body string
		status                      int
		want                        int64
		fault                       string
	}{
		{
			name: "a key as a text", process: "orders", status: 200, answer: `{"items":[{"processDefinitionKey":"2251799813685249"}]}`, want: 2251799813685249,
			body: `{"filter":{"processDefinitionId":"orders"},"page":{"limit":1},"sort":[{"field":"version","order":"DESC"}]}`,
		},
		{
			name: "a key as a number, of any process", status: 200, answer: `{"items":[{"processDefinitionKey":7}]}`, want: 7,
			body: `{"page":{"limit":1},"sort":[{"field":"version","order":"DESC"}]}`,
		},
		{name: "none", status: 200, answer: `{"items":[]}`},
		{name: "another server", status: 200, answer: `<html>`, fault: "the answer is no list of process definitions"},
		{name: "a key that is none", status: 200, answer: `{"items":[{"processDefinitionKey":"x"}]}`, fault: `processDefinitionKey: found "x", expected a whole number`},
		{name: "a refusal", status: 403, answer: `{"title":"FORBIDDEN"}`, fault: "the answer was HTTP 403 (FORBIDDEN)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := make(chan string, 1)
			s := &restServer{answer: func(w http.ResponseWriter, r *http.Request) {
				text, _ := io.ReadAll(r.Body)
				body <- string(text)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.answer)
			}}
			c := overREST(t, s, Config{Auth: Auth{Method: AuthBasic, Username: "Aladdin", Password: "open sesame"}, UserAgent: "eventbridge-connector/1.2.3"})
			key, err := c.FindDefinition(t.Context(), tt.process)
			assert.Equal(t, tt.want, key)
			if tt.fault == "" {
				require.NoError(t, err)
			} else {
				var refused *RESTError
				require.ErrorAs(t, err, &refused)
				assert.Contains(t, err.Error(), "POST "+c.rest.base+"/process-definitions/search: ")
				assert.Contains(t, err.Error(), tt.fault)
			}
			if tt.body != "" {
				assert.JSONEq(t, tt.body, <-body)
			}
			require.Len(t, s.requests, 1)
			assert.Equal(t, "/v2/process-definitions/search", s.requests[0].URL.Path)
			assert.Equal(t, "eventbridge-connector/1.2.3", s.requests[0].UserAgent())
			assert.Equal(t, []string{"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, s.authorizations())
		})
	}
	_, err := connect(t, &gateway{}, Config{}).FindDefinition(t.Context(), "")
	assert.ErrorContains(t, err, "there is no REST address")
}

func TestAuthorizeGetsATokenAndCallsNobodyElse(t *testing.T) {
	t.Parallel()
	i, s := &issuer{}, &restServer{}
	c := overREST(t, s, oidc(t, i))
	require.NoError(t, c.Authorize(t.Context()))
	assert.Len(t, i.asked(), 1)
	assert.Empty(t, s.requests)
	a := oidc(t, &issuer{}).Auth
	a.TokenURL = "http://127.0.0.1:1/token"
	err := connect(t, &gateway{}, Config{Auth: a}).Authorize(t.Context())
	var refused *job.CommandError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, job.Transient, refused.Kind)
	require.NoError(t, connect(t, &gateway{}, Config{}).Authorize(t.Context()), "without authentication there is nothing to get")
}
