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
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// interval is the time between two looks at the processes. The kernel's marks cover what happens between them.
const interval = time.Millisecond

// sample looks at a process and its children until ctx ends, and returns the peak.
func sample(ctx context.Context, pid int) peak {
	var p peak
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		worker := process.MemoryOf(pid)
		sum, file, anonymous := worker.Resident, worker.File, worker.Resident-worker.File
		for _, child := range children(pid) {
			c := process.MemoryOf(child)
			sum, file, anonymous = sum+c.Resident, max(file, c.File), anonymous+c.Resident-c.File
			p.child = max(p.child, c.Highest)
		}
		now := anonymous + file
		p.together, p.sum, p.anonymous, p.worker, p.rest = max(p.together, now), max(p.sum, sum), max(p.anonymous, anonymous), max(p.worker, worker.Highest), now
		<-tick.C
	}
	return p
}

// children returns the ids of the jq children of a process. One that was just forked has the memory of its parent until it
// runs its own program, which its arguments tell.
func children(pid int) []int {
	var ids []int
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is one
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // a thread may have ended
		for id := range bytes.FieldsSeq(text) {
			child, err := strconv.Atoi(string(id))
			if err != nil {
				continue // the kernel writes numbers
			}
			arguments, _ := os.ReadFile("/proc/" + string(id) + "/cmdline") // it may have ended
			if bytes.Contains(arguments, []byte(jq.Argument)) {
				ids = append(ids, child)
			}
		}
	}
	return ids
}
