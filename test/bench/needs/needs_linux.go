// Package needs tells what the process that measures itself has needed so far.
package needs

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
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
	status, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(status) {
		var kib int64
		if n, _ := fmt.Sscanf(string(line), "VmRSS: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
