package eventbridge

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// IDs of the SDK's middleware that an attempt replaces. The SDK refuses to build a stack without them.
const (
	idValidation   = "OperationInputValidation"
	idSerializer   = "OperationSerializer"
	idDeserializer = "OperationDeserializer"
)

// options give the SDK this attempt's own parts: it is its own HTTP client, and it writes its request and reads its answer
// itself.
func (a *attempt) options(o *sdk.Options) {
	o.HTTPClient = a
	o.APIOptions = append(slices.Clip(o.APIOptions), a.stack)
}

// stack puts the attempt's middleware into the SDK's. The SDK's types would lose what contract 3.1 needs (absent fields, the
// difference between 0 and nothing) and would be copied into and out of. What the SDK checks of its input is checked by
// [check].
func (a *attempt) stack(s *middleware.Stack) error {
	if _, err := s.Initialize.Remove(idValidation); err != nil {
		return err
	}
	if _, err := s.Serialize.Swap(idSerializer, serializer{a}); err != nil {
		return err
	}
	_, err := s.Deserialize.Swap(idDeserializer, deserializer{a})
	return err
}

// serializer writes the attempt's request.
type serializer struct{ attempt *attempt }

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
	a := s.attempt
	a.body.take(appendBody(a.calls))
	built, err := req.SetStream(&a.body)
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

// deserializer hands on what [attempt.Do] has read already.
type deserializer struct{ attempt *attempt }

// ID implements the SDK's middleware.
func (deserializer) ID() string { return idDeserializer }

// HandleDeserialize implements the SDK's middleware.
func (d deserializer) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	out.Result = &sdk.PutEventsOutput{} // the SDK wants one
	if err == nil && d.attempt.failed != nil {
		err = d.attempt.failed
	}
	return out, metadata, err
}
