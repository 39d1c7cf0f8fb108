package zeebe

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// tokenClient honours HTTPS_PROXY and follows no redirect: a client secret goes where it was configured to go. Key is the
// client's TLS certificate, nil if it has none.
func tokenClient(roots *x509.CertPool, key *keyFiles) *http.Client {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     30 * time.Second,
		TLSClientConfig:     tlsConfig(roots, "", key),
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tokenAnswer is what RFC 6749, 5.1 and 5.2, says of the answer's fields. Some servers give the seconds as text.
type tokenAnswer struct {
	AccessToken string      `json:"access_token"`
	ExpiresIn   json.Number `json:"expires_in"`
	Error       string      `json:"error"`
	Description string      `json:"error_description"`
}

// assumedLife is how long a token is used whose answer does not say for how long it holds.
const assumedLife = 5 * time.Minute

// maxTokenAnswer is how many bytes of an answer are read.
const maxTokenAnswer = 1 << 20

// fetchToken asks for a token by the client credentials grant of RFC 6749, 4.4, the client's id and secret in the
// body as Camunda's own clients send them. With a signer, an assertion made for this request stands in for the secret. Its error is a *[job.CommandError]: Transient where the server could not be
// reached or is at fault, Denied where it refused.
func fetchToken(ctx context.Context, client *http.Client, a *Auth, signer *assertionSigner) (*token, error) {
	if a.TokenURL == "" {
		found, err := discover(ctx, client, a)
		if err != nil {
			return nil, err
		}
		a = found
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.ClientID}}
	assertion := ""
	switch {
	case signer != nil:
		var err error
		assertion, err = signer.sign(a.ClientID, a.TokenURL)
		if err != nil {
			return nil, tokenError(a, job.Denied, "make a client assertion: "+err.Error())
		}
		form.Set("client_assertion_type", assertionType)
		form.Set("client_assertion", assertion)
	case a.ClientSecret != "":
		form.Set("client_secret", a.ClientSecret)
	}
	for name, value := range map[string]string{"audience": a.Audience, "scope": a.Scope, "resource": a.Resource} {
		if value != "" {
			form.Set(name, value)
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, tokenError(a, job.Denied, err.Error())
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	asked := time.Now()
	code, body, err := exchange(client, request)
	if err != nil {
		return nil, tokenError(a, job.Transient, err.Error())
	}
	fetched, err := readToken(a, code, body, asked)
	if refusal, ok := errors.AsType[*job.CommandError](err); ok && assertion != "" {
		refusal.Reason = strings.ReplaceAll(refusal.Reason, assertion, "***")
	}
	return fetched, err
}

// exchange sends the request and reads the answer.
func exchange(client *http.Client, request *http.Request) (code int, body []byte, err error) {
	response, err := client.Do(request)
	if err != nil {
		// A url.Error repeats the URL, query and all.
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
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
		return nil, tokenError(&found, job.Denied, err.Error())
	}
	request.Header.Set("Accept", "application/json")
	code, body, err := exchange(client, request)
	if err != nil {
		return nil, tokenError(&found, job.Transient, err.Error())
	}
	var answer struct {
		Endpoint string `json:"token_endpoint"`
	}
	if code != http.StatusOK || json.Unmarshal(body, &answer) != nil || !isWebURL(answer.Endpoint) {
		return nil, tokenError(&found, refusalKind(code), "the answer was HTTP "+strconv.Itoa(code)+" without a token_endpoint")
	}
	if strings.HasPrefix(a.DiscoveryURL, "https:") && !strings.HasPrefix(answer.Endpoint, "https:") {
		return nil, tokenError(&found, job.Denied, "it names "+printableURL(answer.Endpoint)+", which is not secured, for the token")
	}
	found.TokenURL = answer.Endpoint
	return &found, nil
}

// refusalKind tells a server that is at fault from one that refuses.
func refusalKind(code int) job.CommandErrorKind {
	if code >= http.StatusInternalServerError || code == http.StatusTooManyRequests {
		return job.Transient
	}
	return job.Denied
}

func readToken(a *Auth, code int, body []byte, asked time.Time) (*token, error) {
	var answer tokenAnswer
	err := json.Unmarshal(body, &answer)
	if code != http.StatusOK {
		reason := "the answer was HTTP " + strconv.Itoa(code)
		if answer.Error != "" {
			reason += ": " + answer.Error
		}
		if answer.Description != "" {
			reason += ": " + answer.Description
		}
		return nil, tokenError(a, refusalKind(code), reason)
	}
	if err != nil || answer.AccessToken == "" {
		return nil, tokenError(a, job.Denied, "the answer was HTTP 200 without an access_token")
	}
	life := assumedLife
	if seconds, err := answer.ExpiresIn.Float64(); err == nil && seconds > 0 {
		life = time.Duration(min(seconds, maxLifeSeconds) * float64(time.Second))
	}
	// It is renewed after four fifths of its life, and not used in its last tenth: clocks differ, and calls take time.
	return &token{proof: newProof("Bearer", answer.AccessToken), asked: asked, renew: asked.Add(life / 5 * 4), end: asked.Add(life / 10 * 9)}, nil
}

// maxLifeSeconds keeps a life, one year, within what a duration can hold.
const maxLifeSeconds = 365 * 24 * 3600

// tokenError words a failed request for a token. A server that repeats the secret in its answer does not get it printed.
func tokenError(a *Auth, kind job.CommandErrorKind, reason string) error {
	code := "UNAVAILABLE"
	if kind == job.Denied {
		code = "UNAUTHENTICATED"
	}
	if a.ClientSecret != "" {
		reason = strings.ReplaceAll(reason, a.ClientSecret, "***")
	}
	return &job.CommandError{Kind: kind, Code: code, Reason: fmt.Sprintf("ask %s for a token as client %s: %s", printableURL(a.TokenURL), a.ClientID, reason)}
}
