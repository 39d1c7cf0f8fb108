package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASectionIsATable(t *testing.T) {
	t.Parallel()
	s := section{title: "Loads", intro: "On a machine.", header: []string{"", "jobs/s"}, rows: [][]string{{"20 µs", "5"}, {"a", "1,000"}}, note: "That is all."}
	assert.Equal(t, "Loads\nOn a machine.\n       jobs/s\n20 µs  5\na      1,000\nThat is all.\n", s.text())
	assert.Equal(t, "On a machine.\n\n|  | jobs/s |\n| --- | --- |\n| 20 µs | 5 |\n| a | 1,000 |\n\nThat is all.\n", s.markdown())
}

func TestThousandsAreSet(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0", 999.4: "999", 999.6: "1,000", 12_345: "12,345", 1_234_567: "1,234,567"} {
		assert.Equal(t, want, thousands(n))
	}
}

func TestAnAimIsMetOrNot(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		aim  aim
		want []string
	}{
		{"at most, met", aim{what: "CPU", found: figure{0.6, 0.5, 0.7, 3}, verb: "%.2f", most: 0.6}, []string{"CPU", "0.60 (0.50–0.70)", "≤ 0.60", "met"}},
		{"at most, not met", aim{what: "memory", found: figure{41, 41, 41, 1}, verb: "%.0f", most: 40, unit: " MiB"}, []string{"memory", "41 MiB", "≤ 40 MiB", "not met"}},
		{"at least, met", aim{what: "rate", found: figure{0.91, 0.91, 0.91, 1}, verb: "%.0f", scale: 100, least: 90, unit: " %"}, []string{"rate", "91 %", "≥ 90 %", "met"}},
		{"at least, not met", aim{what: "rate", found: figure{0.5, 0.5, 0.5, 1}, verb: "%.0f", scale: 100, least: 90, unit: " %"}, []string{"rate", "50 %", "≥ 90 %", "not met"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, tt.aim.row())
		})
	}
}

func TestTheReportHasWhatWasMeasured(t *testing.T) {
	t.Parallel()
	r := found()
	sections := r.sections()
	require.Len(t, sections, 3, "settings, single jobs and memory were not measured")
	assert.Equal(t, []string{"the same, bus 20 ms", "0.75 (0.50–1.00)", "≤ 0.60", "not met"}, sections[0].rows[0])
	require.Len(t, sections[1].rows, 1)
	assert.Equal(t, []string{"20 ms, 256 slots, 300 B", "the defaults", "0.75 (0.50–1.00)", "–"}, sections[1].rows[0][:4], "ratios come first")
	for _, s := range sections {
		for _, row := range s.rows {
			assert.Len(t, row, len(s.header), s.title)
		}
	}
}

func TestTheCaptionSaysWhatWasMeasuredWhere(t *testing.T) {
	t.Parallel()
	r := found()
	r.Version, r.Go, r.Processor, r.Cores, r.Date, r.Took, r.Seconds, r.LoadBefore = "v1.2", "go1.26", "A CPU", 2, "2026-11-30", "14m0s", 2, 3.14
	r.Samples[0].Cores, r.Samples[0].Others = 1, 0.5
	r.Samples[5].Cores, r.Samples[5].Others = 1, 1.5
	assert.Equal(t, "Version v1.2, go1.26, on A CPU with 2 cores (2026-11-30), in 14m0s. Each figure is the median of 3 rounds, with the lowest and the highest, of 2 s for each load. "+
		"The load average was 3.1 before the run; all else on the machine used 1.0 cores during it (up to 1.5).", r.caption())
}
