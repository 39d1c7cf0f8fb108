//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// patience is how long anything may take. It is far beyond what is needed: it ends a run that hangs, and measures nothing.
const patience = 10 * time.Minute

var (
	binary string // the binary under test
	folder string // logs and state of this run

	// run sets apart what this run brings to a cluster: it is part of every process id and job type.
	run = "e2e-" + strings.ToLower(rand.Text()[:8])

	engine *gateway // the cluster that most tests use: the real engine, or the user's own
	aws    *cloud
)

// counts are what the run proved, printed at its end.
var counts struct {
	sync.Mutex
	lines []string
}

func count(format string, args ...any) {
	counts.Lock()
	defer counts.Unlock()
	counts.lines = append(counts.lines, fmt.Sprintf(format, args...))
}

func TestMain(m *testing.M) {
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "eventbridge-connector-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		endChildren()
		os.Exit(130)
	}()
	defer endChildren()
	if err := setUp(); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: set up: %v\n", err)
		return 1
	}
	code := m.Run()
	if engine.external() {
		if err := engine.tidy(context.Background()); err != nil {
			fmt.Fprintf(os.Stderr, "e2e: clean up: %v\n", err)
			code = max(code, 1)
		}
	}
	fmt.Fprintln(os.Stdout, "\nend to end, counted:")
	for _, line := range counts.lines {
		fmt.Fprintln(os.Stdout, "  "+line)
	}
	if code != 0 {
		fmt.Fprintf(os.Stdout, "logs: %s\n", folder)
		return code
	}
	endChildren()
	_ = os.RemoveAll(folder)
	return 0
}

// setUp starts what all tests share.
func setUp() error {
	var err error
	if binary, err = filepath.Abs(os.Getenv("EVENTBRIDGE_BINARY")); err != nil {
		return err
	}
	if info, err := os.Stat(binary); err != nil || info.IsDir() {
		return fmt.Errorf("EVENTBRIDGE_BINARY=%q must name the binary to test: %w", os.Getenv("EVENTBRIDGE_BINARY"), err)
	}
	var group errgroup.Group
	group.Go(func() (err error) {
		if os.Getenv("E2E_GRPC_ADDRESS") != "" {
			engine, err = ownCluster()
			return err
		}
		if err := build("cluster", "./cluster"); err != nil {
			return err
		}
		engine, err = startEngine("engine")
		return err
	})
	group.Go(func() (err error) { aws, err = startMoto(); return err })
	return group.Wait()
}

// build builds a program of this module into the run's folder.
func build(name, at string) error {
	cmd := exec.Command("go", "build", "-o", filepath.Join(folder, name), at) //nolint:noctx // it ends by itself, and the run with it
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", at, err)
	}
	return nil
}
