//go:build e2e

package e2e

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// ownCluster is the cluster that E2E_GRPC_ADDRESS names, with its REST API at E2E_REST_ADDRESS, which may be empty. Workers
// and tests authenticate as the worker's own variables say (CAMUNDA_CLIENT_AUTH_…).
func ownCluster() (*gateway, error) {
	g := &gateway{name: "cluster", grpc: os.Getenv("E2E_GRPC_ADDRESS"), rest: strings.TrimRight(os.Getenv("E2E_REST_ADDRESS"), "/")}
	switch transport := os.Getenv("E2E_TRANSPORT"); {
	case transport == "rest" && g.rest != "":
		g.viaREST = true
	case transport == "rest":
		return nil, errors.New("E2E_TRANSPORT is rest, and E2E_REST_ADDRESS names no REST API")
	case transport != "" && transport != "grpc":
		return nil, fmt.Errorf("E2E_TRANSPORT: found %q, expected grpc or rest", transport)
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "CAMUNDA_") || strings.HasPrefix(name, "ZEEBE_") {
			g.env = append(g.env, variable)
		}
	}
	c, _, err := config.Load(nil, append([]string{"CAMUNDA_CLIENT_GRPCADDRESS=" + g.grpc, "CAMUNDA_CLIENT_RESTADDRESS=" + g.rest}, g.env...), os.ReadFile)
	if err != nil {
		return nil, err
	}
	if g.authorize, err = authorization(&c.Auth); err != nil {
		return nil, err
	}
	return g, g.connect(&c.Gateway)
}

// authorization returns what gives the authorization header of a call, empty if there is none.
func authorization(a *config.Auth) (func(context.Context) (string, error), error) {
	switch a.Method {
	case config.AuthNone:
		return func(context.Context) (string, error) { return "", nil }, nil
	case config.AuthBasic:
		header := "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Username+":"+a.Password))
		return func(context.Context) (string, error) { return header, nil }, nil
	case config.AuthOIDC:
		if a.TokenURL == "" || a.ClientSecret == "" {
			return nil, fmt.Errorf("authentication: the tests need a token URL and a client secret, found URL %q", a.TokenURL)
		}
		more := url.Values{}
		for name, value := range map[string]string{"audience": a.Audience, "resource": a.Resource} {
			if value != "" {
				more.Set(name, value)
			}
		}
		grant := clientcredentials.Config{
			ClientID: a.ClientID, ClientSecret: a.ClientSecret, TokenURL: a.TokenURL,
			Scopes: strings.Fields(a.Scope), EndpointParams: more, AuthStyle: oauth2.AuthStyleInParams,
		}
		source := grant.TokenSource(context.Background())
		return func(context.Context) (string, error) {
			token, err := source.Token()
			if err != nil {
				return "", err
			}
			return token.Type() + " " + token.AccessToken, nil
		}, nil
	default:
		return nil, fmt.Errorf("authentication method: found %q, expected none, basic or oidc", a.Method)
	}
}

// needsControl skips a test that cannot run on a cluster that is not ours.
func needsControl(t *testing.T, why string) {
	t.Helper()
	if engine.external() {
		t.Skipf("not on the cluster of E2E_GRPC_ADDRESS: %s", why)
	}
}

// needsREST skips a test that cannot run on a cluster without a REST address.
func needsREST(t *testing.T) {
	t.Helper()
	if engine.rest == "" {
		t.Skip("E2E_REST_ADDRESS names no REST API")
	}
}

// needsGRPC skips a test whose workers ask another REST API for models than the cluster's, and so cannot take jobs there.
func needsGRPC(t *testing.T) {
	t.Helper()
	if engine.viaREST {
		t.Skip("E2E_TRANSPORT is rest, and the test has a REST API of its own")
	}
}

// perCall adds the authorization header to gRPC calls.
type perCall func(context.Context) (string, error)

func (p perCall) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	header, err := p(ctx)
	if err != nil || header == "" {
		return nil, err
	}
	return map[string]string{"authorization": header}, nil
}

// RequireTransportSecurity is false: the user chose the address.
func (perCall) RequireTransportSecurity() bool { return false }

// signed adds the authorization header to a request of the REST API.
func (g *gateway) signed(r *http.Request) error {
	if g.authorize == nil {
		return nil
	}
	header, err := g.authorize(r.Context())
	if err == nil && header != "" {
		r.Header.Set("Authorization", header)
	}
	return err
}
