package actuator

import (
	"net/http"
	"strings"
)

// under serves a handler's paths a second time below a base path, where probes of Camunda's runtime look for them if it has
// a context path.
func under(base string, h http.Handler) http.Handler {
	base = strings.Trim(base, "/")
	if base == "" {
		return h
	}
	below := http.StripPrefix("/"+base, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/"+base+"/") {
			below.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
