package play

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// patience is how long a job may take. It is meant for a machine that is much slower than any.
const patience = 90 * time.Second

// firstDefinition is the key of the first case's process definition.
const firstDefinition = 1<<51 + 1_000_000

// Stage runs workers.
type Stage struct {
	Binary string
	Polled bool              // the gateway knows no streams
	Outlet Outlet            // nil = nobody listens
	Env    map[string]string // of every worker, beside the profile's
	// Fetched are the variables that the worker asks for beside those of the contract.
	Fetched []string
	// Midway is called while a worker still runs, after its last job.
	Midway func(ctx context.Context, get func(path string) []byte) error
}

// Result is what was found wrong with a case; nothing, if it holds.
type Result struct {
	Case   *Case
	Faults []string
	Stuck  string // why the job did not get as far as it should
	Took   time.Duration
}

// played is a case whose job was given.
type played struct {
	c      *Case
	bus    *bus
	record *record
	failed string // why the job did not get as far as it should
	took   time.Duration
}

// workersAtOnce is how many workers run at a time.
const workersAtOnce = 3

// PlayAll plays the cases of each profile with a worker of its own. The error is about the workers as a whole.
func (s *Stage) PlayAll(ctx context.Context, profiles map[string]Profile, cases map[string][]*Case) ([]Result, error) {
	var (
		mu      sync.Mutex
		all     []Result
		errs    []error
		playing errgroup.Group
	)
	playing.SetLimit(workersAtOnce)
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		playing.Go(func() error {
			p := profiles[name]
			results, err := s.Play(ctx, &p, cases[name])
			mu.Lock()
			defer mu.Unlock()
			all = append(all, results...)
			if err != nil {
				errs = append(errs, fmt.Errorf("profile %s: %w", name, err))
			}
			return nil // the others are played nevertheless
		})
	}
	_ = playing.Wait() // each error is in errs
	return all, errors.Join(errs...)
}

// Play has one worker of the profile do the jobs of the cases. The error is about the worker as a whole.
func (s *Stage) Play(ctx context.Context, p *Profile, cases []*Case) (results []Result, err error) {
	folder, err := os.MkdirTemp("", "eventbridge-connector-play-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	g, err := startGateway(p, s.Polled, s.Outlet) //nolint:contextcheck // it takes none
	if err != nil {
		return nil, err
	}
	defer g.Close()
	g.fetched = slices.Sorted(slices.Values(slices.Concat(fetched, s.Fetched)))
	env, err := p.environment(folder)
	if err != nil {
		return nil, err
	}
	env["CAMUNDA_CLIENT_GRPCADDRESS"] = "http://" + g.Address()
	maps.Copy(env, s.Env)
	var m *models
	if p.Models {
		m = startModels(s.Outlet, p.Cluster)
		defer m.Close()
		env["CAMUNDA_CLIENT_RESTADDRESS"] = m.URL
	}
	w, err := startWorker(ctx, s.Binary, env)
	if err != nil {
		return nil, err
	}
	defer w.Kill()
	starting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := w.ready(starting); err != nil {
		return nil, err
	}
	all := s.giveAll(ctx, g, m, p, cases)
	defer func() {
		for i := range all {
			all[i].bus.Close()
		}
	}()
	if s.Midway != nil {
		if err := s.Midway(ctx, func(path string) []byte { _, body, _ := w.get(ctx, path); return body }); err != nil {
			return nil, err
		}
	}
	stopped := w.stop(ctx)
	if s.Outlet != nil {
		s.Outlet("stdout", w.stdout.bytes())
		s.Outlet("stderr", w.stderr.bytes())
	}
	log := string(w.log())
	// Only now is it sure that nothing more comes.
	for i := range all {
		results = append(results, Result{Case: all[i].c, Faults: all[i].compare(g, log), Stuck: all[i].failed, Took: all[i].took})
	}
	if stopped != nil {
		return results, stopped
	}
	if len(g.faults) > 0 {
		return results, fmt.Errorf("the requests for jobs: %s", strings.Join(g.faults[:1], ""))
	}
	return results, nil
}

func (s *Stage) giveAll(ctx context.Context, g *gateway, m *models, p *Profile, cases []*Case) []played {
	all := make([]played, len(cases))
	var playing errgroup.Group
	playing.SetLimit(cmp.Or(p.AtOnce, 8))
	for i, c := range cases {
		playing.Go(func() error {
			began := time.Now()
			all[i] = s.give(ctx, g, m, c, firstDefinition+int64(i))
			all[i].took = time.Since(began)
			return nil
		})
	}
	_ = playing.Wait() // no error comes of it
	return all
}

// give hands the job of a case to the worker and waits until it has come as far as the case says.
func (s *Stage) give(ctx context.Context, g *gateway, m *models, c *Case, definition int64) played {
	out := played{c: c}
	b, err := startBus(c) //nolint:contextcheck // it takes none
	if err != nil {
		panic(err) // there are no ports left
	}
	out.bus = b
	variables, err := c.variables(b.address())
	if err == nil {
		if m != nil {
			m.deploy(definition, c, b.address())
		}
		out.record, err = g.add(c, variables, definition)
	}
	if err != nil {
		out.failed = err.Error()
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if g.read(out.record).arrived() {
			return out
		}
		select {
		case <-out.record.changed:
		case <-ctx.Done():
			out.failed = fmt.Sprintf("the job got no further within %s", patience)
			return out
		}
	}
}

// arrived tells whether the job is where the case wants it.
func (r record) arrived() bool {
	if r.c.Want.Command == none {
		return len(leasesOf(&r)) >= len(r.c.Want.Leases) && len(r.calls) >= len(r.c.Want.Calls)
	}
	if len(r.taken) == 0 {
		return false
	}
	last := r.taken[len(r.taken)-1]
	return !r.c.Again || last.kind != fail || last.retries == 0
}
