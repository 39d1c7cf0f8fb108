//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// instances is how many orders a load has. The engine in memory needs longer for each step the more instances it holds, so
// they are fewer than the jobs of the gateway that is killed.
const instances = 500

// load is a run of many instances of one process, each of which sends one event.
type load struct {
	*gateway
	bus     *bus
	model   model
	created atomic.Int64
}

func newLoad(t *testing.T, g *gateway, id string, latency time.Duration) *load {
	t.Helper()
	l := &load{gateway: g, bus: newBus(latency), model: model{
		id: id, jobType: typeOf(id), retries: 3, headers: map[string]string{"resultExpression": "={eventId: entries[1].eventId}"},
	}}
	t.Cleanup(l.bus.Close)
	if g.process != nil {
		g.process.showOnFailure(t)
	}
	g.deploy(t, id+".bpmn", l.model.xml())
	return l
}

// create starts the instances from..to, each with an order of its own.
func (l *load) create(ctx context.Context, from, to int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := from; i < to; i++ {
		group.Go(func() error {
			_, err := l.gateway.create(ctx, l.model.process(), map[string]any{"orderId": order(i), "endpoint": l.bus.url})
			l.created.Add(1)
			return err
		})
	}
	return group.Wait()
}

func order(i int) string { return fmt.Sprintf("order-%04d", i) }

// check waits until every instance has passed its task, and counts: every instance has an event, none has two,
// and the event's id is what the process got.
func (l *load) check(t *testing.T, what string) {
	t.Helper()
	began := time.Now()
	got := make(map[string]string) // the event id that the process got, by order
	jobs := make(map[int64]string) // the order, by the job behind the task
	err := within("all instances behind the task", func() (bool, string) {
		taken, err := l.activate(t.Context(), l.model.after(), 200, 10*time.Minute)
		for _, job := range taken {
			variables := object(t, job.GetVariables())
			name := fmt.Sprint(variables["orderId"])
			got[name] = fmt.Sprint(variables["eventId"])
			jobs[job.GetKey()] = name
		}
		return len(got) == instances, fmt.Sprintf("%d of %d, %d events of %d instances, %v", len(got), instances, l.bus.count(), l.created.Load(), err)
	})
	lost, twice, wrong := 0, 0, 0
	events := l.bus.events()
	for i := range instances {
		switch ids := events[order(i)]; {
		case len(ids) == 0:
			lost++
		case len(ids) > 1:
			twice++
		case got[order(i)] != ids[0]:
			wrong++
		}
	}
	count("%-7s %s: %d instances, %d events, %d lost, %d twice, %d with another's result (%.1f s)", l.name+":", what,
		len(got), l.bus.count(), lost, twice, wrong, time.Since(began).Seconds())
	require.NoError(t, err)
	assert.Len(t, jobs, instances, "each instance passed once")
	assert.Zero(t, lost, "instances without an event")
	assert.Zero(t, twice, "instances with two events")
	assert.Zero(t, wrong, "instances that got the id of another event")
	assert.Equal(t, instances, l.bus.count())
}

// forLoad is an engine for one load alone, without the instances of others. On a cluster of the user's it is that cluster.
func forLoad(t *testing.T, name string) *gateway {
	t.Helper()
	if engine.external() {
		return engine
	}
	g, err := startEngine(name + "-engine")
	require.NoError(t, err)
	t.Cleanup(g.process.kill)
	return g
}

// TestLoad has 500 instances worked on: by polling alone, by stream and polls, and while one worker takes over from another.
func TestLoad(t *testing.T) {
	t.Run("polling alone", func(t *testing.T) {
		l := newLoad(t, forLoad(t, "polled"), "polled", time.Millisecond)
		w := startWorker(t, "polled-worker", l.gateway, l.model.jobType, "CAMUNDA_CLIENT_WORKER_DEFAULTS_STREAMENABLED=false")
		w.mustBeReady(t)
		require.NoError(t, l.create(t.Context(), 0, instances))
		l.check(t, "polling alone")
	})

	t.Run("undisturbed", func(t *testing.T) {
		l := newLoad(t, forLoad(t, "undisturbed"), "undisturbed", time.Millisecond)
		w := startWorker(t, "undisturbed-worker", l.gateway, l.model.jobType)
		w.mustBeReady(t)
		require.NoError(t, l.create(t.Context(), 0, instances))
		l.check(t, "stream and polls")
		code, _ := w.terminate()
		assert.Zero(t, code)
	})

	t.Run("SIGTERM in the middle, a second worker takes over", func(t *testing.T) {
		l := newLoad(t, forLoad(t, "handover"), "handover", 20*time.Millisecond)
		l.bus.stopAt(instances / 3)
		require.NoError(t, l.create(t.Context(), 0, instances/2)) // half of them wait, half come as they go
		first := startWorker(t, "handover-worker-1", l.gateway, l.model.jobType)
		first.mustBeReady(t)
		var group errgroup.Group
		group.Go(func() error { return l.create(t.Context(), instances/2, instances) })
		l.bus.waitForEvents(t, instances/3)
		second := startWorker(t, "handover-worker-2", l.gateway, l.model.jobType)
		second.mustBeReady(t)
		at := l.bus.count()
		first.signal(syscall.SIGTERM)
		l.bus.goOn()
		code, took := first.wait()
		assert.Zero(t, code, "the exit code of the first worker")
		require.NoError(t, group.Wait())
		l.check(t, fmt.Sprintf("SIGTERM after %d events, drained in %.1f s", at, took.Seconds()))
		assert.False(t, second.ended(), "the second worker goes on")
		second.terminate()
	})
}
