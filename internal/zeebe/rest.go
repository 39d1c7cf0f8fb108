package zeebe

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// maxDefinition is the greatest process definition that is read, in bytes. Zeebe itself takes no resource above 4 MB.
const maxDefinition = 4 << 20

// maxProblem is how many bytes of the server's own words are repeated.
const maxProblem = 300

// RESTError is a call of the Orchestration Cluster REST API that did not end in an answer.
type RESTError struct {
	URL    string
	Method string
	Status int    // 0 = there was no answer
	Reason string // what went wrong, and what to look at
	// Transient says that the same call may succeed soon.
	Transient bool
}

func (e *RESTError) Error() string { return e.Method + " " + e.URL + ": " + e.Reason }

// Temporary says whether the same call may succeed soon.
func (e *RESTError) Temporary() bool { return e.Transient }

// ProcessXML returns the BPMN XML of a deployed process definition by the Orchestration Cluster REST API (Camunda 8.8 and
// later), which answers from its secondary storage: a definition that was deployed just now may not be there yet. It is
// tried once, for at most [Config.RequestTimeout], and once more with another token if the first was not taken. The error
// is a *[RESTError], or wraps [context.Canceled] if ctx was cancelled.
func (c *Client) ProcessXML(ctx context.Context, key int64) ([]byte, error) {
	address := c.rest.address + "/v2/process-definitions/" + strconv.FormatInt(key, 10) + "/xml"
	limited, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	for again := false; ; again = true {
		text, proof, err := c.restCall(limited, restRequest{method: http.MethodGet, address: address, accept: "text/xml, application/problem+json"})
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, fmt.Errorf("call the REST API: %w", ctx.Err())
		}
		refused, ok := errors.AsType[*RESTError](err)
		switch {
		case !ok || refused.Status != http.StatusUnauthorized:
			return text, err
		case again: // a new token is no better
			c.rest.refusesAll()
			return text, err
		case !c.rest.mayTakeAnother() || !c.auth.refused(proof):
			return text, err
		}
	}
}

// restRequest is a request to the REST API.
type restRequest struct {
	method, address, accept string
	body                    []byte // JSON; nil = none
}

// restCall makes a request once. The error is a *[RESTError].
func (c *Client) restCall(ctx context.Context, r restRequest) ([]byte, *proof, error) {
	fault := func(transient bool, reason string) *RESTError {
		return &RESTError{URL: printableURL(r.address), Method: r.method, Reason: reason, Transient: transient}
	}
	if c.rest.address == "" {
		return nil, nil, fault(false, "there is no REST address")
	}
	_, proof, err := c.auth.authorize(ctx)
	if err != nil {
		refused, ok := errors.AsType[*job.CommandError](err)
		return nil, nil, fault(!ok || refused.Kind == job.Transient, err.Error())
	}
	request, err := http.NewRequestWithContext(ctx, r.method, r.address, bytes.NewReader(r.body))
	if err != nil {
		return nil, proof, fault(false, "camunda.client.rest-address is no URL") // err repeats it, a password included
	}
	request.Header.Set("Accept", r.accept)
	if r.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.config.UserAgent != "" {
		request.Header.Set("User-Agent", c.config.UserAgent)
	}
	if proof != nil {
		request.Header["Authorization"] = proof.header.Get("authorization")
	}
	response, err := c.rest.client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok { // it repeats the URL
			err = wrapped.Err
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, proof, fault(true, "no answer in time")
		}
		return nil, proof, fault(!untrusted(err), err.Error()+proxyHint(err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxDefinition+1))
	switch {
	case err != nil:
		return nil, proof, fault(true, err.Error())
	case response.StatusCode != http.StatusOK:
		return nil, proof, r.statusError(response.StatusCode, body)
	case len(body) > maxDefinition:
		return nil, proof, fault(false, fmt.Sprintf("the answer is longer than %d bytes", maxDefinition))
	}
	return body, proof, nil
}

// proxyHint says what to look at if a proxy could not be reached; empty = it was not that.
func proxyHint(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "proxyconnect" {
		return "; the request goes through the proxy that HTTP_PROXY or HTTPS_PROXY names: look whether it is up, or add the host of camunda.client.rest-address to NO_PROXY"
	}
	return ""
}

// untrusted says whether the server's certificate was not accepted, which does not pass.
func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// statusError words an answer that is no definition: the server's own words, then what to look at.
func (r restRequest) statusError(status int, body []byte) *RESTError {
	e := &RESTError{URL: printableURL(r.address), Method: r.method, Status: status, Reason: "the answer was HTTP " + strconv.Itoa(status)}
	if text := problem(body); text != "" {
		e.Reason += " (" + text + ")"
	}
	switch {
	case status == http.StatusNotFound:
		e.Transient = true
		e.Reason += "; a definition that was deployed just now takes a moment to get into the cluster's secondary storage; " +
			"else look whether camunda.client.rest-address is the Orchestration Cluster REST API of Camunda 8.8 or later (leave it unset for an older one)"
	case status == http.StatusUnauthorized:
		e.Reason += "; look at camunda.client.auth, which is the same for REST and gRPC"
	case status == http.StatusForbidden:
		e.Reason += "; the worker's client needs the permission READ_PROCESS_DEFINITION of the process"
	case status >= 300 && status < 400:
		e.Reason += "; redirects are not followed: camunda.client.rest-address must be the final address"
	case status == http.StatusNoContent:
		e.Reason += "; the cluster has no XML of this definition"
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		e.Transient = true
	}
	return e
}

// problem returns what an answer by RFC 9457 says, cut to length; empty if it is none.
func problem(body []byte) string {
	var p struct{ Title, Detail string }
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	for i := range text {
		if i >= maxProblem {
			return text[:i] + "…"
		}
	}
	return text
}

// restAPI is the way to the Orchestration Cluster REST API.
type restAPI struct {
	address string // without a slash at its end; empty = none
	client  *http.Client

	mu       sync.Mutex
	refusing time.Time // when it last refused a token that was new
}

// tokenPause is how long after a new token was refused the next refusal costs none: the token's issuer, and the gateway that
// takes the same tokens, must not suffer for a REST API that takes none.
const tokenPause = time.Minute

func (r *restAPI) refusesAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refusing = time.Now()
}

func (r *restAPI) mayTakeAnother() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refusing.IsZero() || time.Since(r.refusing) >= tokenPause
}

// newREST returns the way to c's REST address. Roots are the certificates trusted beside the system's; key is the
// client's TLS certificate, nil if it has none.
func newREST(c *Config, roots *x509.CertPool, key *keyFiles) *restAPI {
	return &restAPI{address: strings.TrimRight(c.RESTAddress, "/"), client: webClient(tlsConfig(roots, c.Authority, key))}
}

// webClient honours HTTPS_PROXY and follows no redirect: a token or a client secret goes where it was configured to go.
func webClient(secure *tls.Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: 10 * time.Second,
			IdleConnTimeout:     30 * time.Second,
			TLSClientConfig:     secure,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
