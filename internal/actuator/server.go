// Package actuator serves the health of the process and its metrics over HTTP, at the paths and in the shapes that
// Camunda's Helm chart and Grafana dashboards know from the bundled connector runtime:
// /actuator/health with its groups liveness, readiness and startup, /actuator/prometheus, /actuator/info and
// /actuator/loggers.
//
// [Metrics] implements the observer interfaces that the other packages declare; it knows of them no more than that.
package actuator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limits of a connection: whoever asks is a probe or a scraper, and asks little.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 15 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
)

// Check tells whether the process can do its work, and if not, why not.
type Check func() (ok bool, reason string)

// Options says what a [Server] serves.
type Options struct {
	Address  string // empty = all interfaces
	Port     int    // 0 = any free one
	BasePath string // below which the paths are served, too; empty = none
	Path     string // at which the endpoints are served beside /actuator; empty = none
	// Management is where all is served but the probes /livez and /readyz, in place of Address and Port; nil = there.
	Management *Place
	Ready      Check
	Clients    map[string]Check // those that are told apart, by their names; Ready is then that of all of them
	Metrics    *Metrics
	Log        *slog.Logger
	Mask       Mask // nil = there are no secrets
	Info       Info

	Loggers       Loggers // nil = the endpoint is not served
	LoggersAccess Access  // zero = AccessNone
}

// Place is where a server listens.
type Place struct {
	Address  string // empty = all interfaces
	Port     int    // 0 = any free one
	BasePath string // below which the paths are served, too; empty = none
}

// Server serves health and metrics.
type Server struct {
	doors   []*door // the first is the one of health and metrics
	serving sync.WaitGroup
}

// door is a port on which the server listens.
type door struct {
	http     *http.Server
	listener net.Listener
}

// Start listens and serves until [Server.Shutdown]. Its error says which address could not be had, and why.
func Start(ctx context.Context, o Options) (*Server, error) {
	main := Place{o.Address, o.Port, o.BasePath}
	full := func() http.Handler { return handler(o) }
	s := &Server{}
	if o.Management == nil {
		if err := s.open(ctx, o, main, "server", o.Path, full); err != nil {
			return nil, err
		}
		return s, nil
	}
	err := s.open(ctx, o, *o.Management, "management.server", o.Path, full)
	if err == nil {
		err = s.open(ctx, o, main, "server", "", func() http.Handler { return probesOnly(o) })
	}
	if err != nil {
		return nil, errors.Join(err, s.Shutdown(ctx))
	}
	return s, nil
}

// open listens at a place, which the settings with this prefix give, and serves there what handler returns, its endpoints also at a
// path of their own.
func (s *Server) open(ctx context.Context, o Options, at Place, settings, endpoints string, handler func() http.Handler) error {
	address := net.JoinHostPort(at.Address, strconv.Itoa(at.Port))
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		variable := strings.ToUpper(strings.ReplaceAll(settings, ".", "_")) + "_PORT"
		flag := "port"
		if settings != "server" {
			flag = "management-port"
		}
		return fmt.Errorf("health and metrics: port %d is in use by another process; set %s.port (%s, --%s) to a free one, or 0 for any: %w", at.Port, settings, variable, flag, err)
	}
	if err != nil {
		return fmt.Errorf("health and metrics: cannot listen on %s (%s.address, %s.port): %w", address, settings, settings, err)
	}
	d := &door{
		listener: listener,
		http: &http.Server{
			Handler:           under(at.BasePath, endpoints, handler()),
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       requestTimeout,
			WriteTimeout:      requestTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
		},
	}
	s.doors = append(s.doors, d)
	s.serving.Go(func() {
		if err := d.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			o.Log.Error("health and metrics are not served any more", "error", err)
		}
	})
	return nil
}

// Addr returns the address at which health and metrics are served, its port resolved.
func (s *Server) Addr() string { return s.doors[0].listener.Addr().String() }

// ProbesAddr returns the address at which the probes alone are served; empty = they have none of their own.
func (s *Server) ProbesAddr() string {
	if len(s.doors) < 2 {
		return ""
	}
	return s.doors[1].listener.Addr().String()
}

// Shutdown stops listening, lets running requests finish until ctx ends, and returns when nothing of the server runs.
func (s *Server) Shutdown(ctx context.Context) error {
	var all error
	for _, d := range s.doors {
		err := d.http.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, d.http.Close())
		}
		all = errors.Join(all, err)
	}
	s.serving.Wait()
	return all
}
