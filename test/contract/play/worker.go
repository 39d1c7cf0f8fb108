package play

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Build builds the worker's binary into the folder and returns its path.
func Build(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "eventbridge-connector")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/eventbridge-connector/eventbridge-connector/cmd/eventbridge-connector")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the worker: %w\n%s", err, out)
	}
	return path, nil
}

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

// process is a worker that runs.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{}
	err            error // of Wait, once ended
}

// startWorker starts the binary. It does not wait until the worker is ready.
func startWorker(binary string, env map[string]string) (*process, error) {
	p := &process{cmd: exec.Command(binary, "run"), ended: make(chan struct{})} //nolint:noctx // stop ends it
	for _, name := range slices.Sorted(maps.Keys(env)) {
		p.cmd.Env = append(p.cmd.Env, name+"="+env[name])
	}
	// No port that was free a moment ago: by now it may be the one of another worker's bus.
	p.cmd.Env = append(p.cmd.Env, "SERVER_ADDRESS=127.0.0.1", "SERVER_PORT=0")
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// healthAddress is where a worker says that it serves its health, in its first line of the log.
var healthAddress = regexp.MustCompile(`\bhealth"?[=:]"?(127\.0\.0\.1:\d+)`)

// base returns the URL of the worker's own HTTP server, or "" as long as it has not told it.
func (p *process) base() string {
	for _, o := range []*output{&p.stdout, &p.stderr} {
		if found := healthAddress.FindSubmatch(o.bytes()); found != nil {
			return "http://" + string(found[1])
		}
	}
	return ""
}

// ready waits until the worker takes jobs.
func (p *process) ready(ctx context.Context) error {
	for {
		if status, _, err := p.get(ctx, "/actuator/health/readiness"); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.ended:
			return fmt.Errorf("the worker ended before it was ready: %w\n%s%s", errors.Join(p.err), p.stdout.bytes(), p.stderr.bytes())
		case <-ctx.Done():
			return fmt.Errorf("the worker is not ready: %w\n%s%s", ctx.Err(), p.stdout.bytes(), p.stderr.bytes())
		}
	}
}

// get asks the worker's own HTTP server. It is an error as long as the worker has not told where that is.
func (p *process) get(ctx context.Context, path string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base()+path, http.NoBody)
	if err != nil {
		return 0, nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	var all bytes.Buffer
	_ = answer.Header.Write(&all)
	all.Write(body)
	return answer.StatusCode, all.Bytes(), err
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
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		if p.err != nil {
			return fmt.Errorf("the worker ended: %w; its last lines:\n%s", p.err, lastLines(p.stderr.bytes()))
		}
		return nil
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Signal(os.Kill)
		<-p.ended
		return errors.New("the worker did not end within a minute of SIGTERM")
	}
}
