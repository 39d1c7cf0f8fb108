package cli

import (
	"context"
	"runtime/debug"
	"time"
)

// idleCheck is how often the worker looks whether it has come to rest.
const idleCheck = 2 * time.Second

// releaseWhenIdle gives the memory that a load needed back to the system once the worker has come to rest, instead of
// keeping it until the runtime does so by and by: in a cluster, memory is what a pod is charged for. Idle says whether no
// job is in work. It returns when ctx is done.
func releaseWhenIdle(ctx context.Context, idle func() bool) {
	tick := time.NewTicker(idleCheck)
	defer tick.Stop()
	worked := false
	for started := false; ; started = true {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if !started {
			releaseProgram() // what only the start needed
		}
		switch {
		case !idle():
			worked = true
		case worked:
			worked = false
			debug.FreeOSMemory()
			releaseProgram()
		}
	}
}
