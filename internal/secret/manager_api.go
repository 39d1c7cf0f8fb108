package secret

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// managerAPI is GetSecretValue of AWS Secrets Manager: one JSON call, signed and sent by the parts of the SDK that the binary
// has anyway. The SDK's client of the service instead would make the binary 254 kB larger (v1.50.11, linux/amd64).
type managerAPI struct {
	config   aws.Config
	endpoint string
	signer   *v4.Signer
	skew     atomic.Int64 // nanoseconds by which AWS's clock is ahead of ours
}

const (
	managerTarget   = "secretsmanager.GetSecretValue"
	managerAttempt  = 5 * time.Second // of one attempt
	managerAttempts = 3
	managerPause    = 100 * time.Millisecond // before the second, twice that before the third
	maxManager      = 1 << 20                // bytes of an answer; a secret has 64 KiB at most
	skewed          = 4 * time.Minute        // AWS allows five
)

// ErrNoRegion is the error of options without a region where the SDK knows none either.
var ErrNoRegion = errors.New("there is no region")

// errNoSecret says that Secrets Manager has no secret of this id.
var errNoSecret = errors.New("there is no such secret")

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
	if endpoint == "" {
		if endpoint, err = managerEndpoint(ctx, &cfg); err != nil {
			return nil, fmt.Errorf("configuration of AWS: %w", err)
		}
	}
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = &http.Client{Transport: client.GetTransport(), Timeout: managerAttempt, CheckRedirect: noRedirect}
	}
	return &managerAPI{config: cfg, endpoint: strings.TrimRight(endpoint, "/") + "/", signer: v4.NewSigner()}, nil
}

// close lets go of the connections.
func (a *managerAPI) close() {
	if client, ok := a.config.HTTPClient.(*http.Client); ok {
		client.CloseIdleConnections()
	}
}

// noRedirect has a redirect be the answer: the session token, and the question for a secret, go where it was configured.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// managerEndpoint returns the endpoint of the configuration (AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL, or what a
// profile says), else the region's.
func managerEndpoint(ctx context.Context, cfg *aws.Config) (string, error) {
	host := "secretsmanager"
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(ctx context.Context) (bool, bool, error)
		}); ok {
			if ignored, found, err := s.GetIgnoreConfiguredEndpoints(ctx); err != nil || found && ignored {
				return regional(host, cfg.Region), err
			}
		}
		if s, ok := source.(interface {
			GetServiceBaseEndpoint(ctx context.Context, sdkID string) (string, bool, error)
		}); ok {
			if url, found, err := s.GetServiceBaseEndpoint(ctx, "Secrets Manager"); err != nil || found {
				return url, err
			}
		}
		if s, ok := source.(interface {
			GetUseFIPSEndpoint(ctx context.Context) (aws.FIPSEndpointState, bool, error)
		}); ok {
			if state, found, err := s.GetUseFIPSEndpoint(ctx); err != nil {
				return "", err
			} else if found && state == aws.FIPSEndpointStateEnabled {
				host = "secretsmanager-fips"
			}
		}
	}
	if cfg.BaseEndpoint != nil {
		return *cfg.BaseEndpoint, nil
	}
	return regional(host, cfg.Region), nil
}

// regional returns the service's endpoint in a region, by the domain of its partition.
func regional(host, region string) string {
	domain := "amazonaws.com"
	for prefix, other := range map[string]string{"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu", "us-iso-": "c2s.ic.gov", "us-isob-": "sc2s.sgov.gov"} {
		if strings.HasPrefix(region, prefix) {
			domain = other
		}
	}
	return "https://" + host + "." + region + "." + domain
}

// get returns a secret's text. The error is errNoSecret, an *[APIError], or of the way there.
func (a *managerAPI) get(ctx context.Context, id string) (string, error) {
	body, err := json.Marshal(map[string]string{"SecretId": id})
	if err != nil {
		return "", err
	}
	pause := managerPause
	for attempt := 1; ; attempt++ {
		text, again, err := a.try(ctx, body)
		if err == nil || !again || attempt == managerAttempts || ctx.Err() != nil {
			return text, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return "", err
		case <-timer.C:
		}
		pause *= 2
	}
}

// try makes one attempt, and says whether another may succeed.
func (a *managerAPI) try(ctx context.Context, body []byte) (text string, again bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint, bytes.NewReader(body))
	if err != nil {
		return "", false, errors.New("the endpoint is no URL")
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", managerTarget)
	credentials, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return "", false, fmt.Errorf("credentials: %w", err)
	}
	hash := sha256.Sum256(body)
	now := time.Now().Add(time.Duration(a.skew.Load()))
	if err := a.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "secretsmanager", a.config.Region, now.UTC()); err != nil {
		return "", false, fmt.Errorf("sign: %w", err)
	}
	response, err := a.config.HTTPClient.Do(request)
	if err != nil {
		return "", true, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxManager))
	if err != nil {
		return "", true, err
	}
	if response.StatusCode != http.StatusOK {
		return "", a.mayPass(response, answer, now), refusal(response, answer)
	}
	var value struct {
		SecretString *string
		SecretBinary []byte
	}
	if err := json.Unmarshal(answer, &value); err != nil {
		return "", false, errors.New("the answer was HTTP 200 without a secret") // what it holds instead might be one
	}
	switch {
	case value.SecretString != nil:
		return *value.SecretString, false, nil
	case value.SecretBinary != nil:
		return "", false, errors.New("the secret is binary, expected a text")
	}
	return "", false, errors.New("the answer was HTTP 200 without a secret")
}

// mayPass says whether a refused request may be accepted when it is sent again: AWS is at fault or busy, or our clock was off,
// which the next attempt knows.
func (a *managerAPI) mayPass(response *http.Response, answer []byte, signed time.Time) bool {
	if theirs, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		if off := theirs.Sub(signed); off > skewed || off < -skewed {
			a.skew.Store(int64(time.Until(theirs)))
			return true
		}
	}
	e, ok := errors.AsType[*APIError](refusal(response, answer))
	return ok && (e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests || strings.Contains(e.Code, "Throttling") || e.Code == "InternalServiceError")
}

// refusal reads AWS's error.
func refusal(response *http.Response, answer []byte) error {
	var fault struct {
		Type    string `json:"__type"`
		Message string // in either spelling
	}
	_ = json.Unmarshal(answer, &fault) // what is no JSON has no code
	code := fault.Type
	if header := response.Header.Get("X-Amzn-Errortype"); header != "" {
		code = header
	}
	code, _, _ = strings.Cut(code, ":")
	code = code[strings.LastIndexByte(code, '#')+1:]
	switch code {
	case "ResourceNotFoundException":
		return errNoSecret
	case "":
		code = fmt.Sprintf("HTTP_%d", response.StatusCode)
	}
	return &APIError{Code: code, Message: fault.Message, Status: response.StatusCode, RequestID: response.Header.Get("X-Amzn-Requestid")}
}
