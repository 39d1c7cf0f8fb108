package actuator

import (
	"net/http"
	"slices"
	"strings"
)

// under serves a handler's paths a second time below a base path, and its endpoints a second time at another path than /actuator:
// where probes of Camunda's runtime look for them if its settings move them. An empty path moves nothing.
func under(base, endpoints string, h http.Handler) http.Handler {
	base, endpoints = strings.Trim(base, "/"), "/"+strings.Trim(endpoints, "/")
	moved := h
	if endpoints != "/actuator" {
		moved = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rest, found := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(endpoints, "/"))
			first, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
			index := endpoints != "/" && strings.Trim(rest, "/") == ""
			if found && (rest == "" || rest[0] == '/') && (index || slices.Contains(endpointNames, first)) {
				r = r.Clone(r.Context())
				r.URL.Path, r.URL.RawPath = "/actuator"+rest, ""
			}
			h.ServeHTTP(w, r)
		})
	}
	if base == "" {
		return moved
	}
	below := http.StripPrefix("/"+base, moved)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/"+base+"/") {
			below.ServeHTTP(w, r)
			return
		}
		moved.ServeHTTP(w, r)
	})
}

// endpointNames are those of the endpoints below /actuator.
var endpointNames = []string{"health", "info", "loggers", "prometheus"}
