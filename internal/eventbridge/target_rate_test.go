package eventbridge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestTheRateIsLoweredOncePerRound: many attempts are throttled at the same time, and say the same.
func TestTheRateIsLoweredOncePerRound(t *testing.T) {
	t.Parallel()
	var r rate
	now := time.Now()
	for i := range 100 {
		r.rise(now.Add(time.Duration(i)*10*time.Millisecond), calmTime, true)
	}
	began := now.Add(990 * time.Millisecond)
	now = now.Add(time.Second)
	for i := range 30 {
		r.lower(began, now.Add(time.Duration(i)*time.Millisecond))
	}
	assert.InDelta(t, 70, r.limit, 4, "of the 100 a second that were accepted")
	first := r.limit
	r.lower(now.Add(time.Millisecond), now.Add(50*time.Millisecond))
	assert.InDelta(t, rateDrop*first, r.limit, .01)
	for i := range 30 {
		now = now.Add(time.Second)
		r.lower(now, now.Add(time.Duration(i)*time.Millisecond))
	}
	assert.InDelta(t, leastRate, r.limit, 0, "not lower")
}

// TestTheRateComesBackToWhereItWasAndThenGrowsBeyondIt, as CUBIC does.
func TestTheRateComesBackToWhereItWasAndThenGrowsBeyondIt(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := rate{limit: 100}
	r.lower(now, now)
	at := func(after time.Duration) float64 {
		r.accepted = meter{began: now.Add(after), past: 1000}
		r.rise(now.Add(after), calmTime, true)
		return r.limit
	}
	back := 4217 * time.Millisecond // the cube root of 100 × 0.3 ÷ 0.4
	assert.InDelta(t, 70, at(0), .1)
	assert.InDelta(t, 96, at(back/2), 1, "most of it in half of the time")
	assert.InDelta(t, 100, at(back), .1)
	assert.InDelta(t, 104, at(back*3/2), 1)
	assert.InDelta(t, 130, at(2*back), .1)
	assert.Greater(t, at(2*back+rateDouble), 260.0, "then it is known that more is allowed")
	assert.InDelta(t, 4000, at(time.Minute), 10, "twice of what is accepted")
}

// TestTheRateEndsOnceNoCallWaits and AWS has throttled nothing for long enough.
func TestTheRateEndsOnceNoCallWaits(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := rate{limit: leastRate}
	r.lower(now, now)
	r.accepted = meter{began: now.Add(3 * time.Second), past: 3}
	calm := 3107 * time.Millisecond // twice the cube root of 5 × 0.3 ÷ 0.4
	r.rise(now.Add(calm-time.Millisecond), calmTime, false)
	assert.NotZero(t, r.limit)
	r.rise(now.Add(calm+time.Millisecond), calmTime, true)
	assert.NotZero(t, r.limit)
	r.rise(now.Add(calm+time.Millisecond), calmTimeAdapt, false)
	assert.NotZero(t, r.limit, "the adaptive mode remembers for longer")
	r.rise(now.Add(calm+time.Millisecond), calmTime, false)
	assert.Zero(t, r.limit)
	assert.Zero(t, r.wait(now))

	r = rate{limit: leastRate}
	r.lower(now, now)
	r.rise(now.Add(time.Minute), calmTime, true)
	assert.Zero(t, r.limit, "nothing was sent for long")
}

// TestAttemptsAreSpreadOverTheSecond but those that are due soon start together.
func TestAttemptsAreSpreadOverTheSecond(t *testing.T) {
	t.Parallel()
	for limit, together := range map[float64]int{5: 1, 10: 1, 100: 6, 400: 21} {
		now := time.Now()
		r := rate{limit: limit, next: now}
		pass := func() (n int) {
			for ; r.wait(now) == 0; n++ {
				r.start(now)
			}
			return n
		}
		now = now.Add(time.Minute)
		assert.Equal(t, together, pass(), limit)
		n := 0
		for range 1000 {
			now = now.Add(time.Millisecond)
			n += pass()
		}
		assert.InDelta(t, limit, n, 1)
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	var m meter
	now := time.Now()
	is := func(want, delta float64, wantKnown bool, why string) {
		t.Helper()
		got, known := m.rate(now)
		assert.InDelta(t, want, got, delta, why)
		assert.Equal(t, wantKnown, known, why)
	}
	is(0, 0, false, "nothing has happened")
	m.add(now)
	is(2, 0, false, "it may happen often")
	for range 325 { // 3.25 s of 100 a second
		now = now.Add(10 * time.Millisecond)
		m.add(now)
	}
	is(100, 3, true, "all the time")
	now = now.Add(meterTime)
	is(33, 3, true, "for the first quarter of 0.75 s")
	now = now.Add(2 * meterTime)
	is(0, 0, false, "it is over")
}

// TestARateOfWhichNothingIsKnownBeginsLowAndDoubles until AWS throttles again: a worker that has just started may have met the
// burst of another.
func TestARateOfWhichNothingIsKnownBeginsLowAndDoubles(t *testing.T) {
	t.Parallel()
	var r rate
	now := time.Now()
	r.lower(now, now)
	assert.InDelta(t, leastRate, r.limit, 0)
	for range 3 {
		now = now.Add(rateDouble)
		r.accepted = meter{began: now, past: 100}
		r.rise(now, calmTimeAdapt, true)
	}
	assert.InDelta(t, 8*leastRate, r.limit, .1)
	r.lower(now, now)
	assert.InDelta(t, rateDrop*8*leastRate, r.limit, .1)
	r.accepted = meter{began: now.Add(rateDouble), past: 100}
	r.rise(now.Add(rateDouble), calmTimeAdapt, true)
	assert.Less(t, r.limit, 8*leastRate)
}
