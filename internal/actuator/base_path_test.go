package actuator

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPathsAreServedBelowABasePathToo(t *testing.T) {
	t.Parallel()
	inner := http.NewServeMux()
	inner.HandleFunc(PathReadiness, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	status := func(base, path string) int {
		w := httptest.NewRecorder()
		under(base, "", inner).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		return w.Code
	}
	for _, base := range []string{"/connectors", "connectors/", "/connectors/"} {
		assert.Equal(t, http.StatusNoContent, status(base, "/connectors"+PathReadiness), base)
		assert.Equal(t, http.StatusNoContent, status(base, PathReadiness), base)
		assert.Equal(t, http.StatusNotFound, status(base, "/connector"+PathReadiness), base)
	}
	assert.Equal(t, http.StatusNoContent, status("", PathReadiness))
	assert.Equal(t, http.StatusNoContent, status("/", PathReadiness))
	assert.Equal(t, http.StatusNotFound, status("", "/connectors"+PathReadiness))
}

func TestEndpointsAreServedAtAnotherPathToo(t *testing.T) {
	t.Parallel()
	inner := http.NewServeMux()
	inner.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Path", r.URL.Path) })
	tests := []struct{ base, endpoints, path, want string }{
		{"", "/manage", "/manage/health/readiness", "/actuator/health/readiness"},
		{"", "/manage", "/actuator/prometheus", "/actuator/prometheus"},
		{"", "/manage", "/managed/health", "/managed/health"},
		{"", "/manage", "/manage/env", "/manage/env"},
		{"", "/manage", "/manage", "/actuator"},
		{"", "/", "/", "/"},
		{"", "/", "/prometheus", "/actuator/prometheus"},
		{"", "/", "/loggers/ROOT", "/actuator/loggers/ROOT"},
		{"", "/", "/livez", "/livez"},
		{"/connectors", "/manage", "/connectors/manage/info", "/actuator/info"},
		{"/connectors", "/manage", "/connectors/actuator/info", "/actuator/info"},
		{"/connectors", "/actuator", "/connectors/actuator/info", "/actuator/info"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		under(tt.base, tt.endpoints, inner).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, tt.path, http.NoBody))
		assert.Equal(t, tt.want, w.Header().Get("Path"), "%s below %s at %s", tt.path, tt.base, tt.endpoints)
	}
}
