package feel

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAMatchWithoutAProcessorIsTriedAgain: a busy machine is not the pattern's fault.
func TestAMatchWithoutAProcessorIsTriedAgain(t *testing.T) {
	t.Parallel()
	errLate := errors.New("match timeout")
	for _, tt := range []struct {
		name  string
		ran   time.Duration // in each try
		known bool
		late  int // tries that end in time out
		tries int
		want  error
	}{
		{"in time", time.Millisecond, true, 0, 1, nil},
		{"late once, without a processor", time.Millisecond, true, 1, 2, nil},
		{"late for ever, without a processor", time.Millisecond, true, 1000, regexTries, errLate},
		{"late, and it ran", fairRegexTime, true, 1, 1, errLate},
		{"late, and nobody knows", 0, false, 1, 1, errLate},
	} {
		var now time.Duration
		tries := 0
		_, err := patientlyBy(func() (time.Duration, bool) { return now, tt.known }, func() (*regexp2.Match, error) {
			now += tt.ran
			if tries++; tries <= tt.late {
				return nil, errLate
			}
			return nil, nil
		})
		require.ErrorIs(t, err, tt.want, tt.name)
		assert.Equal(t, tt.tries, tries, tt.name)
	}
}

func TestAPatternThatRunsAwayEnds(t *testing.T) {
	t.Parallel()
	p, err := compilePattern(`^(?!b)(a+)+$`, "")
	require.NoError(t, err)
	_, ok := p.matches(strings.Repeat("a", 60)+"!", 1, nil)
	assert.False(t, ok)
}

// TestTheTimeOfAThreadGrowsAsItWorks would never end if it did not.
func TestTheTimeOfAThreadGrowsAsItWorks(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, known := threadTime()
	if !known {
		t.Skip("this system does not tell it")
	}
	for now := before; now-before < fairRegexTime; now, _ = threadTime() {
	}
}
