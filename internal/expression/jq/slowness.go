//go:build !race

package jq

// slowness is by how much the limits are wider: not at all.
const slowness = 1
