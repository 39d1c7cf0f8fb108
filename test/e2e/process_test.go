//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// child is a process that we started, in a group of its own, with its output in a file.
type child struct {
	name    string
	log     string // the file
	cmd     *exec.Cmd
	done    chan struct{} // closed when it ended
	err     error         // how it ended; read after done
	started time.Time
}

// children are all processes that were started, so that none outlives us.
var children struct {
	sync.Mutex
	list []*child
}

// start starts a process. Its output goes to a file in the run's folder; a second one of that name appends to it.
func start(name string, env []string, command string, args ...string) (*child, error) {
	c := &child{name: name, log: filepath.Join(folder, name+".log"), done: make(chan struct{}), started: time.Now()}
	file, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c.cmd = exec.CommandContext(context.Background(), command, args...)
	c.cmd.Env = env
	c.cmd.Stdout, c.cmd.Stderr = file, file
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	children.Lock()
	defer children.Unlock()
	children.list = append(children.list, c)
	return c, nil
}

// signal sends a signal to the process and what it started.
func (c *child) signal(s syscall.Signal) {
	select {
	case <-c.done:
	default:
		_ = syscall.Kill(-c.cmd.Process.Pid, s)
	}
}

// kill ends the process at once and waits for its end.
func (c *child) kill() {
	c.signal(syscall.SIGKILL)
	<-c.done
}

// terminate asks the process to end, and returns its exit code and how long it took; -1 if it had to be killed.
func (c *child) terminate() (int, time.Duration) {
	c.signal(syscall.SIGTERM)
	return c.wait()
}

// wait waits for the end of a process that was asked to end, and returns what terminate does.
func (c *child) wait() (int, time.Duration) {
	began := time.Now()
	select {
	case <-c.done:
		return c.cmd.ProcessState.ExitCode(), time.Since(began)
	case <-time.After(patience):
		c.kill()
		return -1, time.Since(began)
	}
}

// ended says whether the process has ended.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// output returns what the process has written.
func (c *child) output() []byte {
	data, err := os.ReadFile(c.log)
	if err != nil {
		return []byte(err.Error())
	}
	return data
}

// tail returns the last lines that the process has written.
func (c *child) tail(lines int) string {
	all := bytes.Split(bytes.TrimRight(c.output(), "\n"), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}

// endChildren kills what still runs.
func endChildren() {
	children.Lock()
	defer children.Unlock()
	for _, c := range children.list {
		c.kill()
	}
}

// showOnFailure writes the end of the process's log if the test failed.
func (c *child) showOnFailure(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last lines of %s:\n%s", c.log, c.tail(25))
		}
	})
}

// within polls until the condition holds; it is the one way to wait in these tests.
func within(what string, condition func() (bool, string)) error {
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, state := condition()
		if ok {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not within %s: %s", what, patience, state)
		}
		<-tick.C
	}
}

// eventually waits until the condition holds, with all patience.
func eventually(t *testing.T, what string, condition func() (bool, string)) {
	t.Helper()
	require.NoError(t, within(what, condition))
}

// ready waits until a GET of the address answers 200, while the process lives.
func (c *child) ready(url string) error {
	return within(c.name+" is ready", func() (bool, string) {
		if c.ended() {
			return false, fmt.Sprintf("it ended: %v\n%s", c.err, c.tail(25))
		}
		status, body := get(url)
		return status == http.StatusOK, fmt.Sprintf("%s answers %d %.200s\n%s", url, status, body, c.tail(25))
	})
}

// get returns the status and the body; 0 and the error if there was no answer.
func get(url string) (int, string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err.Error()
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, body.String()
}

// ports hands out TCP ports that were free when asked and that this run gives out once.
var ports struct {
	sync.Mutex
	next int
}

// freePorts returns the first of n consecutive free ports.
func freePorts(n int) int {
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		ports.next = 21000 + os.Getpid()%400*20
	}
	for {
		first := ports.next
		ports.next += n
		if allFree(first, n) {
			return first
		}
	}
}

func allFree(first, n int) bool {
	for i := range n {
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", first+i))
		if err != nil {
			return false
		}
		listener.Close()
	}
	return true
}
