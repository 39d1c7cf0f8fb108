// Command memory measures how much memory the worker's binary needs at full speed: for 100,000 small jobs, for jobs of 1 MB, 256
// of which are there at the same time, and for both together. The gateway and the bus are the embedded ones, in this process,
// and do not count. It prints the worker's memory against the bounds, and ends with 1 if one of them is exceeded.
//
//	go run ./test/bench/memory [-binary FILE] [-rounds 1] [-jobs 100000] [-large 256] [-size 1000000] [-env NAME=VALUE,…]
//
// With more than one binary (FILE,FILE) they take turns, and what each needed is printed as a ratio to the first. Only Linux
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
	"slices"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// The bounds. An aim that is missed is printed, and is no failure.
const (
	aimLoaded  = 40 << 20  // at the end of the small jobs
	boundRest  = 30 << 20  // at rest after them
	boundLarge = 128 << 20 // at any time: the memory limit of the chart
)

// chartLimit is the GOMEMLIMIT that the chart sets: 80 % of its memory limit.
const chartLimit = "GOMEMLIMIT=102MiB"

// options are those of the command line.
type options struct {
	binaries            []string
	rounds, jobs, large int
	size                int
	latency             time.Duration
	env                 []string
	rest                bool
}

func main() {
	var o options
	binaries := flag.String("binary", "", "the worker's binary, or several, separated by commas; empty = build it")
	env := flag.String("env", "", "further environment variables of the worker, separated by commas")
	flag.IntVar(&o.rounds, "rounds", 1, "rounds, of which the median counts")
	flag.IntVar(&o.jobs, "jobs", 100_000, "small jobs; 0 = none")
	flag.IntVar(&o.large, "large", 256, "large jobs at the same time; 0 = none")
	flag.IntVar(&o.size, "size", 1_000_000, "bytes of a large job")
	flag.DurationVar(&o.latency, "latency", 0, "how long the bus takes to answer a small job")
	flag.BoolVar(&o.rest, "rest", false, "the worker takes its jobs over REST")
	flag.Parse()
	if *env != "" {
		o.env = strings.Split(*env, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, o, *binaries)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, o options, binaries string) error {
	for name := range strings.SplitSeq(binaries, ",") {
		binary, remove, err := process.Worker(ctx, name)
		if err != nil {
			return err
		}
		defer remove()
		o.binaries = append(o.binaries, binary)
	}
	var over []error
	for _, l := range loads(o) {
		all := make([][]measured, len(o.binaries))
		for range o.rounds {
			for i, binary := range o.binaries {
				m, err := measure(ctx, binary, l, o)
				if err != nil {
					return fmt.Errorf("%s: %w", l.name, err)
				}
				all[i] = append(all[i], m)
			}
		}
		fmt.Fprintf(out, "%s\n", l.name)
		for i, rounds := range all {
			over = append(over, report(out, l, rounds, all[0], o.binaries[i]))
		}
	}
	return errors.Join(over...)
}

// errOver says that a bound was exceeded.
var errOver = errors.New("more memory than the bound")

// report prints what one binary needed.
func report(out io.Writer, l load, rounds, first []measured, name string) error {
	cpu := median(rounds, func(m measured) float64 { return m.cpu.Seconds() })
	fmt.Fprintf(out, "  %8.0f jobs/s  %7.3f CPU-s / 1,000 (%.2f × the first)  %s\n", median(rounds, func(m measured) float64 { return m.perSecond }),
		cpu, cpu/median(first, func(m measured) float64 { return m.cpu.Seconds() }), name)
	var over []error
	for _, row := range [...]struct {
		name       string
		aim, bound int64
		of         func(measured) process.Memory
	}{
		{"at the end", l.loaded, 0, func(m measured) process.Memory { return m.loaded }},
		{"at rest", 0, l.rest, func(m measured) process.Memory { return m.rest }},
		{"at the peak", 0, l.peak, func(m measured) process.Memory { return process.Memory{Resident: m.loaded.Highest} }},
	} {
		total := median(rounds, func(m measured) float64 { return float64(row.of(m).Resident) })
		file := median(rounds, func(m measured) float64 { return float64(row.of(m).File) })
		fmt.Fprintf(out, "  %-12s %6.1f MiB", row.name, total/(1<<20))
		if file > 0 {
			fmt.Fprintf(out, ", %.1f of them pages of the binary", file/(1<<20))
		}
		if row.aim > 0 {
			fmt.Fprintf(out, "    aim %.0f MiB", float64(row.aim)/(1<<20))
		}
		if row.bound > 0 {
			fmt.Fprintf(out, "    bound %.0f MiB", float64(row.bound)/(1<<20))
			if int64(total) > row.bound {
				over = append(over, fmt.Errorf("%w: found %.1f MiB %s of %q, expected %.0f or less", errOver, total/(1<<20), row.name, l.name, float64(row.bound)/(1<<20)))
			}
		}
		fmt.Fprintln(out)
	}
	return errors.Join(over...)
}

func median(all []measured, of func(measured) float64) float64 {
	values := make([]float64, len(all))
	for i, m := range all {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
