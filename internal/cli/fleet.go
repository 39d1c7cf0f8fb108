package cli

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/trace"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// fleet is the workers of a process, one for each client, side by side. Each has its own connection, tokens, capacity, leases and
// secrets, so that what befalls one does not touch the others. They send through the same [sending].
type fleet struct {
	workers []*clientWorker
	sending *sending
	log     *slog.Logger
}

// clientWorker is the worker of a client.
type clientWorker struct {
	name   string // empty = there are no others
	config *config.Config
	*parts
}

// ofFleet are what a fleet is built with.
type ofFleet struct {
	lookup  func(string) (string, bool)
	metrics []*actuator.Metrics // of each client, in their order
	tracer  *trace.Tracer       // nil = jobs are not traced
	log     *slog.Logger
	inUse   *outlet.Registry // is told the secrets in use
}

// newFleet builds the workers of all clients. The error is one of the configuration.
func newFleet(ctx context.Context, c *config.Config, o ofFleet) (*fleet, error) {
	capacity := 0
	for _, client := range c.Clients() {
		capacity += client.Worker.MaxJobsActive
	}
	sending, err := newSending(ctx, c, capacity, maskedObserver{o.metrics[0], o.inUse}, o.log)
	if err != nil {
		return nil, err
	}
	f := &fleet{sending: sending, log: o.log}
	for i, client := range c.Clients() {
		w := &clientWorker{config: client}
		log, tracer := o.log, o.tracer
		if c.Named() {
			w.name = client.Client
			log, tracer = log.With(attrClient, w.name), tracer.Client(w.name)
		}
		if w.parts, err = buildParts(ctx, client, o.lookup, sending, o.metrics[i], tracer, log, o.inUse); err != nil {
			f.close()
			return nil, err
		}
		f.workers = append(f.workers, w)
	}
	return f, nil
}

// attrClient is the attribute of a log line that names the client whose worker wrote it.
const attrClient = "client"

// metricsOf returns the metrics of each client, in their order. Those of a lone one have no label.
func metricsOf(c *config.Config, version, goVersion string) []*actuator.Metrics {
	if !c.Named() {
		return []*actuator.Metrics{actuator.NewMetrics(version, goVersion)}
	}
	var names []string
	for _, client := range c.Clients() {
		names = append(names, client.Client)
	}
	return actuator.NewMetricsOfClients(version, goVersion, names...)
}

// readings have the metrics read the workers at each scrape.
func (f *fleet) readings(metrics []*actuator.Metrics) {
	for i, w := range f.workers {
		metrics[i].Read(actuator.Readings{
			JobType: w.config.Connector.JobType,
			Slots:   func() int { return w.config.Worker.MaxJobsActive }, SlotsInUse: w.engine.SlotsInUse, JobsAtWork: w.engine.JobsAtWork,
			JobBytes: f.sending.bytes.Limit, JobBytesInUse: w.engine.BytesInUse,
			Ready:           func() bool { ready, _ := w.engine.Ready(); return ready },
			ExpressionCache: w.expressions.Stats, SecretFiles: w.secretFiles, SecretManager: w.secretManager, SecretCluster: w.secretCluster, ModelCache: w.models,
		})
	}
	metrics[0].ReadTargets(f.sending.sender.Targets().DownByEndpoint)
}

// Run implements engine: all workers take jobs until ctx ends, and then drain side by side, so that the grace period is that of one.
func (f *fleet) Run(ctx context.Context) error {
	errs := make([]error, len(f.workers))
	var running sync.WaitGroup
	for i, w := range f.workers {
		running.Go(func() { errs[i] = w.engine.Run(ctx) })
	}
	running.Wait()
	return f.left(errs)
}

// left is what the drains of the workers left behind, as one error. The errors are those of the workers, in their order.
func (f *fleet) left(errs []error) error {
	var sum *worker.LeftError
	var others []error
	for i, err := range errs {
		left, ok := errors.AsType[*worker.LeftError](err)
		if !ok {
			others = append(others, err)
			continue
		}
		if sum == nil {
			sum = &worker.LeftError{}
		}
		sum.Undelivered, sum.Cut, sum.Unfinished = sum.Undelivered+left.Undelivered, sum.Cut+left.Cut, sum.Unfinished+left.Unfinished
		if left.LastRefusal != "" {
			sum.LastRefusal = f.workers[i].said(left.LastRefusal)
		}
	}
	if err := errors.Join(others...); err != nil || sum == nil {
		return err
	}
	return sum
}

// Ready implements engine: whether every worker can take jobs. The reason names the clients of those that cannot.
func (f *fleet) Ready() (ok bool, reason string) {
	var reasons []string
	for _, w := range f.workers {
		if ready, reason := w.engine.Ready(); !ready {
			reasons = append(reasons, w.said(reason))
		}
	}
	return len(reasons) == 0, strings.Join(reasons, "; ")
}

// said is a text about the worker's client.
func (w *clientWorker) said(text string) string {
	if w.name == "" {
		return text
	}
	return "client " + w.name + ": " + text
}

// checks tell of each client whether its worker can take jobs; nil = there is one, and it has no name.
func (f *fleet) checks() map[string]actuator.Check {
	all := map[string]actuator.Check{}
	for _, w := range f.workers {
		if w.name == "" {
			return nil
		}
		all[w.name] = w.engine.Ready
	}
	return all
}

// jobsAtWork returns how many jobs are worked on or settled now.
func (f *fleet) jobsAtWork() int {
	sum := 0
	for _, w := range f.workers {
		sum += w.engine.JobsAtWork()
	}
	return sum
}

// close closes what the workers hold, once they have stopped.
func (f *fleet) close() {
	for _, w := range f.workers {
		w.end()
	}
	f.sending.sender.Close()
}
