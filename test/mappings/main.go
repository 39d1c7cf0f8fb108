// Command mappings records what the real Zeebe engine makes of input and output mappings, so that the tools that simulate it
// can be held against it without it.
//
//	usage: mappings [-cluster PROGRAM] FILE…
//
// A file holds a case in each line. The command runs each on the engine, which test/e2e/cluster starts, and writes the answers
// into the files. It needs a JDK 21+ and Maven. The test of this package compares the answers with the simulation.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run()) }

func run() int {
	cluster := flag.String("cluster", "bin/cluster", "the `program` that starts the engine, built from test/e2e/cluster")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := record(ctx, *cluster, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mappings:", err)
		return 1
	}
	return 0
}

// record runs the cases of all files and writes the answers into them.
func record(ctx context.Context, cluster string, files []string, out io.Writer) (err error) {
	e, err := startEngine(ctx, cluster)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	for _, file := range files {
		all, err := readCases(file)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].Recorded, err = e.run(ctx, &all[i]); err != nil {
				return fmt.Errorf("%s, line %d (%s): %w", file, i+1, all[i].Name, err)
			}
		}
		if err := writeCases(file, all); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d recorded\n", file, len(all))
	}
	return nil
}
