package eventbridge

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTooLargeIsFinalAndNamesTheSizes(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{
		"without a body": {status: 413},
		"of a proxy":     {status: 413, body: "<html>nope</html>"},
		"of AWS":         {status: 413, body: `{"__type":"RequestEntityTooLargeException","message":"too long"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startBus(t, a)
			_, err := newSender(t, Options{}).Send(t.Context(), b.request())
			e := failure(t, err)
			_, bodies := b.seen()
			require.Len(t, bodies, 1, "it is not tried again")
			assert.Equal(t, "HTTP_413", e.Code)
			assert.True(t, e.Final)
			assert.False(t, e.AnswerLost)
			assert.Contains(t, e.Message, fmt.Sprintf("it has %d bytes, and EventBridge takes 1048576", len(bodies[0])))
			assert.Contains(t, e.Message, "Status Code: 413, Error Code: HTTP_413")
		})
	}
}

func TestMoreEntriesThanWereSent(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"one more":         `{"FailedEntryCount":0,"Entries":[{"EventId":"a"},{"EventId":"b"}]}`,
		"300,000":          `{"FailedEntryCount":0,"Entries":[` + strings.Repeat("{},", 299_999) + `{}]}`,
		"300,000 numbers":  `{"Entries":[{"EventId":"a"}` + strings.Repeat(",1", 300_000) + `]}`,
		"300,000 with ids": `{"Entries":[` + strings.Repeat(`{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"},`, 299_999) + `{}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, n := over(t, Options{}, roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
			}))
			t.Cleanup(s.Close)
			_, err := s.Send(t.Context(), toNowhere)
			e := failure(t, err)
			assert.Equal(t, CodeResponse, e.Code)
			assert.True(t, e.AnswerLost)
			assert.Equal(t, 1, n.requests, "AWS has most likely accepted the event")
			if len(body) < maxAnswer {
				assert.Contains(t, e.Message, "it has more entries than the 1 that were sent")
			}
		})
	}
}

// TestBigAnswersNeedLittleMemory is not parallel: it measures.
func TestBigAnswersNeedLittleMemory(t *testing.T) { //nolint:paralleltest // it measures memory
	body := `{"FailedEntryCount":0,"Entries":[` + strings.Repeat("{},", 299_999) + `{}]}`
	for name, status := range map[string]int{"accepted": 200, "refused": 400} {
		s, _ := over(t, Options{MaxAttempts: 1}, roundTrip(func(*http.Request) (*http.Response, error) {
			endless := io.MultiReader(strings.NewReader(body), reader(func(b []byte) (int, error) { return len(b), nil }))
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(endless), ContentLength: -1}, nil
		}))
		_, err := s.Send(t.Context(), toNowhere)
		require.Error(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		_, err = s.Send(t.Context(), toNowhere)
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		s.Close()
		got := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d KiB allocated in %v", name, got>>10, took)
		assert.Less(t, got, uint64(12<<20), "a few times the bound of 1 MiB; the race detector doubles it")
	}
}

func TestAWSsCodesAreTakenOnlyIfTheyAreCodes(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"ThrottlingException": "ThrottlingException", "com.amazonaws.events#ValidationException": "ValidationException",
		"Client.Request_Limit.1": "Client.Request_Limit.1", "Code:http://internal.amazon.com/": "Code", strings.Repeat("a", 64): strings.Repeat("a", 64),
		strings.Repeat("a", 65): "HTTP_400", "hush/secret+1=": "HTTP_400", "two words": "HTTP_400", "a\nb": "HTTP_400", "Größe": "HTTP_400", "": "HTTP_400", "#": "HTTP_400",
	} {
		assert.Equal(t, want, apiError(400, nil, fmt.Sprintf(`{"__type":%q,"message":"m"}`, given)).Code, given)
	}
	assert.Equal(t, "HTTP_500", apiError(500, headers{"X-Amzn-Errortype": {"hush secret"}}, "{}").Code)
	assert.Contains(t, apiError(400, headers{"X-Amzn-Requestid": {"hush secret"}}, "{}").Message, "Request ID: null)")
	assert.Contains(t, apiError(400, headers{"X-Amzn-Requestid": {"7d1c5e9a-4d37"}}, "{}").Message, "Request ID: 7d1c5e9a-4d37)")
}

func TestUnusableValuesAreFoundBeforeTheSend(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	for name, tt := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"line break behind the access key": {func(r *Request) { r.Credentials.AccessKey = "AKIDHUSH\n" }, "the accessKey has a line break at its end"},
		"line break in the access key":     {func(r *Request) { r.Credentials.AccessKey = "AKID\r\nHUSH" }, "the accessKey has a line break as character 5"},
		"blank in the access key":          {func(r *Request) { r.Credentials.AccessKey = "hush hush" }, "the accessKey has a blank as character 5"},
		"blank behind the secret key":      {func(r *Request) { r.Credentials.SecretKey = "hush " }, "the secretKey has a blank at its end"},
		"blank before the secret key":      {func(r *Request) { r.Credentials.SecretKey = " hush" }, "the secretKey has a blank at its beginning"},
		"tab in the session token":         {func(r *Request) { r.Credentials.SessionToken = "hush\thush" }, "the sessionToken has a blank as character 5"},
		"control character":                {func(r *Request) { r.Credentials.SessionToken = "hush\x00hush" }, "the sessionToken has a control character as character 5"},
		"another alphabet":                 {func(r *Request) { r.Credentials.SecretKey = "hüsh" }, "the secretKey has a character that is not of ASCII as character 2"},
		"no text at all":                   {func(r *Request) { r.Credentials.SecretKey = "h\xff" }, "the secretKey has a character that is not of ASCII as character 2"},
		"region with a line break":         {func(r *Request) { r.Region = "eu-central-1\n" }, "invalid input region: it has a line break at its end"},
		"region of another alphabet":       {func(r *Request) { r.Region = "eu-cеntral-1" }, "invalid input region: it has a character that is not of ASCII"},
		"trace header":                     {func(r *Request) { r.Entries[0].TraceHeader = "Root=1\nX: y" }, "the traceHeader of event 1 of 1 has a line break as character 7"},
	} {
		r := b.request()
		tt.change(r)
		_, err := s.Send(t.Context(), r)
		e := failure(t, err)
		assert.Equal(t, CodeInput, e.Code, name)
		assert.Contains(t, e.Message, tt.want, name)
		assert.NotContains(t, strings.ToLower(e.Message), "hush", name)
	}
	requests, _ := b.seen()
	assert.Empty(t, requests)
}

func TestUnusableCredentialsOfTheChain(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIACHAIN")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hush\nhush")
	b := startBus(t)
	r := b.request()
	r.Credentials = Credentials{DefaultChain: true}
	_, err := newSender(t, Options{}).Send(t.Context(), r)
	e := failure(t, err)
	assert.Equal(t, CodeCredentials, e.Code)
	assert.Contains(t, e.Message, "the secret key of EnvConfigCredentials has a line break as character 5")
	assert.NotContains(t, e.Message, "hush")
}

func TestRejectedEntriesAreToldOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const body = `{"FailedEntryCount":2,"Entries":[{"ErrorCode":"NotAuthorizedForSourceException","ErrorMessage":"hush"},{"EventId":"x"},{"ErrorCode":"hush hush"}]}`
		var log bytes.Buffer
		o := &observed{}
		s, _ := over(t, Options{Observer: o, Log: slog.New(slog.NewTextHandler(&log, nil))}, after(time.Millisecond, 200, body))
		defer s.Close()
		r := requestTo("http://bus.test")
		r.Entries = append(r.Entries, r.Entries[0], r.Entries[0])
		for range 5 {
			_, err := s.Send(t.Context(), r)
			require.NoError(t, err)
		}
		assert.Len(t, o.rejected, 10)
		assert.Equal(t, []string{"NotAuthorizedForSourceException", "HTTP_200"}, o.rejected[:2])
		assert.Equal(t, 2, strings.Count(log.String(), "EventBridge rejected an entry"), "a line a minute for each code")
		assert.Contains(t, log.String(), "error_code=NotAuthorizedForSourceException bus=orders")
		assert.NotContains(t, log.String(), "hush")
		pass(time.Minute)
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, 4, strings.Count(log.String(), "EventBridge rejected an entry"))
	})
}
