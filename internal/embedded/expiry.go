package embedded

import "time"

// setDue puts the entry among those whose time will end, and sees that somebody looks then. Mu is held.
func (b *broker) setDue(e *entry) {
	e.partition.due.set(e)
	b.arm(e.partition)
}

// arm sets the partition's timer for the entry that is due next. It is left alone if it rings earlier: most leases end
// by a command long before. Mu is held.
func (b *broker) arm(p *partition) {
	if len(p.due) == 0 || b.closed {
		return
	}
	at := p.due[0].due.Add(-p.offset)
	if every := b.options.ExpiryCheck; every > 0 {
		if now := time.Now(); at.Before(now) {
			at = now
		}
		if round := at.Truncate(every); round.Before(at) {
			at = round.Add(every)
		}
	}
	switch {
	case p.timer == nil:
		p.timer = time.AfterFunc(time.Until(at), func() { b.expire(p) })
	case p.timerFor.IsZero() || at.Before(p.timerFor):
		p.timer.Reset(time.Until(at))
	default:
		return
	}
	p.timerFor = at
}

// expire makes those jobs of the partition available whose lease or backoff has ended.
func (b *broker) expire(p *partition) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p.timerFor = time.Time{}
	if p.leaderless || b.closed {
		return
	}
	now := p.now()
	for len(p.due) > 0 && !p.due[0].due.After(now) {
		e := p.due[0]
		b.commit(&change{Kind: expired, Key: e.key}, e)
		b.makeAvailable(e)
	}
	b.arm(p)
}
