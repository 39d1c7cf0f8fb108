// Command memory measures how much memory the worker and its jq child need together. The worker is the real binary, run
// against the embedded gateway and bus, which are in this process and do not count. It takes jobs of 4 MB, gets answers with
// 300,000 entries, and evaluates jq that asks for as much as it can, with GOMEMLIMIT as the chart sets it and without.
//
//	go run ./test/memory [-binary FILE] [-run REGEXP]
//
// It prints a line for each load and ends with 1 if the two processes had more than 128 MiB in use at any time. Only Linux
// tells the memory of another process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// bound is how many bytes both processes may have in use together: the memory limit of the chart.
const bound = 128 << 20

// chartLimit is the GOMEMLIMIT that the chart sets: 80 % of its memory limit.
const chartLimit = "102MiB"

func main() {
	binary := flag.String("binary", "", "the worker's binary; empty = build it")
	pattern := flag.String("run", "", "run only loads whose name matches this regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *binary, *pattern)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, binary, pattern string) error {
	chosen, err := choose(pattern)
	if err != nil {
		return err
	}
	binary, remove, err := process.Worker(ctx, binary)
	if err != nil {
		return err
	}
	defer remove()
	var over error
	for _, limit := range [...]string{chartLimit, ""} {
		fmt.Fprintf(out, "GOMEMLIMIT=%s\n%-36s %5s %10s %7s %9s %9s %9s %9s %9s %9s\n", limit, "load (MiB)", "jobs", "completed", "failed", "together", "sum", "worker", "child", "anonymous", "at rest")
		if err := measure(ctx, out, binary, limit, chosen); errors.Is(err, errOver) {
			over = err
		} else if err != nil {
			return err
		}
	}
	return over
}

// choose returns the loads whose name matches.
func choose(pattern string) ([]load, error) {
	matching, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("run: found %q, expected a regular expression: %w", pattern, err)
	}
	var chosen []load
	for _, l := range loads() {
		if matching.MatchString(l.name) {
			chosen = append(chosen, l)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("run: found %q, expected the name of a load", pattern)
	}
	return chosen, nil
}

// errOver says that the two processes had more memory in use than they may.
var errOver = errors.New("the worker and its child had more than 128 MiB in use together")

// measure runs the loads on one worker, one after the other.
func measure(ctx context.Context, out io.Writer, binary, limit string, chosen []load) error {
	w, err := startWorld(ctx, binary, limit)
	if err != nil {
		return err
	}
	defer w.close()
	var over error
	for _, l := range chosen {
		before := w.gateway.Counts()
		p, err := w.peakOf(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		after := w.gateway.Counts()
		completed, failed := after.Completed-before.Completed, after.Failed-before.Failed
		fmt.Fprintf(out, "%-36s %5d %10d %7d %9s %9s %9s %9s %9s %9s\n", l.name, l.jobs, completed, failed, mib(p.together), mib(p.sum), mib(p.worker), mib(p.child), mib(p.anonymous), mib(p.rest))
		if completed < int64(l.completed) {
			return fmt.Errorf("%s: found %d jobs completed, expected %d or more: see %s", l.name, completed, l.completed, w.log)
		}
		if l.jq && p.child == 0 {
			return fmt.Errorf("%s: found no child process, expected one that evaluates jq", l.name)
		}
		if p.together > bound {
			over = fmt.Errorf("%w: found %s MiB in %s", errOver, mib(p.together), l.name)
		}
	}
	return over
}

func mib(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/(1<<20)) }

// patience is how long the jobs of a load may take: an endless expression takes a second, and they wait for each other.
const patience = 10 * time.Minute
