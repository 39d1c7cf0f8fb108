package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// tools are the binaries that the scenarios run.
type tools struct{ worker, gateway string }

// build builds the worker, and the gateway and bus.
func build(ctx context.Context, dir string) (*tools, error) {
	t := &tools{worker: filepath.Join(dir, "eventbridge-connector"), gateway: filepath.Join(dir, "gateway")}
	for _, b := range [...]struct{ binary, pkg string }{{t.worker, "./cmd/eventbridge-connector"}, {t.gateway, "./test/gateway"}} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", b.binary, b.pkg)
		if output, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", b.pkg, err, output)
		}
	}
	return t, nil
}

// child is a process that this one started. It is killed when the context of its start ends.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// addresses is what the gateway's process prints when it is ready.
type addresses struct {
	Listen  string `json:"listen"`
	Bus     string `json:"bus"`
	Control string `json:"control"`
}

// start starts a process whose output is added to a log.
func start(ctx context.Context, log string, env []string, binary string, args ...string) (*child, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of a process: %w", err)
	}
	defer file.Close()
	c := &child{cmd: exec.CommandContext(ctx, binary, args...), done: make(chan struct{})}
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = env, file, file
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	go c.wait()
	return c, nil
}

// startReady starts a gateway or a bus, and returns where it listens.
func startReady(ctx context.Context, log, binary string, args ...string) (c *child, where addresses, err error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, where, fmt.Errorf("open the log of a process: %w", err)
	}
	defer file.Close()
	c = &child{cmd: exec.CommandContext(ctx, binary, args...), done: make(chan struct{})}
	c.cmd.Stderr = file
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, where, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, where, fmt.Errorf("start %s: %w", binary, err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	go c.wait()
	if err == nil {
		err = json.Unmarshal(line, &where)
	}
	if err != nil {
		c.kill()
		return nil, where, fmt.Errorf("wait for the addresses of %s, whose log is %s: %w", binary, log, err)
	}
	return c, where, nil
}

func (c *child) wait() {
	_ = c.cmd.Wait() // how it ended is in its state
	close(c.done)
}

// kill ends the process at once.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	<-c.done
}

// ended tells whether the process has ended.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// errExit says that a process did not end as it was asked to.
var errExit = errors.New("the process did not end as asked")

// terminate asks the process to end, and waits until it has. It must exit with 0.
func (c *child) terminate(ctx context.Context, limit time.Duration) error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-ctx.Done():
		c.kill()
		return ctx.Err()
	case <-timer.C:
		c.kill()
		return fmt.Errorf("%w: found it at work %s after SIGTERM", errExit, limit)
	}
	if code := c.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%w: found exit code %d after SIGTERM, expected 0", errExit, code)
	}
	return nil
}
