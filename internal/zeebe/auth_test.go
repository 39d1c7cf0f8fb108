package zeebe

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// issuer is an OAuth server that gives out the tokens t1, t2, …
type issuer struct {
	answer func(n int) (int, string) // nil = a token that holds for an hour

	mu    sync.Mutex
	forms []url.Values
}

func (i *issuer) asked() []url.Values {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]url.Values(nil), i.forms...)
}

func (i *issuer) reply(form url.Values) (int, string) {
	i.mu.Lock()
	i.forms = append(i.forms, form)
	n := len(i.forms)
	i.mu.Unlock()
	if i.answer != nil {
		return i.answer(n)
	}
	return http.StatusOK, fmt.Sprintf(`{"access_token":"t%d","token_type":"Bearer","expires_in":3600}`, n)
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	code, body := i.reply(r.PostForm)
	if code == http.StatusFound {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body)
}

const secret = "s3cr3t/+="

func oidc(t *testing.T, i *issuer) Config {
	t.Helper()
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	return Config{Auth: Auth{Method: AuthOIDC, ClientID: "me", ClientSecret: secret, TokenURL: server.URL + "/token?x=1"}}
}

func TestWithoutAuthenticationNothingIsSent(t *testing.T) {
	t.Parallel()
	g := &gateway{}
	require.NoError(t, connect(t, g, Config{}).Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Equal(t, []string{""}, g.header("authorization"))
}

func TestBasicAuthentication(t *testing.T) {
	t.Parallel()
	g := &gateway{answer: func(context.Context, any) error { return status.Error(codes.Unauthenticated, "who?") }}
	c := connect(t, g, Config{Auth: Auth{Method: AuthBasic, Username: "Aladdin", Password: "open sesame"}})
	err := c.Complete(t.Context(), job.Ref{Key: 1}, nil)
	assertRefused(t, err, job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "who?"})
	assert.Equal(t, []string{"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, g.header("authorization"), "there is no other password to try")
}

func TestTokenIsAskedForOnceAndSentWithEveryCall(t *testing.T) {
	t.Parallel()
	i, g := &issuer{}, &gateway{}
	config := oidc(t, i)
	config.Auth.Audience, config.Auth.Scope, config.Auth.Resource = "aud", "a b", "res"
	c := connect(t, g, config)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-own", "1")
	require.NoError(t, c.Complete(ctx, job.Ref{Key: 1}, nil))
	require.NoError(t, c.Complete(ctx, job.Ref{Key: 2}, nil))
	assert.Equal(t, []string{"Bearer t1", "Bearer t1"}, g.header("authorization"))
	assert.Equal(t, []string{"1", "1"}, g.header("x-own"))
	assert.Equal(t, []url.Values{{
		"grant_type": {"client_credentials"}, "client_id": {"me"}, "client_secret": {secret}, "audience": {"aud"}, "scope": {"a b"}, "resource": {"res"},
	}}, i.asked())
}

func TestUnsetPartsOfTheGrantAreLeftOut(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	require.NoError(t, connect(t, &gateway{}, oidc(t, i)).Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Equal(t, []url.Values{{"grant_type": {"client_credentials"}, "client_id": {"me"}, "client_secret": {secret}}}, i.asked())
}

// revoking refuses every call that comes with t1.
func revoking(ctx context.Context) error {
	md, _ := metadata.FromIncomingContext(ctx)
	if md.Get("authorization")[0] == "Bearer t1" {
		return status.Error(codes.Unauthenticated, "revoked")
	}
	return nil
}

func TestRevokedTokenIsReplacedOnceForEveryKindOfCall(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(*testing.T, *Client){
		"command": func(t *testing.T, c *Client) {
			t.Helper()
			require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
		},
		"poll": func(t *testing.T, c *Client) {
			t.Helper()
			n := 0
			require.NoError(t, c.Activate(t.Context(), job.PollRequest{MaxJobs: 1}, func(*job.Job) { n++ }))
			assert.Equal(t, 1, n)
		},
		"stream": func(t *testing.T, c *Client) {
			t.Helper()
			s, err := c.Stream(t.Context(), job.TakeRequest{})
			require.NoError(t, err)
			j, err := s.Recv()
			require.NoError(t, err)
			assert.Equal(t, int64(1), j.Key)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &issuer{}
			g := &gateway{
				answer: func(ctx context.Context, _ any) error { return revoking(ctx) },
				activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
					if err := revoking(s.Context()); err != nil {
						return err
					}
					return s.Send(&pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{activated(1)}})
				},
				stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
					if err := revoking(s.Context()); err != nil {
						return err
					}
					return s.Send(activated(1))
				},
			}
			call(t, connect(t, g, oidc(t, i)))
			assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, g.header("authorization"))
			assert.Len(t, i.asked(), 2)
		})
	}
}

func TestCallRefusedTwiceIsDenied(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	refuse := status.Error(codes.Unauthenticated, "never")
	g := &gateway{
		answer: func(context.Context, any) error { return refuse },
		stream: func(*pb.StreamActivatedJobsRequest, pb.Gateway_StreamActivatedJobsServer) error { return refuse },
	}
	c := connect(t, g, oidc(t, i))
	want := job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "never"}
	assertRefused(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil), want)
	assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, g.header("authorization"))
	ageToken(c, -time.Hour)
	s, err := c.Stream(t.Context(), job.TakeRequest{})
	require.NoError(t, err)
	_, err = s.Recv()
	assertRefused(t, err, want)
	assert.Equal(t, []string{"Bearer t1", "Bearer t2", "Bearer t2"}, g.header("authorization"), "t2 came in place of a refused one just now")
	assert.Len(t, i.asked(), 2)
}

// renewing is an authorizer that always has another proof.
type renewing struct {
	fixedAuth
	asked *int
}

func (r renewing) authorize(ctx context.Context) (context.Context, *proof, error) {
	*r.asked++
	return ctx, nil, nil
}

func (r renewing) refused(*proof) bool { return *r.asked < 10 }

// TestACallIsRefusedTwiceAtTheMost: a gateway that takes no token at all is not asked without end.
func TestACallIsRefusedTwiceAtTheMost(t *testing.T) {
	t.Parallel()
	refuse := status.Error(codes.Unauthenticated, "never")
	for name, call := range map[string]func(*Client) error{
		"command": func(c *Client) error { return c.Complete(t.Context(), job.Ref{Key: 1}, nil) },
		"poll": func(c *Client) error {
			return c.Activate(t.Context(), job.PollRequest{MaxJobs: 1}, func(*job.Job) {})
		},
		"stream": func(c *Client) error {
			s, err := c.Stream(t.Context(), job.TakeRequest{})
			if err == nil {
				_, err = s.Recv()
			}
			return err
		},
	} {
		c := connect(t, &gateway{
			answer:   func(context.Context, any) error { return refuse },
			activate: func(*pb.ActivateJobsRequest, pb.Gateway_ActivateJobsServer) error { return refuse },
			stream:   func(*pb.StreamActivatedJobsRequest, pb.Gateway_StreamActivatedJobsServer) error { return refuse },
		}, Config{})
		asked := 0
		c.auth = renewing{asked: &asked}
		var refused *job.CommandError
		require.ErrorAs(t, call(c), &refused, name)
		assert.Equal(t, job.Denied, refused.Kind, name)
		assert.Equal(t, 2, asked, name)
	}
}

func TestManyCallsShareOneRequestForAToken(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	i := &issuer{answer: func(n int) (int, string) {
		<-release
		return http.StatusOK, fmt.Sprintf(`{"access_token":"t%d","expires_in":"3600"}`, n)
	}}
	g := &gateway{}
	c := connect(t, g, oidc(t, i))
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() { assert.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil)) })
	}
	require.Eventually(t, func() bool { return len(i.asked()) == 1 }, 10*time.Second, time.Millisecond)
	close(release)
	calls.Wait()
	assert.Len(t, i.asked(), 1)
	assert.Len(t, g.header("authorization"), 20)
}

func TestOneOfManyRefusedCallsReplacesTheToken(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	g := &gateway{answer: func(ctx context.Context, _ any) error { return revoking(ctx) }}
	c := connect(t, g, oidc(t, i))
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() { assert.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil)) })
	}
	calls.Wait()
	assert.Len(t, i.asked(), 2, "a token that another call has fetched already is not dropped")
}

func TestTokenServersRefusalIsToldWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		kind   job.CommandErrorKind
		code   string
		want   string
	}{
		{"it refuses", 401, `{"error":"invalid_client","error_description":"not ` + secret + `"}`, job.Denied, "UNAUTHENTICATED", "HTTP 401: invalid_client: not ***"},
		{"it is broken", 502, `<html>`, job.Transient, "UNAVAILABLE", "HTTP 502"},
		{"it is busy", 429, `{}`, job.Transient, "UNAVAILABLE", "HTTP 429"},
		{"it has no token", 200, `{"token_type":"Bearer"}`, job.Denied, "UNAUTHENTICATED", "without an access_token"},
		{"it is no such server", 200, `<html>`, job.Denied, "UNAUTHENTICATED", "without an access_token"},
		{"it sends us away", 302, ``, job.Denied, "UNAUTHENTICATED", "HTTP 302"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := &issuer{answer: func(int) (int, string) { return tt.status, tt.body }}
			g := &gateway{}
			err := connect(t, g, oidc(t, i)).Complete(t.Context(), job.Ref{Key: 1}, nil)
			var e *job.CommandError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.kind, e.Kind)
			assert.Equal(t, tt.code, e.Code)
			assert.Contains(t, e.Reason, tt.want)
			assert.NotContains(t, e.Reason, secret)
			assert.Contains(t, e.Reason, "/token for a token as client me", "whom, and as whom; without the URL's query")
			assert.Len(t, i.asked(), 1, "a refusal is not asked for twice")
			assert.Empty(t, g.header("authorization"))
		})
	}
}

func TestTokenServerThatIsNotThereIsTransient(t *testing.T) {
	t.Parallel()
	config := Config{Auth: Auth{Method: AuthOIDC, ClientID: "me", ClientSecret: secret, TokenURL: "http://127.0.0.1:1/token"}}
	err := connect(t, &gateway{}, config).Complete(t.Context(), job.Ref{Key: 1}, nil)
	var e *job.CommandError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, job.Transient, e.Kind)
	assert.Contains(t, e.Reason, "127.0.0.1:1")
}

func TestAuthenticationThatCannotWorkIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		auth Auth
		want string
	}{
		{"method", Auth{Method: "kerberos"}, `found "kerberos", expected none, basic or oidc`},
		{"basic without a password", Auth{Method: AuthBasic, Username: "u"}, "a password"},
		{"oidc without a secret", Auth{Method: AuthOIDC, ClientID: "c", TokenURL: "https://x"}, "a client secret"},
		{"oidc without a URL", Auth{Method: AuthOIDC, ClientID: "c", ClientSecret: secret}, "token URL"},
		{"oidc with a path", Auth{Method: AuthOIDC, ClientID: "c", ClientSecret: secret, TokenURL: "/token"}, "token URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Dial(Config{Target: "h:1", Auth: tt.auth}, silent)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func TestConfigPrintsWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, auth := range []Auth{
		{Method: AuthBasic, Username: "u", Password: secret},
		{Method: AuthOIDC, ClientID: "c", ClientSecret: secret, TokenURL: "https://u:" + secret + "@h/t?k=" + secret},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(verb, Config{Auth: auth}), secret, verb)
		}
	}
}
