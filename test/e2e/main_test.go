//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"
)

var (
	binary string            // the binary under test
	folder string            // logs and state of this run
	parts  map[string]string // what fetch found: JDK, BROKER, ENGINE_CLASSPATH, MOTO

	broker *gateway // writes its records to its log
	engine *gateway
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
	os.Exit(run(m))
}

func run(m *testing.M) int {
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

// setUp fetches the parts and starts those that all tests share.
func setUp() error {
	var err error
	if binary, err = filepath.Abs(os.Getenv("EVENTBRIDGE_BINARY")); err != nil {
		return err
	}
	if info, err := os.Stat(binary); err != nil || info.IsDir() {
		return fmt.Errorf("EVENTBRIDGE_BINARY=%q must name the binary to test: %w", os.Getenv("EVENTBRIDGE_BINARY"), err)
	}
	fetch := exec.Command("./fetch") //nolint:noctx // it ends by itself, and the run with it
	fetch.Stderr = os.Stderr
	out, err := fetch.Output()
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	parts = make(map[string]string)
	for line := range bytes.Lines(out) {
		if name, value, ok := strings.Cut(strings.TrimSpace(string(line)), "="); ok {
			parts[name] = value
		}
	}
	var group errgroup.Group
	group.Go(func() (err error) { broker, err = startBroker("broker", true); return err })
	group.Go(func() (err error) { engine, err = startEngine("engine"); return err })
	group.Go(func() (err error) { aws, err = startMoto(); return err })
	return group.Wait()
}
