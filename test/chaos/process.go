package main

import (
	"context"
	"fmt"
	"os"

	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// tools are the binaries that the scenarios run.
type tools struct{ worker, gateway string }

// build builds the worker, and the gateway and bus.
func build(ctx context.Context, dir string) (t tools, err error) {
	if t.worker, err = process.Build(ctx, dir, "cmd/eventbridge-connector"); err != nil {
		return t, err
	}
	t.gateway, err = process.Build(ctx, dir, "test/gateway")
	return t, err
}

// logFile opens a log to which a process adds what it writes.
func logFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of a process: %w", err)
	}
	return file, nil
}

// start starts a process whose output is added to a log.
func start(ctx context.Context, log string, env []string, binary string, args ...string) (*process.Process, error) {
	file, err := logFile(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return process.Start(ctx, process.Command{Binary: binary, Args: args, Env: env, Stdout: file, Stderr: file})
}

// startReady starts a gateway or a bus, and returns where it listens.
func startReady(ctx context.Context, log, binary string, args ...string) (p *process.Process, where control.Addresses, err error) {
	file, err := logFile(log)
	if err != nil {
		return nil, where, err
	}
	defer file.Close()
	if p, err = process.StartTelling(ctx, process.Command{Binary: binary, Args: args, Stderr: file}, &where); err != nil {
		err = fmt.Errorf("%w; its log is %s", err, log)
	}
	return p, where, err
}
