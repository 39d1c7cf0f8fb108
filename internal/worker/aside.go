package worker

import (
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// aside holds jobs that came without a slot: after the drain began, or while a stream was read dry.
type aside struct {
	mu   sync.Mutex
	jobs []*job.Job
}

func (a *aside) add(j *job.Job) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.jobs = append(a.jobs, j)
}

func (a *aside) takeAll() []*job.Job {
	a.mu.Lock()
	defer a.mu.Unlock()
	jobs := a.jobs
	a.jobs = nil
	return jobs
}
