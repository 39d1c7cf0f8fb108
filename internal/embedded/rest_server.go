package embedded

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// RESTURL returns the base address of the gateway's REST API, without /v2; empty = it serves none. It stays the same over an
// interruption.
func (g *Gateway) RESTURL() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.restAddress == "":
		return ""
	case g.options.RESTTLS != nil:
		return "https://" + g.restAddress
	default:
		return "http://" + g.restAddress
	}
}

// serveREST has a server that starts speak REST too, if it is asked for. Mu is held.
func (g *Gateway) serveREST(s *serving) error {
	if g.restAddress == "" && g.options.RESTListener == nil {
		return nil
	}
	listener, err := listen(g.options.RESTListener, g.restAddress)
	if err != nil {
		return fmt.Errorf("start the REST API of the embedded gateway: %w", err)
	}
	g.restAddress = listener.Addr().String()
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	handler := g.REST()
	s.rest = &http.Server{
		Protocols: protocols, TLSConfig: g.options.RESTTLS, ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !g.begin(s) {
				panic(http.ErrAbortHandler)
			}
			defer s.running.Done()
			if g.options.GhostPolls && strings.HasSuffix(r.URL.Path, activationPath) {
				ctx, end := s.outlive(r.Context())
				defer end()
				r = r.WithContext(ctx)
			}
			handler.ServeHTTP(w, r)
		}),
	}
	s.running.Go(func() {
		if g.options.RESTTLS != nil {
			_ = s.rest.ServeTLS(listener, "", "")
			return
		}
		_ = s.rest.Serve(listener)
	})
	return nil
}

// outlive returns a context that does not end with ctx, but when the server stops or the function that it returns is called.
func (s *serving) outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.running.Go(func() {
		select {
		case <-s.over:
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, cancel
}

// begin counts a call that a server serves; not if the server is interrupted. To close its connections does not wait for their
// calls.
func (g *Gateway) begin(s *serving) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running != s {
		return false
	}
	s.running.Add(1)
	return true
}
