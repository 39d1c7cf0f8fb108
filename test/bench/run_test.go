package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain makes the test's binary a measured process, as the program's own is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == childFlag {
		if err := child(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	// A measured process is killed at the end, so a race that was found in it must end it before.
	_ = os.Setenv("GORACE", "halt_on_error=1 "+os.Getenv("GORACE"))
	os.Exit(m.Run())
}

// TestARunMeasuresEachSubject runs real processes for a moment. It holds what they found, not how long it took.
func TestARunMeasuresEachSubject(t *testing.T) {
	t.Parallel()
	r := runner{ctx: t.Context(), options: options{backlog: 40, measured: time.Millisecond, longest: time.Hour, soakJobs: 100}}
	all, err := r.run([]scenario{
		{kind: saturated, slots: 16, size: smallEvent, over: overGRPC, entries: 1},
		{kind: saturated, slots: 1, size: smallEvent, over: overREST, entries: defaultEntries},
		{kind: idle, slots: 16, size: smallEvent, over: overGRPC, entries: defaultEntries},
		{kind: soak, slots: 16, size: smallEvent, over: overGRPC, entries: defaultEntries},
	}, 1, "v1")
	require.NoError(t, err)
	assert.Empty(t, all.Failures)
	require.Len(t, all.Samples, 4+3+3+1)
	for _, m := range all.Samples {
		assert.Positive(t, m.Jobs, "%s, %s", m.Scenario, m.Subject)
		if m.P50 == 0 {
			assert.Positive(t, m.PerSecond, "%s, %s", m.Scenario, m.Subject)
			assert.Positive(t, m.CPU, "%s, %s", m.Scenario, m.Subject)
		}
	}
	alone := all.turns(scenario{kind: saturated, slots: 16, size: smallEvent, over: overGRPC, entries: 1})[0]
	assert.InDelta(t, 1, alone[worker].Entries, 1e-9, "no request is shared")
	assert.InDelta(t, batchSize, alone[batched].Entries, 1e-9)
	assert.Zero(t, alone[noop].Entries)
}
