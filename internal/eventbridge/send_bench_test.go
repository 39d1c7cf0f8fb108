//go:build unix

package eventbridge

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/stretchr/testify/require"
)

// quickBus answers as cheaply as a Go server can.
func quickBus(b *testing.B) string {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h := w.Header()
		h["x-amzn-RequestId"] = []string{"7d1c5e9a-0000-4000-8000-0000000000ff"}
		h["Content-Type"] = []string{"application/x-amz-json-1.1"}
		h["Content-Length"] = []string{strconv.Itoa(len(accepted))}
		_, _ = io.WriteString(w, accepted)
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// bareLoop is what a program does that sends the same event with the SDK alone.
func bareLoop(tb testing.TB, url string, more ...func(*sdk.Options)) func(context.Context) error {
	tb.Helper()
	cfg, err := config.LoadDefaultConfig(tb.Context(), config.WithRegion("eu-central-1"),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("AKIDLITERAL", "literal-secret", "")))
	require.NoError(tb, err)
	client := sdk.NewFromConfig(cfg, append(more, func(o *sdk.Options) { o.BaseEndpoint = aws.String(url) })...)
	e := requestTo(url).Entries[0]
	return func(ctx context.Context) error {
		_, err := client.PutEvents(ctx, &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
			Source: &e.Source, DetailType: &e.DetailType, EventBusName: &e.EventBusName, Detail: &e.Detail,
		}}})
		return err
	}
}

func ourLoop(tb testing.TB, url string) func(context.Context) error {
	tb.Helper()
	s := New(Options{})
	tb.Cleanup(s.Close)
	r := requestTo(url)
	return func(ctx context.Context) error {
		response, err := s.Send(ctx, r)
		if err == nil {
			_ = response.Value()
		}
		return err
	}
}

func BenchmarkPutEvents(b *testing.B) {
	for _, name := range []string{"bare-sdk", "sender"} {
		b.Run(name, func(b *testing.B) {
			send := ourLoop(b, quickBus(b))
			if name == "bare-sdk" {
				send = bareLoop(b, quickBus(b))
			}
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				if err := send(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkPutEventsRatio runs both loops in turn, so that whatever else the machine does falls on both, and reports
// what the sender takes of the bare SDK's CPU and allocations, the test server's own share included in both.
func BenchmarkPutEventsRatio(b *testing.B) {
	url := quickBus(b)
	loops := [...]func(context.Context) error{bareLoop(b, url), ourLoop(b, url)}
	var spent [2]time.Duration
	var count atomic.Int64
	for b.Loop() {
		for i, send := range loops {
			before := cpu(b)
			for range 200 {
				if err := send(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			spent[i] += cpu(b) - before
		}
		count.Add(200)
	}
	b.ReportMetric(float64(spent[0])/float64(count.Load()), "bare-cpu-ns/send")
	b.ReportMetric(float64(spent[1])/float64(count.Load()), "sender-cpu-ns/send")
	b.ReportMetric(float64(spent[1])/float64(spent[0]), "sender/bare")
}

// cpu is the processor time that this process has taken.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPutEventsWithoutNetwork leaves out sockets and server: what the SDK and we take by ourselves.
func BenchmarkPutEventsWithoutNetwork(b *testing.B) {
	header := http.Header{
		"X-Amzn-Requestid": {"7d1c5e9a-0000-4000-8000-0000000000ff"}, "Content-Type": {"application/x-amz-json-1.1"},
		"Content-Length": {strconv.Itoa(len(accepted))}, "Date": {time.Now().UTC().Format(http.TimeFormat)},
	}
	instant := roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return &http.Response{
			StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(accepted)), ContentLength: int64(len(accepted)),
		}, nil
	})
	b.Run("bare-sdk", func(b *testing.B) {
		send := bareLoop(b, "http://bus.test", func(o *sdk.Options) { o.HTTPClient = &http.Client{Transport: instant} })
		b.ReportAllocs()
		for b.Loop() {
			if err := send(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sender", func(b *testing.B) {
		s := New(Options{})
		b.Cleanup(s.Close)
		s.shared = &exchanger{transport: instant, timeout: s.options.RequestTimeout, observer: noObserver{}}
		b.ReportAllocs()
		for b.Loop() {
			r, err := s.Send(b.Context(), toNowhere)
			if err != nil {
				b.Fatal(err)
			}
			_ = r.Value()
		}
	})
}
