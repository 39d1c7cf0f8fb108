package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// world is a worker, and the gateway and the bus that it works with.
type world struct {
	gateway *embedded.Gateway
	bus     *embedded.Bus
	answer  atomic.Pointer[string] // the body of the bus's answers; nil = as EventBridge answers
	worker  *process.Process
	log     string
}

// startWorld starts a worker with a GOMEMLIMIT; empty = none.
func startWorld(ctx context.Context, binary, limit string) (w *world, err error) {
	w = &world{}
	if w.gateway, err = embedded.StartGateway(embedded.GatewayOptions{KeepCommands: -1}); err != nil { //nolint:contextcheck // it is closed, not cancelled
		return nil, err
	}
	if w.bus, err = embedded.StartBus(embedded.BusOptions{KeepEvents: -1}); err != nil { //nolint:contextcheck // it is closed, not cancelled
		w.gateway.Close()
		return nil, err
	}
	w.bus.Respond(func(*embedded.BusRequest) *embedded.Answer {
		if body := w.answer.Load(); body != nil {
			return &embedded.Answer{Status: http.StatusOK, Body: *body}
		}
		return nil
	})
	log, err := os.CreateTemp("", "eventbridge-connector-memory-*.log")
	if err != nil {
		w.closeServers()
		return nil, err
	}
	defer func() { _ = log.Close() }()
	w.log = log.Name()
	c := process.Command{Binary: binary, Args: []string{"run"}, Stdout: log, Stderr: log, Env: []string{
		"PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "SERVER_PORT=0", "SERVER_ADDRESS=127.0.0.1",
		"CAMUNDA_CLIENT_GRPCADDRESS=http://" + w.gateway.Address(),
	}}
	if limit != "" {
		c.Env = append(c.Env, "GOMEMLIMIT="+limit)
	}
	if w.worker, err = process.Start(ctx, c); err != nil {
		w.closeServers()
		return nil, err
	}
	return w, nil
}

func (w *world) closeServers() {
	w.bus.Close()
	w.gateway.Close()
}

func (w *world) close() {
	w.worker.Kill()
	w.closeServers()
}

// peak is the most memory, in bytes, that was in use at any time of a load.
type peak struct {
	together  int64 // both processes at one moment; the pages of the binary, which both have, count once, as for a container
	sum       int64 // the same, with these pages counted for each
	worker    int64 // the kernel's own mark of the worker, which misses nothing
	child     int64 // the highest of the marks of all children, as they were read last
	anonymous int64 // both at one moment, without the pages of the binary
	rest      int64 // both at the end of the load
}

var errEnded = errors.New("the worker ended")

// peakOf gives the jobs of a load to the worker and returns its peak when all have ended.
func (w *world) peakOf(ctx context.Context, l load) (peak, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	w.answer.Store(nil)
	if l.answer != "" {
		w.answer.Store(&l.answer)
	}
	folder := fmt.Sprintf("/proc/%d", w.worker.PID())
	if err := os.WriteFile(filepath.Join(folder, "clear_refs"), []byte("5"), 0o600); err != nil { // the worker's mark begins anew
		return peak{}, fmt.Errorf("only Linux tells the memory of a process: %w", err)
	}
	sampled := make(chan peak, 1)
	sampling, stop := context.WithCancel(ctx)
	go func() { sampled <- sample(sampling, w.worker.PID()) }()
	err := w.give(ctx, l)
	stop()
	return <-sampled, err
}

// give adds the jobs of a load, so many at a time, and waits until they have ended.
func (w *world) give(ctx context.Context, l load) error {
	for done := 0; done < l.jobs; {
		for range min(l.atOnce, l.jobs-done) {
			if _, err := w.gateway.AddJobs(l.jobOf(done, w.bus.URL())); err != nil {
				return err
			}
			done++
		}
		if err := w.gateway.WaitAll(ctx); err != nil {
			return errors.Join(fmt.Errorf("found %d of %d jobs given out, and not all ended: see %s", done, l.jobs, w.log), err)
		}
		if w.worker.Ended() {
			return fmt.Errorf("%w: see %s", errEnded, w.log)
		}
	}
	return pace.Sleep(ctx, time.Second) // what is kept shows afterwards
}
