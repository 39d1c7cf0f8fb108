package secret_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// aged is a manager on a clock that costs no time, whose answers are a test's.
type aged struct {
	*secret.Manager
	t      *testing.T // of the bubble
	answer func() (status int, body string, err error)
	asked  int
}

// in runs a test with such a manager: a value holds for five minutes, and an hour more while there is no other.
func in(t *testing.T, test func(m *aged)) {
	t.Helper()
	for _, pair := range [][2]string{{"AWS_ACCESS_KEY_ID", "AKIA"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_CONFIG_FILE", "/dev/null"}, {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}} {
		t.Setenv(pair[0], pair[1])
	}
	synctest.Test(t, func(t *testing.T) {
		made, err := secret.NewManager(t.Context(), secret.ManagerOptions{Prefix: "x/", Region: "eu-central-1", TTL: 5 * time.Minute, Stale: time.Hour})
		require.NoError(t, err)
		defer made.Close()
		m := &aged{Manager: made, t: t}
		secret.AnswerManager(made, func(*http.Request) (*http.Response, error) {
			m.asked++
			status, body, err := m.answer()
			if err != nil {
				return nil, err
			}
			w := httptest.NewRecorder()
			w.WriteHeader(status)
			_, _ = w.WriteString(body)
			return w.Result(), nil
		})
		test(m)
	})
}

func (m *aged) get(deadline time.Duration) (string, bool, error) {
	m.t.Helper()
	c := secret.Context{}
	if deadline > 0 {
		c.Deadline = time.Now().Add(deadline)
	}
	return m.Secret(m.t.Context(), c, "A")
}

// must gets a value that is there.
func (m *aged) must() string {
	m.t.Helper()
	v, ok, err := m.get(0)
	require.NoError(m.t, err)
	require.True(m.t, ok)
	return v
}

func says(status int, body string) func() (int, string, error) {
	return func() (int, string, error) { return status, body, nil }
}

func value(v string) func() (int, string, error) { return says(200, `{"SecretString":"`+v+`"}`) }

func pass(d time.Duration) { <-time.After(d) }

func TestARotatedSecretIsSeenWhenItsTimeIsOver(t *testing.T) {
	in(t, func(m *aged) {
		m.answer = value("old")
		assert.Equal(m.t, "old", m.must())
		m.answer = value("new")
		pass(5*time.Minute - time.Second)
		assert.Equal(m.t, "old", m.must())
		assert.Equal(m.t, 1, m.asked)
		pass(time.Second)
		assert.Equal(m.t, "new", m.must())
		assert.Equal(m.t, 2, m.asked)
	})
}

func TestAnOldValueIsUsedForABoundedTimeWhileThereIsNoOther(t *testing.T) {
	in(t, func(m *aged) {
		m.answer = value("old")
		assert.Equal(m.t, "old", m.must())
		m.answer = says(400, `{"__type":"ExpiredTokenException"}`)
		pass(5 * time.Minute)
		assert.Equal(m.t, "old", m.must())
		assert.Equal(m.t, "old", m.must())
		assert.Equal(m.t, 2, m.asked, "not asked for with every job")
		pass(5 * time.Second)
		assert.Equal(m.t, "old", m.must())
		synctest.Wait()
		assert.Equal(m.t, 3, m.asked)
		pass(time.Hour - 6*time.Second)
		assert.Equal(m.t, "old", m.must())
		synctest.Wait()
		pass(6 * time.Second)
		_, _, err := m.get(0)
		require.ErrorContains(m.t, err, "ExpiredTokenException", "after an hour more it is not")

		m.answer = value("new")
		pass(time.Second)
		assert.Equal(m.t, "new", m.must())
	})
}

func TestWhileAnOldValueIsUsedNoJobWaitsForTheNext(t *testing.T) {
	in(t, func(m *aged) {
		m.answer = value("old")
		assert.Equal(m.t, "old", m.must())
		pass(5 * time.Minute)
		m.answer = func() (int, string, error) {
			pass(5 * time.Second)
			return 0, "", errors.New("time-out")
		}
		assert.Equal(m.t, "old", m.must())
		for range 3 {
			pass(5 * time.Second)
			began := time.Now()
			assert.Equal(m.t, "old", m.must())
			assert.Zero(m.t, time.Since(began))
		}
		pass(time.Minute)
		m.answer = value("new")
		assert.Equal(m.t, "old", m.must())
		synctest.Wait()
		assert.Equal(m.t, "new", m.must())
	})
}

func TestAnOldValueIsNotUsedOnceAWSSaysNo(t *testing.T) {
	for _, code := range []string{"AccessDeniedException", "InvalidRequestException"} {
		in(t, func(m *aged) {
			m.answer = value("old")
			assert.Equal(m.t, "old", m.must())
			m.answer = says(400, `{"__type":"`+code+`"}`)
			pass(5 * time.Minute)
			_, _, err := m.get(0)
			require.ErrorContains(m.t, err, code)
		})
	}
}

func TestASecretThatIsGoneIsGone(t *testing.T) {
	in(t, func(m *aged) {
		m.answer = value("old")
		assert.Equal(m.t, "old", m.must())
		m.answer = says(400, `{"__type":"ResourceNotFoundException"}`)
		pass(5 * time.Minute)
		_, ok, err := m.get(0)
		require.NoError(m.t, err)
		assert.False(m.t, ok)
		m.answer = value("new")
		pass(9 * time.Second)
		_, ok, err = m.get(0)
		require.NoError(m.t, err)
		assert.False(m.t, ok, "for ten seconds nobody asks again")
		pass(time.Second)
		assert.Equal(m.t, "new", m.must())
		assert.Equal(m.t, 3, m.asked)
	})
}

func TestAFaultOfTheManagerIsToldForASecond(t *testing.T) {
	in(t, func(m *aged) {
		m.answer = says(400, `{"__type":"AccessDeniedException"}`)
		for range 3 {
			_, _, err := m.get(0)
			require.ErrorContains(m.t, err, "AccessDeniedException")
		}
		assert.Equal(m.t, 1, m.asked)
		m.answer = value("new")
		pass(time.Second)
		assert.Equal(m.t, "new", m.must())
	})
}

func TestAJobWaitsNoLongerForASecretThanItsLeaseLeaves(t *testing.T) {
	in(t, func(m *aged) {
		hang := func() (int, string, error) {
			pass(5 * time.Second)
			return 0, "", errors.New("time-out")
		}
		m.answer = hang
		began := time.Now()
		_, _, err := m.get(2 * time.Second)
		require.ErrorContains(m.t, err, "the job's lease leaves no more time for it")
		assert.Equal(m.t, 2*time.Second, time.Since(began))
		_, _, err = m.get(0)
		require.ErrorContains(m.t, err, "x/A in eu-central-1: no answer within 12s")
		assert.Less(m.t, time.Since(began), 16*time.Second)

		pass(time.Minute)
		m.answer = value("old")
		assert.Equal(m.t, "old", m.must())
		pass(6 * time.Minute)
		m.answer = hang
		v, ok, err := m.get(2 * time.Second)
		require.NoError(m.t, err)
		assert.True(m.t, ok)
		assert.Equal(m.t, "old", v, "an old value is better than none")
	})
}
