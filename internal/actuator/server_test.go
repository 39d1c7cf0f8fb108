package actuator_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server on a free port of the loopback interface whose readiness is what ready says.
func serve(t *testing.T, m *actuator.Metrics, ready func() (bool, string)) (base string) {
	t.Helper()
	s, err := actuator.Start(t.Context(), actuator.Options{Address: "127.0.0.1", Ready: ready, Metrics: m, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Shutdown(context.Background())) })
	return "http://" + s.Addr()
}

func get(t *testing.T, url string) (status int, body string, header http.Header) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(data), response.Header
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var ready atomic.Bool
	base := serve(t, actuator.NewMetrics("v", "go"), func() (bool, string) {
		if ready.Load() {
			return true, ""
		}
		return false, "no gateway answered yet"
	})
	tests := []struct {
		name, path string
		ready      bool
		status     int
		body       string
	}{
		{"alive while it runs", actuator.PathLiveness, false, 200, `{"status":"UP"}`},
		{"not ready before the gateway answered", actuator.PathReadiness, false, 503, `{"status":"OUT_OF_SERVICE","components":{"camundaClient":{"status":"DOWN","details":{"reason":"no gateway answered yet"}}}}`},
		{"health is down with it", actuator.PathHealth, false, 503, `{"status":"DOWN","components":{"camundaClient":{"status":"DOWN","details":{"reason":"no gateway answered yet"}}},"groups":["liveness","readiness","startup"]}`},
		{"started before the gateway answered", actuator.PathStartup, false, 200, `{"status":"UP"}`},
		{"started, at the other path", "/health/startup", false, 200, `{"status":"UP"}`},
		{"readiness at the other path", "/health/readiness", false, 503, `{"status":"OUT_OF_SERVICE","components":{"camundaClient":{"status":"DOWN","details":{"reason":"no gateway answered yet"}}}}`},
		{"alive at the other path", "/health/liveness", true, 200, `{"status":"UP"}`},
		{"healthy at the other path", "/health", true, 200, `{"status":"UP","components":{"camundaClient":{"status":"UP"}},"groups":["liveness","readiness","startup"]}`},
		{"ready", actuator.PathReadiness, true, 200, `{"status":"UP"}`},
		{"healthy", actuator.PathHealth, true, 200, `{"status":"UP","components":{"camundaClient":{"status":"UP"}},"groups":["liveness","readiness","startup"]}`},
	}
	for _, tt := range tests { // in order: they share the server
		ready.Store(tt.ready)
		status, body, header := get(t, base+tt.path)
		assert.Equal(t, tt.status, status, tt.name)
		assert.JSONEq(t, tt.body, body, tt.name)
		assert.Equal(t, "application/vnd.spring-boot.actuator.v3+json", header.Get("Content-Type"), tt.name)
	}
	status, _, _ := get(t, base+"/actuator/health/other")
	assert.Equal(t, http.StatusNotFound, status)
}

func TestTheIndexLinksToWhatIsServed(t *testing.T) {
	t.Parallel()
	base := serve(t, actuator.NewMetrics("v", "go"), func() (bool, string) { return true, "" })
	_, body, _ := get(t, base+"/actuator")
	var index struct {
		Links map[string]struct{ Href string } `json:"_links"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &index))
	for name, link := range index.Links {
		status, _, _ := get(t, link.Href)
		assert.Equal(t, http.StatusOK, status, name)
	}
}

func TestAPortInUseIsSaidSo(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	_, err = actuator.Start(t.Context(), actuator.Options{Address: "127.0.0.1", Port: port})
	require.ErrorContains(t, err, "port "+strconv.Itoa(port)+" is in use by another process; set server.port (SERVER_PORT, --port)")
	_, err = actuator.Start(t.Context(), actuator.Options{Address: "no such host."})
	require.ErrorContains(t, err, "cannot listen on no such host.:0 (server.address, server.port)")
}

func TestStartAndShutdownAgainAndAgain(t *testing.T) {
	t.Parallel()
	for range 20 {
		s, err := actuator.Start(t.Context(), actuator.Options{
			Address: "127.0.0.1", Ready: func() (bool, string) { return true, "" },
			Metrics: actuator.NewMetrics("v", "go"), Log: slog.New(slog.DiscardHandler),
		})
		require.NoError(t, err)
		status, _, _ := get(t, "http://"+s.Addr()+actuator.PathLiveness)
		assert.Equal(t, http.StatusOK, status)
		require.NoError(t, s.Shutdown(t.Context()))
	}
}

func TestAManagementPortHasAllAndTheOtherTheProbes(t *testing.T) {
	t.Parallel()
	s, err := actuator.Start(t.Context(), actuator.Options{
		Address: "127.0.0.1", BasePath: "/connectors", Path: "/manage", Management: &actuator.Place{Address: "127.0.0.1", BasePath: "/base"},
		Ready: func() (bool, string) { return false, "no gateway" }, Metrics: actuator.NewMetrics("v", "go"), Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Shutdown(context.Background())) })
	require.NotEqual(t, s.Addr(), s.ProbesAddr())
	for path, want := range map[string]int{
		"/actuator/health/liveness": 200, "/base/actuator/info": 200, "/base/manage/info": 200, "/manage/health/readiness": 503, "/actuator/prometheus": 200, "/livez": 200, "/readyz": 503,
		"/connectors/actuator/info": 404,
	} {
		status, _, _ := get(t, "http://"+s.Addr()+path)
		assert.Equal(t, want, status, path)
	}
	for path, want := range map[string]int{
		"/livez": 200, "/readyz": 503, "/connectors/livez": 200, "/actuator/health/liveness": 404, "/actuator/prometheus": 404, "/actuator/loggers": 404, "/health": 404,
	} {
		status, _, _ := get(t, "http://"+s.ProbesAddr()+path)
		assert.Equal(t, want, status, path)
	}
}

func TestAPortThatIsInUseEndsBoth(t *testing.T) {
	t.Parallel()
	var listening net.ListenConfig
	taken, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, taken.Close()) })
	port := taken.Addr().(*net.TCPAddr).Port
	o := actuator.Options{Address: "127.0.0.1", Port: port, Ready: func() (bool, string) { return true, "" }, Metrics: actuator.NewMetrics("v", "go"), Log: slog.New(slog.DiscardHandler)}
	o.Management = &actuator.Place{Address: "127.0.0.1"}
	_, err = actuator.Start(t.Context(), o)
	require.ErrorContains(t, err, "set server.port (SERVER_PORT, --port) to a free one")
	o.Port, o.Management.Port = 0, port
	_, err = actuator.Start(t.Context(), o)
	require.ErrorContains(t, err, "set management.server.port (MANAGEMENT_SERVER_PORT, --management-port) to a free one")
}

func TestHealthTellsOfEachClient(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	check := func() (bool, string) {
		if broken.Load() {
			return false, "refused"
		}
		return true, ""
	}
	s, err := actuator.Start(t.Context(), actuator.Options{
		Address: "127.0.0.1", Metrics: actuator.NewMetrics("v", "go"), Log: slog.New(slog.DiscardHandler),
		Ready: check, Clients: map[string]actuator.Check{"a": func() (bool, string) { return true, "" }, "b": check},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Shutdown(context.Background())) })
	base := "http://" + s.Addr()
	for _, tt := range []struct {
		path   string
		broken bool
		status int
		body   string
	}{
		{actuator.PathHealth, false, 200, `{"status":"UP","components":{"camundaClient":{"status":"UP","components":{"a":{"status":"UP"},"b":{"status":"UP"}}}},"groups":["liveness","readiness","startup"]}`},
		{actuator.PathReadiness, false, 200, `{"status":"UP"}`},
		{actuator.PathHealth, true, 503, `{"status":"DOWN","components":{"camundaClient":{"status":"DOWN","components":{"a":{"status":"UP"},"b":{"status":"DOWN","details":{"reason":"refused"}}}}},"groups":["liveness","readiness","startup"]}`},
		{actuator.PathReadiness, true, 503, `{"status":"OUT_OF_SERVICE","components":{"camundaClient":{"status":"DOWN","components":{"a":{"status":"UP"},"b":{"status":"DOWN","details":{"reason":"refused"}}}}}}`},
		{actuator.PathLiveness, true, 200, `{"status":"UP"}`},
	} {
		broken.Store(tt.broken)
		status, body, _ := get(t, base+tt.path)
		assert.Equal(t, tt.status, status, tt.path)
		assert.JSONEq(t, tt.body, body, tt.path)
	}
}
