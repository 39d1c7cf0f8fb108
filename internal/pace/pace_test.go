package pace

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBackoffDoublesUpToItsLast(t *testing.T) {
	t.Parallel()
	b := Backoff{First: time.Second, Last: 5 * time.Second}
	assert.False(t, b.Begun())
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
		assert.Equal(t, want, b.Next())
		assert.True(t, b.Begun())
	}
	b.Reset()
	assert.False(t, b.Begun())
	assert.Equal(t, time.Second, b.Next())
}

func TestWaitTakesHalfOfTheTimeToAllOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 100 {
			b := Backoff{First: time.Second, Last: time.Minute}
			began := time.Now()
			require.True(t, b.Wait(t.Context()))
			assert.GreaterOrEqual(t, time.Since(began), time.Second/2)
			assert.LessOrEqual(t, time.Since(began), time.Second)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		b := Backoff{First: time.Hour, Last: time.Hour}
		began := time.Now()
		assert.False(t, b.Wait(ctx), "the context ends first")
		assert.Equal(t, time.Second, time.Since(began))
	})
}

func TestComplaintsTellEachSubjectOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, told := NewComplaints[string](2), map[string]int{}
		tell := func(subject string) { c.Do(subject, func() { told[subject]++ }) }
		for range 5 {
			tell("a")
			tell("b")
		}
		assert.Equal(t, map[string]int{"a": 1, "b": 1}, told)
		<-time.After(time.Minute)
		tell("a")
		assert.Equal(t, map[string]int{"a": 2, "b": 1}, told)
	})
}

func TestSubjectsFromOutsideDoNotChooseHowLongTheLogIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, told := NewComplaints[string](10), 0
		flood := func(name string) {
			for i := range 1000 {
				c.Do(name+strconv.Itoa(i), func() { told++ })
			}
		}
		flood("a")
		assert.Equal(t, 11, told, "as many as there is room for, and one more")
		flood("b")
		assert.Equal(t, 11, told)
		<-time.After(time.Minute)
		flood("c")
		assert.Equal(t, 12, told, "one a minute that is new")
		assert.Equal(t, 10, c.known.Len())
	})
}

// TestASubjectThatComesUpKeepsItsRoom: the one that came up least lately makes room for a new one.
func TestASubjectThatComesUpKeepsItsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, told := NewComplaints[string](2), map[string]int{}
		tell := func(subject string) { c.Do(subject, func() { told[subject]++ }) }
		tell("a")
		tell("b")
		tell("a") // it is not told, but more lately there than b
		<-time.After(time.Minute)
		tell("new")
		tell("a")
		tell("b")
		assert.Equal(t, map[string]int{"a": 2, "b": 1, "new": 1}, told)
	})
}

func TestFlightsShareOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f Flights[int]
		calls, broken := 0, errors.New("broken")
		ask := func(context.Context) (int, error) {
			calls++
			<-time.After(time.Second)
			return calls, broken
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				got, err := f.Do(t.Context(), "k", time.Minute, ask)
				assert.Equal(t, broken, err, "all callers share the answer, be it an error")
				assert.Equal(t, 1, got)
			})
		}
		all.Wait()
		assert.Equal(t, 1, calls)
		f.Close()
	})
}

func TestACallOutlivesTheCallerThatBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f Flights[string]
		ask := func(ctx context.Context) (string, error) {
			select {
			case <-time.After(2 * time.Second):
				return "answer", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			_, err := f.Do(short, "k", time.Minute, ask)
			assert.ErrorIs(t, err, ErrTooLate)
		})
		synctest.Wait()
		got, err := f.Do(t.Context(), "k", time.Minute, ask)
		require.NoError(t, err)
		assert.Equal(t, "answer", got)
		all.Wait()

		_, err = f.Do(t.Context(), "k", time.Second, ask)
		require.ErrorIs(t, err, context.DeadlineExceeded, "the call's own time")
		require.NotErrorIs(t, err, ErrTooLate)

		coming := f.Join(t.Context(), "k", time.Minute, ask)
		synctest.Wait()
		f.Close()
		require.ErrorIs(t, (<-coming).Err, context.Canceled, "Close ends what is under way")
		_, err = f.Do(t.Context(), "k", time.Minute, ask)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// endedLater is a context that has ended; who asks for its end waits until all others wait.
type endedLater struct{ context.Context } //nolint:containedctx // it is one

func (c endedLater) Done() <-chan struct{} {
	synctest.Wait()
	return c.Context.Done()
}

// TestAnAnswerThatComesAsTheCallersTimeEndsCounts: what was asked for is there.
func TestAnAnswerThatComesAsTheCallersTimeEndsCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended, end := context.WithTimeout(t.Context(), 0)
		defer end()
		var f Flights[string]
		for range 100 { // both are there, and which of them is seen first is left to chance
			got, err := f.Do(endedLater{ended}, "k", time.Minute, func(context.Context) (string, error) { return "answer", nil })
			require.NoError(t, err)
			require.Equal(t, "answer", got)
		}
		f.Close()
	})
}

func TestAPanicInACallIsAnErrorWithoutItsText(t *testing.T) {
	t.Parallel()
	var f Flights[int]
	defer f.Close()
	_, err := f.Do(t.Context(), "k", time.Minute, func(context.Context) (int, error) { panic(errors.New("hush")) })
	require.EqualError(t, err, "panic (*errors.errorString)")
}

func TestRecentKeepsTheNewestForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := NewRecent[int, string](3, time.Minute)
		for i := range 4 {
			r.Add(i, strconv.Itoa(i))
			if i == 2 {
				_, _ = r.Get(0) // to be looked at makes nothing newer
			}
		}
		_, ok := r.Get(0)
		assert.False(t, ok, "beyond the room the oldest goes")
		got, ok := r.Get(1)
		assert.True(t, ok)
		assert.Equal(t, "1", got)
		r.Remove(1)
		_, ok = r.Get(1)
		assert.False(t, ok)
		<-time.After(time.Minute + 1)
		_, ok = r.Get(3)
		assert.False(t, ok, "it is over")
		r.Add(9, "new")
		assert.Equal(t, 1, r.Len(), "what is over takes no room")
	})
}
