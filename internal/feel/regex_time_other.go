//go:build !linux

package feel

import "time"

// threadTime is unknown.
func threadTime() (time.Duration, bool) { return 0, false }
