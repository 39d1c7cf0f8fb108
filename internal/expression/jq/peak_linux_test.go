package jq

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hardLimit is what no child may have in use even for a moment: what the kernel gives it and what it begins with.
const hardLimit = (dataMargin + 40<<20) * memoryFactor

// peakOf returns the most bytes that a process which has ended had in use.
func peakOf(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10
}

// assertPeak checks the most bytes that a child had in use.
func assertPeak(t *testing.T, peak int64) {
	t.Helper()
	assert.Positive(t, peak)
	assert.Less(t, peak, int64(hardLimit))
}

// TestMemoryOfParentAndChild measures what a process that evaluates has in use while its child reaches the limit.
func TestMemoryOfParentAndChild(t *testing.T) {
	t.Parallel()
	e, children := newRecorded(t, Self)
	_, err := run(t, e, "1")
	require.NoError(t, err)
	idle := e.child.resident()
	_, err = run(t, e, `[limit(1e12; repeat(1))] | length`)
	require.True(t, errors.Is(err, ErrMemory) || errors.Is(err, ErrTime), "got %v", err)
	e.Close()
	var own syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &own))
	t.Logf("this process at most %d MiB, its child %d MiB when idle and %d MiB at the limit, together %d MiB",
		own.Maxrss>>10, idle>>20, children.peak()>>20, (own.Maxrss<<10+children.peak())>>20)
	assert.Positive(t, idle)
	assert.Less(t, idle, int64(MemoryLimit*memoryFactor/2), "half of the limit is left to the expression")
}
