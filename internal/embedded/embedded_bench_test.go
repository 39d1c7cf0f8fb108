package embedded_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

var load = embedded.Job{Type: "t", Variables: `{"input":{"detail":{"text":"` + strings.Repeat("x", 900) + `"}},"other":1}`}

// BenchmarkStreamedJob is a job added, pushed and received: both ends, of which the client's is measured elsewhere.
func BenchmarkStreamedJob(b *testing.B) {
	g, c := start(b, embedded.GatewayOptions{KeepCommands: -1})
	r := take
	r.FetchVariables = []string{"input", "other"}
	s := streamOf(b, g, c, r)
	jobs := make([]embedded.Job, 16)
	for i := range jobs {
		jobs[i] = load
	}
	b.ReportAllocs()
	for left := 0; b.Loop(); left-- {
		if left == 0 {
			add(b, g, jobs...)
			left = len(jobs)
		}
		_, err := s.Recv()
		require.NoError(b, err)
	}
}

// BenchmarkComplete is a complete command: both ends.
func BenchmarkComplete(b *testing.B) {
	g, c := start(b, embedded.GatewayOptions{KeepCommands: -1})
	variables := []byte(`{"response":{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860","failedEntryCount":0}}`)
	jobs := make([]embedded.Job, 1024)
	for i := range jobs {
		jobs[i] = load
	}
	var keys []int64
	b.ReportAllocs()
	for b.Loop() {
		if len(keys) == 0 {
			keys = add(b, g, jobs...)
		}
		require.NoError(b, c.Complete(b.Context(), job.Ref{Key: keys[0]}, variables))
		keys = keys[1:]
	}
}

// BenchmarkPutEvents is a request with one event: both ends.
func BenchmarkPutEvents(b *testing.B) {
	bus := startBus(b, embedded.BusOptions{KeepEvents: -1})
	body := `{"Entries":[{"Source":"s","DetailType":"d","Detail":"{\"text\":\"` + strings.Repeat("x", 900) + `\"}"}]}`
	b.ReportAllocs()
	for b.Loop() {
		put(b, bus, body)
	}
}
