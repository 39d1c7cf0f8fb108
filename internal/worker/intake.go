package worker

import (
	"context"
	"time"
)

// intakeOpen says whether jobs may be taken: commands get through, and not all of the downstream is down.
func (w *run) intakeOpen() bool {
	return takesJobs(w.link.current()) && !w.config.Downstream.Down()
}

// awaitIntake waits until jobs may be taken. Its error is the context's.
func (w *run) awaitIntake(ctx context.Context) error {
	for {
		changed := w.intakeChange()
		if w.intakeOpen() {
			return ctx.Err()
		}
		if err := changed.await(ctx, nil); err != nil {
			return err
		}
	}
}

// intakeChange is the next change of what the intake depends on. It is asked for before one looks.
type intakeChange struct{ link, downstream <-chan struct{} }

func (w *run) intakeChange() intakeChange {
	return intakeChange{w.link.change(), w.config.Downstream.Changed()}
}

// await waits for the change, or for tick. Its error is the context's.
func (c intakeChange) await(ctx context.Context, tick <-chan time.Time) error {
	select {
	case <-c.link:
	case <-c.downstream:
	case <-tick:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// whileOpen returns a context that ends with ctx, or when the intake closes. The function that it returns ends it as well,
// and waits for what watches the intake.
func (w *run) whileOpen(ctx context.Context) (context.Context, func()) {
	open, end := context.WithCancel(ctx)
	return open, background(open, func(ctx context.Context) {
		defer end()
		for {
			changed := w.intakeChange()
			if !w.intakeOpen() || changed.await(ctx, nil) != nil {
				return
			}
		}
	})
}

// downPoll is the time between polls for one job while all of the downstream is down.
const downPoll = 500 * time.Millisecond

// awaitDownstream keeps the intake closed while every target is down. The jobs in this process find out when a target is up
// again; if there are none, one job is polled for. It returns true when the intake may open again, and false when the drain
// began.
func (w *run) awaitDownstream(poll func(most int)) bool {
	for {
		changed := w.intakeChange()
		if !w.config.Downstream.Down() {
			return w.draining.Err() == nil
		}
		if w.JobsAtWork() == 0 && takesJobs(w.link.current()) {
			poll(1)
		}
		tick := time.NewTimer(downPoll)
		err := changed.await(w.draining, tick.C)
		tick.Stop()
		if err != nil {
			return false
		}
	}
}
