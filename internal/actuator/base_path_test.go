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
		under(base, inner).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
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
