package worker

import (
	"context"
	"math"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Bytes limits the jobs in this process by their size, as slots limit their number. Workers may share it. It holds two things:
//
//   - No more jobs are asked for while those that are here have as many bytes as the limit, or more. How large a job is shows only
//     when it is here, so that the last of them may exceed the limit. Who waits to ask is served in the order of arrival.
//   - Jobs are worked on together up to the limit, in the order in which they came. A job that is larger than the limit is worked
//     on alone.
type Bytes struct {
	limit int64
	work  *semaphore.Weighted // what is worked on
	turn  *semaphore.Weighted // of the one who waits to ask for jobs

	mu      sync.Mutex
	here    int64         // of the jobs that were taken and have not ended
	typical int64         // of the jobs that came lately; rather too large than too small
	left    chan struct{} // closed when a job ends; nil = nobody waits for that
}

// NewBytes returns a limit of so many bytes; 0 or less = none.
func NewBytes(limit int64) *Bytes {
	if limit <= 0 {
		limit = math.MaxInt64
	}
	return &Bytes{limit: limit, work: semaphore.NewWeighted(limit), turn: semaphore.NewWeighted(1)}
}

// Limit returns the limit; 0 = there is none.
func (b *Bytes) Limit() int64 {
	if b.limit == math.MaxInt64 {
		return 0
	}
	return b.limit
}

// bytesOf returns the size of a job: what came of variables and headers.
func bytesOf(j *job.Job) int64 { return int64(len(j.Variables) + len(j.CustomHeaders)) }

// arrived counts a job that was taken.
func (b *Bytes) arrived(size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.here += size
	b.typical = max(size, b.typical-b.typical/8)
}

// ended takes it out of the count.
func (b *Bytes) ended(size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.here -= size
	if b.left != nil {
		close(b.left)
		b.left = nil
	}
}

// room returns how many jobs may be asked for, going by the size of those that came lately; 0 = none. The channel is then
// closed when that may have changed.
func (b *Bytes) room() (jobs int, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.here >= b.limit {
		if b.left == nil {
			b.left = make(chan struct{})
		}
		return 0, b.left
	}
	return int(min(max(1, (b.limit-b.here)/max(1, b.typical)), math.MaxInt32)), nil
}

// full says whether no more jobs are to be asked for.
func (b *Bytes) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.here >= b.limit
}

// await waits until jobs may be asked for, and returns how many. Its error is the context's.
func (b *Bytes) await(ctx context.Context) (jobs int, err error) {
	if err := b.turn.Acquire(ctx, 1); err != nil {
		return 0, err
	}
	defer b.turn.Release(1)
	for {
		jobs, changed := b.room()
		if jobs > 0 {
			return jobs, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// begin waits until a job may be worked on. Its error is the context's.
func (b *Bytes) begin(ctx context.Context, size int64) error {
	return b.work.Acquire(ctx, min(size, b.limit))
}

// tryBegin begins with a job if it need not wait.
func (b *Bytes) tryBegin(size int64) bool { return b.work.TryAcquire(min(size, b.limit)) }

// end is called when a job that was begun has ended.
func (b *Bytes) end(size int64) { b.work.Release(min(size, b.limit)) }

// awaitBytes waits until the job may be worked on, as long as its lease allows. It returns how the job ends if it may not.
func (w *run) awaitBytes(j *job.Job) job.Outcome {
	size := bytesOf(j)
	if w.config.Bytes.tryBegin(size) {
		return nil
	}
	ctx, cancel := context.WithDeadline(w.work, j.Lease.End().Add(-w.leastLease(j)))
	defer cancel()
	switch {
	case w.config.Bytes.begin(ctx, size) == nil:
		return nil
	case w.work.Err() != nil:
		return job.HandBack{}
	}
	return late(j)
}
