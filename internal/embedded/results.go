package embedded

import (
	"context"
	"fmt"
)

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
