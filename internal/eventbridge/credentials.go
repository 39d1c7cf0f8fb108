package eventbridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// defaultRoleSession names our sessions in CloudTrail where the process gives no name.
const defaultRoleSession = "eventbridge-connector"

// refreshBefore is how long before their end assumed credentials are fetched anew, so that no request is signed with
// credentials that end on its way.
const refreshBefore = time.Minute

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
