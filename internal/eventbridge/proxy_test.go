package eventbridge

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// through has all requests of a sender go through a proxy.
func through(t *testing.T, s *Sender, proxy string) {
	t.Helper()
	u, err := url.Parse(proxy)
	require.NoError(t, err)
	require.NoError(t, s.share(&aws.Config{}))
	transport, ok := s.shared.transport.(*http.Transport)
	require.True(t, ok)
	transport.Proxy = http.ProxyURL(u)
	s.shared.proxy = transport.Proxy
}

func TestAFailureNamesTheProxyOnItsWay(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
	require.NoError(t, err)
	nobody := listener.Addr().String()
	require.NoError(t, listener.Close())
	for name, tt := range map[string]struct {
		endpoint string
		does     http.HandlerFunc // of the proxy; nil = nobody is there
		want     string
	}{
		"nobody there":              {"https://events.example.com", nil, "EventBridge cannot be reached at events.example.com: proxyconnect tcp: dial tcp " + nobody},
		"it forbids the host":       {"https://events.example.com", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "EventBridge cannot be reached at events.example.com: Forbidden"},
		"it wants a password":       {"https://events.example.com", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }, "Proxy Authentication Required"},
		"it answers in AWS's place": {"http://events.example.com", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "HTTP_502"},
		"it closes the connection":  {"http://events.example.com", hangUp, "the connection was closed before the answer was complete"},
		"a proxy, and AWS's refusal": {"http://events.example.com", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"__type":"AccessDeniedException"}`)
		}, ""},
	} {
		proxy := "http://user:hush-hush@" + nobody
		host := nobody
		if tt.does != nil {
			server := httptest.NewServer(tt.does)
			t.Cleanup(server.Close)
			host = server.Listener.Addr().String()
			proxy = "http://user:hush-hush@" + host
		}
		s := newSender(t, Options{})
		through(t, s, proxy)
		_, err := s.Send(t.Context(), requestTo(tt.endpoint))
		message := failure(t, err).Message
		hint := "; requests there go through the proxy http://" + host + " (HTTPS_PROXY or HTTP_PROXY): look whether it is up and lets them through, or add events.example.com to NO_PROXY"
		if tt.want == "" {
			assert.NotContains(t, message, "proxy", name)
			continue
		}
		assert.Contains(t, message, tt.want, name)
		assert.Contains(t, message, hint, name)
		assert.NotContains(t, message, "hush", name)
	}
	direct := startBus(t, answer{does: hangUp})
	_, err = newSender(t, Options{}).Send(t.Context(), direct.request())
	assert.NotContains(t, failure(t, err).Message, "NO_PROXY", "without a proxy")
}
