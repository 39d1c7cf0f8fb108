package eventbridge

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
)

// attempt is one request on its way through the SDK, with the entries of one call or of several.
type attempt struct {
	exchanger *exchanger
	client    *client
	group     *group // of its calls; nil = its entries could not be shared
	calls     []*call
	body      payload

	began     time.Time // when it left its target's queue
	exchanges int       // HTTP exchanges: one, unless the SDK corrects its clock or there are no credentials
	response  *Response
	failed    *Error
	stale     bool   // it met a connection that AWS had closed
	mixed     bool   // it was shared, and its answer does not say what became of which entry
	clockOff  bool   // its answer shows that this machine's clock is wrong
	host      string // that it went to
	err       error  // of the SDK, where there was no exchange
	panicked  any

	// Guarded by the target.
	waiters []*waiter // of a shared attempt, one for each call
	shutAt  time.Time // when its calls could leave no more without being sent; zero = they can
	probe   bool      // of a target that is down
	counted bool      // a call that ended with it counted against the target
	cancel  context.CancelFunc
}

// shared says whether the attempt was made for several calls, by a goroutine of its own.
func (a *attempt) shared() bool { return a.cancel != nil }

// several says whether the request has entries of several calls. A shared attempt that all calls but one have left has not.
func (a *attempt) several() bool { return len(a.calls) > 1 }

// entries returns how many entries the request has.
func (a *attempt) entries() int {
	n := 0
	for _, c := range a.calls {
		n += c.entries
	}
	return n
}

// before returns how many entries of the request stand before those of a call.
func (a *attempt) before(c *call) int {
	n := 0
	for _, o := range a.calls {
		if o == c {
			break
		}
		n += o.entries
	}
	return n
}

// make makes the request and leaves in the attempt what became of it.
func (a *attempt) make(ctx context.Context) {
	if p := a.client.pattern.Load(); p != nil && a.repeat(ctx, p) {
		return
	}
	input := &sdk.PutEventsInput{} // without the entries, which the attempt writes
	if id := a.calls[0].request.EndpointID; id != "" {
		input.EndpointId = &id
	}
	_, a.err = a.client.sdk.PutEvents(ctx, input, a.options)
}

// judge says what the attempt tells about its target, with the error code of a failure.
func (a *attempt) judge() (outcome, string) {
	e := a.failed
	switch {
	case a.exchanges == 0, a.panicked != nil: // there were no credentials, say
		return outcomeNone, ""
	case e == nil:
		return outcomeAlive, ""
	case a.stale, e.Kind == KindCanceled, wrongServer(e):
		return outcomeNone, e.Code
	case e.Throttled():
		return outcomeThrottled, e.Code
	case e.Kind == KindConnection, e.Kind == KindTimeout, e.Kind == KindAPI && e.StatusCode >= 500:
		return outcomeFailing, e.Code
	}
	return outcomeAlive, e.Code
}

// Do implements the SDK's HTTPClient: one exchange. It leaves its result in the attempt.
func (a *attempt) Do(req *http.Request) (*http.Response, error) {
	resp := a.exchange(req.Context(), req)
	if resp == nil {
		return nil, a.failed
	}
	if a.failed == nil && !a.clockOff {
		a.client.pattern.Store(patternOf(req, a.body.all))
	}
	return resp, nil // its error is for the deserializer to give: here the SDK would take it for one of the connection
}

// exchange sends the request once and leaves the result in the attempt.
func (a *attempt) exchange(ctx context.Context, req *http.Request) *http.Response {
	x := a.exchanger
	a.exchanges++
	a.response, a.failed, a.stale, a.mixed, a.clockOff = nil, nil, false, false, false
	a.host = req.URL.Host
	a.body.complete.Store(false)

	start := time.Now()
	resp := x.exchange(ctx, req, a)
	if resp != nil && clockOff(resp.Header) {
		a.clockOff = true
		a.client.pattern.Store(nil)
	}
	e := a.failed
	if e == nil {
		x.observer.Attempted(ctx, time.Since(start), a.entries(), "")
		return resp
	}
	x.nameProxy(req, e)
	if a.body.complete.Load() {
		e.Sent = true
		e.AnswerLost = e.Kind != KindAPI && !a.stale
	}
	x.observer.Attempted(ctx, time.Since(start), a.entries(), e.Code)
	return resp
}

// payload is the body of a request. It remembers whether an attempt has read all of it: AWS cannot have accepted a
// request whose body never was complete.
type payload struct {
	bytes.Reader
	all      []byte
	complete atomic.Bool
}

// take makes the payload another one.
func (p *payload) take(all []byte) {
	p.all = all
	p.Reset(all)
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
