// Command release makes the files of a release from a commit: an archive and an SBOM for every platform, the packaged chart
// and the checksums of them all. The same commit gives the same bytes on every machine: times are the commit's, order and
// modes are fixed, the Go version is that of go.mod.
//
// GoReleaser could make the archives and the checksums alone. Packing a chart again with the commit's time, an SBOM without the time
// of day, the notes from CHANGELOG.md and binaries by .ci/build would stay here, and to compile it costs more than a whole release.
//
//	release -version v1.2.3 [-out FOLDER] [-targets OS/ARCH,…] [-dirty] -helm FILE -sbom-tool FILE
//	release -version v1.2.3 -notes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// name is that of the binary, of the chart, and what every file's name begins with.
const name = "eventbridge-connector"

// release is what one run makes.
type release struct {
	version  string // without its v
	revision string // of the commit
	made     time.Time
	targets  []target
	helm     string // the program
	sbomTool string // the program: cyclonedx-gomod
	out      string // the folder that is filled
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	version := flags.String("version", "", "the version, v1.2.3")
	out := flags.String("out", "dist", "the folder to write, which is replaced")
	targets := flags.String("targets", "", "platforms OS/ARCH, separated by commas (default: all)")
	dirty := flags.Bool("dirty", false, "allow changes that are not committed")
	notes := flags.Bool("notes", false, "print the version's part of CHANGELOG.md and end")
	helm := flags.String("helm", "helm", "the program helm")
	sbomTool := flags.String("sbom-tool", "cyclonedx-gomod", "the program cyclonedx-gomod")
	if err := flags.Parse(args); err != nil {
		return err
	}
	plain, err := parseVersion(*version)
	if err != nil {
		return err
	}
	if *notes {
		return printNotes(os.Stdout, plain)
	}
	r := &release{version: plain, helm: *helm, sbomTool: *sbomTool}
	if r.targets, err = parseTargets(*targets); err != nil {
		return err
	}
	if r.revision, r.made, err = commit(ctx, *dirty); err != nil {
		return err
	}
	return r.write(ctx, *out)
}

// write fills a folder beside out and puts it in out's place only when it is whole.
func (r *release) write(ctx context.Context, out string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := replaceable(out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if r.out, err = os.MkdirTemp(filepath.Dir(out), ".release-*"); err != nil {
		return err
	}
	defer os.RemoveAll(r.out)
	if err := os.Chmod(r.out, 0o755); err != nil {
		return err
	}
	if err := download(ctx); err != nil {
		return err
	}
	for _, t := range r.targets {
		if err := r.platform(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		fmt.Fprintln(os.Stderr, "release:", r.stem(t))
	}
	if err := r.chart(ctx); err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	if err := checksums(r.out); err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return os.Rename(r.out, out)
}

// replaceable refuses a folder that holds what no release wrote: it would be removed.
func replaceable(out string) error {
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !strings.HasPrefix(e.Name(), name) && e.Name() != checksumsFile {
			return fmt.Errorf("-out: %s holds %s, which is not of a release; expected a folder of an earlier release, or none", out, e.Name())
		}
	}
	return nil
}
