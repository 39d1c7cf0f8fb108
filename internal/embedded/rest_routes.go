package embedded

import (
	"net/http"
	"strings"
)

// restCall is a call over REST to the gateway of one physical tenant.
type restCall struct {
	gateway *Gateway
	login   *Login
	w       http.ResponseWriter
	r       *http.Request
}

// REST returns the gateway's REST API as a handler, for a server of the caller's: paths begin with /v2 or
// /physical-tenants/ID/v2.
func (g *Gateway) REST() http.Handler {
	handlers := map[string]http.Handler{DefaultPhysicalTenant: g.routes()}
	for id, tenant := range g.physical {
		handlers[id] = tenant.routes()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, inner := DefaultPhysicalTenant, r
		if rest, found := strings.CutPrefix(r.URL.Path, "/physical-tenants/"); found && g.options.release.knowsPhysicalTenants() {
			id, rest, _ = strings.Cut(rest, "/")
			inner = r.Clone(r.Context())
			inner.URL.Path, inner.URL.RawPath = "/"+rest, ""
		}
		handler := handlers[id]
		if handler == nil {
			refuseREST(w, r.URL.Path, &problem{status: http.StatusNotFound, title: "Not Found", detail: "there is no physical tenant " + id})
			return
		}
		handler.ServeHTTP(w, inner)
	})
}

// activationPath is where jobs are polled for.
const activationPath = "/jobs/activation"

// routes returns the paths of one physical tenant, as far as the gateway's version has them.
func (g *Gateway) routes() http.Handler {
	mux := http.NewServeMux()
	known := g.options.release
	route := func(has bool, method, path string, do func(c *restCall) error) {
		if !has {
			return
		}
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method {
				g.serve(w, r, do)
				return
			}
			w.Header().Set("Allow", method)
			refuseREST(w, r.URL.Path, &problem{
				status: http.StatusMethodNotAllowed, title: "Method Not Allowed", detail: "found the method " + r.Method + ", expected " + method,
			})
		})
	}
	route(known.knowsREST(), "GET", "/v2/topology", (*restCall).topology)
	route(known.knowsREST(), "POST", "/v2"+activationPath, (*restCall).activate)
	route(known.knowsREST(), "POST", "/v2/jobs/{jobKey}/completion", (*restCall).complete)
	route(known.knowsREST(), "POST", "/v2/jobs/{jobKey}/failure", (*restCall).fail)
	route(known.knowsREST(), "POST", "/v2/jobs/{jobKey}/error", (*restCall).throw)
	route(known.knowsREST(), "PATCH", "/v2/jobs/{jobKey}", (*restCall).update)
	route(known.knowsModels(), "GET", "/v2/process-definitions/{key}/xml", (*restCall).processXML)
	route(known.knowsModels(), "POST", "/v2/process-definitions/search", (*restCall).searchProcesses)
	route(known.knowsSecrets(), "POST", "/v2/secrets/resolve", (*restCall).resolveSecrets)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuseREST(w, r.URL.Path, &problem{status: http.StatusNotFound, title: "Not Found", detail: "there is no endpoint " + r.Method + " " + r.URL.Path})
	})
	return mux
}

// serve answers one call.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request, do func(c *restCall) error) {
	c := &restCall{gateway: g, w: w, r: r}
	var err error
	if c.login, err = g.authorize(r.Header.Get("Authorization")); err == nil {
		err = do(c)
	}
	if err != nil {
		refuseREST(w, r.URL.Path, err)
	}
}

// answer sends a body of JSON.
func (c *restCall) answer(body []byte) {
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(body) // a client that is gone misses it
}
