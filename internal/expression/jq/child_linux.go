package jq

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

const rootDirectory = "/"

// executable is the file of this process even if another one has taken its place since.
func executable() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}

// attributes let the child end with its parent, and keep the signals of a terminal from it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
}

// resident returns the bytes of memory that the process has in use, 0 if that is unknown: it then watches itself.
func (c *child) resident() int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.process.Pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// tick is the unit of processor times in /proc, the same on all systems that Go runs on.
const tick = time.Second / 100

// processorTime returns how long the process has run so far, over all its threads; false = unknown.
func (c *child) processorTime() (time.Duration, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.process.Pid) + "/stat")
	if err != nil {
		return 0, false
	}
	const user, system = 11, 12 // of the fields behind the name, which stands in parentheses and may hold blanks
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= system {
		return 0, false
	}
	var ticks int64
	for _, field := range [...][]byte{fields[user], fields[system]} {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, false
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, true
}
