package jq

import (
	"context"
	"flag"
	"io"
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memoryBound is the memory, in bytes, at which the parent ends a child.
const memoryBound = MemoryLimit * memoryFactor

// asHungry is the argument that makes the test binary a child that takes memory, and neither watches it nor answers. The next
// argument is how many bytes it takes.
const asHungry = "hungry"

func hungry(bytes int) Command {
	return func() (path string, args []string, err error) {
		path, err = executable()
		return path, []string{"-test.run=^TestAHungryChild$", asHungry, strconv.Itoa(bytes)}, err
	}
}

// TestAHungryChild is that child; it is no test unless it was asked for.
func TestAHungryChild(t *testing.T) { //nolint:paralleltest // it runs alone in a process
	if flag.Arg(0) != asHungry {
		t.Skip("it is started by the tests below")
	}
	size, err := strconv.Atoi(flag.Arg(1))
	require.NoError(t, err)
	_, err = syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
	require.NoError(t, err)
	require.NoError(t, writeFrame(os.Stdout, frame{kind: kindReady}))
	_, err = io.Copy(io.Discard, os.Stdin) // until it is ended
	require.NoError(t, err)
}

// TestAChildThatDoesNotWatchItsMemoryIsEnded: its parent watches it too.
func TestAChildThatDoesNotWatchItsMemoryIsEnded(t *testing.T) {
	t.Parallel()
	c, err := startChild(hungry(memoryBound))
	require.NoError(t, err)
	t.Cleanup(c.end)
	require.NoError(t, c.awaitReady(t.Context()))
	assert.Greater(t, c.resident(), int64(memoryBound))
	_, err = c.exchange(t.Context(), frame{kind: kindCompile})
	require.ErrorIs(t, err, ErrMemory)
}

// TestTheParentMakesRoomForAChildThatGrows: it does so before the child reaches its limit.
func TestTheParentMakesRoomForAChildThatGrows(t *testing.T) {
	t.Parallel()
	c, err := startChild(hungry(growth * memoryFactor))
	require.NoError(t, err)
	t.Cleanup(c.end)
	require.NoError(t, c.awaitReady(t.Context()))
	require.Less(t, c.resident(), int64(memoryBound))
	ctx, cancel := context.WithCancel(t.Context())
	c.grows = cancel
	_, err = c.exchange(ctx, frame{kind: kindCompile})
	require.ErrorIs(t, err, context.Canceled)
}

// TestAnEvaluatorsChildMakesRoom: it is the memory of this process that is given back.
func TestAnEvaluatorsChildMakesRoom(t *testing.T) {
	t.Parallel()
	c, err := New(hungry(0)).start()
	require.NoError(t, err)
	t.Cleanup(c.end)
	assert.NotNil(t, c.grows)
}
