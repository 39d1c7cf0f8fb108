package actuator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// loggersServer serves the levels of a log that is written to the text.
func loggersServer(t *testing.T, access actuator.Access) (base string, log *slog.Logger, out *bytes.Buffer) {
	t.Helper()
	levels, err := outlet.NewLevels("info", "worker")
	require.NoError(t, err)
	out = &bytes.Buffer{}
	log = slog.New(levels.Handler(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	s, err := actuator.Start(t.Context(), actuator.Options{
		Address: "127.0.0.1", Ready: func() (bool, string) { return true, "" }, Metrics: actuator.NewMetrics("v", "go"), Log: log,
		Loggers: levels, LoggersAccess: access,
		Info: actuator.Info{Name: "eventbridge-connector", Version: "v1.2.3", Commit: "abc", CommitTime: "2026-11-29T10:00:00Z", GoVersion: "go1.26"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Shutdown(context.Background())) })
	return "http://" + s.Addr(), log, out
}

// post asks for a level. The headers are pairs of names and values.
func post(t *testing.T, url, body string, headers ...string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(data)
}

func TestLoggersAreShownAndChangedAsSpringDoes(t *testing.T) {
	t.Parallel()
	base, log, out := loggersServer(t, actuator.AccessLocal)
	one := base + actuator.PathLoggers + "/"

	status, body, header := get(t, base+actuator.PathLoggers)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "application/vnd.spring-boot.actuator.v3+json", header.Get("Content-Type"))
	assert.JSONEq(t, `{"levels": ["OFF","ERROR","WARN","INFO","DEBUG","TRACE"], "groups": {}, "loggers": {
		"ROOT": {"configuredLevel": "INFO", "effectiveLevel": "INFO"}, "worker": {"effectiveLevel": "INFO"}}}`, body)
	var levels struct{ Levels []string }
	require.NoError(t, json.Unmarshal([]byte(body), &levels))
	assert.Equal(t, outlet.LevelNames(), levels.Levels, "one list for both")

	status, body = post(t, one+"ROOT", `{"configuredLevel": "DEBUG"}`)
	assert.Equal(t, http.StatusNoContent, status)
	assert.Empty(t, body)
	log.Debug("now it is written")
	_, body, _ = get(t, one+"root")
	assert.JSONEq(t, `{"configuredLevel": "DEBUG", "effectiveLevel": "DEBUG"}`, body)

	status, _ = post(t, one+"worker", `{"configuredLevel": "error"}`, "Content-Type", "application/vnd.spring-boot.actuator.v3+json")
	assert.Equal(t, http.StatusNoContent, status)
	_, body, _ = get(t, one+"worker")
	assert.JSONEq(t, `{"configuredLevel": "ERROR", "effectiveLevel": "ERROR"}`, body)

	for _, back := range []string{`{"configuredLevel": null}`, `{}`} {
		for _, name := range []string{"worker", "ROOT"} {
			status, _ = post(t, one+name, back)
			assert.Equal(t, http.StatusNoContent, status)
		}
	}
	_, body, _ = get(t, base+actuator.PathLoggers)
	assert.Contains(t, body, `"ROOT":{"configuredLevel":"INFO","effectiveLevel":"INFO"},"worker":{"effectiveLevel":"INFO"}`)
	assert.Contains(t, out.String(), "now it is written")
	assert.Contains(t, out.String(), `msg="the level of the log is changed" logger=ROOT from=INFO to=DEBUG by=127.0.0.1:`)
}

func TestAChangeOfLevelIsAlwaysInTheLog(t *testing.T) {
	t.Parallel()
	base, _, out := loggersServer(t, actuator.AccessLocal)
	for _, level := range []string{`"OFF"`, `"INFO"`} {
		status, _ := post(t, base+actuator.PathLoggers+"/ROOT", `{"configuredLevel": `+level+`}`)
		assert.Equal(t, http.StatusNoContent, status)
	}
	assert.Contains(t, out.String(), "to=OFF")
	assert.Contains(t, out.String(), "to=INFO")
}

func TestAWrongChangeOfLevelIsRefused(t *testing.T) {
	t.Parallel()
	base, _, _ := loggersServer(t, actuator.AccessLocal)
	tests := []struct {
		name, path, body string
		headers          []string
		status           int
		want             string
	}{
		{"no such level", "ROOT", `{"configuredLevel": "loud"}`, nil, 400, "expected null or one of OFF, ERROR, WARN, INFO, DEBUG, TRACE"},
		{"no such field", "ROOT", `{"level": "DEBUG"}`, nil, 400, "expected {"},
		{"no JSON", "ROOT", `DEBUG`, nil, 400, "expected {"},
		{"too long", "ROOT", `{"configuredLevel": "` + strings.Repeat("x", 5000) + `"}`, nil, 400, "too large"},
		{"no such logger", "io.camunda", `{"configuredLevel": "DEBUG"}`, nil, 404, "expected one of ROOT, worker"},
		{"a form of another site", "ROOT", `{"configuredLevel": "DEBUG"}`, []string{"Content-Type", "text/plain"}, 415, "expected application/json"},
		{"a page of another site", "ROOT", `{"configuredLevel": "DEBUG"}`, []string{"Origin", "https://evil.test"}, 403, "only this machine"},
		{"a name that leads here", "ROOT", `{"configuredLevel": "DEBUG"}`, []string{"Host", "evil.test:8080"}, 403, "only this machine"},
		{"passed on by a proxy", "ROOT", `{"configuredLevel": "DEBUG"}`, []string{"X-Forwarded-For", "10.0.0.9"}, 403, "management.endpoint.loggers.access: unrestricted allows others"},
	}
	for _, tt := range tests { // they share the server
		status, body := post(t, base+actuator.PathLoggers+"/"+tt.path, tt.body, tt.headers...)
		assert.Equal(t, tt.status, status, tt.name)
		var answer struct{ Message string }
		require.NoError(t, json.Unmarshal([]byte(body), &answer), tt.name)
		assert.Contains(t, answer.Message, tt.want, tt.name)
	}
	_, body, _ := get(t, base+actuator.PathLoggers+"/ROOT")
	assert.JSONEq(t, `{"configuredLevel": "INFO", "effectiveLevel": "INFO"}`, body, "nothing has changed")
}

func TestTheAccessToLoggersIsASetting(t *testing.T) {
	t.Parallel()
	tests := []struct {
		access      actuator.Access
		read, write int
	}{
		{actuator.AccessNone, 404, 404},
		{"", 404, 404},
		{actuator.AccessReadOnly, 200, 403},
		{actuator.AccessLocal, 200, 204},
		{actuator.AccessUnrestricted, 200, 204},
	}
	for _, tt := range tests {
		base, _, _ := loggersServer(t, tt.access)
		status, _, _ := get(t, base+actuator.PathLoggers)
		assert.Equal(t, tt.read, status, tt.access)
		status, _ = post(t, base+actuator.PathLoggers+"/ROOT", `{"configuredLevel": "DEBUG"}`)
		assert.Equal(t, tt.write, status, tt.access)
		_, index, _ := get(t, base+"/actuator")
		assert.Equal(t, tt.read == 200, strings.Contains(index, "loggers"), tt.access)
	}
	base, _, _ := loggersServer(t, actuator.AccessUnrestricted)
	status, _ := post(t, base+actuator.PathLoggers+"/ROOT", `{"configuredLevel": "DEBUG"}`, "X-Forwarded-For", "10.0.0.9")
	assert.Equal(t, http.StatusNoContent, status)
}

// TestAnotherAddressOfThisMachineIsNotLocal: proxies in a pod connect from such addresses for callers outside.
func TestAnotherAddressOfThisMachineIsNotLocal(t *testing.T) {
	t.Parallel()
	base, _, _ := loggersServer(t, actuator.AccessLocal)
	for from, want := range map[string]int{"127.0.0.1": http.StatusNoContent, "127.0.0.6": http.StatusForbidden} {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+actuator.PathLoggers+"/ROOT", strings.NewReader(`{}`))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil && from != "127.0.0.1" {
			t.Skip("this system has one loopback address only")
		}
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, want, response.StatusCode, from)
	}
}

func TestInfoTellsTheBuild(t *testing.T) {
	t.Parallel()
	base, _, _ := loggersServer(t, actuator.AccessNone)
	status, body, _ := get(t, base+actuator.PathInfo)
	assert.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, `{
		"build": {"name": "eventbridge-connector", "version": "v1.2.3", "commit": "abc", "time": "2026-11-29T10:00:00Z"},
		"git": {"commit": {"id": "abc", "time": "2026-11-29T10:00:00Z"}},
		"go": {"version": "go1.26"}}`, body)
}
