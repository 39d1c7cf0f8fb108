package embedded

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// broker keeps the jobs. Its one lock is held for moments only; nothing is sent under it.
type broker struct {
	options GatewayOptions

	mu         sync.Mutex
	log        *stateLog          // nil = the state is in memory only
	jobs       map[int64]*entry   // those that have not ended
	ledger     ledger             // nil = not kept
	partitions []*partition       // in the order of their ids
	createTurn int                // whose turn it is among the partitions to create a job
	pollTurn   int                // … and to be asked first by a poll
	streams    map[string][]*push // by job type
	turn       int                // whose turn it is among the streams of a type
	pollers    map[string][]chan struct{}
	closed     bool

	counts   Counts
	commands record[Command]
	endings  record[Ending]
	waiters  map[int64][]chan Ending
	changed  chan struct{} // closed and replaced as a job ends while somebody waits for that
	awaited  bool
}

// newBroker returns a broker with the state that its folder holds, if it has one.
func newBroker(o *GatewayOptions) (*broker, error) {
	b := &broker{
		options: *o, jobs: map[int64]*entry{}, streams: map[string][]*push{},
		pollers: map[string][]chan struct{}{}, waiters: map[int64][]chan Ending{}, changed: make(chan struct{}),
		commands: record[Command]{limit: o.KeepCommands}, endings: record[Ending]{limit: o.KeepCommands},
	}
	if o.KeepJobs {
		b.ledger = ledger{}
	}
	for id := range o.Partitions {
		b.partition(1 + int64(id))
	}
	if o.StateDir == "" {
		return b, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var err error
	if b.log, err = openLog(o.StateDir, o.SyncState, b.replay); err != nil {
		return nil, err
	}
	b.settleReplayed()
	return b, nil
}

func (b *broker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.closed = true
	for _, p := range b.partitions {
		if p.timer != nil {
			p.timer.Stop()
		}
	}
	if b.log != nil {
		b.log.close()
	}
}

// unable tells why the broker can take no change, if so. Mu is held.
func (b *broker) unable() error {
	if b.log != nil && b.log.err != nil {
		return status.Errorf(codes.Internal, "the gateway cannot write its state: %v", b.log.err)
	}
	return nil
}

// AddJobs adds jobs and returns their keys, in order. Each is offered to the open streams at once, and waits for a poll
// if none takes it. The same Job may be added often. An error names the first job that is none; then none was added.
// It is UNAVAILABLE when no partition has a leader.
func (g *Gateway) AddJobs(jobs ...Job) ([]int64, error) {
	for i := range jobs {
		if err := jobs[i].check(); err != nil {
			return nil, fmt.Errorf("job %d: %w", i, err)
		}
	}
	keys := make([]int64, len(jobs))
	// In portions, so that a large number of jobs does not keep commands waiting.
	for at := 0; at < len(jobs); {
		end := min(at+256, len(jobs))
		if err := g.broker.add(jobs[at:end], keys[at:end]); err != nil {
			return nil, fmt.Errorf("jobs %d to %d: %w", at, end-1, err)
		}
		at = end
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

func (b *broker) add(jobs []Job, keys []int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.unable(); err != nil {
		return err
	}
	entries := make([]entry, len(jobs))
	for i := range jobs {
		j := jobs[i]
		if j.Key == 0 {
			p := b.next()
			if p == nil {
				return status.Error(codes.Unavailable, "no partition has a leader")
			}
			j.Key = p.lastKey + keyStep
		} else if b.jobs[j.Key] != nil {
			return status.Errorf(codes.AlreadyExists, "key: found %d, which a job has already", j.Key)
		}
		keys[i] = j.Key
		b.commit(&change{Kind: jobAdded, Key: j.Key, Job: &j}, &entries[i])
		b.makeAvailable(&entries[i])
	}
	return b.unable()
}

// makeAvailable gives the job, whose state is waiting, to a stream that can take it, else lets it wait for a poll. Mu is
// held.
func (b *broker) makeAvailable(e *entry) {
	b.leave(e)
	if b.offer(e) {
		return
	}
	b.enqueue(e)
	b.wake(e.Type)
}

func (b *broker) enqueue(e *entry) {
	if !e.queued {
		e.partition.queue(e)
	}
	e.idle = true
	b.counts.Waiting++
}

// wake tells the polls for a type that there may be jobs. Mu is held.
func (b *broker) wake(jobType string) {
	for _, wake := range b.pollers[jobType] {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// leave takes the job out of what its state put it into. Mu is held.
func (b *broker) leave(e *entry) {
	e.partition.due.remove(e)
	if e.idle {
		e.idle = false
		b.counts.Waiting--
	}
}

// settleReplayed puts each job where its state belongs after a replay: the waiting ones into their queues in the order
// of their keys, the others under the timers of their partitions. Mu is held.
func (b *broker) settleReplayed() {
	keys := slices.Sorted(maps.Keys(b.jobs))
	for _, key := range keys {
		switch e := b.jobs[key]; e.state {
		case waiting:
			b.enqueue(e)
		case activated, resting:
			b.setDue(e)
		default:
		}
	}
}

// activate makes the job somebody's. Mu is held.
func (b *broker) activate(e *entry, t *taker, streamed bool) delivery {
	b.leave(e)
	c := change{Kind: jobActivated, Key: e.key, Due: e.partition.now().Add(t.lease), Streamed: streamed}
	if t.withLease {
		c.Token = uuid.NewString()
	}
	b.commit(&c, e)
	b.setDue(e)
	return delivery{entry: e, retries: e.retries, deadline: e.due.UnixMilli(), given: e.given, token: c.Token}
}

// take activates up to limit jobs that wait, of each partition as many as fit into a batch, beginning with another partition each
// time. A partition without a leader is passed over; if none has one, the error is UNAVAILABLE.
func (b *broker) take(t *taker, limit int, f *fetch) ([]delivery, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.unable(); err != nil {
		return nil, err
	}
	var out []delivery
	led := false
	b.pollTurn++
	for i := range b.partitions {
		p := b.partitions[(b.pollTurn+i)%len(b.partitions)]
		if p.leaderless {
			continue
		}
		led = true
		room := batchRoom{limit: b.options.BatchLimit, fetch: f}
		for _, tenant := range t.tenants {
			for len(out) < limit && !room.full {
				e := p.pop(t.jobType, tenant, t.withLease, &room)
				if e == nil {
					break
				}
				room.size += e.sizeFor(f)
				out = append(out, b.activate(e, t, false))
			}
		}
	}
	if !led {
		return nil, status.Error(codes.Unavailable, "no partition has a leader")
	}
	return out, b.unable()
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
