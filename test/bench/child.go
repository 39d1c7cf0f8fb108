package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	engine "github.com/eventbridge-connector/eventbridge-connector/internal/worker"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
	"github.com/eventbridge-connector/eventbridge-connector/test/bench/needs"
)

// childFlag makes this program a measured process.
const childFlag = "-child"

// role is what a measured process is, in JSON on its command line.
type role struct {
	Subject              subject
	Over                 transport
	Gateway, REST, Bus   string // addresses
	Slots, Entries, Size int
	Paused               bool   // SDK: it calls only when it is told to
	Profile              string // the profiles' file names begin with it; empty = none
}

// child is a measured process until standard input ends.
func child(text string) error {
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	runtime.MemProfileRate = 0 // as in the binary, which has no profiles
	if r.Profile != "" {
		runtime.MemProfileRate = 4096 // the default sees too few allocations of a short load
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var run func(context.Context) error
	var calls func(time.Duration) ([]time.Duration, error)
	switch r.Subject {
	case worker:
		run = r.worker
	case noop:
		run = r.noop
	default:
		s, err := newSDK(ctx, r)
		if err != nil {
			return err
		}
		run, calls = s.loops, func(d time.Duration) ([]time.Duration, error) { return s.singles(ctx, d) }
	}
	ended := make(chan error, 1)
	if !r.Paused {
		go func() { ended <- run(ctx) }()
	}
	profiles := profiles{prefix: r.Profile}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		what, argument, _ := strings.Cut(in.Text(), " ")
		var answer any = "done"
		var err error
		switch what {
		case tellUsage:
			answer = usageNow()
		case tellProfile:
			err = profiles.toggle()
		case tellDrain:
			cancel()
			err = <-ended
		case tellCalls:
			d, _ := strconv.ParseInt(argument, 10, 64)
			answer, err = calls(time.Duration(d))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", in.Text(), err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
			return err
		}
	}
	return nil
}

func usageNow() usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{CPU: needs.CPU(), Memory: needs.Memory(), Mallocs: m.Mallocs}
}

// worker runs the connector as its binary does.
func (r *role) worker(ctx context.Context) error {
	address := []string{"CAMUNDA_CLIENT_GRPCADDRESS=http://" + r.Gateway}
	if r.Over == overREST { // no model is deployed whose secrets could be looked up
		address = []string{"CAMUNDA_CLIENT_RESTADDRESS=" + r.REST, "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=DISABLED"}
	}
	env := append(os.Environ(), address...)
	if r.Slots != defaultSlots {
		env = append(env, "CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE="+strconv.Itoa(r.Slots))
	}
	if r.Entries != defaultEntries {
		env = append(env, "CONNECTOR_AWSEVENTBRIDGE_MAXENTRIESPERREQUEST="+strconv.Itoa(r.Entries))
	}
	if code := cli.Run(ctx, []string{"run", "--log-level", "error"}, env, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
		return fmt.Errorf("the worker ended with code %d", code)
	}
	return nil
}

// noop runs the worker engine with a handler that does nothing.
func (r *role) noop(ctx context.Context) error {
	gateway, err := r.dial()
	if err != nil {
		return err
	}
	w := engine.New(engine.Config{JobType: jobType, Name: "noop", MaxJobsActive: r.Slots, Stream: true}, gateway, idleHandler{}, nil, nil)
	return w.Run(ctx)
}

func (r *role) dial() (engine.Gateway, error) {
	if r.Over == overREST {
		return zeebe.DialREST(zeebe.Config{RESTAddress: r.REST}, nil)
	}
	return zeebe.Dial(zeebe.Config{Target: r.Gateway}, nil)
}

// idleHandler completes every job at once.
type idleHandler struct{}

func (idleHandler) Handle(context.Context, *job.Job) job.Outcome { return job.Complete{} }
func (idleHandler) Settled(*job.Job)                             {}

// profiles writes a CPU profile of the time between two calls of toggle, and at each of them all allocations until then.
type profiles struct {
	prefix string
	cpu    *os.File
}

func (p *profiles) toggle() error {
	if p.cpu == nil {
		var err error
		if p.cpu, err = os.Create(filepath.Clean(p.prefix + "cpu.pprof")); err != nil {
			return err
		}
		if err := p.allocs("before-allocs.pprof"); err != nil {
			return err
		}
		return pprof.StartCPUProfile(p.cpu)
	}
	pprof.StopCPUProfile()
	if err := p.cpu.Close(); err != nil {
		return err
	}
	p.cpu = nil
	return p.allocs("allocs.pprof")
}

func (p *profiles) allocs(name string) error {
	file, err := os.Create(filepath.Clean(p.prefix + name))
	if err != nil {
		return err
	}
	runtime.GC() // a profile has what was allocated before the latest collection
	if err := pprof.Lookup("allocs").WriteTo(file, 0); err != nil {
		return err
	}
	return file.Close()
}
