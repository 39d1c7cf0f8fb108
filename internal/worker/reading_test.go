package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestAReaderThatWaitsForJobsHasCaughtUp although it waited for slots before.
func TestAReaderThatWaitsForJobsHasCaughtUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReading(func() {})
		r.full()
		testkit.Advance(20 * time.Second)
		assert.Equal(t, 20*time.Second, r.behind())
		r.wait()
		testkit.Advance(time.Second)
		assert.Equal(t, 21*time.Second, r.behind(), "that is too little of the time")
		testkit.Advance(2 * time.Second)
		assert.Zero(t, r.behind(), "no job has come for three of 23 seconds")
	})
}

// TestAnAgedStreamIsReplacedWhileJobsComeToo: better between jobs, but in any case after a while.
func TestAnAgedStreamIsReplacedWhileJobsComeToo(t *testing.T) {
	t.Parallel()
	const age = 10 * time.Minute
	for name, tt := range map[string]struct {
		waits bool
		want  time.Duration
	}{
		"no job comes": {true, age},
		"jobs come":    {false, age + agedMost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReading(func() {})
				if tt.waits {
					r.wait()
				}
				defer r.endWhenAged(t.Context(), age)()
				began := time.Now()
				select {
				case <-r.over.Done():
				case <-time.After(2 * (age + agedMost)):
				}
				assert.InDelta(t, tt.want.Seconds(), time.Since(began).Seconds(), agedIdle.Seconds())
			})
		})
	}
}

// probedAtTheEnd is a gateway that answers no probe; something happens as its time ends.
type probedAtTheEnd struct {
	Gateway
	do func()
}

func (g probedAtTheEnd) ProbeStream(ctx context.Context) error {
	<-ctx.Done()
	g.do()
	return ctx.Err()
}

// TestAStreamWithAJobIsNotGivenUp although a probe got no answer: the job came over the same connection.
func TestAStreamWithAJobIsNotGivenUp(t *testing.T) {
	t.Parallel()
	for _, jobCame := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := newReading(func() {})
			g := probedAtTheEnd{do: func() {
				if jobCame {
					r.got(true)
				}
			}}
			w := New(Config{JobType: "test"}, g, nil, nil, nil)
			end := newRun(w, t.Context(), t.Context(), t.Context()).keepProving(t.Context(), r)
			r.wait()
			testkit.Advance(proofIdle + probeTimeout + time.Second)
			assert.Equal(t, !jobCame, r.silent())
			end()
		})
	}
}

// TestHowLongJobsAreInTransport is told by the last job, by the slot that the next one waits for, and by a reader that waits.
func TestHowLongJobsAreInTransport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReading(func() {})
		r.wait()
		r.got(true)
		r.took(6 * time.Second)
		assert.Equal(t, 6*time.Second, r.inTransport())
		r.full()
		testkit.Advance(8 * time.Second)
		assert.Equal(t, 8*time.Second, r.inTransport())
		r.wait()
		assert.Equal(t, 6*time.Second, r.inTransport(), "the next one may be there")
		testkit.Advance(promptWait)
		assert.Zero(t, r.inTransport(), "there is none")
		r.end()
	})
}
