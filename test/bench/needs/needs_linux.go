// Package needs tells what the process that measures itself has needed so far, and what the machine around it has done.
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

// Machine returns the processor time that all processes of this machine have used since its start.
func Machine() time.Duration {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0
	}
	s, err := fs.Stat()
	if err != nil {
		return 0
	}
	t := s.CPUTotal
	return time.Duration((t.User + t.Nice + t.System + t.IRQ + t.SoftIRQ) * float64(time.Second)) // User contains that of guests
}

// Processor returns the name of the machine's processor; empty = unknown.
func Processor() string {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return ""
	}
	all, err := fs.CPUInfo()
	if err != nil || len(all) == 0 {
		return ""
	}
	return all[0].ModelName
}

// Load returns the machine's load average of the last minute: how many processes ran or wanted to.
func Load() float64 {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0
	}
	l, err := fs.LoadAvg()
	if err != nil {
		return 0
	}
	return l.Load1
}
