package jq

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestEvaluationsAtTheSameTime(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	p, err := e.Compile(t.Context(), ". + $n", "$n")
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			number := func(n int) jsonvalue.Value { return jsonvalue.Number(strconv.Itoa(n)) }
			v, err := p.Eval(t.Context(), number(i), number(1000))
			assert.NoError(t, err)
			assert.Equal(t, number(1000+i), v)
		})
	}
	all.Wait()
	assert.LessOrEqual(t, len(children.all()), 3, "one child for all, unless a busy machine does not run it")
}

func TestAChildThatWasKilledIsReplaced(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	p, err := e.Compile(t.Context(), `"answer"`)
	require.NoError(t, err)
	for i := range 5 {
		v, err := p.Eval(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "answer", v)
		require.Len(t, children.all(), i+1)
		last := children.all()[i]
		require.NoError(t, last.process.Kill())
		if i%2 == 0 {
			<-last.exited // else it may die while it evaluates, which is repeated
		}
	}
}

// TestAChildThatEndedBeforeCostsNoTry: the request was never sent to it.
func TestAChildThatEndedBeforeCostsNoTry(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	p, err := e.Compile(t.Context(), "1\n")
	require.NoError(t, err)
	first := children.all()[0]
	require.NoError(t, first.process.Kill())
	<-first.exited
	started, starts := e.start, 0
	e.start = func() (*child, error) {
		if starts++; starts == 1 {
			return startChild(sh(ready + request + `kill -9 $$`))
		}
		return started()
	}
	v, err := p.Eval(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, jsonvalue.Number("1"), v)
	assert.Equal(t, 2, starts)
}

// TestAChildGivesBackTheMemoryOfAnExpression before it answers: else it would count against the next one.
func TestAChildGivesBackTheMemoryOfAnExpression(t *testing.T) {
	t.Parallel()
	if memoryFactor > 1 {
		t.Skip("the race detector keeps memory of its own")
	}
	for _, source := range []string{
		`"x" * 30000000 | length`, `[range(400000)] | length`, `[range(200000) | tostring] | length`, `"ab" * 1000000 | explode | length`, `"x" * 3000000`,
	} {
		e, children := newRecorded(t, Self)
		_, err := run(t, e, "1")
		require.NoError(t, err)
		atRest := children.all()[0].resident()
		_, err = run(t, e, source)
		for errors.Is(err, ErrTime) || errors.Is(err, ErrMemory) { // a busy machine may collect no garbage in time
			_, err = run(t, e, source)
		}
		require.NoError(t, err, source)
		all := children.all()
		assert.Less(t, all[len(all)-1].resident(), atRest+tidyAbove, source)
	}
}

func TestAChildThatIsStoppedEachTimeIsNoFaultOfTheExpression(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, sh(ready+request+`kill -STOP $$`))
	_, err := e.Compile(t.Context(), "1\n")
	var unavailable *UnavailableError
	require.ErrorAs(t, err, &unavailable)
	for _, c := range children.all()[:2] {
		assert.True(t, c.ended(), "nothing is left stopped")
	}
}

// sh starts a shell in the place of the child.
func sh(script string) Command {
	return func() (string, []string, error) { return "/bin/sh", []string{"-c", script}, nil }
}

const (
	ready   = `printf 'R\000\000\000\000'; `
	request = `read -r line; ` // the source must hold a line break
)

func TestAChildThatDoesNotServeIsAnErrorOfTheOperator(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		command Command
		want    string
		starts  int
	}{
		{"no such file", func() (string, []string, error) { return "/nowhere/program", nil, nil }, "no such file", 0},
		{"no path", func() (string, []string, error) { return "", nil, errors.New("its path is unknown") }, "its path is unknown", 0},
		{"it ends", sh(`exit 0`), "does not serve: EOF", 1},
		{"it says why", sh(`printf 'f\000\000\000\005no /p'`), "does not serve: no /p", 1},
		{"another program", sh(`echo "usage: sh"`), "does not serve", 1},
		{"killed in each evaluation", sh(ready + request + `kill -9 $$`), "ended twice", 2},
		{"an answer that is too long", sh(ready + request + `printf 'v\377\377\377\377'; read -r line`), "ended twice", 2},
		{"an exit code of its own", sh(ready + request + `exit 9`), "ended twice, the last time: exit status 9", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, children := newRecorded(t, tt.command)
			_, err := e.Compile(t.Context(), "1\n")
			var unavailable *UnavailableError
			require.ErrorAs(t, err, &unavailable)
			assert.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, "The expression is not the cause")
			assert.Len(t, children.all(), tt.starts)
		})
	}
}

func TestTheWayAChildEndsNamesTheLimit(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]error{exitTime: ErrTime, exitMemory: ErrMemory, exitFatal: ErrMemory} {
		e, children := newRecorded(t, sh(ready+request+fmt.Sprintf("exit %d", code)))
		_, err := e.Compile(t.Context(), "1\n")
		require.ErrorIs(t, err, want)
		assert.Len(t, children.all(), 2, "the next one is there already")
	}
}

// TestAnEvaluationEndsWithItsContext waits for no limit: it would have another error.
func TestAnEvaluationEndsWithItsContext(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, sh(ready+`read -r line; read -r line; read -r line`))
	ctx, cancel := context.WithCancel(t.Context())
	started := e.start
	e.start = func() (*child, error) {
		defer cancel()
		return started()
	}
	_, err := e.Compile(ctx, "1")
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, children.all(), 1)
	assert.True(t, children.all()[0].ended(), "nothing is left running")
	_, err = e.Compile(ctx, "1")
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, children.all(), 1, "nothing is started for a context that has ended")
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	for range 3 {
		_, err := e.Compile(t.Context(), "1")
		require.NoError(t, err)
		e.Close()
		e.Close()
	}
	require.GreaterOrEqual(t, len(children.all()), 3, "a busy machine may not run one, which is replaced")
	for _, c := range children.all() {
		require.True(t, c.ended())
		_, err := os.Stat(fmt.Sprintf("/proc/%d/stat", c.process.Pid))
		assert.ErrorIs(t, err, os.ErrNotExist, "no zombie")
	}
}

func TestAProvenExpressionWaitsBehindOneUnknownExpressionAtMost(t *testing.T) {
	t.Parallel()
	for _, standing := range []standing{isNew, hitLimit} {
		synctest.Test(t, func(t *testing.T) {
			e := New(Self)
			var unknown, before atomic.Int64
			first, err := e.take(t.Context(), endsItself)
			require.NoError(t, err)
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					release, err := e.take(t.Context(), standing)
					assert.NoError(t, err)
					unknown.Add(1)
					release()
				})
			}
			synctest.Wait()
			all.Go(func() {
				release, err := e.take(t.Context(), endsItself)
				assert.NoError(t, err)
				before.Store(unknown.Load())
				release()
			})
			synctest.Wait()
			first()
			all.Wait()
			assert.LessOrEqual(t, before.Load(), int64(1))
			assert.Equal(t, int64(20), unknown.Load())
		})
	}
}

func TestNobodyWaitsForATurnForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := New(Self)
		release, err := e.take(t.Context(), endsItself)
		require.NoError(t, err)
		_, err = e.take(t.Context(), hitLimit)
		require.ErrorIs(t, err, ErrWait)
		release()
		release, err = e.take(t.Context(), hitLimit)
		require.NoError(t, err, "nothing of the one that gave up is left")
		release()
	})
}

func TestWhatALimitMeansForTheNextTurn(t *testing.T) {
	t.Parallel()
	e, _ := newRecorded(t, Self)
	p, err := e.Compile(t.Context(), `if . then "x" * 1e9 else 1 end`)
	require.NoError(t, err)
	assert.Equal(t, isNew, p.known.get(), "it was never evaluated")
	_, err = p.Eval(t.Context(), false)
	require.NoError(t, err)
	assert.Equal(t, endsItself, p.known.get())
	_, err = p.Eval(t.Context(), true)
	require.Error(t, err)
	assert.Equal(t, hitLimit, p.known.get())
	_, err = p.Eval(t.Context(), false)
	require.NoError(t, err)
}

func TestTheChildSeesNothing(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	for source, want := range map[string]string{`env`: `{}`, `$ENV`: `{}`, `[builtins[] | select(startswith("_"))]`: `[]`} {
		got, err := run(t, e, source)
		require.NoError(t, err, source)
		assert.Equal(t, want, got, source)
	}
	pid := children.all()[0].process.Pid
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("this system does not show the environment of a process")
	}
	require.NoError(t, err)
	assert.Zero(t, len(environ), "bytes of environment")
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	require.NoError(t, err)
	assert.Regexp(t, `Max open files +0 +0`, string(limits))
	assert.Regexp(t, `Max core file size +0 +0`, string(limits))
	if memoryFactor == 1 {
		assert.Regexp(t, `Max data size +\d+ +\d+`, string(limits))
	}
}

func TestAChildThatIsStartedByAChildIsRefused(t *testing.T) {
	old := os.Args
	defer func() { os.Args = old }()
	os.Args = []string{old[0], Argument}
	_, _, err := Self()
	assert.ErrorContains(t, err, "itself the child")
}

// TestAChildThatFindsNoRoomIsTriedAgain: the system may have room for a process a moment later.
func TestAChildThatFindsNoRoomIsTriedAgain(t *testing.T) {
	t.Parallel()
	e, _ := newRecorded(t, Self)
	start, tries := e.start, 0
	e.start = func() (*child, error) {
		if tries++; tries < 3 {
			return nil, &os.PathError{Op: "fork/exec", Path: "/proc/self/exe", Err: syscall.EAGAIN}
		}
		return start()
	}
	got, err := run(t, e, "1 + 1")
	require.NoError(t, err)
	assert.Equal(t, "2", got)
	assert.Equal(t, 3, tries)
}

func TestAChildThatCannotBeStartedIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	for cause, many := range map[error]bool{syscall.EAGAIN: true, syscall.ENOMEM: true, syscall.EACCES: false, syscall.ENOENT: false, syscall.EPERM: false} {
		synctest.Test(t, func(t *testing.T) {
			e, tries := New(Self), 0
			e.start = func() (*child, error) {
				tries++
				return nil, &os.PathError{Op: "fork/exec", Path: "/proc/self/exe", Err: cause}
			}
			began := time.Now()
			_, err := e.Compile(t.Context(), "1")
			var unavailable *UnavailableError
			require.ErrorAs(t, err, &unavailable)
			require.ErrorIs(t, err, cause)
			assert.Equal(t, many, tries > 1, "%v: %d tries", cause, tries)
			assert.LessOrEqual(t, time.Since(began), startPatience)

			ctx, cancel := context.WithTimeout(t.Context(), startPause/2)
			defer cancel()
			if _, err = e.Compile(ctx, "1"); many {
				assert.ErrorIs(t, err, context.DeadlineExceeded, "the end of the job's time ends the tries")
			}
		})
	}
}

// TestANewExpressionWaitsBehindOneThatReachedALimitAtMost: two thousand jobs whose expressions do not end keep no other
// model's first job from its result.
func TestANewExpressionWaitsBehindOneThatReachedALimitAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := New(Self)
		first, err := e.take(t.Context(), hitLimit)
		require.NoError(t, err)
		var all sync.WaitGroup
		var served, gaveUp atomic.Int64
		for range 2000 {
			all.Go(func() {
				release, err := e.take(t.Context(), hitLimit)
				if err != nil {
					assert.ErrorIs(t, err, ErrWait)
					gaveUp.Add(1)
					return
				}
				<-time.After(TimeLimit)
				served.Add(1)
				release()
			})
		}
		synctest.Wait()
		began := time.Now()
		for _, known := range []standing{isNew, isNew, endsItself} {
			all.Go(func() {
				release, err := e.take(t.Context(), known)
				if assert.NoError(t, err) {
					assert.LessOrEqual(t, time.Since(began), 2*TimeLimit)
					release()
				}
			})
		}
		<-time.After(TimeLimit)
		first()
		all.Wait()
		assert.Equal(t, int64(2000), served.Load()+gaveUp.Load())
		assert.LessOrEqual(t, time.Since(began), maxWait+2*TimeLimit, "nobody waits for ever")
		assert.Empty(t, e.limited)
		assert.Empty(t, e.fresh)
		assert.Empty(t, e.turn)
	})
}

func TestACompilationThatReachedALimitIsKnownTheNextTime(t *testing.T) {
	t.Parallel()
	var c compilations
	c.failed([]byte("interrupted"), isNew)
	c.failed([]byte("slow"), hitLimit)
	assert.Equal(t, hitLimit, c.of([]byte("slow")))
	assert.Equal(t, isNew, c.of([]byte("interrupted")))
	for i := range 2 * maxLimited {
		c.failed([]byte(strconv.Itoa(i)), hitLimit)
	}
	assert.LessOrEqual(t, len(c.limited), maxLimited)
}

// TestACancelledEvaluationEndsItsChild: it would go on with the expression, and answer the next request with its result.
func TestACancelledEvaluationEndsItsChild(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, sh(ready+`read -r line`)) // it waits for a request that never comes
	started := e.start
	requests, in, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, requests.Close()) })
	e.start = func() (*child, error) {
		c, err := started()
		if err == nil {
			own := c.in
			t.Cleanup(func() { assert.NoError(t, own.Close()) })
			c.in = in // the request comes to this test
		}
		return c, err
	}
	ctx, cancel := context.WithCancel(t.Context())
	read := make(chan error, 1)
	go func() {
		_, err := readFrame(requests, maxReply)
		cancel()
		read <- err
	}()
	_, err = e.Compile(ctx, "1")
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, <-read, "it was being evaluated")
	require.Len(t, children.all(), 1, "no other one is started in vain")
	assert.True(t, children.all()[0].ended())
	assert.Nil(t, e.child)
}

// TestTimeThatTheMachineDidNotGiveDoesNotCount: a busy machine is not the expression's fault.
func TestTimeThatTheMachineDidNotGiveDoesNotCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		times int
		ran   time.Duration
		known bool
		want  error
	}{
		{"it ran all the time", 1, TimeLimit * timeFactor, true, ErrTime},
		{"it ran half of the time", 1, fairWork * timeFactor, true, ErrTime},
		{"it ran little", 1, fairWork - 1, true, nil},
		{"it ran little for long", mostTimes, fairWork - 1, true, ErrTime},
		{"it did not run", 1, 0, true, errNotRun},
		{"the system does not tell", 1, 0, false, ErrTime},
	} {
		assert.ErrorIs(t, atLimit(tt.times, tt.ran, tt.known), tt.want, tt.name)
	}
}
