package main

import (
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/bench/needs"
)

// rounds and roundTime are how often and for how much processor time each thing is measured.
const (
	rounds    = 21
	roundTime = 15 * time.Millisecond
)

// inTurn measures the calls in turn, so that whoever else is on the machine disturbs all of them alike. It returns the
// nanoseconds of processor time that each needed in each round, what the garbage collector does for it included.
func inTurn(calls ...func()) [][]float64 {
	found := make([][]float64, len(calls))
	runs := make([]int, len(calls))
	for i, call := range calls {
		runs[i] = runsIn(roundTime, call)
	}
	for range rounds {
		for i, call := range calls {
			began := needs.CPU()
			for range runs[i] {
				call()
			}
			found[i] = append(found[i], float64(needs.CPU()-began)/float64(runs[i]))
		}
	}
	return found
}

// runsIn returns how often a call runs in about so much processor time.
func runsIn(want time.Duration, call func()) int {
	for runs := 1; ; runs *= 2 {
		began := needs.CPU()
		for range runs {
			call()
		}
		if took := needs.CPU() - began; took >= want/2 {
			return max(1, int(float64(runs)*float64(want)/float64(took)))
		}
	}
}

func least(nanos []float64) float64 { return slices.Min(nanos) }

// ratio returns the median of the ratios of the rounds.
func ratio(of, to []float64) float64 {
	all := make([]float64, len(of))
	for i := range of {
		all[i] = of[i] / to[i]
	}
	slices.Sort(all)
	return all[len(all)/2]
}
