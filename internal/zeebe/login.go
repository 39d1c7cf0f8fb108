package zeebe

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Auth says as whom to speak to the gateway.
type Auth struct {
	Method             AuthMethod
	ClientID           string
	ClientSecret       string
	TokenURL           string
	Audience           string        // empty = none
	Scope              string        // scopes separated by blanks; empty = none
	Resource           string        // empty = none
	Username, Password string        // of the method basic
	Timeout            time.Duration // of one request for a token; 0 = 10 s
}

// AuthMethod is a way to authenticate.
type AuthMethod string

// The ways to authenticate: not at all, by name and password, by OAuth client credentials.
const (
	AuthNone  AuthMethod = "none"
	AuthBasic AuthMethod = "basic"
	AuthOIDC  AuthMethod = "oidc"
)

// tokenEarly is how long before its end a token is replaced.
const tokenEarly = 30 * time.Second

// login puts the authorization of each call into its metadata. A token is held in memory and fetched by one caller while
// the others wait.
type login struct {
	constant string // of the method basic
	config   *clientcredentials.Config
	client   *http.Client

	mu     sync.Mutex
	source oauth2.TokenSource
}

// newLogin returns nil where there is nothing to log in with.
func newLogin(a Auth) (*login, error) {
	switch a.Method {
	case "", AuthNone:
		return nil, nil //nolint:nilnil // nothing to log in with
	case AuthBasic:
		return &login{constant: "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Username+":"+a.Password))}, nil
	case AuthOIDC:
	default:
		return nil, fmt.Errorf("unknown authentication method %q, expected none, basic or oidc", a.Method)
	}
	if a.Timeout <= 0 {
		a.Timeout = 10 * time.Second
	}
	more := url.Values{}
	if a.Audience != "" {
		more.Set("audience", a.Audience)
	}
	if a.Resource != "" {
		more.Set("resource", a.Resource)
	}
	l := &login{
		config: &clientcredentials.Config{
			ClientID: a.ClientID, ClientSecret: a.ClientSecret, TokenURL: a.TokenURL,
			Scopes: strings.Fields(a.Scope), EndpointParams: more, AuthStyle: oauth2.AuthStyleInParams,
		},
		client: &http.Client{Timeout: a.Timeout},
	}
	l.forget()
	return l, nil
}

// forget drops the token, so that the next call fetches another.
func (l *login) forget() {
	if l.config == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, l.client) //nolint:forbidigo // a token outlives the call that fetches it
	l.source = oauth2.ReuseTokenSourceWithExpiry(nil, contextSource{ctx, l.config}, tokenEarly)
}

// contextSource fetches a token with every call.
type contextSource struct {
	ctx    context.Context
	config *clientcredentials.Config
}

func (s contextSource) Token() (*oauth2.Token, error) { return s.config.Token(s.ctx) }

// GetRequestMetadata implements [credentials.PerRPCCredentials].
func (l *login) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	if l.constant != "" {
		return map[string]string{"authorization": l.constant}, nil
	}
	l.mu.Lock()
	source := l.source
	l.mu.Unlock()
	token, err := source.Token()
	if err != nil {
		return nil, tokenError(l.config.TokenURL, err)
	}
	return map[string]string{"authorization": "Bearer " + token.AccessToken}, nil
}

// tokenError says why there is no token. A server that refuses us denies, anything else may pass.
func tokenError(tokenURL string, err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil {
		reason := strings.TrimSpace(refused.ErrorCode + " " + refused.ErrorDescription)
		if reason == "" {
			reason = "no reason given"
		}
		code := codes.Unavailable
		if refused.Response.StatusCode >= 400 && refused.Response.StatusCode < 500 && refused.Response.StatusCode != http.StatusTooManyRequests {
			code = codes.Unauthenticated
		}
		return status.Errorf(code, "the token server %s answered %d: %s", tokenURL, refused.Response.StatusCode, reason)
	}
	return status.Errorf(codes.Unavailable, "no token from %s: %s", tokenURL, err)
}

// RequireTransportSecurity implements [credentials.PerRPCCredentials]. A gateway within a cluster is often plaintext, as
// the official clients allow.
func (l *login) RequireTransportSecurity() bool { return false }

// again repeats a call once with a new token where the gateway does not take the old one.
func (l *login) again(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	err := invoke(ctx, method, request, reply, conn, options...)
	if l.config == nil || status.Code(err) != codes.Unauthenticated {
		return err
	}
	l.forget()
	return invoke(ctx, method, request, reply, conn, options...)
}
