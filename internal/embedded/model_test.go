package embedded

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// modelJob is a job as the rules of a broker have it, written down without queues, heaps and timers.
type modelJob struct {
	state   string
	until   time.Time // of activated and backoff, by the machine's clock
	retries int32
	given   int
	token   string // of the last activation with a lease; empty = there was none
}

// model is what a gateway must do, for random commands one after the other.
type model map[int64]*modelJob

// elapse ends the leases and backoffs whose time is over.
func (m model) elapse(now time.Time) {
	for _, j := range m {
		if (j.state == StateActivated || j.state == StateBackoff) && !j.until.After(now) {
			j.state = StateWaiting
		}
	}
}

// refuses returns the code with which a command is refused; empty = it is taken.
func (m model) refuses(key int64, token string, kind Kind) string {
	j := m[key]
	switch {
	case j == nil || j.state == StateCompleted || j.state == StateThrown:
		return "NOT_FOUND"
	case j.state == StateBackoff || j.state == StateIncident || j.state == StateWaiting && kind == UpdateTimeout:
		return "FAILED_PRECONDITION"
	case j.token != "" && token != j.token && (kind != UpdateTimeout || token != ""):
		return "FAILED_PRECONDITION"
	default:
		return ""
	}
}

// step does one random thing with the gateway and with the model, and compares the outcome.
func (m model) step(t *testing.T, g *Gateway, l *Local, random *rand.Rand) {
	t.Helper()
	ctx := t.Context()
	key := int64(1)
	if keys := slices.Sorted(maps.Keys(m)); len(keys) > 0 && random.IntN(20) > 0 {
		key = keys[random.IntN(len(keys))]
	}
	j := m[key]
	ref := job.Ref{Key: key}
	switch random.IntN(8) { // as a rule, a command has the token of the activation
	case 0:
	case 1:
		ref.LeaseToken = "another"
	default:
		if j != nil {
			ref.LeaseToken = j.token
		}
	}
	duration := time.Duration(1+random.IntN(5000)) * time.Millisecond
	command := func(kind Kind, err error, taken func()) {
		want := m.refuses(key, ref.LeaseToken, kind)
		if want == "" {
			require.NoError(t, err)
			taken()
			return
		}
		var e *job.CommandError
		require.ErrorAs(t, err, &e)
		require.Equal(t, want, e.Code, "%s of a job in state %+v", kind, j)
	}
	switch random.IntN(8) {
	case 0:
		keys, err := g.AddJobs(Job{Type: "t"}, Job{Type: "t"})
		require.NoError(t, err)
		for _, key := range keys {
			require.NotContains(t, m, key, "a key is used once")
			m[key] = &modelJob{state: StateWaiting, retries: 3}
		}
	case 1, 2:
		limit, waiting, withLease := 1+random.IntN(4), 0, random.IntN(2) == 0
		for _, j := range m {
			if j.state == StateWaiting && (withLease || j.token == "") {
				waiting++
			}
		}
		got := 0
		require.NoError(t, l.Activate(ctx, job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Lease: duration, WithLease: withLease}, MaxJobs: limit, Wait: -1}, func(a *job.Job) {
			got++
			taken := m[a.Key]
			require.Equal(t, StateWaiting, taken.state, "only what waits is given out")
			require.Equal(t, taken.retries, a.Retries)
			taken.state, taken.until = StateActivated, time.Now().Add(duration)
			taken.given++
			require.Equal(t, withLease, a.LeaseToken != "")
			require.True(t, withLease || taken.token == "", "a job once leased is for those who ask for leases")
			require.True(t, a.LeaseToken == "" || a.LeaseToken != taken.token, "each activation has a token of its own")
			taken.token = a.LeaseToken
		}))
		require.Equal(t, min(limit, waiting), got, "no job that waits is passed over")
	case 3:
		command(Complete, l.Complete(ctx, ref, nil), func() { j.state = StateCompleted })
	case 4:
		command(Throw, l.Throw(ctx, ref, "code", "", nil), func() { j.state = StateThrown })
	case 5:
		retries, backoff := int32(random.IntN(4)), duration*time.Duration(random.IntN(2))
		command(Fail, l.Fail(ctx, ref, retries, backoff, "", nil), func() {
			j.retries, j.state = retries, StateWaiting
			switch {
			case retries == 0:
				j.state = StateIncident
			case backoff > 0:
				j.state, j.until = StateBackoff, time.Now().Add(backoff)
			}
		})
	case 6:
		command(UpdateTimeout, l.UpdateTimeout(ctx, ref, duration), func() { j.until = time.Now().Add(duration) })
	case 7:
		time.Sleep(duration / 2) //nolint:forbidigo // inside a bubble of synctest
		synctest.Wait()
		m.elapse(time.Now())
	}
}

// agrees compares the gateway's report with the model.
func (m model) agrees(t *testing.T, g *Gateway) {
	t.Helper()
	reports := g.Report()
	require.Len(t, reports, len(m), "no job is lost")
	for _, r := range reports {
		want := *m[r.Key]
		assert.Equal(t, fmt.Sprintf("%s %d %d", want.state, want.retries, want.given), fmt.Sprintf("%s %d %d", r.State, r.Retries, r.Activations), "job %d", r.Key)
	}
}

func TestRandomCommandsAgainstAModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 1))
				o := GatewayOptions{Version: "8.10.0", StateDir: dir, KeepJobs: true, Partitions: 1 + int(seed%3)}
				m := model{}
				for range 6 {
					g, err := NewGateway(o)
					require.NoError(t, err)
					synctest.Wait()
					m.elapse(time.Now())
					m.agrees(t, g)
					l := g.Local(0)
					for range 100 {
						m.step(t, g, l, random)
					}
					m.agrees(t, g)
					g.Close() // which writes nothing: as good as a kill
				}
			})
		})
	}
}

// TestStateSurvivesAKillAtEachByte cuts the log after each of its bytes. What comes up again is the state after the last
// whole record, and the log can be gone on with.
func TestStateSurvivesAKillAtEachByte(t *testing.T) {
	t.Parallel()
	dirs := [2]string{t.TempDir(), t.TempDir()}
	synctest.Test(t, func(t *testing.T) {
		o := GatewayOptions{Version: "8.10.0", StateDir: dirs[0], KeepJobs: true, Partitions: 2}
		g, err := NewGateway(o)
		require.NoError(t, err)
		path := filepath.Join(dirs[0], stateFile)
		after := map[int][]JobReport{0: {}} // by the size of the log
		note := func() {
			info, err := os.Stat(path)
			require.NoError(t, err)
			after[int(info.Size())] = g.Report()
		}
		m, l, random := model{}, g.Local(0), rand.New(rand.NewPCG(7, 7))
		g.SetClock(2, time.Hour)
		note()
		for range 45 {
			m.step(t, g, l, random)
			note()
		}
		g.Close()
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		boundaries := []int{0}
		o.StateDir = dirs[1]
		for size := range len(content) + 1 {
			// The state itself, without the timers that a gateway sets for it.
			b, err := newBroker(&GatewayOptions{KeepJobs: true, Partitions: 2})
			require.NoError(t, err)
			whole, err := parseLog(content[:size], b.replay)
			require.NoError(t, err)
			if whole == size && size > 0 {
				boundaries = append(boundaries, size)
			}
			require.Equal(t, boundaries[len(boundaries)-1], whole, "a record cut after %d bytes is not there, all others are", size)
			if want, noted := after[whole]; noted {
				require.Equal(t, want, (&Gateway{broker: b}).Report(), "after %d bytes", size)
			}

			if size > 20 && len(content)-size > 100 {
				continue // starting a gateway for each of some thousand bytes takes seconds
			}
			require.NoError(t, os.WriteFile(filepath.Join(dirs[1], stateFile), content[:size], 0o600))
			g, err := NewGateway(o)
			require.NoError(t, err, "after %d bytes", size)
			keys, err := g.AddJobs(Job{Type: "t"})
			require.NoError(t, err)
			g.Close()
			again, err := NewGateway(o)
			require.NoError(t, err, "after %d bytes and one more record", size)
			_, found := again.ReportOf(keys[0])
			require.True(t, found, "what is written after a torn record is there")
			again.Close()
		}
		assert.Greater(t, len(boundaries), 15)
	})
}

func TestLeaseAndClockLiveOnOverAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := GatewayOptions{StateDir: dir, KeepJobs: true}
		g, err := NewGateway(o)
		require.NoError(t, err)
		g.SetClock(1, time.Hour)
		keys, err := g.AddJobs(Job{Type: "t", Variables: `{"a":1.10}`, CustomHeaders: `{"h":"<&>"}`, TenantID: DefaultTenant})
		require.NoError(t, err)
		request := job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Lease: time.Minute}, MaxJobs: 1}
		var first, second *job.Job
		require.NoError(t, g.Local(0).Activate(t.Context(), request, func(j *job.Job) { first = j }))
		g.Close()
		time.Sleep(20 * time.Second) //nolint:forbidigo // inside a bubble of synctest

		g, err = NewGateway(o)
		require.NoError(t, err)
		defer g.Close()
		assert.Equal(t, []PartitionReport{{ID: 1, Clock: time.Hour}}, g.Partitions())
		began := time.Now()
		request.Wait = time.Hour
		require.NoError(t, g.Local(0).Activate(t.Context(), request, func(j *job.Job) { second = j }))
		assert.Equal(t, 40*time.Second, time.Since(began).Round(time.Millisecond))
		assert.True(t, second.Deadline.Equal(first.Deadline.Add(time.Minute)), "%v, %v", first.Deadline, second.Deadline)
		second.Deadline = first.Deadline
		assert.Equal(t, first, second)
		require.NoError(t, g.Local(0).Complete(t.Context(), job.Ref{Key: keys[0]}, nil))
		assert.Equal(t, 2, g.Endings()[0].Given)
	})
}

func TestDamagedStateIsAnError(t *testing.T) {
	t.Parallel()
	o := GatewayOptions{StateDir: t.TempDir()}
	g, err := NewGateway(o)
	require.NoError(t, err)
	_, err = g.AddJobs(Job{Type: "t"}, Job{Type: "t"})
	require.NoError(t, err)
	g.Close()
	path := filepath.Join(o.StateDir, stateFile)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content[headerBytes+3] ^= 1
	require.NoError(t, os.WriteFile(path, content, 0o600))
	_, err = NewGateway(o)
	require.ErrorContains(t, err, "the record at byte 0 is damaged")
}

// A torn record is cut off, not only written over: what follows may be shorter.
func TestShortRecordAfterALongTornOne(t *testing.T) {
	t.Parallel()
	o := GatewayOptions{StateDir: t.TempDir(), KeepJobs: true}
	path := filepath.Join(o.StateDir, stateFile)
	restart := func(jobs int, add Job) {
		t.Helper()
		g, err := NewGateway(o)
		require.NoError(t, err)
		assert.Len(t, g.Report(), jobs)
		_, err = g.AddJobs(add)
		require.NoError(t, err)
		g.Close()
	}
	restart(0, Job{Type: "t"})
	restart(1, Job{Type: "t", Variables: `{"a":"` + strings.Repeat("x", 5000) + `"}`})
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content[:len(content)-1], 0o600))
	restart(1, Job{Type: "t"})
	restart(2, Job{Type: "t"})

	content, err = os.ReadFile(path)
	require.NoError(t, err)
	content[len(content)-1] ^= 1
	require.NoError(t, os.WriteFile(path, content, 0o600))
	restart(2, Job{Type: "t"}) // a last record with a wrong checksum was not written whole
}

func TestStateThatCannotBeWrittenRefusesChanges(t *testing.T) {
	t.Parallel()
	g, err := NewGateway(GatewayOptions{StateDir: t.TempDir()})
	require.NoError(t, err)
	defer g.Close()
	keys, err := g.AddJobs(Job{Type: "t"})
	require.NoError(t, err)
	require.NoError(t, g.broker.log.file.Close())
	for range 2 {
		_, err = g.AddJobs(Job{Type: "t"})
		require.ErrorContains(t, err, "cannot write its state")
	}
	var e *job.CommandError
	require.ErrorAs(t, g.Local(0).Complete(t.Context(), job.Ref{Key: keys[0]}, nil), &e)
	assert.Equal(t, "INTERNAL", e.Code)
}
