package eventbridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Bounds of what is read of an answer: far more than AWS sends for ten entries.
const (
	maxAnswer  = 1 << 20
	maxRefusal = 64 << 10 // of an answer with an error
	maxHeader  = 256 << 10
)

// call is one [Sender.Send] on its way through the SDK. It belongs to the goroutine of the caller; only the body is read
// by others.
type call struct {
	request   *Request
	exchanger *exchanger
	body      payload

	attempts int
	response *Response // of the latest attempt, if it succeeded
	failed   *Error    // of the latest attempt, if it did not
	lost     bool      // some attempt ended without a readable answer after its whole request was written
	sent     bool      // some attempt wrote its whole request
	stale    bool      // the latest attempt met a connection that AWS had closed
	host     string    // that the latest attempt went to

	ambiguous bool  // some attempt may have been accepted
	stopped   error // what ended the call before its next attempt; nil = nothing

	retries // which of the attempts count

	// Of the target, which guards them but for the time of an attempt.
	target  *target
	last    outcome   // of the latest attempt
	started time.Time // the latest attempt
	probing bool      // it is a probe
	free    bool      // it does not count
}

// payload is the body of a request. It remembers whether an attempt has read all of it: AWS cannot have accepted a
// request whose body never was complete.
type payload struct {
	bytes.Reader
	complete atomic.Bool
}

func (p *payload) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if p.Len() == 0 {
		p.complete.Store(true)
	}
	return n, err
}

// WriteTo is Read for writers that can do without a buffer.
func (p *payload) WriteTo(w io.Writer) (int64, error) {
	n, err := p.Reader.WriteTo(w)
	if p.Len() == 0 {
		p.complete.Store(true)
	}
	return n, err
}

// exchanger is what the attempts of all calls share. It uses the transport of the SDK's own client (proxy, certificates)
// directly, follows no redirect, since that would carry an event to a host that nobody named, bounds the attempt in time,
// and reads the answer while that time runs.
type exchanger struct {
	transport http.RoundTripper
	timeout   time.Duration
	observer  Observer
	proxy     func(*http.Request) (*url.URL, error) // of the transport; nil = none
}

// Do implements the SDK's HTTPClient, below its retries: one call of it is one attempt. It leaves its
// result in the call.
func (c *call) Do(req *http.Request) (*http.Response, error) {
	x := c.exchanger
	c.attempts++
	c.response, c.failed, c.stale = nil, nil, false
	c.host = req.URL.Host
	c.body.complete.Store(false)

	start := time.Now()
	resp := x.attempt(req, c)
	if e := c.failed; e != nil {
		x.nameProxy(req, e)
		if c.body.complete.Load() {
			c.sent, e.Sent = true, true
			c.ambiguous = c.ambiguous || !e.refused()
			e.AnswerLost = e.Kind != KindAPI && !c.stale
		}
		if e.AnswerLost {
			c.lost = true
			x.observer.AnswerLost()
		}
		x.observer.Attempted(req.Context(), time.Since(start), e.Code)
		if resp == nil {
			return nil, e
		}
		return resp, nil // its error is for the deserializer to give: here the SDK would take it for one of the connection
	}
	c.sent = true
	x.observer.Attempted(req.Context(), time.Since(start), "")
	return resp, nil
}

// attempt sends the request once and leaves a response or a failure in c. The HTTP response is nil if there was none,
// or none that could be read.
func (x *exchanger) attempt(req *http.Request, c *call) *http.Response {
	start := time.Now()
	ctx, cancel := context.WithTimeout(req.Context(), x.timeout)
	defer cancel()

	var conn connection
	resp, err := x.transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, conn.trace())))
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // nothing reads it any more once c.body.complete is looked at
		}
		if ctx.Err() == nil && conn.stale(time.Now()) {
			c.stale = true
			x.close() // AWS has most likely closed the others too
		}
		c.failed = exchangeError(ctx, req, time.Since(start), err)
		return nil
	}
	header := headers(resp.Header)
	success := resp.StatusCode >= 200 && resp.StatusCode < 300
	most := maxAnswer
	if !success {
		most = maxRefusal
	}
	body, err := readAnswer(resp, most)
	switch {
	case !success:
		c.failed = apiError(resp.StatusCode, header, body) // the status says enough, even if the body broke off
		if resp.StatusCode == http.StatusRequestEntityTooLarge {
			c.failed.tooLarge(c.body.Size())
		}
	case errors.Is(err, errTooLong):
		c.failed = invalidResponse(resp.StatusCode, header, err.Error())
	case err != nil:
		c.failed = exchangeError(ctx, req, time.Since(start), err)
		return nil
	default:
		if c.response, err = parseResponse(resp.StatusCode, header, body, len(c.request.Entries)); err != nil {
			c.failed = invalidResponse(resp.StatusCode, header, err.Error())
		}
	}
	return resp
}

var errTooLong = errors.New("it is longer than 1 MiB")

// readAnswer reads and closes the body, up to most bytes; the response then has none.
func readAnswer(resp *http.Response, most int) (string, error) {
	body := resp.Body
	resp.Body = http.NoBody
	defer func() { _ = body.Close() }()
	var b bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= int64(most) {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(body, int64(most)+1))
	if err == nil && n > int64(most) {
		err = errTooLong
	}
	return b.String(), err
}

// exchangeError says why there was no answer: the caller gave up, time ran out, or the connection failed.
func exchangeError(ctx context.Context, req *http.Request, took time.Duration, cause error) *Error {
	switch {
	case errors.Is(req.Context().Err(), context.Canceled):
		return contextError(context.Canceled)
	case ctx.Err() != nil:
		return timeoutError(req.URL.Host, took, cause)
	default:
		return connectionError(req.URL.Host, cause)
	}
}

// nameProxy says in a failure through which proxy the request went, if it may be the proxy's: without an answer of AWS, or with one
// that is not AWS's.
func (x *exchanger) nameProxy(req *http.Request, e *Error) {
	if x.proxy == nil || e.Kind != KindConnection && e.Kind != KindTimeout && !strings.HasPrefix(e.Code, httpCode) {
		return
	}
	if proxy, err := x.proxy(req); err == nil && proxy != nil {
		e.Message += proxyHint(proxy.Scheme+"://"+proxy.Host, req.URL.Hostname())
	}
}

// proxyHint says what an operator can do about a proxy.
func proxyHint(proxy, host string) string {
	return "; requests there go through the proxy " + proxy + " (HTTPS_PROXY or HTTP_PROXY): look whether it is up and lets them through, or add " + host + " to NO_PROXY"
}

// close closes the connections that wait for use.
func (x *exchanger) close() {
	if t, ok := x.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
