package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
)

func TestEachScenarioHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range scenarios {
		assert.False(t, seen[s.name()], "%s is there twice", s.name())
		seen[s.name()] = true
		if s.kind != settings {
			assert.NotEmpty(t, s.why, s.name())
		}
	}
	for _, name := range []string{
		where(saturated).name(), where(saturated, busOf(0)).name(), where(saturated, busOf(far)).name(), where(saturated, entriesOf(1)).name(),
		where(saturated, busOf(0), entriesOf(1)).name(), where(saturated, largeEvents).name(), where(saturated, slotsOf(32)).name(), where(saturated, rest).name(),
		where(saturated, busOf(0), rest).name(), where(idle).name(), where(idle, busOf(0)).name(), where(idle, busOf(0), rest).name(), where(soak, busOf(0)).name(),
		where(drain).name(), where(drain, rest).name(),
	} {
		assert.True(t, seen[name], "the report asks for %s, which nobody measures", name)
	}
}

// TestTheScenariosVaryEachDimension names what a reader may expect to find.
func TestTheScenariosVaryEachDimension(t *testing.T) {
	t.Parallel()
	latencies, slots, sizes, transports := map[time.Duration]bool{}, map[int]bool{}, map[int]bool{}, map[transport]bool{}
	for _, s := range scenarios {
		if s.kind == saturated {
			latencies[s.latency], slots[s.slots], sizes[s.size], transports[s.over] = true, true, true, true
		}
	}
	assert.Equal(t, map[time.Duration]bool{0: true, 20 * time.Millisecond: true, 100 * time.Millisecond: true}, latencies)
	assert.Equal(t, map[int]bool{1: true, 32: true, 256: true, 1000: true}, slots)
	assert.Equal(t, map[int]bool{300: true, 65_536: true}, sizes)
	assert.Equal(t, map[transport]bool{overGRPC: true, overREST: true}, transports)
}

// TestARunTakesNoLongerThanItMay counts the times that are fixed, and half a second for the start and the end of each process.
func TestARunTakesNoLongerThanItMay(t *testing.T) {
	t.Parallel()
	var whole, short time.Duration
	for _, s := range scenarios {
		for range s.subjects() {
			o := optionsOf(2, false)
			whole += 3 * (o.warmUp + o.measured + time.Second/2)
			if o = optionsOf(2, true); s.quick {
				short += o.warmUp + o.measured + time.Second/2
			}
		}
	}
	assert.Less(t, whole, 14*time.Minute, "the rest is for 100,000 jobs, three times")
	assert.Less(t, short, time.Minute)
}

func TestAnEventHasItsSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{smallEvent, largeEvent} {
		detail := detailOf(size)
		assert.True(t, json.Valid([]byte(detail)), detail)
		assert.Equal(t, size, limit.EntrySize(eventSource, detailType, detail, nil, false))
	}
}
