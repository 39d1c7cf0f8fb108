package worker

import (
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// unsupported is what is known of a call that the gateway may not know. A proxy can answer in the gateway's place, and a
// cluster can be upgraded: the call is tried again after a while, which doubles.
type unsupported struct {
	mu    sync.Mutex
	until time.Time
	pause pace.Backoff
}

func newUnsupported() *unsupported {
	return &unsupported{pause: pace.Backoff{First: unsupportedFirst, Last: unsupportedMost}}
}

const (
	unsupportedFirst = 2 * time.Second
	unsupportedMost  = 5 * time.Minute
)

// found is told that the gateway does not know the call. It returns how long that is believed, and whether it is news.
func (u *unsupported) found() (pause time.Duration, news bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	news = !u.pause.Begun()
	pause = u.pause.Next()
	u.until = time.Now().Add(pause)
	return pause, news
}

// over is told that the gateway knows the call.
func (u *unsupported) over() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.until = time.Time{}
	u.pause.Reset()
}

// left returns for how long the call need not be tried; it is not above 0 if it may be tried now.
func (u *unsupported) left() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return time.Until(u.until)
}

// known says whether the call need not be tried now.
func (u *unsupported) known() bool { return u.left() > 0 }
