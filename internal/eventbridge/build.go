package eventbridge

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
	"github.com/aws/smithy-go/logging"
)

// defaultRoleSession names our sessions in CloudTrail where the process gives no name.
const defaultRoleSession = "eventbridge-connector"

// refreshBefore is how long before their end assumed credentials are fetched anew, so that no request is signed with
// credentials that end on its way.
const refreshBefore = time.Minute

// build makes the SDK client for r. The error is an *[Error].
func (s *Sender) build(ctx context.Context, r *Request) (*sdk.Client, error) {
	endpoint := ""
	if r.Endpoint != "" {
		var err error
		if endpoint, err = ParseEndpoint(r.Endpoint); err != nil {
			return nil, inputError("the endpoint "+err.Error(), err)
		}
	}
	cfg, err := s.config(ctx, r)
	if err != nil {
		return nil, credentialsError(err)
	}
	if err := s.share(&cfg); err != nil {
		return nil, credentialsError(err)
	}
	client := sdk.NewFromConfig(cfg, func(o *sdk.Options) {
		o.Logger = logging.Nop{} // the SDK would write to standard error
		o.Retryer = s.retryer(&cfg)
		o.RetryMaxAttempts = 0 // the retryer knows them
		o.Credentials = faultMarker{cfg.Credentials}
		if endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
		o.EndpointResolverV2 = &constantEndpoint{resolver: o.EndpointResolverV2}
	})
	if err := checkRules(ctx, client.Options(), r.EndpointID); err != nil {
		return nil, err
	}
	return client, nil
}

// config returns the SDK's configuration with the credentials that r asks for. What does not depend on the request is
// loaded once and shared; the default chain is looked through anew for each client.
func (s *Sender) config(ctx context.Context, r *Request) (aws.Config, error) {
	var cfg aws.Config
	var err error
	c := &r.Credentials
	if c.DefaultChain {
		cfg, err = s.load(ctx, config.WithRegion(r.Region))
	} else {
		cfg, err = s.base.get(func() (aws.Config, error) {
			return s.load(ctx, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
		})
		cfg.Region = r.Region
		cfg.Credentials = staticCredentials{aws.Credentials{
			AccessKeyID: c.AccessKey, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken, Source: "process",
		}}
	}
	if err != nil || c.RoleARN == "" {
		return cfg, err
	}
	assume := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = defaultRoleSession
		if c.RoleSessionName != "" {
			o.RoleSessionName = c.RoleSessionName
		}
		if c.ExternalID != "" {
			o.ExternalID = aws.String(c.ExternalID)
		}
	})
	cfg.Credentials = aws.NewCredentialsCache(assume, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = refreshBefore })
	return cfg, nil
}

func (s *Sender) load(ctx context.Context, more ...func(*config.LoadOptions) error) (aws.Config, error) {
	// Not the job's own deadline: what is loaded serves the jobs after it, too. Nor without end: what the providers of credentials ask for (STS, SSO) is as bounded as an attempt of ours.
	bounded := config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(s.options.RequestTimeout))
	options := append(append([]func(*config.LoadOptions) error{bounded}, s.options.LoadOptions...), more...)
	return config.LoadDefaultConfig(context.WithoutCancel(ctx), options...)
}

// retryer returns the SDK's own rules of what is tried again, after which pause and how often, told what our errors mean.
// It has no bucket of tokens: each call has its full count of attempts, whatever other calls meet.
//
// The SDK's adaptive mode is not used where AWS_RETRY_MODE asks for it: after some throttling its bucket gives out one
// attempt in two seconds, to whoever asks first. The pacing by the target stands in for it. It is shared by all calls of
// a target, serves them in the order in which they came, and in adaptive mode remembers throttling for longer.
func (s *Sender) retryer(cfg *aws.Config) aws.Retryer {
	s.targets.adaptive.Store(cfg.RetryMode == aws.RetryModeAdaptive)
	return retry.NewStandard(func(o *retry.StandardOptions) {
		switch {
		case s.options.MaxAttempts > 0:
			o.MaxAttempts = s.options.MaxAttempts
		case cfg.RetryMaxAttempts > 0:
			o.MaxAttempts = cfg.RetryMaxAttempts
		}
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(retryable)}, o.Retryables...)
		if s.options.backoff != nil {
			o.Backoff = s.options.backoff
		}
	})
}

// retryable decides where the SDK cannot know, and leaves the rest to it: throttling, 5xx and broken connections are
// tried again.
func retryable(err error) aws.Ternary {
	if _, ok := errors.AsType[*credentialsFault](err); ok {
		return aws.FalseTernary // the provider of credentials has tried its own several times
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return aws.UnknownTernary
	}
	switch e.Kind {
	case KindInput, KindResponse, KindCredentials, KindCanceled:
		return aws.FalseTernary // a 200 that cannot be read was most likely an accepted event
	case KindTimeout:
		return aws.TrueTernary // of one attempt; the end of the call's time ends the retries
	case KindConnection:
		if wrongServer(err) {
			return aws.FalseTernary
		}
	case KindAPI:
		switch {
		case e.StatusCode == http.StatusTooManyRequests, e.StatusCode == http.StatusRequestTimeout:
			return aws.TrueTernary
		case e.Code == "LimitExceededException":
			return aws.FalseTernary // a quota of the account, which does not pass within a job; the SDK takes it for throttling
		}
	}
	return aws.UnknownTernary
}

// wrongServer says whether something else than AWS answered: that does not pass.
func wrongServer(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	return certificate || plain
}

func throttled(code string, status int) bool {
	_, ok := retry.DefaultThrottleErrorCodes[code]
	return ok || status == http.StatusTooManyRequests
}

// share makes the exchanger that all calls share. Its transport is the one of the SDK's own client as the
// first loaded configuration shaped it (AWS_CA_BUNDLE), with room for as many idle connections as there are jobs.
func (s *Sender) share(cfg *aws.Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared != nil {
		return nil
	}
	buildable, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		if cfg.HTTPClient != nil {
			return errors.New("the AWS configuration has an HTTP client of its own")
		}
		buildable = awshttp.NewBuildableClient()
	}
	t := buildable.GetTransport()
	t.IdleConnTimeout = idleConnection
	t.MaxResponseHeaderBytes = maxHeader
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = s.options.MaxConns
	if t.MaxConnsPerHost > 0 {
		t.MaxConnsPerHost = max(t.MaxConnsPerHost, s.options.MaxConns)
	}
	t.DisableCompression = true // the answer's headers and body are shown as they were on the wire
	s.shared = &exchanger{transport: t, timeout: s.options.RequestTimeout, observer: s.options.Observer}
	return nil
}

// staticCredentials are given by the process and never change.
type staticCredentials struct{ value aws.Credentials }

func (p staticCredentials) Retrieve(context.Context) (aws.Credentials, error) { return p.value, nil }

// faultMarker marks the errors of a credentials provider, so that an error of STS is not taken for one of EventBridge.
type faultMarker struct{ provider aws.CredentialsProvider }

type credentialsFault struct{ cause error }

func (f *credentialsFault) Error() string { return f.cause.Error() }
func (f *credentialsFault) Unwrap() error { return f.cause }

// Retrieve implements aws.CredentialsProvider.
func (p faultMarker) Retrieve(ctx context.Context) (aws.Credentials, error) {
	v, err := p.provider.Retrieve(ctx)
	if err != nil {
		return v, &credentialsFault{err}
	}
	if field, fault := unusableKeys(v.AccessKeyID, v.SecretAccessKey, v.SessionToken); fault != "" {
		return aws.Credentials{}, &credentialsFault{errors.New("the " + []string{"access key", "secret key", "session token"}[field] + " of " + v.Source + " " + fault)}
	}
	return v, nil
}

// constantEndpoint asks the SDK's rules once: the client's region, endpoint and endpoint id never change.
type constantEndpoint struct {
	resolver sdk.EndpointResolverV2
	once     sync.Once
	endpoint smithyendpoints.Endpoint
	err      error
}

// ResolveEndpoint implements the SDK's EndpointResolverV2.
func (e *constantEndpoint) ResolveEndpoint(ctx context.Context, p sdk.EndpointParameters) (smithyendpoints.Endpoint, error) {
	e.once.Do(func() { e.endpoint, e.err = e.resolver.ResolveEndpoint(ctx, p) })
	return e.endpoint, e.err
}

// onceOK keeps the first value that was made without an error.
type onceOK[T any] struct {
	mu    sync.Mutex
	done  bool
	value T
}

func (o *onceOK[T]) get(load func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
		return o.value, nil
	}
	v, err := load()
	if err == nil {
		o.value, o.done = v, true
	}
	return v, err
}

// ParseEndpoint checks a custom endpoint and returns it as a URL: without a scheme it means https (contract 1.1). The
// error says what is wrong with it, without the field's name.
func ParseEndpoint(endpoint string) (string, error) {
	text := strings.TrimSpace(endpoint)
	if text == "" {
		return "", errors.New("must not be blank")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // without the URL itself: it may hold a password
		}
		return "", errors.New("is no URL: " + err.Error())
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("must be an http or https URL, but its scheme is " + u.Scheme)
	case u.Hostname() == "":
		return "", errors.New("must be a URL with a host, such as https://vpce-1.events.eu-central-1.vpce.amazonaws.com")
	case u.User != nil:
		return "", errors.New("must not hold a user name or password")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("must not hold a query or a fragment")
	}
	return u.String(), nil
}
