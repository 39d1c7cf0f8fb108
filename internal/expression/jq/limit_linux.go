package jq

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// dataMargin is how much more memory, in bytes, the kernel gives to the child than it has when it begins to serve. It is the
// backstop of MemoryLimit, for one step that asks for very much at once. It counts what is mapped, of which a part is never
// resident.
const dataMargin = 128 << 20

// limitProcess sets the limits that the kernel holds: no core file, no file opened or written any more, and no more memory
// than the backstop.
func limitProcess() error {
	data, err := mappedData()
	if err != nil {
		return err
	}
	limits := []struct {
		name     string
		resource int
		most     uint64
	}{
		{"RLIMIT_CORE", syscall.RLIMIT_CORE, 0},
		{"RLIMIT_FSIZE", syscall.RLIMIT_FSIZE, 0},
		{"RLIMIT_NOFILE", syscall.RLIMIT_NOFILE, 0},
		{"RLIMIT_DATA", syscall.RLIMIT_DATA, data + dataMargin},
	}
	for _, l := range limits {
		if l.resource == syscall.RLIMIT_DATA && memoryFactor > 1 {
			continue // the race detector maps more than that
		}
		var now syscall.Rlimit
		if err := syscall.Getrlimit(l.resource, &now); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		most := min(l.most, now.Max)
		if err := syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

// mappedData returns how many bytes this process has of what RLIMIT_DATA counts.
func mappedData() (uint64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(status)); lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), "VmData:"); found {
			var kib uint64
			if _, err := fmt.Sscanf(text, "%d kB", &kib); err != nil {
				return 0, fmt.Errorf("VmData in /proc/self/status: %w", err)
			}
			return kib << 10, nil
		}
	}
	return 0, errors.New("/proc/self/status has no VmData")
}

// limitProcessorTime lets the kernel end the process some seconds of processor time from now.
func limitProcessorTime() {
	var used syscall.Rusage
	var limit syscall.Rlimit
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil || syscall.Getrlimit(syscall.RLIMIT_CPU, &limit) != nil {
		return
	}
	limit.Cur = min(uint64(used.Utime.Sec+used.Stime.Sec)+5*timeFactor, limit.Max)
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &limit) // the parent and the watch are before it
}
