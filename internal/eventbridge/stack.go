package eventbridge

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// IDs of the SDK's middleware that a call replaces. The SDK refuses to build a stack without them.
const (
	idValidation   = "OperationInputValidation"
	idSerializer   = "OperationSerializer"
	idDeserializer = "OperationDeserializer"
)

// options give the SDK this call's own parts: it is its own retryer and its own HTTP client, and it writes its request and
// reads its answer itself.
func (c *call) options(o *sdk.Options) {
	c.policy = o.Retryer
	o.Retryer, o.HTTPClient = c, c
	o.APIOptions = append(slices.Clip(o.APIOptions), c.stack)
}

// stack puts the call's middleware into the SDK's. The SDK's types would lose what contract 3.1 needs (absent fields, the
// difference between 0 and nothing) and would be copied into and out of. What the SDK checks of its input is checked by
// [check].
func (c *call) stack(s *middleware.Stack) error {
	if _, err := s.Initialize.Remove(idValidation); err != nil {
		return err
	}
	if _, err := s.Serialize.Swap(idSerializer, serializer{c}); err != nil {
		return err
	}
	if _, err := s.Deserialize.Swap(idDeserializer, deserializer{c}); err != nil {
		return err
	}
	return s.Finalize.Insert(gate{c}, (*retry.Attempt)(nil).ID(), middleware.After)
}

// serializer writes the call's request.
type serializer struct{ call *call }

// ID implements the SDK's middleware.
func (serializer) ID() string { return idSerializer }

// HandleSerialize implements the SDK's middleware.
func (s serializer) HandleSerialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	req, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("the SDK's request is a %T, expected one of HTTP", in.Request)
	}
	req.Method = http.MethodPost
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header["X-Amz-Target"] = operation
	req.Header["Content-Type"] = contentType
	c := s.call
	c.body.Reset(c.request.appendBody(make([]byte, 0, c.request.size())))
	built, err := req.SetStream(&c.body)
	if err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, err
	}
	in.Request = built
	return next.HandleSerialize(ctx, in)
}

var (
	operation   = []string{"AWSEvents.PutEvents"}
	contentType = []string{"application/x-amz-json-1.1"}
)

// deserializer hands on what [call.Do] has read already.
type deserializer struct{ call *call }

// ID implements the SDK's middleware.
func (deserializer) ID() string { return idDeserializer }

// HandleDeserialize implements the SDK's middleware.
func (d deserializer) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	out.Result = &sdk.PutEventsOutput{} // the SDK wants one
	if err == nil && d.call.failed != nil {
		err = d.call.failed
	}
	return out, metadata, err
}

// gate lets an attempt of a call start when its target and its caller agree. It stands between the SDK's retry loop and
// what signs the request, so that a request is signed for the time at which it is sent.
type gate struct{ call *call }

// ID implements the SDK's middleware.
func (gate) ID() string { return "Gate" }

// HandleFinalize implements the SDK's middleware.
func (g gate) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	c := g.call
	none := func(err error) (middleware.FinalizeOutput, middleware.Metadata, error) {
		c.stopped = err
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	if err := c.mayAttempt(ctx); err != nil { // first: who waits here holds no place of the target
		return none(err)
	}
	waited, err := c.target.enter(ctx, c)
	if err != nil {
		return none(err)
	}
	made := c.attempts
	o, code := outcomeNone, ""
	defer func() { c.target.leave(c, c.attempts > made, o, code) }()
	if waited { // things may have changed meanwhile
		if err := c.mayAttempt(ctx); err != nil {
			return none(err)
		}
	}
	out, metadata, err := next.HandleFinalize(ctx, in)
	if c.attempts > made { // else there were no credentials, say
		o, code = c.judge()
	}
	return out, metadata, err
}

// mayAttempt asks the caller whether an attempt may be made. Its error ends the call.
func (c *call) mayAttempt(ctx context.Context) error {
	if c.request.BeforeAttempt == nil {
		return nil
	}
	return c.request.BeforeAttempt(ctx)
}
