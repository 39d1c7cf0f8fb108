package worker

import (
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// endedKept is how many tries that ended are remembered at least, and endedFor how long: longer than a job is in transport.
const (
	endedKept = 7_000
	endedFor  = 5 * time.Minute
)

// endings remember tries that ended by a command after which the job does not come again by itself: the latest endedKept, and up to
// as many before them. There are thousands of them in a worker under load, so they are small and hold no pointers.
type endings struct {
	began           time.Time
	latest, earlier map[try]lastCommand
}

// lastCommand is the command that ended a try.
type lastCommand struct {
	commanded time.Duration // when it was first sent, since the endings began
	incident  bool          // it was a fail without retries
}

func newEndings() *endings {
	return &endings{began: time.Now(), latest: map[try]lastCommand{}, earlier: map[try]lastCommand{}}
}

// add remembers how a try ended, unless that was too long ago, or the job comes again.
func (e *endings) add(t try, c commanding) {
	if c.command == nil || releases(c.command) || time.Since(c.commanded) > endedFor {
		return
	}
	if len(e.latest) >= endedKept {
		e.latest, e.earlier = e.earlier, e.latest
		clear(e.latest)
	}
	_, incident := c.command.(job.Fail)
	e.latest[t] = lastCommand{c.commanded.Sub(e.began), incident}
}

// of returns the command that ended a try, as far as a later activation asks for it; false if it is not remembered.
func (e *endings) of(t try) (commanding, bool) {
	found, ok := e.latest[t]
	if !ok {
		found, ok = e.earlier[t]
	}
	commanded := e.began.Add(found.commanded)
	if !ok || time.Since(commanded) > endedFor {
		return commanding{}, false
	}
	if found.incident {
		return commanding{commanded, job.Fail{}}, true
	}
	return commanding{commanded, job.Complete{}}, true
}
