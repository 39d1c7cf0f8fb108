package play

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

var errEnded = errors.New("exit code 0")

// output keeps what a process writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.text.Bytes())
}

// worker is a worker that runs.
type worker struct {
	*process.Process
	stdout, stderr output
}

// startWorker starts the binary. It does not wait until the worker is ready.
func startWorker(ctx context.Context, binary string, env map[string]string) (*worker, error) {
	w := &worker{}
	c := process.Command{Binary: binary, Args: []string{"run"}, Stdout: &w.stdout, Stderr: &w.stderr}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		c.Env = append(c.Env, name+"="+env[name])
	}
	// No port that was free a moment ago: by now it may be the one of another worker's bus.
	c.Env = append(c.Env, "SERVER_ADDRESS=127.0.0.1", "SERVER_PORT=0")
	var err error
	w.Process, err = process.Start(ctx, c)
	return w, err
}

// log returns all that the worker has written.
func (w *worker) log() []byte { return append(w.stdout.bytes(), w.stderr.bytes()...) }

// ready waits until the worker takes jobs.
func (w *worker) ready(ctx context.Context) error {
	for {
		if status, _, err := w.get(ctx, "/actuator/health/readiness"); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-w.Done():
			return fmt.Errorf("the worker ended before it was ready: %w\n%s", cmp.Or(w.Err(), errEnded), w.log())
		case <-ctx.Done():
			return fmt.Errorf("the worker is not ready: %w\n%s", ctx.Err(), w.log())
		}
	}
}

// get asks the worker's own HTTP server. It is an error as long as the worker has not told where that is.
func (w *worker) get(ctx context.Context, path string) (status int, answer []byte, err error) {
	return process.Exchange(ctx, http.MethodGet, process.HealthURL(w.log())+path, "")
}

// lastLines returns the end of a log.
func lastLines(log []byte) []byte {
	at := len(log)
	for range 4 {
		at = max(0, bytes.LastIndexByte(log[:at], '\n'))
	}
	return log[at:]
}

// stop ends the worker as an orchestrator does, and waits for it. The error says how it ended if not with 0.
func (w *worker) stop(ctx context.Context) error {
	if err := w.Terminate(ctx, time.Minute); err != nil {
		return fmt.Errorf("%w; its last lines:\n%s", err, lastLines(w.stderr.bytes()))
	}
	return nil
}
