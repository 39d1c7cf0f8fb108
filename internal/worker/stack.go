package worker

// stackNeed is how much stack the work on a job needs: 8 KiB and the goroutine's own beginning, so that the runtime takes 16 KiB.
const stackNeed = 8 << 10

// growStack makes the stack of a new goroutine large enough for a job. Otherwise the runtime doubles it several times while the
// job is worked on, and copies all that is on it each time.
//
//go:noinline
func growStack(i int) byte {
	var room [stackNeed]byte
	return room[i]
}
