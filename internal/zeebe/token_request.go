package zeebe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// tokenClient honours HTTPS_PROXY and follows no redirect: a client secret goes where it was configured to go.
func tokenClient(secure *tls.Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: 10 * time.Second,
			IdleConnTimeout:     30 * time.Second,
			TLSClientConfig:     secure,
		},
		CheckRedirect: noRedirect,
	}
}

// noRedirect has an answer that leads elsewhere be the answer.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// assumedLife is how long a token is used whose answer does not say for how long it holds.
const assumedLife = 5 * time.Minute

// maxTokenAnswer is how many bytes of an answer are read.
const maxTokenAnswer = 1 << 20

// fetchToken asks for a token by the client credentials grant of RFC 6749, 4.4, the client's id and secret in the
// body as Camunda's own clients send them. With a signer, an assertion made for this request stands in for the secret. Its
// error is a *[job.CommandError]: Transient where the server could not be reached or is at fault, Denied where it refused.
func fetchToken(ctx context.Context, client *http.Client, a *Auth, signer *assertionSigner) (*token, error) {
	if a.TokenURL == "" {
		found, err := discover(ctx, client, a)
		if err != nil {
			return nil, err
		}
		a = found
	}
	grant := clientcredentials.Config{ClientID: a.ClientID, TokenURL: a.TokenURL, AuthStyle: oauth2.AuthStyleInParams, EndpointParams: url.Values{}}
	assertion := ""
	if signer != nil {
		var err error
		assertion, err = signer.sign(a.ClientID, a.TokenURL)
		if err != nil {
			return nil, tokenError(a, tokenFault{kind: job.Denied, reason: "make a client assertion: " + err.Error()})
		}
		grant.EndpointParams.Set("client_assertion_type", assertionType)
		grant.EndpointParams.Set("client_assertion", assertion)
	} else {
		grant.ClientSecret = a.ClientSecret
	}
	for name, value := range map[string]string{"audience": a.Audience, "scope": a.Scope, "resource": a.Resource} {
		if value != "" {
			grant.EndpointParams.Set(name, value)
		}
	}
	direct := *client
	direct.Transport = jsonAnswers{client.Transport}
	asked := time.Now()
	fetched, err := grant.Token(context.WithValue(ctx, oauth2.HTTPClient, &direct))
	if err != nil {
		fault := grantFault(err)
		if assertion != "" {
			fault.reason = strings.ReplaceAll(fault.reason, assertion, "***")
		}
		return nil, tokenError(a, fault)
	}
	life := assumedLife
	if !fetched.Expiry.IsZero() && fetched.Expiry.After(asked) {
		life = min(fetched.Expiry.Sub(asked), maxLife)
	}
	// It is renewed after four fifths of its life, and not used in its last tenth: clocks differ, and calls take time.
	return &token{proof: newProof("Bearer", fetched.AccessToken), asked: asked, renew: asked.Add(life / 5 * 4), end: asked.Add(life / 10 * 9)}, nil
}

// maxLife is the longest life of a token that is believed.
const maxLife = 365 * 24 * time.Hour

// jsonAnswers asks for JSON and takes an answer as JSON, as RFC 6749, 5.1, has it, whatever its content type says: some servers
// name another. It reads the answer at once, so that a connection that ends before it is an error of the request.
type jsonAnswers struct{ http.RoundTripper }

func (t jsonAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", "application/json")
	response, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTokenAnswer))
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.Header.Set("Content-Type", "application/json")
	return response, nil
}

// exchange sends the request and reads the answer.
func exchange(client *http.Client, request *http.Request) (code int, body []byte, err error) {
	response, err := client.Do(request)
	if err != nil {
		// A url.Error repeats the URL, query and all.
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxTokenAnswer))
	return response.StatusCode, body, err
}

// discover asks for the OpenID configuration and returns a with the token endpoint that it names. From an https address it is
// led to no http one: the client's secret goes there.
func discover(ctx context.Context, client *http.Client, a *Auth) (*Auth, error) {
	found := *a
	found.TokenURL = a.DiscoveryURL // for the errors
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.DiscoveryURL, http.NoBody)
	if err != nil {
		return nil, tokenError(&found, tokenFault{kind: job.Denied, reason: err.Error()})
	}
	request.Header.Set("Accept", "application/json")
	code, body, err := exchange(client, request)
	if err != nil {
		return nil, tokenError(&found, unansweredFault(err))
	}
	var answer struct {
		Endpoint string `json:"token_endpoint"`
	}
	if code != http.StatusOK || json.Unmarshal(body, &answer) != nil || !isWebURL(answer.Endpoint) {
		return nil, tokenError(&found, answeredFault(code, " without a token_endpoint"))
	}
	if strings.HasPrefix(a.DiscoveryURL, "https:") && !strings.HasPrefix(answer.Endpoint, "https:") {
		return nil, tokenError(&found, tokenFault{kind: job.Denied, reason: "it names " + printableURL(answer.Endpoint) + ", which is not secured, for the token"})
	}
	found.TokenURL = answer.Endpoint
	return &found, nil
}
