package jq

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"syscall"
	"time"
)

// Evaluator evaluates the expressions of a process, one after the other, in one child. It is safe for concurrent use.
//
// Whoever wants to use the child waits for a turn. An expression whose last evaluation did not end by itself, or that was
// never evaluated, waits at a gate that lets one of them through at a time, and one that reached a limit at another gate
// before that. So an expression that is known to end waits behind one other at most, which takes [TimeLimit] at most if it has a processor,
// and a new one behind one that reached a limit, however many of them there are.
type Evaluator struct {
	start   func() (*child, error)
	limited chan struct{} // the gate of expressions that reached a limit; holds a token while one is through
	fresh   chan struct{} // the gate of these and of new expressions, likewise
	turn    chan struct{} // holds a token while somebody uses the child
	child   *child        // nil = none; whoever has the turn may use it

	compilations compilations
}

const (
	maxWait  = 30 * time.Second // for a turn: a context may have no end
	maxStart = 15 * time.Second // from the start of a child to its first frame
	watching = 2 * time.Millisecond

	mostNotRun = 3 // children in a row that do not run

	startPatience = 3 * time.Second // while the system has no room for a child
	startPause    = 100 * time.Millisecond
)

// New returns an evaluator that starts children by the command. While an expression needs much memory, this process gives
// back to the system what it has and does not use: both share one limit in a container.
func New(command Command) *Evaluator {
	return &Evaluator{
		start: func() (*child, error) {
			c, err := startChild(command)
			if err != nil {
				return nil, err
			}
			c.grows = debug.FreeOSMemory
			return c, nil
		},
		limited: make(chan struct{}, 1),
		fresh:   make(chan struct{}, 1),
		turn:    make(chan struct{}, 1),
	}
}

// Close ends the child, if there is one, and waits for its end. It waits for the expression that is being evaluated.
func (e *Evaluator) Close() {
	e.turn <- struct{}{}
	defer func() { <-e.turn }()
	e.discard()
}

func (e *Evaluator) discard() {
	if e.child != nil {
		e.child.end()
		e.child = nil
	}
}

// ask sends a request to the child and returns the body of its answer. A child that was ended from outside is
// replaced, and the request sent once more, and one that does not run twice more: an expression changes nothing but its child.
func (e *Evaluator) ask(ctx context.Context, known *record, request frame) ([]byte, error) {
	release, err := e.take(ctx, known.get())
	if err != nil {
		return nil, err
	}
	defer release()
	for try := 1; ; try++ {
		if err := e.prepare(ctx); err != nil {
			return nil, err
		}
		answer, err := e.child.exchange(ctx, request)
		if err == nil {
			if request.kind == kindEval {
				known.set(endsItself)
			}
			return meaning(answer)
		}
		known.set(isNew)
		if ctx.Err() == nil {
			known.set(hitLimit)
		}
		e.discard()
		if errors.Is(err, errNotRun) {
			if try < mostNotRun {
				continue
			}
			return nil, &UnavailableError{fmt.Errorf("%w, %d times in a row", err, mostNotRun)}
		}
		if lost, ok := errors.AsType[*lostError](err); ok {
			if try == 1 {
				continue
			}
			return nil, &UnavailableError{fmt.Errorf("its child process was ended twice, the last time: %w", lost)}
		}
		if ctx.Err() == nil {
			e.child, _ = e.start() // ready for the next one; if it fails, the next one is told
		}
		return nil, err
	}
}

// take waits for a turn. What it returns ends the turn.
func (e *Evaluator) take(ctx context.Context, known standing) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, maxWait, ErrWait)
	defer cancel()
	gates := []chan struct{}{e.limited, e.fresh, e.turn}
	switch known {
	case endsItself:
		gates = gates[2:]
	case isNew:
		gates = gates[1:]
	case hitLimit:
	}
	entered := 0
	release = func() {
		for ; entered > 0; entered-- {
			<-gates[entered-1]
		}
	}
	for _, gate := range gates {
		if err := enter(ctx, gate); err != nil {
			release()
			return nil, err
		}
		entered++
	}
	return release, nil
}

// ErrWait is an expression whose turn did not come.
var ErrWait = errors.New("the jq expression was not evaluated: others before it took 30 s. Expressions that reach their limits hold up the rest: look for them")

func enter(ctx context.Context, gate chan struct{}) error {
	select {
	case gate <- struct{}{}:
		return nil
	default:
	}
	select {
	case gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// prepare makes sure that there is a child that serves.
func (e *Evaluator) prepare(ctx context.Context) error {
	if e.child != nil && e.child.ended() {
		e.discard()
	}
	if e.child == nil {
		c, err := e.startPatiently(ctx)
		if err != nil {
			return err
		}
		e.child = c
	}
	if e.child.ready {
		return nil
	}
	err := e.child.awaitReady(ctx)
	if err != nil {
		e.discard()
	}
	return err
}

// startPatiently starts a child. It tries again for a moment while the system has no room for one more process: an expression
// whose event was sent already has no second chance.
func (e *Evaluator) startPatiently(ctx context.Context) (*child, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, errNoPatience)
	defer cancel()
	for {
		c, err := e.start()
		if err == nil {
			return c, nil
		}
		if !passes(err) {
			return nil, &UnavailableError{err}
		}
		select {
		case <-time.After(startPause):
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errNoPatience) {
				return nil, &UnavailableError{err}
			}
			return nil, ctx.Err()
		}
	}
}

var errNoPatience = errors.New("no child could be started in time")

// passes says whether a process could not be started for want of something that others may give back.
func passes(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOMEM) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// meaning returns the body of an answer, or the error that it stands for.
func meaning(answer frame) ([]byte, error) {
	switch answer.kind {
	case kindValue:
		return answer.body, nil
	case kindSyntax:
		return nil, &SyntaxError{string(answer.body)}
	default:
		return nil, &ValueError{string(answer.body)}
	}
}
