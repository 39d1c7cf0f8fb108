package cli

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

// controlGroupFiles are where a container reads its memory limit: in version 2 of control groups, and in version 1.
var controlGroupFiles = [...]string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// goShare is the share of a container's memory that Go's own limit should be. The chart sets GOMEMLIMIT to the same share.
const goShare = 0.8

// memoryLimit returns the bytes that Go's heap may take: GOMEMLIMIT, else goShare of what the first of the files says that has a
// limit; 0 = there is none.
func memoryLimit(files ...string) int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 { // a negative one is not set
		return limit
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		// Without a limit version 2 has the word max, and version 1 a number near 2^63.
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit < 1<<50 {
			return int64(goShare * float64(limit))
		}
	}
	return 0
}

// jobBytes returns how many bytes of jobs may be worked on at a time; 0 = there is no limit.
func jobBytes(c *config.Config) int64 {
	if size, given := c.Connector.JobBytes(); given {
		return int64(size)
	}
	if limit := memoryLimit(controlGroupFiles[:]...); limit > 0 {
		return plan.JobBytes(limit)
	}
	return 0
}
