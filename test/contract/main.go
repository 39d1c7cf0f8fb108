// Command contract holds the worker to its contract: it starts the real binary, once per configuration, gives it jobs by
// real gRPC and answers its requests by real HTTP, and compares every command and every request with what the rules say.
// It builds the binary itself. The jobs are the files in test/contract/cases.
//
//	go run ./test/contract [-only TEXT] [-poll] [-binary FILE] [-v]
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/contract/cases"
	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

func main() {
	only := flag.String("only", "", "play only cases with this text in section, profile or name")
	polled := flag.Bool("poll", false, "refuse streams, so that jobs are polled for")
	binary := flag.String("binary", "", "the worker's binary; empty = build it")
	verbose := flag.Bool("v", false, "print every case and how long it took")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, &options{*only, *polled, *binary, *verbose})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	only    string
	polled  bool
	binary  string
	verbose bool
}

func run(ctx context.Context, out io.Writer, o *options) error {
	began := time.Now()
	all, err := play.ReadCases(cases.Folder)
	if err != nil {
		return err
	}
	profiles, err := play.ReadProfiles(cases.Folder)
	if err != nil {
		return err
	}
	byProfile := map[string][]*play.Case{}
	for i := range all {
		c := &all[i]
		if _, known := profiles[c.Profile]; !known {
			return fmt.Errorf("case %q: there is no profile %q", c.Name, c.Profile)
		}
		if strings.Contains(c.Section+"\n"+c.Profile+"\n"+c.Name, o.only) {
			byProfile[c.Profile] = append(byProfile[c.Profile], c)
		}
	}
	if len(byProfile) == 0 {
		return fmt.Errorf("no case has %q in its section, profile or name", o.only)
	}
	binary, remove, err := process.Worker(ctx, o.binary)
	if err != nil {
		return err
	}
	defer remove()
	results, err := (&play.Stage{Binary: binary, Polled: o.polled}).PlayAll(ctx, profiles, byProfile)
	failed := report(out, results, o.verbose)
	total := 0
	for _, list := range byProfile {
		total += len(list)
	}
	if err != nil {
		return err
	}
	verdict := fmt.Sprintf("contract: %d of %d cases ok, %d workers, %s", total-failed, total, len(byProfile), time.Since(began).Round(time.Second/10))
	fmt.Fprintln(out, verdict)
	if failed > 0 || len(results) != total {
		return fmt.Errorf("%d cases failed", total-len(results)+failed)
	}
	return nil
}

// report prints what failed and a line per section. It returns how many cases failed.
func report(out io.Writer, results []play.Result, verbose bool) (failed int) {
	slices.SortFunc(results, func(a, b play.Result) int {
		return cmp.Or(cmp.Compare(a.Case.Section, b.Case.Section), cmp.Compare(a.Case.Name, b.Case.Name))
	})
	good, bad := map[string]int{}, map[string]int{}
	var sections []string
	for _, r := range results {
		if !slices.Contains(sections, r.Case.Section) {
			sections = append(sections, r.Case.Section)
		}
		if verbose {
			fmt.Fprintf(out, "%8s  %s: %s\n", r.Took.Round(time.Millisecond), r.Case.Section, r.Case.Name)
		}
		if len(r.Faults) == 0 {
			good[r.Case.Section]++
			continue
		}
		failed++
		bad[r.Case.Section]++
		fmt.Fprintf(out, "FAILED  %s: %s (profile %s)\n", r.Case.Section, r.Case.Name, r.Case.Profile)
		for _, fault := range r.Faults {
			fmt.Fprintf(out, "        %s\n", fault)
		}
	}
	for _, section := range sections {
		line := fmt.Sprintf("%s: %d cases ok", section, good[section])
		if bad[section] > 0 {
			line += fmt.Sprintf(", %d failed", bad[section])
		}
		fmt.Fprintln(out, line)
	}
	return failed
}
