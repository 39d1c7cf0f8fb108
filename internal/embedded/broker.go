package embedded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// broker keeps the jobs. Its one lock is held for moments only; nothing is sent under it.
type broker struct {
	options GatewayOptions

	mu       sync.Mutex
	jobs     map[int64]*entry // those that have not ended
	lastKey  int64
	queues   map[queueName]*queue
	streams  map[string][]*push // by job type
	turn     int                // whose turn it is among the streams of a type
	pollers  map[string][]chan struct{}
	due      dueHeap
	timer    *time.Timer // set for the first of due
	timerFor time.Time
	closed   bool

	counts   Counts
	commands record[Command]
	endings  record[Ending]
	waiters  map[int64][]chan Ending
	changed  chan struct{} // closed and replaced as a job ends while somebody waits for that
	awaited  bool
}

type queueName struct{ jobType, tenant string }

// queue holds waiting jobs, first come first served. An entry that is no more waiting is skipped when its turn comes.
type queue struct {
	entries []*entry
	head    int
}

func (q *queue) push(e *entry) {
	if q.head > 64 && q.head*2 > len(q.entries) {
		n := copy(q.entries, q.entries[q.head:])
		clear(q.entries[n:])
		q.entries, q.head = q.entries[:n], 0
	}
	q.entries = append(q.entries, e)
}

func (q *queue) pop() *entry {
	for q.head < len(q.entries) {
		e := q.entries[q.head]
		q.entries[q.head] = nil
		q.head++
		e.queued = false
		if e.idle {
			return e
		}
	}
	q.entries, q.head = q.entries[:0], 0
	return nil
}

func newBroker(o *GatewayOptions) *broker {
	return &broker{
		options: *o, jobs: map[int64]*entry{}, lastKey: firstKey, queues: map[queueName]*queue{}, streams: map[string][]*push{},
		pollers: map[string][]chan struct{}{}, waiters: map[int64][]chan Ending{}, changed: make(chan struct{}),
		commands: record[Command]{limit: o.KeepCommands}, endings: record[Ending]{limit: o.KeepCommands},
	}
}

func (b *broker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.timer != nil {
		b.timer.Stop()
	}
}

// AddJobs adds jobs and returns their keys, in order. Each is offered to the open streams at once, and waits for a poll
// if none takes it. The same Job may be added often. An error names the first job that is none; then none was added.
func (g *Gateway) AddJobs(jobs ...Job) ([]int64, error) {
	for i := range jobs {
		if err := jobs[i].check(); err != nil {
			return nil, fmt.Errorf("job %d: %w", i, err)
		}
	}
	keys := make([]int64, len(jobs))
	// In portions, so that a large number of jobs does not keep commands waiting.
	for at := 0; at < len(jobs); {
		at += g.broker.add(jobs[at:min(at+256, len(jobs))], keys[at:])
	}
	return keys, nil
}

func (j *Job) check() error {
	if j.Type == "" {
		return errors.New("type: found none, expected the type of a job")
	}
	for _, field := range [...]struct{ name, text string }{{"variables", j.Variables}, {"custom headers", j.CustomHeaders}} {
		if field.text == "" {
			continue
		}
		if err := jsonvalue.Members([]byte(field.text), func(string, []byte) error { return nil }); err != nil {
			return fmt.Errorf("%s: expected a JSON object: %w", field.name, err)
		}
	}
	return nil
}

func (b *broker) add(jobs []Job, keys []int64) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	entries := make([]entry, len(jobs))
	for i := range jobs {
		b.lastKey += keyStep
		e := &entries[i]
		e.Job, e.key, e.dueIndex = jobs[i], b.lastKey, -1
		e.fill(e.key)
		e.retries = e.Retries
		keys[i] = e.key
		b.jobs[e.key] = e
		b.counts.Added++
		b.makeAvailable(e)
	}
	return len(jobs)
}

// makeAvailable gives the job to a stream that can take it, else lets it wait for a poll. Mu is held.
func (b *broker) makeAvailable(e *entry) {
	b.leave(e)
	e.state = waiting
	if b.offer(e) {
		return
	}
	name := queueName{e.Type, e.TenantID}
	q := b.queues[name]
	if q == nil {
		q = &queue{}
		b.queues[name] = q
	}
	if !e.queued {
		e.queued = true
		q.push(e)
	}
	e.idle = true
	b.counts.Waiting++
	for _, wake := range b.pollers[e.Type] {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// leave takes the job out of what its state put it into. Mu is held.
func (b *broker) leave(e *entry) {
	b.due.remove(e)
	if e.idle {
		e.idle = false
		b.counts.Waiting--
	}
}

// activate makes the job somebody's. Mu is held.
func (b *broker) activate(e *entry, worker string, lease time.Duration) delivery {
	b.leave(e)
	e.state, e.worker, e.due = activated, worker, time.Now().Add(lease)
	e.given++
	b.setDue(e)
	return delivery{entry: e, retries: e.retries, deadline: e.due.UnixMilli(), given: e.given}
}

// take activates up to limit jobs that wait.
func (b *broker) take(jobType string, tenants []string, limit int, worker string, lease time.Duration, into []delivery) []delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, tenant := range tenants {
		q := b.queues[queueName{jobType, tenant}]
		for q != nil && len(into) < limit {
			e := q.pop()
			if e == nil {
				break
			}
			b.counts.Polled++
			into = append(into, b.activate(e, worker, lease))
		}
	}
	return into
}

// watch registers a channel that gets a token as jobs of the type begin to wait; forget ends that.
func (b *broker) watch(jobType string, wake chan struct{}) (forget func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pollers[jobType] = append(b.pollers[jobType], wake)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.pollers[jobType] = slices.DeleteFunc(b.pollers[jobType], func(c chan struct{}) bool { return c == wake })
	}
}

// Counts returns what happened so far.
func (g *Gateway) Counts() Counts {
	g.broker.mu.Lock()
	defer g.broker.mu.Unlock()
	c := g.broker.counts
	c.Open = int64(len(g.broker.jobs))
	return c
}

// Commands returns the commands taken so far, the oldest first, as many as [GatewayOptions.KeepCommands] kept.
func (g *Gateway) Commands() []Command {
	g.broker.mu.Lock()
	defer g.broker.mu.Unlock()
	return g.broker.commands.snapshot()
}

// Endings returns what jobs ended with so far, the oldest first, as many as [GatewayOptions.KeepCommands] kept.
func (g *Gateway) Endings() []Ending {
	g.broker.mu.Lock()
	defer g.broker.mu.Unlock()
	return g.broker.endings.snapshot()
}

// Wait waits until the job has ended and returns with what. The job must not have ended before unless endings are
// kept. The error is the context's, or says that there is no such job.
func (g *Gateway) Wait(ctx context.Context, key int64) (Ending, error) {
	b := g.broker
	b.mu.Lock()
	for _, e := range b.endings.items {
		if e.Command.JobKey == key {
			b.mu.Unlock()
			return e, nil
		}
	}
	if b.jobs[key] == nil {
		b.mu.Unlock()
		return Ending{}, fmt.Errorf("wait for job %d: there is no such job", key)
	}
	ended := make(chan Ending, 1)
	b.waiters[key] = append(b.waiters[key], ended)
	b.mu.Unlock()
	select {
	case e := <-ended:
		return e, nil
	case <-ctx.Done():
		return Ending{}, fmt.Errorf("wait for job %d: %w", key, ctx.Err())
	}
}

// WaitAll waits until no job is open: all that were added have ended. The error is the context's.
func (g *Gateway) WaitAll(ctx context.Context) error {
	b := g.broker
	for {
		b.mu.Lock()
		left, changed := len(b.jobs)-int(b.counts.Incidents), b.changed
		b.awaited = true
		b.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d jobs: %w", left, ctx.Err())
		}
	}
}
