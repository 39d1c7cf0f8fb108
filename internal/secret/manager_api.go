package secret

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// managerAPI asks AWS Secrets Manager by the SDK's client.
type managerAPI struct {
	client *secretsmanager.Client
	http   *managerHTTP
}

const (
	managerAttempt  = 5 * time.Second // of one attempt
	managerAttempts = 3
	managerPause    = 100 * time.Millisecond // before the second, twice that before the third
	maxManager      = 1 << 20                // bytes of an answer; a secret has 64 KiB at most
)

// ErrNoRegion is the error of options without a region where the SDK knows none either.
var ErrNoRegion = errors.New("there is no region")

// errNoSecret says that Secrets Manager has no secret of this id.
var errNoSecret = errors.New("there is no such secret")

// errNoAnswer does not repeat what the answer holds instead: it might be a secret.
var errNoAnswer = errors.New("the answer was HTTP 200 without a secret")

// APIError is AWS Secrets Manager's refusal.
type APIError struct {
	Code, Message string // as AWS says; Code is HTTP_<status> if it says none
	Status        int
	RequestID     string
}

func (e *APIError) Error() string {
	text := e.Code
	if e.Message != "" {
		text += ": " + e.Message
	}
	return fmt.Sprintf("%s (Status Code: %d, Request ID: %s)", text, e.Status, e.RequestID)
}

// newManagerAPI loads the SDK's configuration, which reads the environment and shared files, but asks nobody. Empty region
// and endpoint are the SDK's own.
func newManagerAPI(ctx context.Context, region, endpoint string) (*managerAPI, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(managerAttempt)))
	if err != nil {
		return nil, fmt.Errorf("configuration of AWS: %w", err)
	}
	if cfg.Region == "" {
		return nil, ErrNoRegion
	}
	a := &managerAPI{http: &managerHTTP{cfg.HTTPClient}}
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		a.http.client = &http.Client{Transport: client.GetTransport(), Timeout: managerAttempt, CheckRedirect: noRedirect}
	}
	a.client = secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) {
		o.HTTPClient = a.http
		o.Logger = logging.Nop{} // the SDK would write to the standard error
		o.ClientLogMode = 0
		o.Retryer = retry.NewStandard(managerRetries)
		o.RetryMaxAttempts = 0 // the retryer knows them
		if endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
	})
	if _, err := a.endpoint(ctx); err != nil {
		return nil, fmt.Errorf("configuration of AWS: %w", err)
	}
	return a, nil
}

// endpoint returns the URL that is asked, by the SDK's rules. The error is one of the configuration.
func (a *managerAPI) endpoint(ctx context.Context) (string, error) {
	o := a.client.Options()
	found, err := o.EndpointResolverV2.ResolveEndpoint(ctx, secretsmanager.EndpointParameters{
		Region: aws.String(o.Region), Endpoint: o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	}.WithDefaults())
	if err != nil {
		return "", err
	}
	return found.URI.String(), nil
}

// managerRetries are the SDK's own rules of what is tried again, with short pauses, since jobs wait, and without the bucket of
// tokens that many failures use up.
func managerRetries(o *retry.StandardOptions) {
	o.MaxAttempts = managerAttempts
	o.RateLimiter = ratelimit.None
	o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) { return managerPause << (attempt - 1), nil })
	o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
		if r, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && (r.HTTPStatusCode() >= http.StatusInternalServerError || r.HTTPStatusCode() == http.StatusTooManyRequests) {
			return aws.TrueTernary
		}
		return aws.UnknownTernary
	})}, o.Retryables...)
}

// managerHTTP is the way to the network. It reads no more of an answer than a secret can need.
type managerHTTP struct{ client aws.HTTPClient }

// Do implements [aws.HTTPClient].
func (h *managerHTTP) Do(r *http.Request) (*http.Response, error) {
	response, err := h.client.Do(r)
	if err != nil {
		return nil, err
	}
	response.Body = http.MaxBytesReader(nil, response.Body, maxManager)
	return response, nil
}

// close lets go of the connections.
func (a *managerAPI) close() {
	if client, ok := a.http.client.(*http.Client); ok {
		client.CloseIdleConnections()
	}
}

// noRedirect has a redirect be the answer: the session token, and the question for a secret, go where it was configured.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// get returns a secret's text. The error is errNoSecret, an *[APIError], or of the way there.
func (a *managerAPI) get(ctx context.Context, id string) (string, error) {
	answer, err := a.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", fmt.Errorf("no answer within %s", managerPatience)
	case err != nil:
		return "", managerError(err)
	case answer.SecretString != nil:
		return *answer.SecretString, nil
	case answer.SecretBinary != nil:
		return "", errors.New("the secret is binary, expected a text")
	}
	return "", errNoAnswer
}

// managerError returns what is behind an error of the SDK, without the SDK's own words around it.
func managerError(err error) error {
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return errNoSecret
	}
	if sent, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return sent.Err
	}
	if r, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && r.HTTPStatusCode() != 0 {
		if r.HTTPStatusCode() == http.StatusOK {
			return errNoAnswer
		}
		return refusal(err, r)
	}
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		return operation.Err
	}
	return err
}

// refusal reads AWS's error.
func refusal(err error, r *smithyhttp.ResponseError) error {
	out := &APIError{Status: r.HTTPStatusCode(), RequestID: r.Response.Header.Get("X-Amzn-Requestid")}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		out.Code, out.Message = e.ErrorCode(), e.ErrorMessage()
	}
	// The code of an error that the SDK does not know may have a namespace in front and a colon behind.
	out.Code, _, _ = strings.Cut(out.Code, ":")
	out.Code = out.Code[strings.LastIndexByte(out.Code, '#')+1:]
	if out.Code == "" || out.Code == "UnknownError" {
		out.Code = fmt.Sprintf("HTTP_%d", out.Status)
	}
	return out
}
