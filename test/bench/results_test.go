package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFigureIsTheMedianAndItsSpread(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		values []float64
		want   figure
	}{
		{"nothing", nil, figure{}},
		{"one round", []float64{3}, figure{3, 3, 3, 1}},
		{"the middle of three", []float64{9, 1, 2}, figure{2, 1, 9, 3}},
		{"between the two in the middle", []float64{8, 1, 2, 4}, figure{3, 1, 8, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := append([]float64(nil), tt.values...)
			assert.Equal(t, tt.want, figureOf(tt.values))
			assert.Equal(t, before, tt.values, "the values keep their order: it is that of the rounds")
		})
	}
}

func TestAFigureShowsItsSpread(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "–", figure{}.text("%.2f"))
	assert.Equal(t, "0.55", figure{0.551, 0.551, 0.551, 1}.text("%.2f"), "one round has no spread")
	assert.Equal(t, "0.55 (0.50–0.61)", figure{0.55, 0.5, 0.61, 3}.text("%.2f"))
	assert.Equal(t, "0.55", figure{0.55, 0.5, 0.61, 3}.plain("%.2f"))
	assert.Equal(t, "12,345 (999–1,234,567)", figure{12_345.4, 999, 1_234_567, 3}.many())
	assert.Equal(t, "–", figure{}.many())
	assert.Equal(t, "–", figure{}.manyPlain())
	assert.Equal(t, "1,000", figure{1000, 1, 2, 3}.manyPlain())
}

// found returns results of the usual load in which the machine was twice as slow in the second round.
func found() *results {
	name := where(saturated).name()
	return &results{Rounds: 3, Samples: []*sample{
		{Scenario: name, Subject: worker, Round: 0, CPU: 50, PerSecond: 6400},
		{Scenario: name, Subject: noop, Round: 0, CPU: 20},
		{Scenario: name, Subject: bare, Round: 0, CPU: 80},
		{Scenario: name, Subject: bare, Round: 1, CPU: 160},
		{Scenario: name, Subject: noop, Round: 1, CPU: 40},
		{Scenario: name, Subject: worker, Round: 1, CPU: 200, PerSecond: 3200},
		{Scenario: name, Subject: worker, Round: 2, CPU: 1000, PerSecond: 12_800}, // the floors failed
	}}
}

func TestARatioIsMadeWithinARound(t *testing.T) {
	t.Parallel()
	assert.Equal(t, figure{0.75, 0.5, 1, 2}, found().overFloor(where(saturated)), "and only of rounds that have all subjects")
	assert.False(t, found().overBatched(where(saturated)).known())
	assert.False(t, found().overFloor(where(saturated, rest)).known(), "another scenario")
}

func TestTheLimitIsSlotsByLatency(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 12_800, where(saturated).limit(), 1e-9)
	assert.InDelta(t, 2_560, where(saturated, busOf(100*time.Millisecond)).limit(), 1e-9)
	assert.Equal(t, figure{0.5, 0.25, 1, 3}, found().ofLimit(where(saturated)))
	assert.False(t, found().ofLimit(where(saturated, busOf(0))).known(), "a bus that answers at once sets none")
}

func TestDefaultsAreComparedWithTheBestSetting(t *testing.T) {
	t.Parallel()
	r := &results{Rounds: 2}
	for _, s := range compared() {
		rate := 1000.0
		switch {
		case s.latency != 0:
			rate = 9000 // at another latency
		case s.slots == 512:
			rate = 2000
		case s.slots == defaultSlots && s.entries == defaultEntries:
			rate = 1600
		}
		r.Samples = append(r.Samples, &sample{Scenario: s.name(), Subject: worker, PerSecond: rate})
		// The machine is busier in the second round, and another setting is lucky once.
		second := rate / 2
		if s.slots == 1000 {
			second = 800
		}
		r.Samples = append(r.Samples, &sample{Scenario: s.name(), Subject: worker, Round: 1, PerSecond: second})
	}
	assert.Equal(t, figure{0.8, 0.8, 0.8, 2}, r.ofBest(0, scenario.usualEntries))
	assert.Equal(t, figure{1, 1, 1, 2}, r.ofBest(0, scenario.usualSlots), "one with fewer events in a request is slower")
	assert.Equal(t, figure{1, 1, 1, 2}, r.ofBest(usualLatency, scenario.usualEntries))
	assert.False(t, (&results{Rounds: 1}).ofBest(0, scenario.usualSlots).known())
}

func TestResultsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "results.json")
	want := found()
	want.Version, want.Cores, want.Failures = "v1", 2, []string{"a load: it failed"}
	require.NoError(t, want.write(file))
	got, err := readResults(file)
	require.NoError(t, err)
	assert.Equal(t, *want, got)
}
