package zeebe

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

// restAPI is the way to the Orchestration Cluster REST API.
type restAPI struct {
	base        string // that paths are added to; empty = there is no address
	config      *Config
	auth        authorizer
	connections *restConnections

	mu       sync.Mutex
	refusing time.Time // when it last refused a token that was new
	// pause is how long after a new token was refused the next refusal costs none: the token's issuer, and a gateway that takes
	// the same tokens over gRPC, must not suffer for a REST API that takes none.
	pause time.Duration
}

// tokenPause is the pause of a REST API beside a gateway that is spoken to over gRPC.
const tokenPause = time.Minute

// newREST returns the way to c's REST address. Roots sign the server's certificate; nil = the system's. It follows no redirect: a
// token goes where it was configured to go.
func newREST(c *Config, a *access, roots *x509.CertPool) *restAPI {
	return &restAPI{
		base: restBase(c.RESTAddress, c.PhysicalTenant), config: c, auth: a.auth, pause: tokenPause,
		connections: newRESTConnections(func() *http.Transport { return newTransport(c, tlsConfig(roots, c.Authority, a.keys.rest)) }),
	}
}

// restBase returns the URL below which the REST API is. The address may or may not end in /v2, which is its version.
func restBase(address, physicalTenant string) string {
	address = strings.TrimRight(address, "/")
	if address == "" {
		return ""
	}
	address = strings.TrimRight(strings.TrimSuffix(address, "/v2"), "/")
	if physicalTenant != "" {
		within := "/physical-tenants/" + url.PathEscape(physicalTenant)
		address = strings.TrimSuffix(address, within) + within
	}
	return address + "/v2"
}

func (a *restAPI) close() { a.connections.close() }

// restRequest is a request to the REST API.
type restRequest struct {
	method, path string // path is below the base
	body         []byte // JSON; nil = none
	accept       string // empty = JSON
	limit        int    // bytes of the longest answer
	// consume reads the body of an answer with status 200 in place of limit; nil = the answer has it. Its error is the answer's cut.
	consume func(body io.Reader) error
}

// restAnswer is what a server answered.
type restAnswer struct {
	status      int
	contentType string
	location    string // of a redirect
	body        []byte // none if the request consumes it
	cut         error  // why the body ends early: errTooLong, or what broke the connection; nil = it is whole
}

var (
	errNoAddress = errors.New("there is no REST address")
	errNoURL     = errors.New("camunda.client.rest-address is no URL")
	errTooLong   = errors.New("the answer is too long")
)

// url is where a request goes, for people.
func (a *restAPI) url(r restRequest) string { return printableURL(a.base + r.path) }

// ask makes a request, and once more with another token if the first was not taken. The error is why there is no answer.
func (a *restAPI) ask(ctx context.Context, r restRequest) (*restAnswer, error) {
	for again := false; ; again = true {
		answer, proof, err := a.send(ctx, r)
		switch {
		case err != nil || !answer.refusesToken():
			return answer, err
		case again: // a new token is no better
			a.refusesAll()
			return answer, nil
		case !a.mayTakeAnother() || !a.auth.refused(proof):
			return answer, nil
		}
	}
}

// send makes a request once. A context that is a [writing] is told whether the request was handed to a connection.
func (a *restAPI) send(ctx context.Context, r restRequest) (*restAnswer, *proof, error) {
	if a.base == "" {
		return nil, nil, errNoAddress
	}
	_, proof, err := a.auth.authorize(ctx)
	if err != nil {
		return nil, nil, err
	}
	on := a.connections.use()
	ctx, done := on.bounded(ctx)
	defer done()
	if w, ok := ctx.Value(writingKey{}).(*writing); ok {
		ctx = httptrace.WithClientTrace(ctx, w.trace())
	}
	request, err := http.NewRequestWithContext(ctx, r.method, a.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, errNoURL // err repeats it, a password included
	}
	a.dress(request, r, proof)
	response, err := on.client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok { // it repeats the URL
			err = wrapped.Err
		}
		return nil, proof, unanswered(ctx, err)
	}
	defer response.Body.Close()
	answer := &restAnswer{status: response.StatusCode, contentType: response.Header.Get("Content-Type"), location: response.Header.Get("Location")}
	if r.consume != nil && answer.status == http.StatusOK {
		if answer.cut = r.consume(response.Body); answer.cut != nil && !errors.Is(answer.cut, errTooLong) {
			answer.cut = unanswered(ctx, answer.cut)
		}
		return answer, proof, nil
	}
	answer.body, answer.cut = io.ReadAll(io.LimitReader(response.Body, int64(r.limit)+1))
	switch {
	case answer.cut != nil:
		answer.cut = unanswered(ctx, answer.cut)
	case len(answer.body) > r.limit:
		answer.body, answer.cut = answer.body[:r.limit], fmt.Errorf("%w: above %d bytes", errTooLong, r.limit)
	}
	return answer, proof, nil
}

// dress sets the headers of a request.
func (a *restAPI) dress(request *http.Request, r restRequest, proof *proof) {
	accept := r.accept
	if accept == "" {
		accept = "application/json, application/problem+json"
	}
	request.Header.Set("Accept", accept)
	if r.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if a.config.UserAgent != "" {
		request.Header.Set("User-Agent", a.config.UserAgent)
	}
	if a.config.Authority != "" {
		request.Host = a.config.Authority
	}
	if proof != nil {
		request.Header["Authorization"] = proof.header.Get("authorization")
	}
}

// unanswered is the error of a request whose context may have ended.
func unanswered(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errReplaced):
		return errReplaced
	case cause != nil:
		return cause
	}
	return err
}

// trace notes whether a request may be at the server. One that was not written whole is not.
func (w *writing) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { w.written.Store(true) }, // it is written beside us from now on
		WroteRequest: func(i httptrace.WroteRequestInfo) { w.written.Store(i.Err == nil) },
	}
}

func (a *restAPI) refusesAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refusing = time.Now()
}

func (a *restAPI) mayTakeAnother() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refusing.IsZero() || time.Since(a.refusing) >= a.pause
}
