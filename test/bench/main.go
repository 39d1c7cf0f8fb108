// Command bench measures the worker beside what it is made of, in one run and on this machine: a worker engine whose handler does
// nothing, and loops of the AWS SDK's PutEvents with one and with ten events in a request. The gateway and the bus are the embedded
// ones, in this process. What is measured runs in a process of its own, so that only its processor time and memory count.
//
// The scenarios are one table (scenarios.go). In each round the subjects of a scenario run one after another, and ratios are made
// within a round, so that whatever else the machine does falls on all of them. The figures are medians of the rounds, with the
// lowest and the highest.
//
//	go run ./test/bench [-quick] [-rounds 3] [-seconds 2] [-only REGEXP] [-out FILE] [-profiles FOLDER]
//	go run ./test/bench -docs    writes the tables of README and docs from test/bench/results.json
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
	"runtime"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/bench/needs"
)

//go:generate go run . -docs -root ../..

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if len(os.Args) == 3 && os.Args[1] == childFlag {
		err = child(os.Args[2])
	} else {
		err = command(ctx, os.Args[1:], os.Stdout)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	short := f.Bool("quick", false, "one round of the most important scenarios, in about a minute")
	rounds := f.Int("rounds", 3, "rounds, of which the median counts")
	seconds := f.Float64("seconds", 2, "how long each load is measured")
	only := f.String("only", "", "measure only the scenarios whose names a regular expression finds")
	file := f.String("out", "", "write the data to this file")
	version := f.String("version", "unknown", "the version that is measured, for the caption")
	profiles := f.String("profiles", "", "write profiles of each measured process to this folder")
	docs := f.Bool("docs", false, "write the tables of README and docs from test/bench/results.json; without -out, measure nothing")
	root := f.String("root", ".", "the root of the repository, for -docs")
	_ = f.Parse(args) // it exits
	if *docs && *file == "" {
		return writeDocs(*root)
	}
	if *docs && (*short || *only != "") {
		return errors.New("-docs: found -quick or -only, expected a whole run")
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if *rounds < 1 || *seconds <= 0 {
		return fmt.Errorf("-rounds and -seconds: found %d and %g, expected more than 0", *rounds, *seconds)
	}
	r := runner{ctx, optionsOf(*seconds, *short)}
	if r.profiles = *profiles; r.profiles != "" {
		if err := os.MkdirAll(r.profiles, 0o750); err != nil {
			return err
		}
	}
	chosen := slices.DeleteFunc(slices.Clone(scenarios), func(s scenario) bool { return !wanted.MatchString(s.name()) || *short && !s.quick })
	if *short {
		*rounds = 1
	}
	found, err := r.run(chosen, *rounds, *version)
	if err != nil {
		return err
	}
	if len(found.Samples) == 0 {
		return errors.New("found nothing measured, expected something: see -only")
	}
	for _, s := range found.sections() {
		if _, err := fmt.Fprintln(out, s.text()); err != nil {
			return err
		}
	}
	if *file != "" {
		if err := found.write(*file); err != nil {
			return err
		}
	}
	if len(found.Failures) > 0 {
		return fmt.Errorf("found %d measurements that failed, expected none", len(found.Failures))
	}
	if !*docs {
		return nil
	}
	return writeDocs(*root)
}

// run measures scenarios in rounds. It tells on standard error how far it is.
func (r *runner) run(chosen []scenario, rounds int, version string) (*results, error) {
	began := time.Now()
	found := &results{
		Version: version, Date: began.UTC().Format(time.DateOnly), Go: runtime.Version(), Processor: needs.Processor(), Cores: runtime.NumCPU(),
		LoadBefore: needs.Load(), Rounds: rounds, Seconds: r.measured.Seconds(),
	}
	for round := range rounds {
		for i, s := range chosen {
			turn := s.subjects()
			if round%2 == 1 { // nobody is always the first
				slices.Reverse(turn)
			}
			for _, of := range turn {
				m, err := r.measure(s, of, round)
				if r.ctx.Err() != nil {
					return nil, r.ctx.Err()
				}
				if err != nil { // the others are worth their time
					found.Failures = append(found.Failures, fmt.Sprintf("%s, %s: %s", s.name(), of, err))
					fmt.Fprintln(os.Stderr, found.Failures[len(found.Failures)-1])
					continue
				}
				found.Samples = append(found.Samples, &m)
				fmt.Fprintf(os.Stderr, "%6s round %d/%d, %d/%d %s, %s: %s\n", time.Since(began).Round(time.Second), round+1, rounds, i+1, len(chosen), s.name(), of, m.text())
			}
		}
	}
	found.Took = time.Since(began).Round(time.Second).String()
	return found, nil
}
