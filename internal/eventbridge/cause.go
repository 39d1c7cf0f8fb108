package eventbridge

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrorCode returns AWS's code of an error of the SDK, without its namespace; empty = AWS did not answer with one.
func ErrorCode(err error) string {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() == "UnknownError" { // the SDK's own word for it
		return ""
	}
	code, _, _ := strings.Cut(api.ErrorCode(), ":")
	return code[strings.LastIndexByte(code, '#')+1:]
}

// Cause returns what AWS, or the way to it, said in an error of the SDK, without the SDK's own layers around it.
func Cause(err error) string {
	if sent, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return connectionReason(sent.Err)
	}
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && ErrorCode(err) == "" {
		return fmt.Sprintf("the answer was HTTP %d, without a code of AWS", answer.HTTPStatusCode())
	}
	return innermost(err)
}
