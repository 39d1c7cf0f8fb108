// Package needs tells what the process that measures itself has needed so far.
package needs

import (
	"syscall"
	"time"

	"github.com/prometheus/procfs"
)

// CPU returns the processor time of this process, its own and the system's for it: what others do on the machine at the
// same time hardly changes it.
func CPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Memory returns the bytes that this process has in use.
func Memory() int64 {
	p, err := procfs.Self()
	if err != nil {
		return 0
	}
	s, _ := p.NewStatus() // it is zero if it cannot be read
	return int64(s.VmRSS) //nolint:gosec // below 2^63
}
