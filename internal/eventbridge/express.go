package eventbridge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// client sends requests of one combination of credentials, region, endpoint and endpoint id.
//
// The SDK assembles some thirty middlewares for each call, resolves the endpoint and the way to sign, and writes the
// same headers: three quarters of the allocations of a call, and always with the same outcome for one client. So the
// first request goes the SDK's whole way, and once one was answered, what cannot change is remembered of it: URL, headers,
// signing name and region. The requests after it go through the same parts of the SDK (credentials, retry loop with its
// clock skew correction, signer) without the assembly around them. What is signed with SigV4a, whose signer the SDK keeps
// to itself, always goes the whole way.
type client struct {
	whole       *sdk.Client
	credentials aws.CredentialsProvider
	exchanger   *exchanger
	retries     *retry.Attempt
	maxAttempts string
	signer      *v4.Signer
	skew        atomic.Int64 // of AWS's clock against ours, in nanoseconds, as the retry loop learnt it
	learnt      atomic.Pointer[pattern]
}

// pattern is what all requests of a client have in common.
type pattern struct {
	url     url.URL
	host    string
	header  http.Header
	service string // the signing name
	region  string // the signing region
}

func newClient(whole *sdk.Client, credentials aws.CredentialsProvider, x *exchanger, retryer aws.Retryer) *client {
	c := &client{whole: whole, credentials: credentials, exchanger: x, signer: v4.NewSigner()}
	if n := retryer.MaxAttempts(); n > 0 {
		c.maxAttempts = "; max=" + strconv.Itoa(n)
	}
	same := func(request any) any { return request } // each attempt makes its own
	c.retries = retry.NewAttemptMiddleware(retryer, same, func(a *retry.Attempt) { a.ClientSkew = &c.skew })
	return c
}

// entries satisfy the SDK's own check of its input; the protocol writes the call's.
var entries = []types.PutEventsRequestEntry{{}}

// send leaves the response in c, or returns an error and leaves the latest attempt's failure in c, if there was one.
func (cl *client) send(ctx context.Context, c *call) error {
	ctx = context.WithValue(ctx, callKey{}, c)
	if p := cl.learnt.Load(); p != nil {
		return cl.express(ctx, c, p)
	}
	input := &sdk.PutEventsInput{Entries: entries}
	if c.request.EndpointID != "" {
		input.EndpointId = &c.request.EndpointID
	}
	out, err := cl.whole.PutEvents(ctx, input)
	if err != nil {
		return err
	}
	if skew, ok := awsmiddleware.GetAttemptSkew(out.ResultMetadata); ok {
		cl.skew.Store(int64(skew))
	}
	cl.learn(c.signed)
	return nil
}

// variable are the headers that differ from request to request.
var variable = [...]string{
	"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request",
	"Content-Length", "X-Amzn-Trace-Id",
}

// learn remembers what a signed request says of all the others.
func (cl *client) learn(r *http.Request) {
	const scheme = "AWS4-HMAC-SHA256 Credential="
	scope, ok := strings.CutPrefix(r.Header.Get("Authorization"), scheme)
	if !ok {
		return
	}
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/") // access key, which may hold a slash for all we know, date, region, service, aws4_request
	if len(parts) < 5 {
		return
	}
	p := &pattern{url: *r.URL, host: r.Host, header: r.Header.Clone(), region: parts[len(parts)-3], service: parts[len(parts)-2]}
	for _, name := range variable {
		p.header.Del(name)
	}
	cl.learnt.Store(p)
}

func (cl *client) express(ctx context.Context, c *call, p *pattern) error {
	body := c.request.body()
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	id := invocationID()
	skew := time.Duration(cl.skew.Load())

	attempt := func(ctx context.Context, _ middleware.FinalizeInput) (middleware.FinalizeOutput, middleware.Metadata, error) {
		credentials, err := cl.credentials.Retrieve(ctx)
		if err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		c.body = newPayload(body)
		r := p.request(ctx, c.body, len(body))
		r.Header["Amz-Sdk-Invocation-Id"] = []string{id}
		r.Header["Amz-Sdk-Request"] = []string{"attempt=" + strconv.Itoa(c.attempts+1) + cl.maxAttempts}
		if err := cl.signer.SignHTTP(ctx, credentials, r, hash, p.service, p.region, time.Now().Add(skew).UTC()); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		_, metadata, err := timing.HandleDeserialize(ctx, middleware.DeserializeInput{Request: r}, cl)
		skew, _ = awsmiddleware.GetAttemptSkew(metadata) // as the retry loop does
		return middleware.FinalizeOutput{}, metadata, err
	}
	_, _, err := cl.retries.HandleFinalize(ctx, middleware.FinalizeInput{Request: c}, middleware.FinalizeHandlerFunc(attempt))
	return err
}

// timing finds the clock skew in an answer.
var timing awsmiddleware.RecordResponseTiming

// HandleDeserialize exchanges one signed request for its answer. It is the handler below timing.
func (cl *client) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
	var out middleware.DeserializeOutput
	resp, err := cl.exchanger.Do(in.Request.(*http.Request)) //nolint:bodyclose // read and closed by the exchanger
	switch {
	case err == nil:
		out.RawResponse = &smithyhttp.Response{Response: resp}
		if c := callOf(ctx); c.failed != nil {
			err = c.failed
		}
	case ctx.Err() != nil:
		err = &smithy.CanceledError{Err: ctx.Err()}
	default:
		err = &smithyhttp.RequestSendError{Err: err}
	}
	return out, middleware.Metadata{}, err
}

// request returns a request that is still to be signed.
func (p *pattern) request(ctx context.Context, body io.ReadCloser, length int) *http.Request {
	u := p.url
	header := make(http.Header, len(p.header)+6)
	maps.Copy(header, p.header)
	r := &http.Request{
		Method: http.MethodPost, URL: &u, Host: p.host, Header: header, Body: body, ContentLength: int64(length),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	return r.WithContext(ctx)
}

// invocationID returns a random UUID, by which AWS can tell the attempts of one call.
func invocationID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[0:8], b[0:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:36], b[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
