package eventbridge

import "time"

// free says whether an attempt is not counted: the trouble is the target's, not the call's.
func (t *target) free(o outcome, probe bool) bool {
	switch {
	case !o.transient():
		return false
	case t.down && probe:
		return t.shared || t.calls > 1
	case o == outcomeThrottled:
		return t.slowed >= minTroubled || len(t.queue) >= minTroubled || t.down && t.shared
	}
	return false
}

// rise takes an answer in.
func (t *target) rise(a *attempt, now time.Time) *change {
	if a.began.After(t.alive) {
		t.alive = a.began
	}
	t.run, t.failed = 0, 0
	if t.down {
		t.down, t.shared = false, false
		t.prober, t.probes = nil, 0
		t.limit, t.rate = firstLimit, rate{}
		t.risen = now
		t.set.downs.Add(-1)
		lasted := now.Sub(t.since)
		return &change{endpoint: t.endpoint, region: t.region, loud: t.loud || lasted >= quietFor, lasted: lasted, probes: t.started}
	}
	if a.response.throttled() {
		t.rate.lower(a.began, now)
	} else {
		t.rate.rise(now, t.set.calm(), len(t.queue) > 0)
	}
	if t.limit > 0 {
		if t.limit++; t.limit >= t.calls {
			t.limit = 0
		}
	}
	return nil
}

// sink takes a failure in.
func (t *target) sink(a *attempt, o outcome, code string, now time.Time) *change {
	if o == outcomeThrottled && !t.down {
		t.rate.lower(a.began, now)
	}
	t.code = code
	if a.began.Before(t.alive) {
		return nil // AWS has answered a later attempt
	}
	t.run++
	if t.down && t.troubled >= minTroubled {
		t.shared = true
	}
	switch {
	case t.down && a.probe:
		longest := maxPause
		if now.Sub(t.since) > longOutage {
			longest = longPause
		}
		t.pause = min(2*t.pause, longest)
		t.next = now.Add(t.pause)
	case !t.down && t.troubled >= minTroubled && t.run >= t.patience(o):
		return t.fall(now, true)
	}
	return nil
}

// patience is how many attempts fail in a row before the target counts as down. It grows while the target goes down and
// up again and again: then AWS still answers some requests.
func (t *target) patience(o outcome) int {
	n := min(max(minRun, t.calls), maxRun)
	if o == outcomeThrottled {
		n = min(max(minRun, 2*t.calls), maxThrottleRun)
	}
	return n << t.flaps
}

// fall takes the target down.
func (t *target) fall(now time.Time, shared bool) *change {
	t.down, t.shared, t.since = true, shared, now
	if !t.risen.IsZero() && now.Sub(t.risen) < flapTime {
		t.flaps = min(t.flaps+1, maxFlaps)
	} else {
		t.flaps = 0
	}
	t.pause, t.next = firstPause, now.Add(firstPause)
	t.prober, t.probes, t.started = nil, 0, 0
	if t.loud = t.told.IsZero() || now.Sub(t.told) >= quietFor; t.loud {
		t.told = now
	}
	t.set.downs.Add(1)
	return &change{down: true, endpoint: t.endpoint, region: t.region, code: t.code, loud: t.loud}
}

// note keeps the counts of calls in trouble.
func (t *target) note(c *call, o outcome) {
	was := c.last
	c.last = o
	if was.transient() {
		t.troubled--
	}
	if was == outcomeThrottled {
		t.slowed--
	}
	if o.transient() {
		t.troubled++
	}
	if o == outcomeThrottled {
		t.slowed++
	}
}
