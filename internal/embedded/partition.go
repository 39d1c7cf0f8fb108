package embedded

import (
	"cmp"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// partitionBits is how many bits of a key count the jobs of its partition; the bits above them name the partition.
const partitionBits = 51

// partition is one part of the broker: jobs with a clock of their own. The broker's lock guards it.
type partition struct {
	id         int64
	lastKey    int64
	offset     time.Duration // by how much its clock is ahead of the machine's
	leaderless bool
	queues     map[queueName]*queue
	due        dueHeap
	timer      *time.Timer // set for the first of due
	timerFor   time.Time   // by the machine's clock; zero = not set
}

// now returns the time by the partition's clock.
func (p *partition) now() time.Time { return time.Now().Add(p.offset) }

// queueName tells one queue from another. Leased jobs have their own: not every taker gets them.
type queueName struct {
	jobType, tenant string
	leased          bool
}

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

// batchRoom is what a partition may still give to a poll.
type batchRoom struct {
	limit int // in bytes
	fetch *fetch
	size  int
	full  bool // a job was left out
}

// fits says whether a job goes into the batch. The first one does whatever its size.
func (r *batchRoom) fits(e *entry) bool {
	r.full = r.size > 0 && r.size+e.sizeFor(r.fetch) > r.limit
	return !r.full
}

// pop returns the first entry that waits; nil = there is none, it has no room, or the queue is nil.
func (q *queue) pop(room *batchRoom) *entry {
	if q == nil {
		return nil
	}
	for q.head < len(q.entries) {
		e := q.entries[q.head]
		if e.idle && !room.fits(e) {
			return nil
		}
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

// queue puts an entry at the end of its queue.
func (p *partition) queue(e *entry) {
	name := queueName{e.Type, e.TenantID, e.leased()}
	q := p.queues[name]
	if q == nil {
		q = &queue{}
		p.queues[name] = q
	}
	e.queued = true
	q.push(e)
}

// pop takes a job out of its queue for a taker; nil = there is none, or none that has room. Who asks for leases gets leased jobs first: they have
// waited before.
func (p *partition) pop(jobType, tenant string, withLease bool, room *batchRoom) *entry {
	if withLease {
		if e := p.queues[queueName{jobType, tenant, true}].pop(room); e != nil || room.full {
			return e
		}
	}
	for {
		e := p.queues[queueName{jobType, tenant, false}].pop(room)
		if e == nil || withLease || !e.leased() {
			return e
		}
		p.queue(e) // a stream leased it while it was in this queue
	}
}

// partitionOf returns the partition of a key, and makes one if a job was added with a key of another. Mu is held.
func (b *broker) partitionOf(key int64) *partition { return b.partition(key >> partitionBits) }

func (b *broker) partition(id int64) *partition {
	at, found := b.findPartition(id)
	if !found {
		b.partitions = slices.Insert(b.partitions, at, &partition{id: id, lastKey: id<<partitionBits + 1, queues: map[queueName]*queue{}})
	}
	return b.partitions[at]
}

func (b *broker) findPartition(id int64) (at int, found bool) {
	return slices.BinarySearchFunc(b.partitions, id, func(p *partition, id int64) int { return cmp.Compare(p.id, id) })
}

// led refuses what is for a partition without a leader. Mu is held.
func (b *broker) led(key int64) error {
	if at, found := b.findPartition(key >> partitionBits); found && b.partitions[at].leaderless {
		return status.Errorf(codes.Unavailable, "partition %d of job %d has no leader", b.partitions[at].id, key)
	}
	return nil
}

// next returns the partition whose turn it is to create a job; nil = none has a leader. Mu is held.
func (b *broker) next() *partition {
	for range b.options.Partitions {
		b.createTurn++
		if p := b.partition(1 + int64(b.createTurn%b.options.Partitions)); !p.leaderless {
			return p
		}
	}
	return nil
}

// SetClock steps the clock of a partition: offset is by how much it is ahead of the machine's from now on. Leases and
// backoffs that have ended by the new time end at the next check. State on disk keeps the offset.
func (g *Gateway) SetClock(partitionID int64, offset time.Duration) {
	b := g.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	b.commit(&change{Kind: clockSet, Key: partitionID << partitionBits, Offset: offset}, nil)
	p := b.partition(partitionID)
	p.timerFor = time.Time{}
	b.arm(p)
}

// SetLeaderless takes the leader of a partition away, or gives it one again. Without a leader commands for the
// partition's jobs are UNAVAILABLE, its jobs are given to nobody, and no lease or backoff ends.
func (g *Gateway) SetLeaderless(partitionID int64, leaderless bool) {
	b := g.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.partition(partitionID)
	p.leaderless = leaderless
	if leaderless {
		return
	}
	p.timerFor = time.Time{}
	b.arm(p)
	for jobType := range b.pollers {
		b.wake(jobType)
	}
}

// PartitionReport tells how a partition is.
type PartitionReport struct {
	ID         int64
	Clock      time.Duration // ahead of the machine's
	Leaderless bool
}

// Partitions returns the partitions, in the order of their ids.
func (g *Gateway) Partitions() []PartitionReport {
	b := g.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]PartitionReport, len(b.partitions))
	for i, p := range b.partitions {
		out[i] = PartitionReport{p.id, p.offset, p.leaderless}
	}
	return out
}
