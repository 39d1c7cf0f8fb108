package eventbridge

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seen is a request as AWS gets it.
type seen struct {
	*http.Request
	body string
}

// recorded returns a sender whose requests are kept, and answered.
func recorded(t *testing.T, answer func(*http.Request) *http.Response) (*Sender, *[]seen) {
	t.Helper()
	var all []seen
	s := newSender(t, Options{})
	s.shared = &exchanger{timeout: s.options.RequestTimeout, observer: noObserver{}, transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		all = append(all, seen{r, string(body)})
		if err != nil {
			return nil, err
		}
		return answer(r), nil
	})}
	return s, &all
}

func answerOf(status int, body string, header http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func acceptedBy(*http.Request) *http.Response { return answerOf(200, accepted, http.Header{}) }

// patternOfClient returns the pattern of a request's client.
func patternOfClient(t *testing.T, s *Sender, r *Request) *pattern {
	t.Helper()
	made, err := s.clients.get(r, nil)
	require.NoError(t, err)
	return made.pattern.Load()
}

func TestRequestsRepeatTheFirstOfTheSDK(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"http://bus.test", "http://bus.test:4566/a%20path/", ""} {
		for _, token := range []string{"", "a-token"} {
			s, requests := recorded(t, acceptedBy)
			for i := range 3 {
				r := requestTo(endpoint)
				r.Credentials.SessionToken, r.Entries[0].Detail = token, strings.Repeat(" ", i)+"{}"
				_, err := s.Send(t.Context(), r)
				require.NoError(t, err)
				p := patternOfClient(t, s, r)
				require.NotNil(t, p)
				assert.Equal(t, i == 0, p.sample != nil, "the first request is the SDK's")
			}
			require.Len(t, *requests, 3)
			first, ids := (*requests)[0], map[string]bool{}
			for i, r := range *requests {
				assert.Equal(t, first.URL.String(), r.URL.String())
				assert.Equal(t, first.Host, r.Host)
				assert.Equal(t, first.Method, r.Method)
				assert.Contains(t, r.body, strings.Repeat(" ", i)+"{}")
				assert.EqualValues(t, len(r.body), r.ContentLength)
				assert.Equal(t, namesOf(first.Header), namesOf(r.Header))
				for _, same := range []string{"User-Agent", "Amz-Sdk-Request", "X-Amz-Target", "Content-Type", "X-Amz-Security-Token"} {
					assert.Equal(t, first.Header.Values(same), r.Header.Values(same))
				}
				ids[r.Header.Get(headerID)] = true
				assertSigned(t, r, token)
			}
			assert.Len(t, ids, 3)
		}
	}
}

func namesOf(h http.Header) map[string]int {
	names := map[string]int{}
	for name, values := range h {
		names[name] = len(values)
	}
	return names
}

// assertSigned signs a request anew and compares.
func assertSigned(t *testing.T, r seen, token string) {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", r.Header.Get(headerDate))
	require.NoError(t, err)
	again := r.Clone(t.Context())
	again.Header.Del(headerAuthorization)
	c := aws.Credentials{AccessKeyID: "AKIDLITERAL", SecretAccessKey: "literal-secret", SessionToken: token}
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), c, again, hashOf([]byte(r.body)), "events", "eu-central-1", at))
	assert.Equal(t, again.Header.Get(headerAuthorization), r.Header.Get(headerAuthorization))
}

// TestTheSDKCorrectsAWrongClock, also that of a client whose requests repeat a pattern.
func TestTheSDKCorrectsAWrongClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var off time.Duration // of AWS's clock
		s, requests := recorded(t, func(r *http.Request) *http.Response {
			now := time.Now().Add(off)
			signed, err := time.Parse("20060102T150405Z", r.Header.Get(headerDate))
			assert.NoError(t, err)
			header := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}}
			if now.Sub(signed).Abs() > 5*time.Minute {
				return answerOf(403, `{"__type":"InvalidSignatureException","message":"Signature expired"}`, header)
			}
			return answerOf(200, accepted, header)
		})
		r := requestTo("http://bus.test")
		for i, tt := range []struct {
			off      time.Duration
			requests int
			pattern  bool // afterwards
		}{
			{0, 1, true},
			{0, 1, true},
			{10 * time.Second, 1, true},
			{-20 * time.Minute, 3, false}, // of the pattern, of the SDK, and the corrected one
			{-20 * time.Minute, 1, false},
			{20 * time.Minute, 2, false},
			{0, 2, true},
			{2 * time.Minute, 1, false}, // accepted, but too near to the limit
			{0, 1, true},
			{0, 1, true},
		} {
			off = tt.off
			*requests = nil
			_, err := s.Send(t.Context(), r)
			require.NoError(t, err)
			assert.Len(t, *requests, tt.requests, "send %d", i)
			assert.Equal(t, tt.pattern, patternOfClient(t, s, r) != nil, "send %d", i)
		}
	})
}

// TestARefusalForAnotherReasonThanTheClockIsNotRepeated, whatever the clock says.
func TestARefusalForAnotherReasonThanTheClockIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status   int
		date     bool // a wrong one
		requests int
	}{{400, false, 1}, {500, true, 3}, {503, true, 3}, {429, true, 3}} {
		synctest.Test(t, func(t *testing.T) {
			refuses := false
			s, requests := recorded(t, func(r *http.Request) *http.Response {
				if !refuses {
					return acceptedBy(r)
				}
				header := http.Header{}
				if tt.date {
					header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
				}
				return answerOf(tt.status, `{"__type":"Some`+strconv.Itoa(tt.status)+`"}`, header)
			})
			r := requestTo("http://bus.test")
			_, err := s.Send(t.Context(), r)
			require.NoError(t, err)
			refuses, *requests = true, nil
			_, err = s.Send(t.Context(), r)
			assert.Equal(t, tt.status, failure(t, err).StatusCode)
			assert.Len(t, *requests, tt.requests)
		})
	}
}

// TestAPatternOfOtherCredentialsIsForgotten: those of the second request are new.
func TestAPatternOfOtherCredentialsIsForgotten(t *testing.T) {
	t.Parallel()
	s, requests := recorded(t, acceptedBy)
	r := requestTo("http://bus.test")
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	made, err := s.clients.get(r, nil)
	require.NoError(t, err)
	was := made.credentials
	made.credentials = staticCredentials{aws.Credentials{AccessKeyID: "AKIDLITERAL", SecretAccessKey: "another"}}
	_, err = s.Send(t.Context(), r)
	require.NoError(t, err)
	made.credentials = was
	require.NotNil(t, made.pattern.Load())
	assert.NotNil(t, made.pattern.Load().sample, "the SDK's second request is a new sample")
	_, err = s.Send(t.Context(), r)
	require.NoError(t, err)
	assert.Nil(t, made.pattern.Load().sample)
	assert.Len(t, *requests, 3)
	for _, r := range *requests {
		assertSigned(t, r, "")
	}
}

// TestCredentialsThatChangeSignWithTheNew once a pattern is in use.
func TestCredentialsThatChangeSignWithTheNew(t *testing.T) {
	t.Parallel()
	s, requests := recorded(t, acceptedBy)
	r := requestTo("http://bus.test")
	for range 2 {
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
	}
	made, err := s.clients.get(r, nil)
	require.NoError(t, err)
	made.credentials = staticCredentials{aws.Credentials{AccessKeyID: "AKIDNEW", SecretAccessKey: "new", SessionToken: "new-token"}}
	_, err = s.Send(t.Context(), r)
	require.NoError(t, err)
	last := (*requests)[2]
	assert.Contains(t, last.Header.Get(headerAuthorization), "Credential=AKIDNEW/")
	assert.Equal(t, "new-token", last.Header.Get("X-Amz-Security-Token"))
	made.credentials = withheld{closedWith(io.ErrUnexpectedEOF)}
	_, err = s.Send(t.Context(), r)
	assert.Equal(t, CodeCredentials, failure(t, err).Code)
	assert.Len(t, *requests, 3)
}

func closedWith(err error) chan error {
	c := make(chan error, 1)
	c <- err
	return c
}

// TestTheSDKMakesRequestsThatHaveNoPattern: those to a global endpoint, and those in AWS Lambda.
func TestTheSDKMakesRequestsThatHaveNoPattern(t *testing.T) {
	for name, request := range map[string]func() *Request{
		"global": func() *Request {
			r := requestTo("")
			r.EndpointID = "abcde.veo"
			return r
		},
		"lambda": func() *Request {
			t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
			t.Setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
			return requestTo("http://bus.test")
		},
	} {
		s, requests := recorded(t, acceptedBy)
		r := request()
		for range 3 {
			_, err := s.Send(t.Context(), r)
			require.NoError(t, err)
		}
		assert.Nil(t, patternOfClient(t, s, r), name)
		assert.Len(t, *requests, 3, name)
	}
}

// TestARepeatedRequestAllocatesLittle, and not what the SDK's middleware does: more than 200.
func TestARepeatedRequestAllocatesLittle(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	s := newSender(t, Options{MaxEntries: 1})
	s.shared = &exchanger{timeout: s.options.RequestTimeout, observer: noObserver{}, transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return acceptedBy(r), nil
	})}
	r := requestTo("http://bus.test")
	allocations := testing.AllocsPerRun(100, func() {
		_, err := s.Send(t.Context(), r)
		assert.NoError(t, err)
	})
	t.Logf("%.0f allocations", allocations)
	assert.Less(t, allocations, 150.0)
}

func TestABodyThatWasClosedIsNotRead(t *testing.T) {
	t.Parallel()
	var p payload
	p.take([]byte("body"))
	b := &onceBody{payload: &p}
	n, err := b.Read(make([]byte, 2))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	require.NoError(t, b.Close())
	_, err = b.Read(make([]byte, 2))
	require.ErrorIs(t, err, http.ErrBodyReadAfterClose)
	assert.False(t, p.complete.Load())
	assert.Equal(t, 2, p.Len())
}
