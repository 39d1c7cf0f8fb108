package eventbridge

import (
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// idleConnection is how long a connection waits for its next request before it is closed. AWS does not document when it
// closes one. EventBridge does so well before the 90 s of the SDK for Go (aws-sdk-go-v2 issue 3423), Kinesis was seen to
// do so after 6 s (aws-sdk-go issue 206), and AWS's own asynchronous client for Java uses 5 s for that reason
// (aws-sdk-java-v2 issue 1520).
const idleConnection = 5 * time.Second

// Bounds of what counts as the end of an idle connection.
const (
	// leastIdle is how long a connection was idle before its last request: a server closes no connection as idle
	// that has just carried an answer.
	leastIdle = 100 * time.Millisecond
	// mostStale is how long after the request its end is seen: a round trip to the farthest region, with some room.
	mostStale = 500 * time.Millisecond
)

// connection is what is seen of the connection of an attempt. It is used by the goroutines of the transport too.
type connection struct {
	idle     atomic.Int64 // how long it had been idle, plus one; 0 = it is new
	got      atomic.Int64 // when the request was given to it, in nanoseconds since start
	answered atomic.Bool  // a byte of the answer came
	start    time.Time
}

func (c *connection) trace() *httptrace.ClientTrace {
	c.start = time.Now()
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			c.got.Store(int64(time.Since(c.start)))
			c.answered.Store(false)
			if info.Reused {
				c.idle.Store(int64(info.IdleTime) + 1)
			} else {
				c.idle.Store(0)
			}
		},
		GotFirstResponseByte: func() { c.answered.Store(true) },
	}
}

// stale tells whether an attempt that failed just now met a connection that the server had closed because it was idle:
// it was reused after a pause, and broke at once, without a byte of an answer. AWS then did not see the request. It would
// have to break for another reason in the same moment for that to be wrong.
func (c *connection) stale(now time.Time) bool {
	return time.Duration(c.idle.Load()) > leastIdle && !c.answered.Load() &&
		now.Sub(c.start)-time.Duration(c.got.Load()) < mostStale
}
