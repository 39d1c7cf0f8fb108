package feel

import (
	"syscall"
	"time"
)

// threadTime returns the time that this thread had a processor; false = unknown.
func threadTime() (time.Duration, bool) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_THREAD, &u) != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
