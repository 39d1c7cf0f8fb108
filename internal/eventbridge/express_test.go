package eventbridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALaterRequestIsWhatTheSDKWouldSend(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	r := b.request()
	r.Endpoint += "/base path/x"
	r.Credentials.SessionToken = "token-1"
	for range 3 {
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
	}
	requests, bodies := b.seen()
	require.Len(t, requests, 3)
	first := requests[0]
	for i, later := range requests[1:] {
		assert.Equal(t, first.Host, later.Host)
		assert.Equal(t, first.RequestURI, later.RequestURI)
		assert.Equal(t, bodies[0], bodies[i+1])
		assert.Equal(t, keys(first.Header), keys(later.Header))
		for name, want := range first.Header {
			if !slices.Contains(variable[:], name) || name == "Content-Length" || name == "Amz-Sdk-Request" || name == "X-Amz-Security-Token" {
				assert.Equal(t, want, later.Header[name], name)
			}
		}
		assert.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`), later.Header.Get("Amz-Sdk-Invocation-Id"))
		assert.NotEqual(t, first.Header.Get("Amz-Sdk-Invocation-Id"), later.Header.Get("Amz-Sdk-Invocation-Id"))
	}
	for i, got := range requests {
		assert.Equal(t, signature(t, got, bodies[i]), got.Header.Get("Authorization"), "the signature is right")
	}
}

func keys(h http.Header) []string {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// signature signs once more what a server has received.
func signature(t *testing.T, got *http.Request, body string) string {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", got.Header.Get("X-Amz-Date"))
	require.NoError(t, err)
	_, list, _ := strings.Cut(got.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	again := &http.Request{Method: got.Method, Host: got.Host, Header: http.Header{}, ContentLength: int64(len(body))}
	again.URL, err = url.Parse("http://" + got.Host + got.RequestURI)
	require.NoError(t, err)
	for name := range strings.SplitSeq(list, ";") {
		if values := got.Header.Values(name); len(values) > 0 && name != "content-length" {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	sum := sha256.Sum256([]byte(body))
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(),
		aws.Credentials{AccessKeyID: "AKIDLITERAL", SecretAccessKey: "literal-secret", SessionToken: got.Header.Get("X-Amz-Security-Token")},
		again, hex.EncodeToString(sum[:]), "events", "eu-central-1", at))
	return again.Header.Get("Authorization")
}

func TestAClockThatIsOffIsCorrected(t *testing.T) {
	t.Parallel()
	for _, later := range []bool{false, true} {
		t.Run(way(later), func(t *testing.T) {
			t.Parallel()
			ahead := func() string { return time.Now().Add(time.Hour).UTC().Format(http.TimeFormat) }
			refuses := answer{does: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", ahead())
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"__type":"InvalidSignatureException","message":"Signature expired"}`))
			}}
			takes := answer{does: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", ahead())
				_, _ = w.Write([]byte(accepted))
			}}
			b := startBus(t, refuses, takes)
			s := newSender(t, Options{})
			if later {
				b.warm(t, s, b.request(), nil)
			}
			for range 2 {
				_, err := s.Send(t.Context(), b.request())
				require.NoError(t, err)
			}
			requests, _ := b.seen()
			require.Len(t, requests, 3, "one is refused, and only one")
			for i, got := range requests {
				at, err := time.Parse("20060102T150405Z", got.Header.Get("X-Amz-Date"))
				require.NoError(t, err)
				assert.Equal(t, i > 0, time.Until(at) > 50*time.Minute, "request %d is signed for %s", i, at)
			}
		})
	}
}

type failing struct{}

func (failing) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errors.New("expired, and no new ones")
}

func TestCredentialsThatRunOutAreACredentialsError(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	b.warm(t, s, b.request(), nil)
	client, err := s.clients.get(b.request(), nil)
	require.NoError(t, err)
	client.credentials = faultMarker{failing{}}
	_, err = s.Send(t.Context(), b.request())
	e := failure(t, err)
	assert.Equal(t, CodeCredentials, e.Code)
	assert.Equal(t, "no AWS credentials to be had: expired, and no new ones", e.Message)
	assert.False(t, e.Sent)
	requests, _ := b.seen()
	assert.Empty(t, requests)
}

func TestOnlyASigV4RequestIsLearntFrom(t *testing.T) {
	t.Parallel()
	for authorization, want := range map[string]bool{
		"AWS4-HMAC-SHA256 Credential=AKID/20261102/eu-central-1/events/aws4_request, SignedHeaders=host, Signature=00":  true,
		"AWS4-HMAC-SHA256 Credential=AK/ID/20261102/eu-central-1/events/aws4_request, SignedHeaders=host, Signature=00": true,
		"AWS4-ECDSA-P256-SHA256 Credential=AKID/20261102/events/aws4_request, SignedHeaders=host, Signature=00":         false,
		"AWS4-HMAC-SHA256 Credential=AKID/aws4_request, SignedHeaders=host, Signature=00":                               false,
		"Bearer x": false,
		"":         false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://bus.test/", nil)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Kept", "1")
		cl := &client{}
		cl.learn(r)
		p := cl.learnt.Load()
		assert.Equal(t, want, p != nil, authorization)
		if p != nil {
			assert.Equal(t, "eu-central-1", p.region)
			assert.Equal(t, "events", p.service)
			assert.Equal(t, http.Header{"X-Kept": {"1"}}, p.header)
		}
	}
}
