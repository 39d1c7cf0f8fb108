package worker

import (
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// activations are the jobs at work by try, and the tries that ended lately. When a job's lease runs out while this process
// still works on it, the broker may give it to this process again: the second waits for what becomes of the first. One that
// was in transport while the first ended its job is not worked on.
type activations struct {
	mu    sync.Mutex
	all   map[try]*activation
	ended *pace.Recent[try, *activation] // by a command after which the job does not come again by itself
}

func newActivations() *activations {
	return &activations{all: map[try]*activation{}, ended: pace.NewRecent[try, *activation](endedKept, endedFor)}
}

// endedKept is how many tries that ended are remembered, and endedFor how long: longer than a job is in transport.
const (
	endedKept = 10_000
	endedFor  = 5 * time.Minute
)

// try is a job with the retries that it had when it was activated: as long as the broker takes no command for it, it comes
// again with the same ones.
type try struct {
	key     int64
	retries int32
}

// activation is one job at work. What follows done is read once it is closed.
type activation struct {
	try       try
	taken     time.Time
	done      chan struct{}
	commanded time.Time   // when the command was first sent
	command   job.Outcome // what the broker took, or may have; nil = nothing
}

// enter adds a job, and returns the earlier activation of the same try, if there is one: at work, or ended.
func (s *activations) enter(j *job.Job) (a, before *activation) {
	a = &activation{try: try{j.Key, j.Retries}, taken: time.Now(), done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if before = s.all[a.try]; before == nil {
		before, _ = s.ended.Get(a.try)
	}
	s.all[a.try] = a
	return a, before
}

// leave is called when the work on a job has ended.
func (s *activations) leave(a *activation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[a.try] == a {
		delete(s.all, a.try)
	}
	a.command = outline(a.command)
	if a.command != nil && !releases(a.command) && time.Since(a.commanded) <= endedFor {
		s.ended.Add(a.try, a)
	}
	close(a.done)
}

// outline returns what supersedes asks of a command. The command itself holds variables, and its settling holds the job: for
// as long as it is remembered they would stay in memory.
func outline(command job.Outcome) job.Outcome {
	switch c := command.(type) {
	case nil:
		return nil
	case job.Fail:
		return job.Fail{Retries: c.Retries}
	default:
		return job.Complete{}
	}
}

// supersedes says whether the command of an earlier activation, which is done, leaves nothing to do for a later one whose
// lease began at the given time.
func (a *activation) supersedes(later *activation, began time.Time) bool {
	switch c := a.command.(type) {
	case nil:
		return false
	case job.Fail:
		if c.Retries > 0 {
			return later.taken.Before(a.commanded) // else it is the next try, with retries that the model chose
		}
		return began.Before(a.commanded) // else somebody has resolved the incident
	default:
		return true
	}
}

// releases says whether a command lets the job be given out again at once.
func releases(outcome job.Outcome) bool {
	f, ok := outcome.(job.Fail)
	return ok && f.Retries > 0
}
