//go:build race

package jq

// Under the race detector a program takes several times the time and the memory, so the limits are wider.
const (
	timeFactor   = 3
	memoryFactor = 6
)
