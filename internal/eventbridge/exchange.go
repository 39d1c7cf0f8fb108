package eventbridge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// Bounds of what is read of an answer: far more than AWS sends for ten entries.
const (
	maxAnswer  = 1 << 20
	maxRefusal = 64 << 10 // of an answer with an error
	maxHeader  = 256 << 10
)

// exchanger is what the attempts of all calls share. It uses the transport of the SDK's own client (proxy, certificates)
// directly, follows no redirect, since that would carry an event to a host that nobody named, bounds the attempt in time,
// and reads the answer while that time runs.
type exchanger struct {
	transport http.RoundTripper
	timeout   time.Duration
	observer  Observer
	proxy     func(*http.Request) (*url.URL, error) // of the transport; nil = none
}

// exchange sends the request once and leaves a response or a failure in a. The HTTP response is nil if there was none,
// or none that could be read.
func (x *exchanger) exchange(call context.Context, req *http.Request, a *attempt) *http.Response {
	start := time.Now()
	ctx, cancel := context.WithTimeout(call, x.timeout)
	defer cancel()

	var conn connection
	resp, err := x.transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, conn.trace())))
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // nothing reads it any more once a.body.complete is looked at
		}
		if ctx.Err() == nil && conn.stale(time.Now()) {
			a.stale = true
			x.close() // AWS has most likely closed the others too
		}
		a.failed = exchangeError(call, ctx, req, time.Since(start), err)
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
		a.failed = apiError(resp.StatusCode, header, string(body)) // the status says enough, even if the body broke off
		if resp.StatusCode == http.StatusRequestEntityTooLarge {
			a.failed.tooLarge(a.body.Size())
		}
	case errors.Is(err, errTooLong):
		a.failed = invalidResponse(resp.StatusCode, header, err.Error())
	case err != nil:
		a.failed = exchangeError(call, ctx, req, time.Since(start), err)
		return nil
	default:
		sent := a.entries()
		a.response, err = parseResponse(resp.StatusCode, header, body, sent)
		if err == nil && a.several() && !a.response.splits() {
			err = fmt.Errorf("found %d in Entries, expected %d, one for each entry that was sent", len(a.response.entries), sent)
			a.response, a.mixed = nil, true
		}
		if err != nil {
			a.failed = invalidResponse(resp.StatusCode, header, err.Error())
		}
	}
	return resp
}

var errTooLong = errors.New("it is longer than 1 MiB")

// readAnswer reads and closes the body, up to most bytes; the response then has none.
func readAnswer(resp *http.Response, most int) ([]byte, error) {
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
	return b.Bytes(), err
}

// exchangeError says why there was no answer: the caller gave up, time ran out, or the connection failed.
func exchangeError(call, ctx context.Context, req *http.Request, took time.Duration, cause error) *Error {
	switch {
	case errors.Is(call.Err(), context.Canceled):
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
