package eventbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSessionToken(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	r := b.request()
	r.Credentials.SessionToken = "token-1"
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	requests, _ := b.seen()
	assert.Equal(t, "token-1", requests[0].Header.Get("X-Amz-Security-Token"))
	assert.Contains(t, requests[0].Header.Get("Authorization"), "x-amz-security-token", "the token is signed")
}

func TestRegionOfAnUnknownName(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	r := b.request()
	r.Region = "ua-east-1"
	_, err := newSender(t, Options{}).Send(t.Context(), r)
	require.NoError(t, err)
	requests, _ := b.seen()
	assert.Contains(t, requests[0].Header.Get("Authorization"), "/ua-east-1/events/aws4_request")
}

func TestEndpointIDIsSignedWithSigV4a(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	r := b.request()
	r.EndpointID = "abcde.veo"
	for range 2 {
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
	}
	requests, bodies := b.seen()
	assert.Contains(t, requests[0].Header.Get("Authorization"), "AWS4-ECDSA-P256-SHA256 Credential=AKIDLITERAL/")
	assert.Equal(t, "*", requests[0].Header.Get("X-Amz-Region-Set"))
	assert.Contains(t, bodies[0], `"EndpointId":"abcde.veo"`)

	r.EndpointID = ""
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	requests, _ = b.seen()
	assert.Contains(t, requests[2].Header.Get("Authorization"), "AWS4-HMAC-SHA256", "without an endpoint id nothing changes")
}

func TestInputErrorsAreFoundBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	for name, tt := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"blank region":            {func(r *Request) { r.Region = " " }, "region must not be blank"},
		"region that is no label": {func(r *Request) { r.Region, r.Endpoint = "eu central", "" }, "invalid input region"},
		"no entries":              {func(r *Request) { r.Entries = nil }, "no event"},
		"blank endpoint":          {func(r *Request) { r.Endpoint = " " }, "endpoint must not be blank"},
		"endpoint of files":       {func(r *Request) { r.Endpoint = "file:///etc/passwd" }, "must be an http or https URL"},
		"endpoint id":             {func(r *Request) { r.EndpointID = "bad_label?x=" }, "EndpointId must be a valid host label"},
	} {
		r := b.request()
		tt.change(r)
		_, err := s.Send(t.Context(), r)
		e := failure(t, err)
		assert.Equal(t, CodeInput, e.Code, name)
		assert.Equal(t, KindInput, e.Kind, name)
		assert.Contains(t, e.Message, tt.want, name)
		assert.False(t, e.Sent, name)
	}
	requests, _ := b.seen()
	assert.Empty(t, requests)
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://localhost:4566": "http://localhost:4566", "localhost:4566": "https://localhost:4566", "\thttps://x\n": "https://x",
		"events.example.com": "https://events.example.com", "https://x/path": "https://x/path", "[::1]:80": "https://[::1]:80",
	} {
		got, err := ParseEndpoint(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got.String(), in)
	}
	for in, want := range map[string]string{
		"": "must not be blank", "  ": "must not be blank", "ftp://x": "its scheme is ftp", "http://": "with a host", "http://:80": "with a host",
		"http://u:hush@x": "user name or password", "http://x?a=b": "query", "http://x#a": "fragment", "http://a b": "is no URL",
		"http://u:hush@x:port": "is no URL", "http://x:99999999999999999999x": "is no URL",
	} {
		_, err := ParseEndpoint(in)
		require.ErrorContains(t, err, want, in)
		assert.NotContains(t, err.Error(), "hush")
	}
}

// fakeSTS gives out credentials and remembers what it was asked.
type fakeSTS struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []url.Values
	signed []string
	status int
}

func startSTS(t *testing.T, status int) *fakeSTS {
	t.Helper()
	s := &fakeSTS{status: status}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *fakeSTS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	s.mu.Lock()
	s.asked = append(s.asked, form)
	s.signed = append(s.signed, r.Header.Get("Authorization"))
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(s.status)
	if s.status != 200 {
		_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`)
		return
	}
	_, _ = fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>`+
		`<SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken><Expiration>%s</Expiration>`+
		`</Credentials></AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}

func (s *fakeSTS) options() Options {
	return Options{LoadOptions: []func(*config.LoadOptions) error{config.WithBaseEndpoint(s.URL)}}
}

func TestAssumeRole(t *testing.T) {
	t.Parallel()
	b, sts := startBus(t), startSTS(t, 200)
	s := newSender(t, sts.options())
	r := b.request()
	r.Credentials.RoleARN, r.Credentials.ExternalID, r.Credentials.RoleSessionName = "arn:aws:iam::123456789012:role/sender", "ext-1", "orders"
	for range 3 {
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
	}
	requests, _ := b.seen()
	assert.Contains(t, requests[0].Header.Get("Authorization"), "Credential=ASIAROLE/")
	assert.Equal(t, "role-token", requests[0].Header.Get("X-Amz-Security-Token"))
	require.Len(t, sts.asked, 1, "the role's credentials are kept")
	assert.Equal(t, "arn:aws:iam::123456789012:role/sender", sts.asked[0].Get("RoleArn"))
	assert.Equal(t, "ext-1", sts.asked[0].Get("ExternalId"))
	assert.Equal(t, "orders", sts.asked[0].Get("RoleSessionName"))
	assert.Contains(t, sts.signed[0], "Credential=AKIDLITERAL/", "the role is assumed on top of the job's own credentials")

	r.Credentials.RoleSessionName, r.Credentials.ExternalID = "", ""
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, sts.asked, 2)
	assert.Equal(t, "eventbridge-connector", sts.asked[1].Get("RoleSessionName"))
	assert.NotContains(t, sts.asked[1], "ExternalId")
}

func TestARoleThatCannotBeAssumedIsACredentialsError(t *testing.T) {
	t.Parallel()
	b, sts := startBus(t), startSTS(t, 403)
	r := b.request()
	r.Credentials.RoleARN = "arn:aws:iam::123456789012:role/sender"
	_, err := newSender(t, sts.options()).Send(t.Context(), r)
	e := failure(t, err)
	assert.Equal(t, CodeCredentials, e.Code)
	assert.Equal(t, KindCredentials, e.Kind)
	assert.Equal(t, "no AWS credentials to be had: STS AssumeRole: AccessDenied: not you", e.Message)
	assert.False(t, e.Sent)
	requests, _ := b.seen()
	assert.Empty(t, requests)
	assert.Len(t, sts.asked, 1)
}

// TestARedirectOfSTSIsNotFollowed: the external id and the session token go where they were configured to go.
func TestARedirectOfSTSIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect, http.StatusFound} {
		b, stranger := startBus(t), startSTS(t, 200)
		first := httptest.NewServer(http.RedirectHandler(stranger.URL, status))
		t.Cleanup(first.Close)
		s := newSender(t, Options{LoadOptions: []func(*config.LoadOptions) error{config.WithBaseEndpoint(first.URL), config.WithRetryMaxAttempts(1)}})
		r := b.request()
		r.Credentials.RoleARN, r.Credentials.ExternalID, r.Credentials.SessionToken = "arn:aws:iam::123456789012:role/sender", "ext-1", "token-1"
		_, err := s.Send(t.Context(), r)
		assert.Equal(t, CodeCredentials, failure(t, err).Code, status)
		assert.Empty(t, stranger.asked, status)
	}
}

func TestAnSTSThatNeverAnswersIsACredentialsError(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	over := make(chan struct{})
	hung := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	t.Cleanup(hung.Close)
	t.Cleanup(func() { close(over) })
	s := newSender(t, Options{
		RequestTimeout: 20 * time.Millisecond,
		LoadOptions:    []func(*config.LoadOptions) error{config.WithBaseEndpoint(hung.URL), config.WithRetryMaxAttempts(1)},
	})
	r := b.request()
	r.Credentials.RoleARN = "arn:aws:iam::123456789012:role/sender"
	_, err := s.Send(t.Context(), r)
	assert.Equal(t, CodeCredentials, failure(t, err).Code)
}

func TestDefaultChain(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIACHAIN")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "chain-secret")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	b := startBus(t)
	r := b.request()
	r.Credentials = Credentials{DefaultChain: true}
	_, err := newSender(t, Options{}).Send(t.Context(), r)
	require.NoError(t, err)
	requests, _ := b.seen()
	assert.Contains(t, requests[0].Header.Get("Authorization"), "Credential=AKIACHAIN/")

	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	_, err = newSender(t, Options{}).Send(t.Context(), r)
	e := failure(t, err)
	assert.Equal(t, CodeCredentials, e.Code)
	assert.Contains(t, e.Message, "no AWS credentials to be had")
}

func TestAConfigurationThatCannotBeReadIsNotRemembered(t *testing.T) {
	b := startBus(t)
	s := newSender(t, Options{})
	t.Setenv("AWS_CA_BUNDLE", "/nonexistent.pem")
	_, err := s.Send(t.Context(), b.request())
	e := failure(t, err)
	assert.Equal(t, CodeCredentials, e.Code)
	t.Setenv("AWS_CA_BUNDLE", "")
	_, err = s.Send(t.Context(), b.request())
	require.NoError(t, err)
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	b := startBus(t, answer{does: hangUp})
	s := newSender(t, Options{})
	r := b.request()
	r.Credentials = Credentials{AccessKey: "AKIDHUSH", SecretKey: "hush-secret", SessionToken: "hush-token", ExternalID: "hush-id"}
	_, err := s.Send(t.Context(), r)
	asJSON, jsonErr := json.Marshal(r)
	require.NoError(t, jsonErr)
	for _, text := range []string{
		err.Error(), fmt.Sprintf("%v %+v", err, failure(t, err).Unwrap()), fmt.Sprintf("%v %+v %#v", r, *r, *r), string(asJSON),
		fmt.Sprintf("%v", s.clients.entries),
	} {
		assert.NotContains(t, text, "hush")
		assert.NotContains(t, text, "AKIDHUSH")
	}
}

// TestACallThatIsCancelledWhileItAsksForCredentialsIsCancelled: they are not what is wrong, and its job costs no retry.
func TestACallThatIsCancelledWhileItAsksForCredentialsIsCancelled(t *testing.T) {
	t.Parallel()
	for _, cancels := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		release := make(chan struct{})
		provider := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			if cancels {
				cancel()
				<-release // the SDK's cache asks on
			}
			return aws.Credentials{}, errors.New("the metadata service refuses")
		})
		s := newSender(t, Options{LoadOptions: []func(*config.LoadOptions) error{config.WithCredentialsProvider(provider)}})
		r := requestTo("http://127.0.0.1:1")
		r.Credentials = Credentials{DefaultChain: true}
		_, err := s.Send(ctx, r)
		e := failure(t, err)
		close(release)
		if cancels {
			assert.Equal(t, KindCanceled, e.Kind, e.Message)
			assert.True(t, e.NotSent)
			continue
		}
		assert.Equal(t, KindCredentials, e.Kind, e.Message)
		assert.False(t, e.NotSent)
	}
}
