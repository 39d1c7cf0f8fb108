package process

import "github.com/prometheus/procfs"

// Memory is what a process has in use, in bytes.
type Memory struct {
	Resident int64 // in all
	File     int64 // of it, the pages of its files
	Highest  int64 // the most that it ever had resident
}

// MemoryOf reads the memory of a process; zero if it has ended, or on a system other than Linux.
func MemoryOf(pid int) Memory {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return Memory{}
	}
	s, _ := p.NewStatus()                                           // it may have ended
	return Memory{int64(s.VmRSS), int64(s.RssFile), int64(s.VmHWM)} //nolint:gosec // below 2^63
}
