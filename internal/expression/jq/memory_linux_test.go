package jq

import (
	"flag"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memoryBound is the memory, in bytes, at which the parent ends a child.
const memoryBound = MemoryLimit * memoryFactor

// asHungry is the argument that makes the test binary a child that takes too much memory, and neither watches it nor answers.
const asHungry = "hungry"

func hungry() (path string, args []string, err error) {
	path, err = executable()
	return path, []string{"-test.run=^TestAHungryChild$", asHungry}, err
}

// TestAHungryChild is that child; it is no test unless it was asked for.
func TestAHungryChild(t *testing.T) { //nolint:paralleltest // it runs alone in a process
	if flag.Arg(0) != asHungry {
		t.Skip("it is started by TestAChildThatDoesNotWatchItsMemoryIsEnded")
	}
	_, err := syscall.Mmap(-1, 0, memoryBound, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
	require.NoError(t, err)
	require.NoError(t, writeFrame(os.Stdout, frame{kind: kindReady}))
	_, err = io.Copy(io.Discard, os.Stdin) // until it is ended
	require.NoError(t, err)
}

// TestAChildThatDoesNotWatchItsMemoryIsEnded: its parent watches it too.
func TestAChildThatDoesNotWatchItsMemoryIsEnded(t *testing.T) {
	t.Parallel()
	c, err := startChild(hungry)
	require.NoError(t, err)
	t.Cleanup(c.end)
	require.NoError(t, c.awaitReady(t.Context()))
	assert.Greater(t, c.resident(), int64(memoryBound))
	_, err = c.exchange(t.Context(), frame{kind: kindCompile})
	require.ErrorIs(t, err, ErrMemory)
}
