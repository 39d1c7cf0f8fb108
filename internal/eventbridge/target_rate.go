package eventbridge

import (
	"math"
	"math/rand/v2"
	"time"
)

// Bounds of the rate of a target that AWS throttles.
const (
	leastRate  = 5.0                    // attempts a second, always allowed. Other senders of the account may use up the quota, however slow this one is
	rateDrop   = 0.7                    // what throttling leaves of the rate
	rateGrowth = 0.4                    // attempts a second for each cubed second, the constant C of CUBIC
	rateDouble = 500 * time.Millisecond // in which the rate doubles once it is known that more is allowed
	rateBurst  = 50 * time.Millisecond  // attempts that are due within so long may start together

	meterTime = 500 * time.Millisecond // of one part of what is measured
)

// rate limits the attempts a second of a target while AWS throttles some of them. It is CUBIC of RFC 9438, as in the SDK's adaptive
// mode: throttling lowers the rate by 30 %. It then comes back to where it was, first fast and then slowly, stays there for a while,
// and grows beyond it ever faster. That lets many workers share a quota. If it is not known yet what AWS allows, the rate begins low
// and doubles until AWS throttles again.
//
// The target guards it.
type rate struct {
	limit    float64   // attempts a second; 0 = any number
	peak     float64   // what limit was when it was last lowered; 0 = nothing is known of what AWS allows
	low      float64   // what it was lowered to
	lowered  time.Time // when that was
	next     time.Time // the next attempt is not before
	accepted meter
}

// wait returns how long no attempt may start; 0 = one may.
func (r *rate) wait(now time.Time) time.Duration {
	if r.limit == 0 {
		return 0
	}
	return max(0, r.next.Sub(now))
}

// start counts an attempt.
func (r *rate) start(now time.Time) {
	if r.limit == 0 {
		return
	}
	if earliest := now.Add(-rateBurst); r.next.Before(earliest) {
		r.next = earliest
	}
	r.next = r.next.Add(r.interval())
}

// undo takes back the count of an attempt that was not made.
func (r *rate) undo(began time.Time) {
	if r.limit > 0 && began.After(r.lowered) {
		r.next = r.next.Add(-r.interval())
	}
}

// interval is the time between two attempts.
func (r *rate) interval() time.Duration {
	return time.Duration(float64(time.Second) / r.limit)
}

// rise takes in that AWS answered an attempt and did not throttle it. The limit grows, to twice the rate of such answers at most. It
// ends once nothing was throttled for the time calm and until CUBIC has grown beyond the peak, if no call waits, or if none was sent
// shortly before.
func (r *rate) rise(now time.Time, calm time.Duration, waiting bool) {
	r.accepted.add(now)
	if r.limit == 0 {
		return
	}
	accepted, steady := r.accepted.rate(now)
	since, limit, growsFrom := now.Sub(r.lowered), r.low, time.Duration(0)
	if r.peak > 0 {
		back := math.Cbrt(r.peak * (1 - rateDrop) / rateGrowth) // seconds until the rate is at its peak again
		growsFrom = max(calm, time.Duration(2*back*float64(time.Second)))
		limit = r.peak + rateGrowth*math.Pow(since.Seconds()-back, 3)
	}
	if since >= max(calm, growsFrom) && (!waiting || !steady) {
		r.limit = 0
		return
	}
	if since > growsFrom {
		limit *= math.Exp2((since - growsFrom).Seconds() / rateDouble.Seconds())
	}
	r.limit = max(r.limit, min(limit, 2*accepted))
}

// lower takes in that AWS throttled an attempt. Attempts that began before the rate was lowered say nothing new.
func (r *rate) lower(began, now time.Time) {
	was, known := r.limit, true
	switch {
	case was == 0:
		was, known = r.accepted.rate(now)
	case began.Before(r.lowered):
		return
	}
	r.peak = 0
	if known {
		r.peak = max(was, leastRate)
	}
	r.low = max(rateDrop*was, leastRate)
	r.limit, r.lowered = r.low, now
	r.next = now.Add(rand.N(2 * r.interval())) // workers that were throttled together do not come back together
}

// meter measures how often something happens.
type meter struct {
	began        time.Time // of the latest part of the time
	latest, past float64   // how often in it, and in the part before
}

func (m *meter) add(now time.Time) {
	m.turn(now)
	m.latest++
}

// rate returns how often a second it happened, over the last two parts of the time. If it did not happen in the first of them, the
// rate is too low, and not known.
func (m *meter) rate(now time.Time) (perSecond float64, known bool) {
	m.turn(now)
	return (m.latest + m.past) / (now.Sub(m.began) + meterTime).Seconds(), m.past > 0
}

// turn begins another part of the time if the latest one is over.
func (m *meter) turn(now time.Time) {
	switch over := now.Sub(m.began); {
	case over >= 2*meterTime:
		*m = meter{began: now}
	case over >= meterTime:
		*m = meter{began: m.began.Add(meterTime), past: m.latest}
	}
}
