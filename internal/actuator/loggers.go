package actuator

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Loggers are the log's levels. Names are those of loggers: "ROOT" and the packages that can have a level of their own.
type Loggers interface {
	Names() []string
	// Level returns the level that was set (empty = none) and the one that counts.
	Level(name string) (configured, effective string, ok bool)
	// Set changes a level; an empty one takes it back.
	Set(name, level string) error
}

// Access says who may use the loggers endpoint.
type Access string

// The values of [Access].
const (
	AccessNone         Access = "none"         // nobody: the path does not exist
	AccessReadOnly     Access = "read-only"    // everybody may read
	AccessLocal        Access = "local"        // everybody may read, this machine may change
	AccessUnrestricted Access = "unrestricted" // everybody may change
)

// accessSetting is where the access is configured.
const accessSetting = "management.endpoint.loggers.access"

// logLevels are the levels that Spring's endpoint offers.
var logLevels = []string{"OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"}

// maxChange is the largest body of a change in bytes.
const maxChange = 4 << 10

// logger is a logger as Spring shows it.
type logger struct {
	Configured string `json:"configuredLevel,omitempty"`
	Effective  string `json:"effectiveLevel"`
}

// loggersEndpoint shows and changes levels, in the requests and answers of Spring Boot's endpoint
// (https://docs.spring.io/spring-boot/api/rest/actuator/loggers.html).
type loggersEndpoint struct {
	loggers Loggers
	access  Access
	log     *slog.Logger
}

// loggersServed says whether somebody may use the loggers endpoint.
func (o Options) loggersServed() bool {
	return o.Loggers != nil && o.LoggersAccess != AccessNone && o.LoggersAccess != ""
}

// register adds the endpoint's paths.
func (e *loggersEndpoint) register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+PathLoggers, e.list)
	mux.HandleFunc("GET "+PathLoggers+"/{name}", e.show)
	mux.HandleFunc("POST "+PathLoggers+"/{name}", e.change)
}

func (e *loggersEndpoint) list(w http.ResponseWriter, _ *http.Request) {
	all := map[string]logger{}
	for _, name := range e.loggers.Names() {
		configured, effective, _ := e.loggers.Level(name)
		all[name] = logger{configured, effective}
	}
	write(w, http.StatusOK, map[string]any{"levels": logLevels, "loggers": all, "groups": map[string]any{}})
}

// named returns the logger's name as it is written: the root's is found in any case.
func named(r *http.Request) string {
	name := r.PathValue("name")
	if strings.EqualFold(name, "ROOT") {
		return "ROOT"
	}
	return name
}

func (e *loggersEndpoint) show(w http.ResponseWriter, r *http.Request) {
	configured, effective, ok := e.loggers.Level(named(r))
	if !ok {
		e.unknown(w)
		return
	}
	write(w, http.StatusOK, logger{configured, effective})
}

func (e *loggersEndpoint) unknown(w http.ResponseWriter) {
	refuse(w, http.StatusNotFound, "there is no such logger, expected one of "+strings.Join(e.loggers.Names(), ", "))
}

func (e *loggersEndpoint) change(w http.ResponseWriter, r *http.Request) {
	name := named(r)
	if !slices.Contains(e.loggers.Names(), name) {
		e.unknown(w)
		return
	}
	if reason := e.forbidden(r); reason != "" {
		refuse(w, http.StatusForbidden, reason)
		return
	}
	if !isJSON(r.Header.Get("Content-Type")) { // which a page of another site cannot send without asking
		refuse(w, http.StatusUnsupportedMediaType, "Content-Type: expected application/json")
		return
	}
	level, err := readChange(http.MaxBytesReader(w, r.Body, maxChange))
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	before, _, _ := e.loggers.Level(name)
	// The line is written while the level allows more, so that it is seen when somebody switches the log off.
	announce := func() {
		e.log.Warn("the level of the log is changed", "logger", name, "from", before, "to", level, "by", r.RemoteAddr)
	}
	announced := e.log.Enabled(r.Context(), slog.LevelWarn)
	if announced {
		announce()
	}
	if err := e.loggers.Set(name, level); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if !announced {
		announce()
	}
	w.WriteHeader(http.StatusNoContent)
}

// readChange reads the level that a request asks for; empty = none.
func readChange(body io.Reader) (string, error) {
	var change struct {
		Level *string `json:"configuredLevel"`
	}
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields() // a misspelt field would take the level back
	if err := decoder.Decode(&change); err != nil {
		return "", fmt.Errorf(`body: expected {"configuredLevel": "DEBUG"}, or null to take a level back: %w`, err)
	}
	if change.Level == nil {
		return "", nil
	}
	level := strings.ToUpper(*change.Level)
	if !slices.Contains(logLevels, level) {
		return "", fmt.Errorf("configuredLevel: expected null or one of %s", strings.Join(logLevels, ", "))
	}
	return level, nil
}

// forbidden says why a request may not change a level; empty = it may.
func (e *loggersEndpoint) forbidden(r *http.Request) string {
	switch e.access {
	case AccessUnrestricted:
		return ""
	case AccessLocal:
		if isLocal(r) {
			return ""
		}
		return "only this machine may change levels, such as through kubectl port-forward; " + accessSetting + ": unrestricted allows others"
	case AccessNone, AccessReadOnly:
	}
	return "levels may not be changed; " + accessSetting + ": local allows it on this machine"
}

// isLocal says whether a request comes from this machine and was not passed on: not by a proxy beside the process, and not by a
// browser that was led here by a name of another site.
func isLocal(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	// Not all of 127.0.0.0/8: proxies in a pod connect from other addresses of it for callers outside (Istio from 127.0.0.6).
	if a := peer.Addr().Unmap(); a != netip.AddrFrom4([4]byte{127, 0, 0, 1}) && a != netip.IPv6Loopback() {
		return false
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via", "Origin"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	_, err = netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || strings.EqualFold(host, "localhost")
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/vnd.spring-boot.actuator.") && strings.HasSuffix(kind, "+json"))
}

// refuse answers with an error in Spring's shape.
func refuse(w http.ResponseWriter, status int, message string) {
	write(w, status, map[string]any{"status": status, "error": http.StatusText(status), "message": message})
}
