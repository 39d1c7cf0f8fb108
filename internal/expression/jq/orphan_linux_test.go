package jq_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

// asParent makes the test binary a program that is killed while its child evaluates.
const asParent = "EVENTBRIDGE_TEST_AS_PARENT"

// TestAParent is that program; it is no test unless it was asked for.
func TestAParent(t *testing.T) {
	if os.Getenv(asParent) == "" {
		t.Skip("it is started by TestTheChildEndsWithItsParent")
	}
	p, err := jq.Compile(t.Context(), `until(false; .)`)
	require.NoError(t, err)
	var children []byte
	threads, err := filepath.Glob("/proc/self/task/*/children")
	require.NoError(t, err)
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // a thread may have ended
		children = append(children, text...)
	}
	_, err = fmt.Fprintf(os.Stdout, "\nchildren %s\n", children)
	require.NoError(t, err)
	for {
		_, _ = p.Eval(t.Context(), nil)
	}
}

func TestTheChildEndsWithItsParent(t *testing.T) {
	t.Parallel()
	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAParent$", "-test.v")
	parent.Env = append(os.Environ(), asParent+"=1")
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	var children []string
	for lines := bufio.NewScanner(out); children == nil && lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), "children "); found {
			children = strings.Fields(text)
		}
	}
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed
	require.Len(t, children, 1)
	for _, pid := range children {
		assert.Eventually(t, func() bool { return gone(pid) }, time.Minute, time.Millisecond, "process %s goes on without its parent", pid)
	}
}

// gone says whether a process has ended, whether or not somebody asked how.
func gone(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}
