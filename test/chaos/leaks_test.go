package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
)

// wire makes what a client of gRPC writes.
type wire struct {
	bytes.Buffer
	framer *http2.Framer
	fields bytes.Buffer
	packer *hpack.Encoder
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{}
	w.WriteString(http2.ClientPreface)
	w.framer = http2.NewFramer(&w.Buffer, nil)
	w.packer = hpack.NewEncoder(&w.fields)
	require.NoError(t, w.framer.WriteSettings())
	return w
}

func (w *wire) headers(t *testing.T, id uint32, fields ...string) {
	t.Helper()
	w.fields.Reset()
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, w.packer.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	require.NoError(t, w.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: w.fields.Bytes(), EndHeaders: true}))
}

func hits(t *testing.T, sent []byte) map[string]bool {
	t.Helper()
	s := leak.NewStreams(nil)
	require.NoError(t, readWire(sent, s.Write))
	found, _ := leak.SearchAll(s, marks())
	outlets := map[string]bool{}
	for _, h := range found {
		outlets[h.Outlet] = true
	}
	return outlets
}

// A secret is found in the calls of a connection, packed and in pieces as HTTP/2 carries them.
func TestSecretsInCallsAreFound(t *testing.T) {
	const call = "/gateway_protocol.Gateway/FailJob"
	tests := []struct {
		name string
		send func(t *testing.T, w *wire)
		want map[string]bool
	}{
		{"nothing", func(t *testing.T, w *wire) {
			t.Helper()
			w.headers(t, 1, ":path", call, "authorization", "Bearer "+accessToken)
			require.NoError(t, w.framer.WriteData(1, false, []byte("no secret")))
		}, map[string]bool{}},
		{"in a message", func(t *testing.T, w *wire) {
			t.Helper()
			w.headers(t, 1, ":path", call)
			require.NoError(t, w.framer.WriteData(1, false, []byte("of "+literalKey)))
		}, map[string]bool{"gRPC FailJob": true}},
		{"in a message over two frames with another call between them", func(t *testing.T, w *wire) {
			t.Helper()
			w.headers(t, 1, ":path", call)
			w.headers(t, 3, ":path", "/gateway_protocol.Gateway/Topology")
			require.NoError(t, w.framer.WriteData(1, false, []byte(literalKey[:7])))
			require.NoError(t, w.framer.WriteData(3, false, bytes.Repeat([]byte("."), 5000)))
			require.NoError(t, w.framer.WriteData(1, false, []byte(literalKey[7:])))
		}, map[string]bool{"gRPC FailJob": true}},
		{"in a header field, the second time as a number of the table", func(t *testing.T, w *wire) {
			t.Helper()
			w.headers(t, 1, ":path", call, "x-user", "a")
			w.headers(t, 3, ":path", call, "x-user", "percent-"+url.QueryEscape(clientSecret))
			w.headers(t, 5, ":path", call, "x-user", "percent-"+url.QueryEscape(clientSecret))
		}, map[string]bool{"gRPC metadata": true}},
		{"the token in another field", func(t *testing.T, w *wire) {
			t.Helper()
			w.headers(t, 1, ":path", call, "x-authorization", "Bearer "+accessToken)
		}, map[string]bool{"gRPC metadata": true}},
		{"in a call that was cut off", func(t *testing.T, w *wire) {
			t.Helper()
			w.headers(t, 1, ":path", call)
			require.NoError(t, w.framer.WriteData(1, false, []byte(base64.StdEncoding.EncodeToString([]byte(literalKey+strings.Repeat("x", 50))))))
			w.Truncate(w.Len() - 30)
		}, map[string]bool{"gRPC rest": true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWire(t)
			tt.send(t, w)
			assert.Equal(t, tt.want, hits(t, w.Bytes()))
		})
	}
}

func TestCallsThatCannotBeReadAreAProblem(t *testing.T) {
	ignore := func(string, []byte) {}
	require.ErrorContains(t, readWire([]byte(strings.Repeat("GET / HTTP/1.1\r\n", 3)), ignore), "beginning")
	packed := newWire(t)
	packed.headers(t, 1, ":path", "/a/b", "grpc-encoding", "gzip")
	require.ErrorContains(t, readWire(packed.Bytes(), ignore), "gzip")
	broken := newWire(t)
	require.NoError(t, broken.framer.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, []byte{0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}))
	require.Error(t, readWire(broken.Bytes(), ignore))
}

// The proxy keeps what a worker sends in every mode in which it takes it.
func TestProxyRecordsWhatTheWorkerSends(t *testing.T) {
	p := echo(t)
	for i, m := range []mode{pass, swallow} {
		p.set(m)
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address())
		require.NoError(t, err)
		_, err = io.WriteString(c, "sent")
		require.NoError(t, err)
		if m == pass {
			_, err = io.ReadFull(c, make([]byte, len("sent")))
			require.NoError(t, err)
		}
		require.NoError(t, c.Close())
		require.Eventually(t, func() bool { return len(p.recordings()) > i }, limit, time.Millisecond, "it is accepted")
		require.NoError(t, p.awaitIdle(t.Context()))
	}
	all := p.recordings()
	require.Len(t, all, 2)
	for _, r := range all {
		assert.Equal(t, "sent", string(r.bytes()))
	}
}

// Where the worker proves who it is its credentials may stand, and nowhere else.
func TestCredentialsMayStandWhereTheyBelong(t *testing.T) {
	o, err := newOutside(t.Context())
	require.NoError(t, err)
	defer o.close()
	send := func(path, header, value, body string) map[string]bool {
		o.heard = leak.NewStreams(withoutCredentials)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://outside"+path, strings.NewReader(body))
		r.Header.Set(header, value)
		o.hear(r)
		found, _ := leak.SearchAll(o.heard, marks())
		outlets := map[string]bool{}
		for _, h := range found {
			outlets[h.Outlet] = true
		}
		return outlets
	}
	form := url.Values{"client_id": {"chaos"}, "client_secret": {clientSecret}}.Encode()
	assert.Empty(t, send(tokenPath, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("chaos:"+clientSecret)), form))
	assert.Empty(t, send("/v2/topology", "Authorization", "Bearer "+accessToken, ""))
	assert.Empty(t, send("/v1/traces", "Api-Key", collectorKey, "spans"))
	assert.Equal(t, map[string]bool{"token endpoint body": true}, send(tokenPath, "X", "", form+"&scope="+clientSecret))
	assert.Equal(t, map[string]bool{"REST API body": true}, send("/v2/topology", "X", "", form))
	assert.Equal(t, map[string]bool{"REST API head": true}, send("/v2/topology", "Api-Key", collectorKey, ""))
	assert.Equal(t, map[string]bool{"traces head": true}, send("/v1/traces", "Authorization", "Bearer "+accessToken, ""))
	assert.Equal(t, map[string]bool{"REST API head": true}, send("/v2/"+literalKey, "X", "", ""))
}

func TestLeaksAreProblems(t *testing.T) {
	hit := leak.Hit{Outlet: "log", Mark: "plain", Form: "raw"}
	tests := []struct {
		name  string
		hits  []leak.Hit
		own   []string
		want  []kind
		found int
	}{
		{"none", nil, nil, nil, 0},
		{"the worker's", []leak.Hit{hit}, nil, []kind{isLeak}, 1},
		{"the tool's", []leak.Hit{hit}, []string{"log"}, []kind{isLeak}, 0},
		{"the worker's beside the tool's", []leak.Hit{hit, {Outlet: "traces body"}}, []string{"log"}, []kind{isLeak, isOther}, 1},
		{"the tool's, which was not found", nil, []string{"log"}, []kind{isOther}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &result{}
			r.addLeaks(tt.hits, tt.own)
			var found []kind
			for _, p := range r.problems {
				found = append(found, p.kind)
			}
			assert.Equal(t, tt.want, found)
			assert.Equal(t, tt.found, r.searched.found)
		})
	}
}

func TestSummaryCountsWhatWasSearched(t *testing.T) {
	var out strings.Builder
	r := &result{searched: searched{bytes: 7, found: 1, own: 2, samples: map[string][]byte{"log": []byte("a line")}}}
	require.NoError(t, summarizeLeaks(&out, []*result{r, r}))
	assert.Regexp(t, `^canary: 1 streams, 14 bytes searched for \d+ secrets in \d+ forms: 2 found \([1-9]\d* plants, 0 missed; 4 that the tool gave away, all found\)\n$`, out.String())
	require.Error(t, summarizeLeaks(&out, []*result{{}}), "nothing was heard")
}
