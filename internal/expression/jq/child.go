package jq

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Command says how to start a child: the path of the program and its arguments. The error says why there is none.
type Command func() (path string, args []string, err error)

// Self is the command that starts this program once more. The second argument is the time zone of the process, if it has a
// name, since the child sees no environment.
func Self() (path string, args []string, err error) {
	if len(os.Args) > 1 && os.Args[1] == Argument {
		return "", nil, errors.New("this process is itself the child: its program does not call Serve when it is started with " + Argument)
	}
	path, err = executable()
	if err != nil {
		return "", nil, fmt.Errorf("the path of the program is unknown: %w", err)
	}
	args = []string{Argument}
	if zone := time.Local.String(); zone != "Local" { //nolint:gosmopolitan // the zone is what is asked for
		args = append(args, zone)
	}
	return path, args, nil
}

// child is a process that evaluates. One goroutine at a time may use it.
type child struct {
	process *os.Process
	in, out *os.File // what it reads and what it writes
	ready   bool     // whether its first frame was read
	grows   func()   // called once for each request that makes it need more than growth, if it is not nil
	exited  chan struct{}
	state   *os.ProcessState // how it ended, once exited is closed; nil if that is unknown
}

// startChild starts a child. It need not be ready yet.
func startChild(command Command) (*child, error) {
	path, args, err := command()
	if err != nil {
		return nil, err
	}
	itsIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer itsIn.Close()
	out, itsOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, err
	}
	defer itsOut.Close()
	// Its standard error is the end of a pipe that it can only read, so what it writes there goes nowhere. A file for that
	// purpose need not exist in a container.
	process, err := os.StartProcess(path, append([]string{"eventbridge-connector"}, args...), &os.ProcAttr{
		Dir: rootDirectory, Env: []string{}, Files: []*os.File{itsIn, itsOut, itsIn}, Sys: attributes(),
	})
	if err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	c := &child{process: process, in: in, out: out, exited: make(chan struct{})}
	go func() { // ends with the process, which end waits for
		c.state, _ = process.Wait()
		close(c.exited)
	}()
	return c, nil
}

// ended says whether the process has ended by itself.
func (c *child) ended() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

// end kills the process and waits for its end.
func (c *child) end() {
	_ = c.process.Kill() // it may have ended
	<-c.exited
	c.in.Close()
	c.out.Close()
}

// What a child must have done of its time limit for the limit to be the expression's fault. No expression waits for anything, so a
// child that ran less was stopped, or the machine had no time for it.
const (
	leastWork = 20 * time.Millisecond // with less, it was stopped, or is stuck
	fairWork  = TimeLimit / 2         // with less, it has another TimeLimit
	mostTimes = 3                     // TimeLimits in all
)

// atLimit judges a child that did not answer within so many times the TimeLimit, and has run so long meanwhile; nil = it may go on.
func atLimit(times int, ran time.Duration, known bool) error {
	switch {
	case known && ran < leastWork:
		return errNotRun
	case !known, ran >= fairWork*timeFactor, times >= mostTimes:
		return ErrTime
	default:
		return nil
	}
}

// errNotRun is a child that reached the time limit and has hardly run.
var errNotRun = errors.New("its child process did not run")

// lostError is a child that ended although neither it nor the parent wanted it to.
type lostError struct{ text string }

func (e *lostError) Error() string { return e.text }

// awaitReady reads the first frame of a child that was just started.
func (c *child) awaitReady(ctx context.Context) error {
	reply := make(chan error, 1)
	go func() { // ends with the process at the latest
		f, err := readFrame(c.out, maxReply)
		switch {
		case err != nil:
		case f.kind == kindFailed:
			err = errors.New(cut(string(f.body)))
		case f.kind != kindReady:
			err = fmt.Errorf("its first frame is of the kind %q", byte(f.kind))
		}
		reply <- err
	}()
	late := time.NewTimer(maxStart)
	defer late.Stop()
	var err error
	select {
	case err = <-reply:
		if err == nil {
			c.ready = true
			return nil
		}
		err = fmt.Errorf("its child process does not serve: %w", err)
	case <-late.C:
		err = fmt.Errorf("its child process was not ready after %s", maxStart)
	case <-ctx.Done():
		return ctx.Err() // whoever asked ends the child, and with it the goroutine
	}
	return &UnavailableError{err}
}

// growth is from how many bytes of resident memory of the child on its parent makes room: half of what it may have.
const growth = MemoryLimit / 2

// exchange sends a request and returns the answer. It watches the process meanwhile. After an error the child is of no use.
func (c *child) exchange(ctx context.Context, request frame) (frame, error) {
	type reply struct {
		frame frame
		err   error
	}
	replies := make(chan reply, 1)
	go func() { // ends with the process at the latest
		err := writeFrame(c.in, request)
		if err != nil {
			replies <- reply{err: err}
			return
		}
		f, err := readFrame(c.out, maxReply)
		replies <- reply{f, err}
	}()
	before, _ := c.processorTime()
	times := 0
	limit := time.NewTicker(TimeLimit * timeFactor)
	defer limit.Stop()
	tick := time.NewTicker(watching)
	defer tick.Stop()
	grows := c.grows
	for {
		var cause error
		select {
		case r := <-replies:
			return r.frame, c.causeOfEnd(r.err)
		case <-limit.C:
			times++
			now, known := c.processorTime()
			cause = atLimit(times, now-before, known)
		case <-tick.C:
			used := c.resident()
			if used > MemoryLimit*memoryFactor {
				cause = ErrMemory
			}
			if used > growth*memoryFactor && grows != nil {
				go grows() // the watch goes on meanwhile
				grows = nil
			}
		case <-ctx.Done():
			return frame{}, ctx.Err()
		}
		if cause == nil {
			continue
		}
		select {
		case r := <-replies: // it answered meanwhile
			return r.frame, c.causeOfEnd(r.err)
		default:
			return frame{}, cause
		}
	}
}

// causeOfEnd says why a child ended that did not answer; nil if it answered.
func (c *child) causeOfEnd(err error) error {
	if err == nil {
		return nil
	}
	_ = c.process.Kill() // it may have closed its output only, or answered with what is no frame
	<-c.exited
	switch {
	case c.state == nil:
		return &lostError{err.Error()}
	case c.state.ExitCode() == exitTime:
		return ErrTime
	case c.state.ExitCode() == exitMemory, c.state.ExitCode() == exitFatal:
		return ErrMemory
	default:
		return &lostError{fmt.Sprintf("%s (%s)", c.state, err)}
	}
}
