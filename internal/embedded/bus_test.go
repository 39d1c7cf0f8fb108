package embedded_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

func startBus(tb testing.TB, o embedded.BusOptions) *embedded.Bus {
	tb.Helper()
	b, err := embedded.StartBus(o)
	require.NoError(tb, err)
	tb.Cleanup(b.Close)
	return b
}

const signature = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/events/aws4_request, SignedHeaders=host, Signature=0"

// put sends a body as an AWS client would, and returns the answer with its body.
func put(tb testing.TB, b *embedded.Bus, body string, change ...func(*http.Request)) (answered, string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, b.URL(), strings.NewReader(body))
	require.NoError(tb, err)
	r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
	r.Header.Set("Authorization", signature)
	for _, f := range change {
		f(r)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(tb, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(tb, err)
	return answered{answer.StatusCode, answer.Header}, string(text)
}

// answered is an answer whose body was read.
type answered struct {
	StatusCode int
	Header     http.Header
}

const entry = `{"Source":"s","DetailType":"d","Detail":"{\"a\":1}","EventBusName":"bus","Resources":["r1","r2"],"Time":1.5,"TraceHeader":"tr"}`

func TestBusAcceptsEvents(t *testing.T) {
	t.Parallel()
	heard := make(chan embedded.Event, 1)
	b := startBus(t, embedded.BusOptions{OnEvent: func(e embedded.Event) { heard <- e }})
	answer, body := put(t, b, `{"Entries":[`+entry+`]}`)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	var got struct {
		Entries          []struct{ EventID string }
		FailedEntryCount *int
	}
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Len(t, got.Entries, 1)
	require.NotNil(t, got.FailedEntryCount)
	assert.Zero(t, *got.FailedEntryCount)
	assert.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`), got.Entries[0].EventID)
	e := <-heard
	assert.WithinDuration(t, time.Now(), e.At, time.Minute)
	assert.Equal(t, []embedded.Event{{
		ID: got.Entries[0].EventID, Source: "s", DetailType: "d", EventBusName: "bus", Detail: `{"a":1}`, Resources: []string{"r1", "r2"}, Time: "1.5",
		TraceHeader: "tr", At: e.At, RequestID: answer.Header.Get("X-Amzn-Requestid"), AccessKey: "AKID", Region: "eu-central-1",
	}}, b.Events())
	assert.Equal(t, embedded.BusCounts{Requests: 1, Accepted: 1}, b.Counts())
}

func TestAnswerHeadersAreSpeltAsAWSSpellsThem(t *testing.T) {
	t.Parallel()
	b := startBus(t, embedded.BusOptions{})
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.URL(), "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, connection.Close()) })
	body := `{"Entries":[` + entry + `]}`
	_, err = fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSEvents.PutEvents\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s", signature, len(body), body)
	require.NoError(t, err)
	lines := bufio.NewScanner(connection)
	var names []string
	for lines.Scan() && lines.Text() != "" {
		name, _, _ := strings.Cut(lines.Text(), ":")
		names = append(names, name)
	}
	assert.ElementsMatch(t, []string{"HTTP/1.1 200 OK", "x-amzn-RequestId", "Content-Type", "Content-Length", "Date"}, names)
}

func TestBusRejectsEntriesOneByOne(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, entry, code string }{
		{"no source", `{"DetailType":"d","Detail":"{}"}`, "InvalidArgument"},
		{"an empty source", `{"Source":"","DetailType":"d","Detail":"{}"}`, "InvalidArgument"},
		{"no detail type", `{"Source":"s","Detail":"{}"}`, "InvalidArgument"},
		{"a long detail type", `{"Source":"s","DetailType":"` + strings.Repeat("d", 129) + `","Detail":"{}"}`, "InvalidArgument"},
		{"no detail", `{"Source":"s","DetailType":"d","Detail":null}`, "InvalidArgument"},
		{"detail is a list", `{"Source":"s","DetailType":"d","Detail":"[]"}`, "MalformedDetail"},
		{"detail is broken", `{"Source":"s","DetailType":"d","Detail":"{"}`, "MalformedDetail"},
		{"detail has a tail", `{"Source":"s","DetailType":"d","Detail":"{} x"}`, "MalformedDetail"},
		{"AWS's own source", `{"Source":"aws.s3","DetailType":"d","Detail":"{}"}`, "NotAuthorizedForSourceException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := startBus(t, embedded.BusOptions{})
			answer, body := put(t, b, `{"Entries":[`+tt.entry+`,`+entry+`]}`)
			assert.Equal(t, http.StatusOK, answer.StatusCode)
			var got struct {
				Entries          []struct{ EventID, ErrorCode, ErrorMessage string }
				FailedEntryCount int
			}
			require.NoError(t, json.Unmarshal([]byte(body), &got))
			assert.Equal(t, 1, got.FailedEntryCount)
			require.Len(t, got.Entries, 2)
			assert.Equal(t, tt.code, got.Entries[0].ErrorCode)
			assert.NotEmpty(t, got.Entries[0].ErrorMessage)
			assert.Empty(t, got.Entries[0].EventID)
			assert.NotEmpty(t, got.Entries[1].EventID)
			assert.Len(t, b.Events(), 1)
			assert.Equal(t, embedded.BusCounts{Requests: 1, Accepted: 1, Rejected: 1}, b.Counts())
		})
	}
}

func TestBusRefusesRequestsAsAWhole(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, tt := range []struct {
		name, body string
		change     func(*http.Request)
		code       string
	}{
		{"another call", `{}`, header("X-Amz-Target", "AWSEvents.PutRule"), "UnknownOperationException"},
		{"another method", ``, func(r *http.Request) { r.Method = http.MethodGet }, "UnknownOperationException"},
		{"no signature", `{}`, header("Authorization", ""), "MissingAuthenticationTokenException"},
		{"no JSON", `{"Entries":`, nil, "SerializationException"},
		{"a number for a text", `{"Entries":[{"Source":1}]}`, nil, "SerializationException"},
		{"no entries", `{}`, nil, "ValidationException"},
		{"null entries", `{"Entries":null}`, nil, "ValidationException"},
		{"an empty list of entries", `{"Entries":[]}`, nil, "ValidationException"},
		{"11 entries", `{"Entries":[` + strings.Repeat(entry+",", 10) + entry + `]}`, nil, "ValidationException"},
		{"too large", `{"Entries":[` + entry + "," + entry + `]}`, nil, "ValidationException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// An entry has 1 byte of source, 1 of detail type, 7 of detail, 4 of resources and 14 of time.
			b := startBus(t, embedded.BusOptions{MaxRequest: 53})
			change := tt.change
			if change == nil {
				change = func(*http.Request) {}
			}
			answer, body := put(t, b, tt.body, change)
			assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
			var got struct {
				Code string `json:"__type"`
			}
			require.NoError(t, json.Unmarshal([]byte(body), &got))
			assert.Equal(t, tt.code, got.Code, body)
			assert.NotEmpty(t, answer.Header.Get("X-Amzn-Requestid"))
			assert.Empty(t, b.Events())
			assert.Equal(t, embedded.BusCounts{Requests: 1, Refused: 1}, b.Counts())
		})
	}
}

func TestRequestAtTheLimitIsAccepted(t *testing.T) {
	t.Parallel()
	b := startBus(t, embedded.BusOptions{MaxRequest: 54})
	answer, _ := put(t, b, `{"Entries":[`+entry+","+entry+`]}`)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
}

func TestTheBusTakesOneMebibyte(t *testing.T) {
	t.Parallel()
	b := startBus(t, embedded.BusOptions{})
	sized := func(n int) string { // an entry of n bytes: 2 of source and detail type, 8 of detail beside its text
		return `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{\"a\":\"` + strings.Repeat("x", n-10) + `\"}"}]}`
	}
	answer, _ := put(t, b, sized(1<<20))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	answer, body := put(t, b, sized(1<<20+1))
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
	assert.Contains(t, body, "the entries have 1048577 bytes, at most 1048576 are allowed")
}

func TestBusAnswersByScriptThenByFunctionThenByItself(t *testing.T) {
	t.Parallel()
	b := startBus(t, embedded.BusOptions{})
	body := `{"Entries":[` + entry + `]}`
	b.Script(embedded.Throttled(), embedded.Answer{Status: 503, Header: map[string]string{"content-type": "text/html", "X-Amzn-RequestId": "", "x-Own": "1"}, Body: "<html>"})
	b.Respond(func(r *embedded.BusRequest) *embedded.Answer {
		if r.Number != 3 {
			return nil
		}
		a := embedded.AWSError(400, "AccessDeniedException", r.Entries[0].Source+" "+r.Path)
		return &a
	})
	answer, text := put(t, b, body)
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
	assert.JSONEq(t, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, text)
	answer, text = put(t, b, body)
	assert.Equal(t, 503, answer.StatusCode)
	assert.Equal(t, "<html>", text)
	assert.Equal(t, []string{"text/html"}, answer.Header["Content-Type"])
	assert.NotContains(t, answer.Header, "X-Amzn-Requestid")
	assert.Equal(t, "1", answer.Header.Get("X-Own"))
	_, text = put(t, b, body)
	assert.JSONEq(t, `{"__type":"AccessDeniedException","message":"s /"}`, text)
	answer, _ = put(t, b, body)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Len(t, b.Events(), 1, "what is refused is no event")
	assert.Equal(t, embedded.BusCounts{Requests: 4, Accepted: 1, Refused: 3}, b.Counts())
}

func TestBusHangsUp(t *testing.T) {
	t.Parallel()
	for _, accept := range []bool{false, true} {
		b := startBus(t, embedded.BusOptions{})
		b.Script(embedded.Answer{HangUp: true, Accept: accept})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.URL(), strings.NewReader(`{"Entries":[`+entry+`]}`))
		require.NoError(t, err)
		r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
		r.Header.Set("Authorization", signature)
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		require.Error(t, err)
		assert.Equal(t, accept, len(b.Events()) == 1, "an answer that is lost does not undo the event")
	}
}

func TestBusTakesItsTime(t *testing.T) {
	t.Parallel()
	b := startBus(t, embedded.BusOptions{Latency: 10 * time.Millisecond})
	b.Script(embedded.Answer{Latency: 10 * time.Millisecond})
	started := time.Now()
	put(t, b, `{"Entries":[`+entry+`]}`)
	assert.GreaterOrEqual(t, time.Since(started), 20*time.Millisecond)
}

func TestBusKeepsTheNewestEvents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		keep int
		want []string
	}{{0, []string{"1", "2", "3"}}, {2, []string{"2", "3"}}, {-1, nil}} {
		b := startBus(t, embedded.BusOptions{KeepEvents: tt.keep})
		for i := range 3 {
			put(t, b, fmt.Sprintf(`{"Entries":[{"Source":"%d","DetailType":"d","Detail":"{}"}]}`, i+1))
		}
		var got []string
		for _, e := range b.Events() {
			got = append(got, e.Source)
		}
		assert.Equal(t, tt.want, got)
		assert.Equal(t, int64(3), b.Counts().Accepted)
	}
}
