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
	PathStartup    = "/actuator/health/startup"
	PathInfo       = "/actuator/info"
	PathLoggers    = "/actuator/loggers"
	PathPrometheus = "/actuator/prometheus"
)

// health is Spring Boot's health answer.
type health struct {
	Status     string               `json:"status"`
	Components map[string]component `json:"components,omitempty"`
	Groups     []string             `json:"groups,omitempty"`
}

type component struct {
	Status     string               `json:"status"`
	Components map[string]component `json:"components,omitempty"`
	Details    map[string]string    `json:"details,omitempty"`
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
	for _, base := range []string{"/actuator", ""} { // /health/… is where Camunda's other components have it
		mux.HandleFunc("GET "+base+"/health", o.health)
		mux.HandleFunc("GET "+base+"/health/liveness", alive)
		mux.HandleFunc("GET "+base+"/health/startup", alive) // nothing listens before everything is built
		mux.HandleFunc("GET "+base+"/health/readiness", o.readiness)
	}
	o.probes(mux)
	mux.Handle("GET "+PathPrometheus, o.Metrics.Handler(o.Mask))
	mux.HandleFunc("GET "+PathInfo, infoHandler(o.Info))
	if o.loggersServed() {
		(&loggersEndpoint{o.Loggers, o.LoggersAccess, o.Log}).register(mux)
	}
	mux.HandleFunc("GET /actuator", o.index)
	mux.HandleFunc("GET /actuator/{$}", o.index)
	return maskedAnswers(o.Mask, mux)
}

// probesOnly serves the probes where everything else has a port of its own, as Spring does for Kubernetes.
func probesOnly(o Options) http.Handler {
	mux := http.NewServeMux()
	o.probes(mux)
	if o.Mask == nil {
		return mux
	}
	return maskedAnswers(o.Mask, mux)
}

// probes serves the probes at Spring's paths outside /actuator.
func (o Options) probes(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /readyz", o.readiness)
}

// alive answers while the process runs.
func alive(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, health{Status: up}) }

// readiness tells whether jobs can be taken.
func (o Options) readiness(w http.ResponseWriter, _ *http.Request) {
	if ok, reason := o.Ready(); !ok {
		write(w, http.StatusServiceUnavailable, health{Status: outOfService, Components: o.gateway(reason)})
		return
	}
	write(w, http.StatusOK, health{Status: up})
}

// health is the health of the whole, which depends on the gateway.
func (o Options) health(w http.ResponseWriter, _ *http.Request) {
	groups := []string{"liveness", "readiness", "startup"}
	if ok, reason := o.Ready(); !ok {
		write(w, http.StatusServiceUnavailable, health{Status: down, Components: o.gateway(reason), Groups: groups})
		return
	}
	write(w, http.StatusOK, health{Status: up, Components: o.gateway(""), Groups: groups})
}

// gateway is the one component whose health the process's depends on, under the name that Camunda's runtime gives it. Several clients are
// its components. The reason is why the whole is down; empty = it is up.
func (o Options) gateway(reason string) map[string]component {
	c := stateOf(reason)
	if len(o.Clients) > 0 {
		c.Components, c.Details = map[string]component{}, nil
		for name, ready := range o.Clients {
			_, why := ready()
			c.Components[name] = stateOf(why)
		}
	}
	return map[string]component{"camundaClient": c}
}

// stateOf is what is up, or down for a reason.
func stateOf(reason string) component {
	if reason == "" {
		return component{Status: up}
	}
	return component{Status: down, Details: map[string]string{"reason": reason}}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", healthType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The only error is that of a client who went away.
	_ = json.NewEncoder(w).Encode(body)
}

// index lists the paths, as Spring's does, for whoever looks around.
func (o Options) index(w http.ResponseWriter, r *http.Request) {
	type link struct {
		Href string `json:"href"`
	}
	base := "http://" + r.Host
	links := map[string]link{
		"self":       {base + "/actuator"},
		"health":     {base + PathHealth},
		"info":       {base + PathInfo},
		"prometheus": {base + PathPrometheus},
	}
	if o.loggersServed() {
		links["loggers"] = link{base + PathLoggers}
	}
	write(w, http.StatusOK, map[string]map[string]link{"_links": links})
}
