package feel

import (
	"runtime"
	"time"

	"github.com/dlclark/regexp2"
)

// regexTime bounds one match of the backtracking engine.
const regexTime = 100 * time.Millisecond

const (
	fairRegexTime = regexTime / 2 // of a processor: a match that had less is tried again
	regexTries    = 20            // in all
)

// patiently looks for a match. The engine measures its limit by the clock, and a busy machine may give it no processor meanwhile: that is
// not the pattern's fault, and the match is then looked for again. It is the engine's error if the pattern takes too long.
func patiently(match func() (*regexp2.Match, error)) (m *regexp2.Match, err error) {
	return patientlyBy(threadTime, match)
}

func patientlyBy(clock func() (time.Duration, bool), match func() (*regexp2.Match, error)) (m *regexp2.Match, err error) {
	runtime.LockOSThread() // its time is this match's alone
	defer runtime.UnlockOSThread()
	for range regexTries {
		before, _ := clock()
		if m, err = match(); err == nil {
			return m, nil
		}
		if after, known := clock(); !known || after-before >= fairRegexTime {
			break
		}
	}
	return nil, err
}
