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
	answer func() (*http.Response, error)
	asked  int
}

// in runs a test with such a manager: a value holds for five minutes, and an hour more while there is no other.
func in(t *testing.T, test func(t *testing.T, m *aged)) {
	t.Helper()
	for _, pair := range [][2]string{{"AWS_ACCESS_KEY_ID", "AKIA"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_CONFIG_FILE", "/dev/null"}, {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}} {
		t.Setenv(pair[0], pair[1])
	}
	synctest.Test(t, func(t *testing.T) {
		made, err := secret.NewManager(t.Context(), secret.ManagerOptions{Prefix: "x/", Region: "eu-central-1", TTL: 5 * time.Minute, Stale: time.Hour})
		require.NoError(t, err)
		defer made.Close()
		m := &aged{Manager: made}
		secret.AnswerManager(made, func(*http.Request) (*http.Response, error) {
			m.asked++
			return m.answer()
		})
		test(t, m)
	})
}

func (m *aged) get(t *testing.T, deadline time.Duration) (string, bool, error) {
	t.Helper()
	c := secret.Context{}
	if deadline > 0 {
		c.Deadline = time.Now().Add(deadline)
	}
	return m.Secret(t.Context(), c, "A")
}

// must gets a value that is there.
func (m *aged) must(t *testing.T) string {
	t.Helper()
	v, ok, err := m.get(t, 0)
	require.NoError(t, err)
	require.True(t, ok)
	return v
}

func says(status int, body string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		w := httptest.NewRecorder()
		w.WriteHeader(status)
		_, _ = w.WriteString(body)
		return w.Result(), nil
	}
}

func value(v string) func() (*http.Response, error) { return says(200, `{"SecretString":"`+v+`"}`) }

func pass(d time.Duration) { <-time.After(d) }

func TestARotatedSecretIsSeenWhenItsTimeIsOver(t *testing.T) {
	in(t, func(t *testing.T, m *aged) {
		m.answer = value("old")
		assert.Equal(t, "old", m.must(t))
		m.answer = value("new")
		pass(5*time.Minute - time.Second)
		assert.Equal(t, "old", m.must(t))
		assert.Equal(t, 1, m.asked)
		pass(time.Second)
		assert.Equal(t, "new", m.must(t))
		assert.Equal(t, 2, m.asked)
	})
}

func TestAnOldValueIsUsedForABoundedTimeWhileThereIsNoOther(t *testing.T) {
	in(t, func(t *testing.T, m *aged) {
		m.answer = value("old")
		assert.Equal(t, "old", m.must(t))
		m.answer = says(400, `{"__type":"AccessDeniedException"}`)
		pass(5 * time.Minute)
		assert.Equal(t, "old", m.must(t))
		assert.Equal(t, "old", m.must(t))
		assert.Equal(t, 2, m.asked, "not asked for with every job")
		pass(5 * time.Second)
		assert.Equal(t, "old", m.must(t))
		assert.Equal(t, 3, m.asked)
		pass(time.Hour - 6*time.Second)
		assert.Equal(t, "old", m.must(t))
		pass(6 * time.Second)
		_, _, err := m.get(t, 0)
		require.ErrorContains(t, err, "AccessDeniedException", "after an hour more it is not")

		m.answer = value("new")
		pass(time.Second)
		assert.Equal(t, "new", m.must(t))
	})
}

func TestASecretThatIsGoneIsGone(t *testing.T) {
	in(t, func(t *testing.T, m *aged) {
		m.answer = value("old")
		assert.Equal(t, "old", m.must(t))
		m.answer = says(400, `{"__type":"ResourceNotFoundException"}`)
		pass(5 * time.Minute)
		_, ok, err := m.get(t, 0)
		require.NoError(t, err)
		assert.False(t, ok)
		m.answer = value("new")
		pass(9 * time.Second)
		_, ok, err = m.get(t, 0)
		require.NoError(t, err)
		assert.False(t, ok, "for ten seconds nobody asks again")
		pass(time.Second)
		assert.Equal(t, "new", m.must(t))
		assert.Equal(t, 3, m.asked)
	})
}

func TestAFaultOfTheManagerIsToldForASecond(t *testing.T) {
	in(t, func(t *testing.T, m *aged) {
		m.answer = says(400, `{"__type":"AccessDeniedException"}`)
		for range 3 {
			_, _, err := m.get(t, 0)
			require.ErrorContains(t, err, "AccessDeniedException")
		}
		assert.Equal(t, 1, m.asked)
		m.answer = value("new")
		pass(time.Second)
		assert.Equal(t, "new", m.must(t))
	})
}

func TestAJobWaitsNoLongerForASecretThanItsLeaseLeaves(t *testing.T) {
	in(t, func(t *testing.T, m *aged) {
		hang := func() (*http.Response, error) {
			pass(5 * time.Second)
			return nil, errors.New("time-out")
		}
		m.answer = hang
		began := time.Now()
		_, _, err := m.get(t, 2*time.Second)
		require.ErrorContains(t, err, "the job's lease leaves no more time for it")
		assert.Equal(t, 2*time.Second, time.Since(began))
		_, _, err = m.get(t, 0)
		require.ErrorContains(t, err, "time-out")
		assert.Less(t, time.Since(began), 16*time.Second)

		pass(time.Minute)
		m.answer = value("old")
		assert.Equal(t, "old", m.must(t))
		pass(6 * time.Minute)
		m.answer = hang
		v, ok, err := m.get(t, 2*time.Second)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, "old", v, "an old value is better than none")
	})
}
