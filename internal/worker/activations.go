package worker

import (
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// activations are the jobs at work by try, and the tries that ended lately. When a job's lease runs out while this process
// still works on it, the broker may give it to this process again: the second waits for what becomes of the first. One that
// was in transport while the first ended its job is not worked on.
type activations struct {
	mu    sync.Mutex
	all   map[try]*activation
	ended *endings
}

func newActivations() *activations {
	return &activations{all: map[try]*activation{}, ended: newEndings()}
}

// try is a job with the retries that it had when it was activated: as long as the broker takes no command for it, it comes
// again with the same ones.
type try struct {
	key     int64
	retries int32
}

// activation is one job at work. What follows done is read once it is closed.
type activation struct {
	try   try
	taken time.Time
	done  chan struct{}
	commanding
}

// commanding is the command for a job at work.
type commanding struct {
	commanded time.Time   // when the command was first sent
	command   job.Outcome // what the broker took, or may have; nil = nothing
}

// over is the done of activations that ended.
var over = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// enter adds a job, and returns the earlier activation of the same try, if there is one: at work, or ended.
func (s *activations) enter(j *job.Job) (a, before *activation) {
	a = &activation{try: try{j.Key, j.Retries}, taken: time.Now(), done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if before = s.all[a.try]; before == nil {
		if ended, ok := s.ended.of(a.try); ok {
			before = &activation{try: a.try, done: over, commanding: ended}
		}
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
	s.ended.add(a.try, a.commanding)
	close(a.done)
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
