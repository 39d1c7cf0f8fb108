package embedded

import (
	"fmt"
	"net/http"
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
