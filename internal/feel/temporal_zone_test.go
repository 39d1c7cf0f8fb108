package feel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegionsAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	z, ok := regionZone("Asia/Kathmandu")
	require.True(t, ok)
	_, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, z.region).Zone()
	assert.Equal(t, (5*60+45)*60, offset)
	_, ok = regionZone("Europe/Atlantis")
	assert.False(t, ok)
}
