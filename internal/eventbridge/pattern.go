package eventbridge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	smithyrand "github.com/aws/smithy-go/rand"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pattern is what all requests of a client have in common. The SDK makes the first one: it finds the endpoint, the headers and how
// to sign. Later ones repeat it with a body, an id and a signature of their own. They go past the SDK's middleware, which costs more
// than all else that an attempt does.
//
// A client without a pattern has the SDK make its requests, and takes the pattern of one that AWS accepted. There is none for requests
// that are not signed by SigV4, as those to a global endpoint. And there is none while the clock of this machine is wrong: the SDK
// corrects it.
type pattern struct {
	url             url.URL
	header          http.Header // but for ownHeaders
	region, service string      // to sign for
	signer          *v4.Signer

	sample *sample // to check the pattern by; nil = it was checked
}

// The headers of one request alone.
const (
	headerID            = "Amz-Sdk-Invocation-Id"
	headerAuthorization = "Authorization"
	headerDate          = "X-Amz-Date"
)

var ownHeaders = [...]string{headerID, headerAuthorization, headerDate, "X-Amz-Security-Token", "Content-Length"}

// headerTrace differs between the requests of a process in AWS Lambda.
const headerTrace = "X-Amzn-Trace-Id"

// sample is what was the first request's own.
type sample struct {
	id, hash, authorization string
	length                  int
	at                      time.Time
}

// patternOf returns the pattern of a request that the SDK signed; nil if it has none. It has to be checked.
func patternOf(made *http.Request, body []byte) *pattern {
	s := &sample{id: made.Header.Get(headerID), hash: hashOf(body), length: len(body), authorization: made.Header.Get(headerAuthorization)}
	credential, ok := strings.CutPrefix(s.authorization, "AWS4-HMAC-SHA256 Credential=")
	credential, _, _ = strings.Cut(credential, ",")
	parts := strings.Split(credential, "/") // access key, day, region, service, aws4_request
	if !ok || len(parts) != 5 || made.Header.Get(headerTrace) != "" {
		return nil
	}
	var err error
	if s.at, err = time.Parse("20060102T150405Z", made.Header.Get(headerDate)); err != nil {
		return nil
	}
	p := &pattern{url: *made.URL, header: made.Header.Clone(), region: parts[2], service: parts[3], signer: v4.NewSigner(), sample: s}
	for _, name := range ownHeaders {
		p.header.Del(name)
	}
	return p
}

// checked returns the pattern for use; nil if the first request, signed by the pattern with these credentials, is not the same.
func (p *pattern) checked(ctx context.Context, c aws.Credentials) *pattern {
	again, err := p.request(ctx, p.sample.id, p.sample.hash, p.sample.length, c, p.sample.at)
	if err != nil || again.Header.Get(headerAuthorization) != p.sample.authorization {
		return nil
	}
	q := *p
	q.sample = nil
	return &q
}

func hashOf(body []byte) string {
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:])
}

// request returns a signed request without its body, of which it needs the hash and the length.
func (p *pattern) request(ctx context.Context, id, hash string, length int, c aws.Credentials, at time.Time) (*http.Request, error) {
	room := new(struct {
		http.Request
		at url.URL
	})
	room.at = p.url
	req := &room.Request
	req.Method, req.URL, req.Header, req.ContentLength = http.MethodPost, &room.at, maps.Clone(p.header), int64(length)
	req.Header[headerID] = []string{id}
	if err := p.signer.SignHTTP(ctx, c, req, hash, p.service, p.region, at); err != nil {
		return nil, fmt.Errorf("sign the request: %w", err)
	}
	return req, nil
}

// repeat makes the request by the client's pattern. It is false if the SDK has to make it: the pattern is of no use, or AWS refused
// the request because of this machine's clock.
func (a *attempt) repeat(ctx context.Context, p *pattern) bool {
	credentials, err := a.client.credentials.Retrieve(ctx)
	if err != nil {
		a.err = err
		return true
	}
	if p.sample != nil {
		p = p.checked(ctx, credentials)
		a.client.pattern.Store(p)
		if p == nil {
			return false
		}
	}
	id, err := smithyrand.NewUUID(rand.Reader).GetUUID()
	if err != nil {
		a.err = err
		return true
	}
	a.body.take(appendBody(a.calls))
	req, err := p.request(ctx, id, hashOf(a.body.all), len(a.body.all), credentials, time.Now())
	if err != nil {
		a.err = err
		return true
	}
	req.Body = &onceBody{payload: &a.body}
	resp := a.exchange(ctx, req) //nolint:bodyclose // it has read and closed it
	_ = req.Body.Close()         // the transport may still read it
	switch e := a.failed; {
	case e == nil:
	case a.clockOff && e.refused() && !e.Throttled() && e.StatusCode < 500:
		return false
	case ctx.Err() != nil: // as the SDK tells it, whose retryer looks at it
		a.err = &smithy.CanceledError{Err: ctx.Err()}
	case resp == nil:
		a.err = &smithyhttp.RequestSendError{Err: e}
	}
	return true
}

// onceBody is the body of a request. Once it is closed, nothing of the payload is read any more.
type onceBody struct {
	mu      sync.Mutex
	payload *payload // nil = it was closed
}

// Read implements [io.Reader].
func (b *onceBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.payload == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.payload.Read(p)
}

// Close implements [io.Closer].
func (b *onceBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.payload = nil
	return nil
}

// mostClockOff is how far the clock of this machine may differ from AWS's without a correction. AWS lets 5 minutes pass.
const mostClockOff = time.Minute

// clockOff says whether an answer comes from a clock that differs too much from this machine's.
func clockOff(header http.Header) bool {
	date, err := http.ParseTime(header.Get("Date"))
	return err == nil && time.Since(date).Abs() > mostClockOff
}
