package actuator

import (
	"encoding/json"
	"net/http"
)

// The paths that are served.
const (
	PathHealth     = "/actuator/health"
	PathLiveness   = "/actuator/health/liveness"
	PathReadiness  = "/actuator/health/readiness"
	PathPrometheus = "/actuator/prometheus"
)

// health is Spring Boot's health answer.
type health struct {
	Status     string               `json:"status"`
	Components map[string]component `json:"components,omitempty"`
	Groups     []string             `json:"groups,omitempty"`
}

type component struct {
	Status  string            `json:"status"`
	Details map[string]string `json:"details,omitempty"`
}

// Spring's words for health.
const (
	up           = "UP"
	down         = "DOWN"
	outOfService = "OUT_OF_SERVICE"
)

const healthType = "application/vnd.spring-boot.actuator.v3+json"

func handler(o Options) http.Handler {
	if o.Mask == nil {
		o.Mask = func(text string) string { return text }
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PathLiveness, func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, health{Status: up})
	})
	mux.HandleFunc("GET "+PathReadiness, func(w http.ResponseWriter, _ *http.Request) {
		if ok, reason := o.Ready(); !ok {
			write(w, http.StatusServiceUnavailable, health{Status: outOfService, Components: gateway(down, reason)})
			return
		}
		write(w, http.StatusOK, health{Status: up})
	})
	mux.HandleFunc("GET "+PathHealth, func(w http.ResponseWriter, _ *http.Request) {
		groups := []string{"liveness", "readiness"}
		if ok, reason := o.Ready(); !ok {
			write(w, http.StatusServiceUnavailable, health{Status: down, Components: gateway(down, reason), Groups: groups})
			return
		}
		write(w, http.StatusOK, health{Status: up, Components: gateway(up, ""), Groups: groups})
	})
	mux.Handle("GET "+PathPrometheus, o.Metrics.Handler(o.Mask))
	mux.HandleFunc("GET /actuator", index)
	mux.HandleFunc("GET /actuator/{$}", index)
	return maskedAnswers(o.Mask, mux)
}

// gateway is the one component whose health the process's depends on, under the name that Camunda's runtime gives it.
func gateway(status, reason string) map[string]component {
	c := component{Status: status}
	if reason != "" {
		c.Details = map[string]string{"reason": reason}
	}
	return map[string]component{"camundaClient": c}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", healthType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The only error is that of a client who went away.
	_ = json.NewEncoder(w).Encode(body)
}

// index lists the paths, as Spring's does, for whoever looks around.
func index(w http.ResponseWriter, r *http.Request) {
	type link struct {
		Href string `json:"href"`
	}
	base := "http://" + r.Host
	write(w, http.StatusOK, map[string]map[string]link{"_links": {
		"self":       {base + "/actuator"},
		"health":     {base + PathHealth},
		"prometheus": {base + PathPrometheus},
	}})
}
