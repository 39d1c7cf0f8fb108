// Command chaos runs real worker processes against the embedded gateway and bus, which are processes of their own, breaks
// what is between and around them, and counts what became of every job.
//
//	go run ./test/chaos [-short] [-run REGEXP] [-out FILE] [-list] [-parallel N] [-prove] [-transport grpc|rest|both]
//
// All that the workers write, but for the signed requests to the bus, is searched for marked secrets: what they use, and what the
// bus and the gateway give away in their messages.
//
// It prints one line for each scenario, and exits with 1 when one of them did not hold. The logs of such a scenario are kept.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"
)

// settings are what the command line says.
type settings struct {
	short    bool
	pattern  string
	out      string
	list     bool
	parallel int
	prove    bool
	over     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err = errors.Join(err, goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// errFailed says that a scenario did not hold. What failed has been printed.
var errFailed = errors.New("not every scenario held")

func run(ctx context.Context, args []string, out io.Writer) error {
	var s settings
	f := flag.NewFlagSet("chaos", flag.ContinueOnError)
	f.BoolVar(&s.short, "short", false, "run the short form, which asserts counts and no times")
	f.StringVar(&s.pattern, "run", "", "run only scenarios whose name matches this regular expression")
	f.StringVar(&s.out, "out", "", "write the table into this file, between its two markers")
	f.BoolVar(&s.list, "list", false, "print the scenarios and end")
	f.IntVar(&s.parallel, "parallel", 4, "how many scenarios run at a time")
	f.BoolVar(&s.prove, "prove", false, "send one event of each scenario again, behind the workers' back: a scenario holds only if that is found")
	f.StringVar(&s.over, "transport", "", "how workers take jobs: grpc, rest or both; empty = gRPC, and the most telling scenarios over REST too")
	if err := f.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(&s)
	if err != nil {
		return err
	}
	if s.list {
		for _, c := range chosen {
			fmt.Fprintf(out, "%-28s %s\n", c.name, c.about)
		}
		return nil
	}
	return play(ctx, &s, chosen, out)
}

// choose returns the scenarios of the form that was asked for.
func choose(s *settings) ([]*scenario, error) {
	pattern, err := regexp.Compile(s.pattern)
	if err != nil {
		return nil, fmt.Errorf("run: found %q, expected a regular expression: %w", s.pattern, err)
	}
	if s.parallel < 1 {
		return nil, fmt.Errorf("parallel: found %d, expected 1 or more", s.parallel)
	}
	all, err := onTransports(scenarios(), s.over)
	if err != nil {
		return nil, err
	}
	var chosen []*scenario
	for _, c := range all {
		if (s.short && c.form != longOnly || !s.short && c.form != shortOnly) && pattern.MatchString(c.name) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("run: found %q, expected the name of a scenario; -list prints them", s.pattern)
	}
	return chosen, nil
}

// play runs the scenarios and prints the results in their order.
func play(ctx context.Context, s *settings, chosen []*scenario, out io.Writer) error {
	dir, err := os.MkdirTemp("", "chaos-")
	if err != nil {
		return fmt.Errorf("make a folder for binaries and logs: %w", err)
	}
	tools, err := build(ctx, dir)
	if err != nil {
		return err
	}
	began := time.Now()
	results := make([]*result, len(chosen))
	done := make(chan *result)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.parallel)
	go func() {
		for _, i := range longestFirst(chosen) {
			group.Go(func() error {
				c := chosen[i]
				r, err := c.play(ctx, tools, filepath.Join(dir, c.name), s.short, s.prove)
				if err != nil {
					return err
				}
				results[i] = r
				done <- r
				return nil
			})
		}
		err = group.Wait()
		close(done)
	}()
	failed := 0
	for r := range done {
		printResult(out, r)
		if len(r.problems) > 0 {
			failed++
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\n%d of %d scenarios held, in %s\n", table(results), len(chosen)-failed, len(chosen), time.Since(began).Round(time.Second))
	if err := summarizeLeaks(out, results); err != nil {
		return err
	}
	if s.out != "" {
		if err := writeTable(s.out, results, machine(time.Now(), s.parallel)); err != nil {
			return err
		}
	}
	if failed > 0 {
		fmt.Fprintf(out, "the logs are in %s\n", dir)
		return errFailed
	}
	return os.RemoveAll(dir)
}

// longestFirst returns the places of the scenarios, of those that last longest first: so all are done soonest.
func longestFirst(chosen []*scenario) []int {
	order := make([]int, len(chosen))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(chosen[b].lasts, chosen[a].lasts) })
	return order
}

// printResult prints a scenario's line, and what did not hold.
func printResult(out io.Writer, r *result) {
	verdict := "ok    "
	if len(r.problems) > 0 {
		verdict = "FAILED"
	}
	fmt.Fprintf(out, "%s %-28s %s (%s)\n", verdict, r.scenario.name, r.summary(), r.took.Round(time.Second))
	for _, p := range r.problems {
		fmt.Fprintf(out, "       %s: %s\n", p.kind, p.text)
	}
	if len(r.problems) > 0 {
		fmt.Fprintf(out, "       logs: %s\n", r.dir)
	}
}
