//go:build race

package jq

// slowness is by how much the limits are wider: under the race detector a program takes several times the time and memory.
const slowness = 6
