package eventbridge

import (
	"crypto/tls"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// retryer returns the SDK's own rules for retries, extended by what our errors mean. It has no bucket of tokens: each call
// has all of its attempts, whatever happens to other calls.
//
// The SDK's adaptive mode is never used. After some throttling its bucket allows one attempt in two seconds, for whoever asks
// first. Where AWS_RETRY_MODE asks for that mode, the pacing of the target remembers throttling for longer instead. All calls
// of a target share this pacing, and are served in the order in which they came.
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

// onlySkew is the retryer of the SDK's own loop, which makes one attempt. It makes another only to correct the clock by which a
// refused request was signed. All other attempts are the call's own.
type onlySkew struct{ aws.NopRetryer }

// MaxAttempts implements [aws.Retryer].
func (onlySkew) MaxAttempts() int { return 2 }

// IsErrorRetryable implements [aws.Retryer]. The SDK marks an error of a wrong clock as one to be tried again.
func (onlySkew) IsErrorRetryable(err error) bool {
	e, answered := errors.AsType[*Error](err)
	skewed, marked := errors.AsType[interface {
		error
		RetryableError() bool
	}](err)
	return answered && e.Kind == KindAPI && marked && skewed.RetryableError()
}

// RetryDelay implements [aws.Retryer].
func (onlySkew) RetryDelay(int, error) (time.Duration, error) { return 0, nil }
