//go:build !race

package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestJQNamesItsLimitOfMemory has no place under the race detector, whose child has no limit of the kernel: there a busy
// machine takes all the time that the expression has before the memory is filled.
func TestJQNamesItsLimitOfMemory(t *testing.T) {
	t.Parallel()
	assert.ErrorContains(t, evalJQ(t, `"x" * 200000000`), "the jq expression used more than 64 MiB of memory")
}
