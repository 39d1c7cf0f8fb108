package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
)

// used returns the processor time of this process, its own and the system's for it, and its memory in use in bytes.
func used() (cpu time.Duration, memory int64) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		cpu = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	status, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(status) {
		var kib int64
		if n, _ := fmt.Sscanf(string(line), "VmRSS: %d kB", &kib); n == 1 {
			memory = kib << 10
		}
	}
	return cpu, memory
}
