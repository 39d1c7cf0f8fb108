package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

// interval is the time between two looks at the processes. The kernel's marks cover what happens between them.
const interval = time.Millisecond

// sample looks at a process and its children until ctx ends, and returns the peak.
func sample(ctx context.Context, pid int) peak {
	var p peak
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		worker := memoryOf(strconv.Itoa(pid))
		sum, file, anonymous := worker.resident, worker.file, worker.resident-worker.file
		for _, child := range children(pid) {
			c := memoryOf(child)
			sum, file, anonymous = sum+c.resident, max(file, c.file), anonymous+c.resident-c.file
			p.child = max(p.child, c.highest)
		}
		now := anonymous + file
		p.together, p.sum, p.anonymous, p.worker, p.rest = max(p.together, now), max(p.sum, sum), max(p.anonymous, anonymous), max(p.worker, worker.highest), now
		<-tick.C
	}
	return p
}

// memory is what a process has in use, in bytes.
type memory struct{ resident, highest, file int64 }

// memoryOf reads the memory of a process; zero if it has ended.
func memoryOf(pid string) (m memory) {
	status, _ := os.ReadFile("/proc/" + pid + "/status") // it may have ended
	for line := range bytes.Lines(status) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "VmHWM":
			m.highest = size(value)
		case "VmRSS":
			m.resident = size(value)
		case "RssFile":
			m.file = size(value)
		}
	}
	return m
}

// size reads a number of KiB, such as "  1234 kB".
func size(value []byte) int64 {
	kib, _ := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(value), []byte("kB")))), 10, 64) // the kernel writes numbers
	return kib << 10
}

// children returns the ids of the jq children of a process. One that was just forked has the memory of its parent until it
// runs its own program, which its arguments tell.
func children(pid int) []string {
	var ids []string
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is one
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // a thread may have ended
		for id := range bytes.FieldsSeq(text) {
			arguments, _ := os.ReadFile("/proc/" + string(id) + "/cmdline") // it may have ended
			if bytes.Contains(arguments, []byte(jq.Argument)) {
				ids = append(ids, string(id))
			}
		}
	}
	return ids
}
