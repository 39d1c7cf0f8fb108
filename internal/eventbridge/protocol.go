package eventbridge

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/schemas"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// protocol is AWS's JSON protocol with a request body and an answer of our own making: the SDK's types would lose what
// contract 3.1 needs (absent fields, the difference between 0 and nothing) and would be copied into and out of.
type protocol struct{ smithyhttp.ClientProtocol }

func newProtocol() protocol { return protocol{awsjson.New11(schemas.AWSEvents)} }

var errNoCall = errors.New("eventbridge: a request that no sender made")

// SerializeRequest writes the call's request.
func (p protocol) SerializeRequest(ctx context.Context, _ *smithy.OperationSchema, _ smithy.Serializable, req *smithyhttp.Request) error {
	c := callOf(ctx)
	if c == nil {
		return errNoCall
	}
	req.Method = http.MethodPost
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header["X-Amz-Target"] = operation
	req.Header["Content-Type"] = contentType
	c.body.Reset(c.request.appendBody(make([]byte, 0, c.request.size())))
	built, err := req.SetStream(&c.body)
	if err != nil {
		return err
	}
	*req = *built
	return nil
}

var (
	operation   = []string{"AWSEvents.PutEvents"}
	contentType = []string{"application/x-amz-json-1.1"}
)

// DeserializeResponse hands on what the exchange has read already.
func (p protocol) DeserializeResponse(ctx context.Context, _ *smithy.OperationSchema, _ *smithy.TypeRegistry, _ *smithyhttp.Response, _ smithy.Deserializable) error {
	c := callOf(ctx)
	if c == nil {
		return errNoCall
	}
	if c.failed != nil {
		return c.failed
	}
	return nil
}
