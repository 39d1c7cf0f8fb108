package embedded

import "time"

// setDue puts the entry among those whose time will end, and sees that somebody looks then. Mu is held.
func (b *broker) setDue(e *entry) {
	b.due.set(e)
	b.arm()
}

// arm sets the timer for the entry that is due next. It is left alone if it rings earlier: most leases end by a command
// long before. Mu is held.
func (b *broker) arm() {
	if len(b.due) == 0 || b.closed {
		return
	}
	at := b.due[0].due
	if every := b.options.ExpiryCheck; every > 0 {
		if round := at.Truncate(every); round.Before(at) {
			at = round.Add(every)
		}
	}
	switch {
	case b.timer == nil:
		b.timer = time.AfterFunc(time.Until(at), b.expire)
	case b.timerFor.IsZero() || at.Before(b.timerFor):
		b.timer.Reset(time.Until(at))
	default:
		return
	}
	b.timerFor = at
}

// expire makes those jobs available whose lease or backoff has ended.
func (b *broker) expire() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timerFor = time.Time{}
	now := time.Now()
	for len(b.due) > 0 && !b.due[0].due.After(now) {
		e := b.due[0]
		if e.state == activated {
			b.counts.Expired++
		}
		b.makeAvailable(e)
	}
	b.arm()
}
