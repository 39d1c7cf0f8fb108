package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// command runs a command line and returns its exit code and what it printed.
func commandLine(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = Run(t.Context(), args, []string{"COLUMNS=120"}, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestTheDemoTellsItsStory(t *testing.T) {
	t.Parallel()
	code, out, errs := commandLine(t, "demo")
	require.Equal(t, ExitOK, code, errs)
	for _, want := range []string{
		"A-1001", "completed", "200, eventId", "eventId = ", "rejectedEntries = 0",
		"throttles twice", "EVENT_REJECTED", `"Event rejected"`, `rejection = "InternalFailure"`,
		"incident:", "not authorized", "AccessDeniedException",
		`{"orderId":"A-1001","customer":"Grace Hopper","items":2,"total":279,"express":true}`,
	} {
		assert.Contains(t, out, want)
	}
	assert.NotContains(t, out+errs, demoSecretKey)
	readme, err := os.ReadFile(root + "README.md")
	require.NoError(t, err)
	_, excerpt, _ := strings.Cut(string(readme), "```text\n")
	excerpt, _, found := strings.Cut(excerpt, "```")
	require.True(t, found, "README.md shows what the demo prints")
	flowing := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	assert.Contains(t, flowing(out), flowing(excerpt), "however wide the terminal is")
	for line := range strings.SplitSeq(out, "\n") {
		assert.LessOrEqual(t, len([]rune(line)), 150, "no line is cut by a terminal: %s", line)
	}
}

func TestTheDemoTellsTheSameStoryOverREST(t *testing.T) {
	t.Parallel()
	code, out, errs := commandLine(t, "demo", "--rest")
	require.Equal(t, ExitOK, code, errs)
	for _, want := range []string{
		"A gateway that speaks Camunda's REST API", "completed", "200, eventId", "throttles twice", `"Event rejected"`, "incident:", "AccessDeniedException",
		`{"orderId":"A-1001","customer":"Grace Hopper","items":2,"total":279,"express":true}`,
	} {
		assert.Contains(t, out, want)
	}
	assert.NotContains(t, out+errs, demoSecretKey)
	code, out, errs = commandLine(t, "demo", "--rest", "--jobs", "300")
	require.Equal(t, ExitOK, code, errs)
	assert.Contains(t, out, "300 completed, 0 otherwise, 0 given out more than once")
	code, _, errs = commandLine(t, "demo", "--rest", "--serve")
	assert.Equal(t, ExitUsage, code)
	assert.Contains(t, errs, "speaks gRPC and REST")
}

func TestTheDemoAsALoadCountsEveryEventOnce(t *testing.T) {
	t.Parallel()
	code, out, errs := commandLine(t, "demo", "--jobs", "700")
	require.Equal(t, ExitOK, code, errs)
	assert.Empty(t, errs, "no progress where there is no terminal")
	assert.Contains(t, out, "700 completed, 0 otherwise, 0 given out more than once")
	assert.Contains(t, out, "700 accepted by the bus")
	assert.Contains(t, out, "jobs/s")
	assert.Contains(t, out, "p99")
}

func TestProgressIsForATerminal(t *testing.T) {
	t.Parallel()
	terminal, err := os.Create(t.TempDir() + "/terminal")
	require.NoError(t, err)
	defer terminal.Close()
	bar := newProgress(&session{terminal: terminal}, 10, "jobs")
	require.NoError(t, bar.Set(5))
	require.NoError(t, bar.Finish())
	shown, err := os.ReadFile(terminal.Name())
	require.NoError(t, err)
	assert.Contains(t, string(shown), "5/10")
	last := shown[bytes.LastIndexByte(bytes.TrimRight(shown, "\r"), '\r')+1:]
	assert.Empty(t, strings.TrimSpace(string(last)), "it goes away")

	bar = newProgress(&session{}, 10, "jobs")
	require.NoError(t, bar.Set(5))
	require.NoError(t, bar.Finish())
}

func TestTheDemoRefusesWhatIsNoNumberOfJobs(t *testing.T) {
	t.Parallel()
	for _, jobs := range []string{"0", "-1", "many", "1e9"} {
		code, _, errs := commandLine(t, "demo", "--jobs", jobs)
		assert.Equal(t, ExitUsage, code)
		assert.Contains(t, errs, "expected 1 to 10000000")
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		width      int
		want       string
	}{
		{"at blanks", "one two three", 7, "one two\nthree"},
		{"within a word that is too long", "abcdefghij", 4, "abcd\nefgh\nij"},
		{"lines stay lines", "a\nb", 10, "a\nb"},
		{"by characters, not bytes", "äöü äöü", 3, "äöü\näöü"},
		{"nothing", "", 5, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, wrapped(tt.text, tt.width))
		})
	}
}
