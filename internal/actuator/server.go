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
	Ready    Check
	Metrics  *Metrics
	Log      *slog.Logger
	Mask     Mask // nil = there are no secrets
	Info     Info

	Loggers       Loggers // nil = the endpoint is not served
	LoggersAccess Access  // zero = AccessNone
}

// Server serves health and metrics.
type Server struct {
	http     *http.Server
	listener net.Listener
	serving  sync.WaitGroup
}

// Start listens and serves until [Server.Shutdown]. Its error says which address could not be had, and why.
func Start(ctx context.Context, o Options) (*Server, error) {
	address := net.JoinHostPort(o.Address, strconv.Itoa(o.Port))
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("health and metrics: port %d is in use by another process; set server.port (SERVER_PORT, --port) to a free one, or 0 for any: %w", o.Port, err)
	}
	if err != nil {
		return nil, fmt.Errorf("health and metrics: cannot listen on %s (server.address, server.port): %w", address, err)
	}
	s := &Server{
		listener: listener,
		http: &http.Server{
			Handler:           under(o.BasePath, handler(o)),
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       requestTimeout,
			WriteTimeout:      requestTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
		},
	}
	s.serving.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			o.Log.Error("health and metrics are not served any more", "error", err)
		}
	})
	return s, nil
}

// Addr returns the address on which the server listens, its port resolved.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Shutdown stops listening, lets running requests finish until ctx ends, and returns when nothing of the server runs.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	s.serving.Wait()
	return err
}
