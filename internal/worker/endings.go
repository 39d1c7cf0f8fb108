package worker

import (
	"encoding/binary"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// endedKept is how many tries that ended are remembered at least, and endedFor how long: longer than a job is in transport.
const (
	endedKept = 7_000
	endedFor  = 5 * time.Minute
)

// endings remember tries that ended by a command after which the job does not come again by itself: the latest endedKept, and up to
// as many before them. There are thousands of them in a worker under load, so they are packed into a few bytes and hold no pointers.
type endings struct {
	began           time.Time
	latest, earlier map[packedTry]packedCommand
}

// packedTry is the key of a job and its retries.
type packedTry [8 + 4]byte

func (t try) packed() (p packedTry) {
	binary.BigEndian.PutUint64(p[:], uint64(t.key))      //nolint:gosec // its bits
	binary.BigEndian.PutUint32(p[8:], uint32(t.retries)) //nolint:gosec // its bits
	return p
}

// packedCommand is when the command that ended a try was first sent, and whether it was a fail without retries.
type packedCommand struct {
	after    [5]byte // milliseconds since the endings began, rounded up: enough for 34 years
	incident bool
}

func pack(after time.Duration, incident bool) packedCommand {
	p := packedCommand{incident: incident}
	milliseconds := (after + time.Millisecond - 1).Milliseconds()
	for i := range p.after {
		p.after[i] = byte(milliseconds >> (8 * i))
	}
	return p
}

func (p packedCommand) time(began time.Time) time.Time {
	var milliseconds int64
	for i, b := range p.after {
		milliseconds |= int64(b) << (8 * i)
	}
	return began.Add(time.Duration(milliseconds) * time.Millisecond)
}

func newEndings() *endings {
	return &endings{began: time.Now(), latest: map[packedTry]packedCommand{}, earlier: map[packedTry]packedCommand{}}
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
	e.latest[t.packed()] = pack(c.commanded.Sub(e.began), incident)
}

// of returns the command that ended a try, as far as a later activation asks for it; false if it is not remembered.
func (e *endings) of(t try) (commanding, bool) {
	packed := t.packed()
	found, ok := e.latest[packed]
	if !ok {
		found, ok = e.earlier[packed]
	}
	commanded := found.time(e.began)
	if !ok || time.Since(commanded) > endedFor {
		return commanding{}, false
	}
	if found.incident {
		return commanding{commanded, job.Fail{}}, true
	}
	return commanding{commanded, job.Complete{}}, true
}
