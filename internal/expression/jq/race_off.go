//go:build !race

package jq

// The limits as they are; wider ones hold under the race detector only.
const (
	timeFactor   = 1
	memoryFactor = 1
)
