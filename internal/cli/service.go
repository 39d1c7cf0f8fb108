package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// engine is what a service runs: it takes jobs until ctx ends, then drains, and returns when nothing of it runs.
type engine interface {
	Run(ctx context.Context) error
	Ready() (ok bool, reason string)
}

// service runs an engine with its health and metrics until it is told to end.
type service struct {
	engine  engine
	health  actuator.Options // but for Ready and Log
	log     *slog.Logger
	started func(health string) // called once the health endpoints answer, with their address
	notify  func(chan<- os.Signal)
}

// farewell is how long the health endpoints may take to finish their last answers.
const farewell = 2 * time.Second

// run starts the service and returns when it has ended. The first signal, or the end of ctx, drains it; a second
// signal ends it at once, with whatever still runs left to the end of the process.
func (s *service) run(ctx context.Context) error {
	signals := make(chan os.Signal, 2)
	if s.notify == nil {
		s.notify = func(c chan<- os.Signal) { signal.Notify(c, syscall.SIGINT, syscall.SIGTERM) }
	}
	s.notify(signals)
	defer signal.Stop(signals)

	s.health.Ready, s.health.Log = s.engine.Ready, s.log
	server, err := actuator.Start(ctx, s.health)
	if err != nil {
		return err
	}
	defer func() {
		// Not ctx: it may be what ended the service.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			s.log.Warn("health and metrics did not end in time", "error", err)
		}
	}()
	s.started(server.Addr())

	taking, drain := context.WithCancel(ctx)
	defer drain()
	ended := make(chan error, 1)
	go func() { ended <- s.engine.Run(taking) }()

	select {
	case err := <-ended:
		return err
	case sig := <-signals:
		s.log.Info("draining: no more jobs are taken, running ones finish; a second signal ends at once", "signal", sig.String())
	case <-ctx.Done():
		s.log.Info("draining: no more jobs are taken, running ones finish")
	}
	drain()
	select {
	case err := <-ended:
		if left, ok := errors.AsType[*worker.LeftError](err); ok {
			s.log.Error("ended, with jobs left to their leases: the broker gives them out again", "undelivered", left.Undelivered, "cut_off", left.Cut, "unfinished", left.Unfinished,
				"last_refusal", left.LastRefusal)
			return &exitError{code: ExitLeft}
		}
		if err == nil {
			s.log.Info("ended")
		}
		return err
	case sig := <-signals:
		s.log.Warn("ended at once: jobs that were running are given out again when their lease is over", "signal", sig.String())
		return &exitError{code: ExitInterrupted}
	}
}
