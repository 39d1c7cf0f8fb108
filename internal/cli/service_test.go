package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// fakeEngine takes jobs until its context ends and then drains until it is let go.
type fakeEngine struct {
	draining chan struct{} // closed when the drain begins
	release  chan struct{} // closed to let the drain end
	fail     chan error    // ends the engine by itself
	left     error         // that the drain ends with
	ready    atomic.Bool
}

func newFakeEngine() *fakeEngine {
	return &fakeEngine{draining: make(chan struct{}), release: make(chan struct{}), fail: make(chan error, 1)}
}

func (e *fakeEngine) Run(ctx context.Context) error {
	e.ready.Store(true)
	select {
	case err := <-e.fail:
		return err
	case <-ctx.Done():
	}
	e.ready.Store(false)
	close(e.draining)
	<-e.release
	return e.left
}

func (e *fakeEngine) Ready() (bool, string) { return e.ready.Load(), "draining" }

// running is a service under test.
type running struct {
	engine  *fakeEngine
	signals chan<- os.Signal
	health  string
	ended   chan error
	stop    context.CancelFunc
}

func start(t *testing.T) *running {
	t.Helper()
	return startLogging(t, slog.New(slog.DiscardHandler))
}

func startLogging(t *testing.T, log *slog.Logger) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{engine: newFakeEngine(), ended: make(chan error, 1), stop: stop}
	started := make(chan string, 1)
	s := &service{
		engine:  r.engine,
		health:  actuator.Options{Address: "127.0.0.1", Metrics: actuator.NewMetrics("v", "go")},
		log:     log,
		started: func(health string) { started <- health },
		notify:  func(c chan<- os.Signal) { r.signals = c },
	}
	go func() { r.ended <- s.run(ctx) }()
	r.health = <-started
	t.Cleanup(stop)
	return r
}

// status returns the health status at the path; 0 if nobody answers.
func (r *running) status(t *testing.T, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.health+path, http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	return response.StatusCode
}

func TestTheFirstSignalDrains(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.signals <- syscall.SIGTERM
	<-r.engine.draining
	assert.Equal(t, http.StatusOK, r.status(t, actuator.PathLiveness), "alive while it drains")
	assert.Equal(t, http.StatusServiceUnavailable, r.status(t, actuator.PathReadiness))
	close(r.engine.release)
	require.NoError(t, <-r.ended)
	assert.Zero(t, r.status(t, actuator.PathLiveness), "nothing listens any more")
}

func TestTheEndOfTheContextDrains(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.stop()
	<-r.engine.draining
	close(r.engine.release)
	require.NoError(t, <-r.ended)
}

// TestWhatADrainLeavesBehindIsAnExitCodeAndALine with how much it is, and why.
func TestWhatADrainLeavesBehindIsAnExitCodeAndALine(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := startLogging(t, slog.New(slog.NewTextHandler(&log, nil)))
	r.engine.left = &worker.LeftError{Undelivered: 255, Cut: 2, Unfinished: 1, LastRefusal: "UNAVAILABLE: away"}
	r.signals <- syscall.SIGTERM
	<-r.engine.draining
	close(r.engine.release)
	err := <-r.ended
	var exit *exitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, ExitLeft, exit.code)
	var stderr strings.Builder
	assert.Equal(t, ExitLeft, report(&session{stderr: &stderr}, "x", err))
	assert.Empty(t, stderr.String(), "the log has said it")
	assert.Contains(t, log.String(), `undelivered=255 cut_off=2 unfinished=1 last_refusal="UNAVAILABLE: away"`)
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.signals <- syscall.SIGINT
	<-r.engine.draining
	r.signals <- syscall.SIGINT
	err := <-r.ended
	close(r.engine.release)
	var exit *exitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, ExitInterrupted, exit.code)
	var stderr strings.Builder
	assert.Equal(t, ExitInterrupted, report(&session{stderr: &stderr}, "x", err))
	assert.Empty(t, stderr.String(), "the log has said it")
}

func TestAnEngineThatFailsEndsTheService(t *testing.T) {
	t.Parallel()
	r := start(t)
	broken := errors.New("broken")
	r.engine.fail <- broken
	require.ErrorIs(t, <-r.ended, broken)
}

func TestAPortInUseKeepsTheServiceFromStarting(t *testing.T) {
	t.Parallel()
	r := start(t)
	engine := newFakeEngine()
	_, port, _ := strings.Cut(r.health, ":")
	var number int
	for _, digit := range port {
		number = number*10 + int(digit-'0')
	}
	s := &service{engine: engine, log: slog.New(slog.DiscardHandler), health: actuator.Options{Address: "127.0.0.1", Port: number, Metrics: actuator.NewMetrics("v", "go")}}
	require.ErrorContains(t, s.run(t.Context()), "is in use by another process")
	assert.False(t, engine.ready.Load(), "no job was taken")
	r.stop()
	close(r.engine.release)
	require.NoError(t, <-r.ended)
}
