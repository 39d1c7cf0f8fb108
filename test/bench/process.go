package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// process is a measured process. It does what it is told on standard input and answers on standard output, a line each.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner
}

func startProcess(ctx context.Context, r role) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, childFlag, string(text))
	cmd.Env = append(os.Environ(), "SECRET_KEY="+accessKey, "SECRET_SECRET="+secretKey, "SERVER_PORT=0", "AWS_EC2_METADATA_DISABLED=true")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{cmd, in, bufio.NewScanner(out)}, cmd.Start()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
}

// What a measured process may be told.
const (
	tellUsage   = "usage"   // its usage, in JSON
	tellProfile = "profile" // begin, and at the second time end, the profiles
	tellDrain   = "drain"   // end the worker as a signal does
	tellCalls   = "calls"   // SDK: single calls, for so many nanoseconds; their times, in JSON
)

// tell has the process do something and returns its answer.
func (p *process) tell(what string) (string, error) {
	if _, err := fmt.Fprintln(p.in, what); err != nil {
		return "", err
	}
	if !p.answers.Scan() {
		return "", fmt.Errorf("the measured process ended while it should %q", what)
	}
	return p.answers.Text(), nil
}

// usage is what a process has needed so far.
type usage struct {
	CPU     time.Duration
	Memory  int64 // bytes now
	Mallocs uint64
}

func (p *process) usage() (u usage, err error) {
	answer, err := p.tell(tellUsage)
	if err != nil {
		return u, err
	}
	return u, json.Unmarshal([]byte(answer), &u)
}
