package worker

// stackNeed is how much stack the work on a job needs: 4 KiB and the goroutine's own beginning, so that the runtime takes 8 KiB. Of a job
// that completes, the deepest is the call that completes it: 6 KiB. One that AWS refuses may need more, and grows its stack. A collection
// halves a stack of which less than a quarter is in use: it leaves this one alone while a job waits for the bus.
const stackNeed = 4 << 10

// growStack makes the stack of a new goroutine large enough for a job. Otherwise the runtime doubles it several times while the
// job is worked on, and copies all that is on it each time.
//
//go:noinline
func growStack(i int) byte {
	var room [stackNeed]byte
	return room[i]
}
