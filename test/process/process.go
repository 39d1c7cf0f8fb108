// Package process builds this module's programs and runs them as processes of their own, for the tests that need a real one.
package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"syscall"
	"time"
)

const module = "github.com/eventbridge-connector/eventbridge-connector/"

// Build builds a package of this module, such as cmd/eventbridge-connector, into the folder and returns the binary's path.
func Build(ctx context.Context, folder, pkg string) (string, error) {
	binary := filepath.Join(folder, path.Base(pkg))
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, module+pkg).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return binary, nil
}

// Worker returns the path of the worker's binary: the given one, or where that is empty one that is built now. Remove deletes
// what was built.
func Worker(ctx context.Context, given string) (binary string, remove func(), err error) {
	if given != "" {
		return given, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "eventbridge-connector-built-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) }
	if binary, err = Build(ctx, folder, "cmd/eventbridge-connector"); err != nil {
		remove()
	}
	return binary, remove, err
}

// Process is a program that runs. It is killed when the context of its start ends.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait, once done
}

// Command is a program to run.
type Command struct {
	Binary         string
	Args, Env      []string
	Stdout, Stderr io.Writer // nil = dropped
}

// Start starts a program.
func Start(ctx context.Context, c Command) (*Process, error) {
	p := c.process(ctx)
	p.cmd.Stdout = c.Stdout
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Binary, err)
	}
	go p.wait()
	return p, nil
}

// StartTelling starts a program whose first line on standard output is JSON, and reads that into first.
func StartTelling(ctx context.Context, c Command, first any) (*Process, error) {
	p := c.process(ctx)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Binary, err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n') // before Wait, which closes the pipe
	go p.wait()
	if err == nil {
		err = json.Unmarshal(line, first)
	}
	if err != nil {
		p.Kill()
		return nil, fmt.Errorf("wait for the first line of %s: %w", c.Binary, err)
	}
	return p, nil
}

func (c Command) process(ctx context.Context) *Process {
	p := &Process{cmd: exec.CommandContext(ctx, c.Binary, c.Args...), done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = c.Env, c.Stderr
	return p
}

func (p *Process) wait() {
	p.err = p.cmd.Wait()
	close(p.done)
}

// PID returns the id of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the process ended, once it is done; nil = with exit code 0.
func (p *Process) Err() error { return p.err }

// Ended tells whether the process has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Kill ends the process at once, and waits until it has ended.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// ErrExit says that a process did not end as it was asked to.
var ErrExit = errors.New("the process did not end as asked")

// Terminate asks the process to end, as an orchestrator does, and waits until it has. It must exit with 0 within the limit, else
// the error is ErrExit.
func (p *Process) Terminate(ctx context.Context, limit time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-ctx.Done():
		p.Kill()
		return ctx.Err()
	case <-timer.C:
		p.Kill()
		return fmt.Errorf("%w: found it at work %s after SIGTERM", ErrExit, limit)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%w: found exit code %d after SIGTERM, expected 0", ErrExit, code)
	}
	return nil
}
