package cli_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
)

// TestThePlansOfThePage runs the commands of docs/scaling.md whose output it shows.
func TestThePlansOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/scaling.md")
	require.NoError(t, err)
	const before, between = "```sh\neventbridge-connector config --plan ", "\n```\n\n```text\n"
	parts := strings.Split(string(page), before)
	require.Greater(t, len(parts), 1)
	for _, part := range parts[1:] {
		args, rest, found := strings.Cut(part, between)
		require.True(t, found, part)
		want, _, _ := strings.Cut(rest, "```")
		got := call(t, nil, append([]string{"config", "--plan"}, strings.Fields(args)...)...)
		assert.Equal(t, outcome{cli.ExitOK, want, ""}, got, args)
	}
}

func TestAPlanUsesTheConfiguration(t *testing.T) {
	t.Parallel()
	got := call(t, []string{"CONNECTOR_AWSEVENTBRIDGE_MAXENTRIESPERREQUEST=1"}, "config", "--plan", "1000", "PT0.1S", "0.5 KiB", "--max-jobs-active", "32", "--lease", "15s")
	assert.Equal(t, cli.ExitOK, got.code, got.stderr)
	assert.Contains(t, got.stdout, "1000 jobs/s, a bus that answers in 100ms, events of 512 B; 32 slots, 1 entries in a request, lease 15s\n")
	assert.Regexp(t, `requests to AWS +1000/s `, got.stdout)
	assert.Regexp(t, `replicas +6 `, got.stdout)
	assert.Regexp(t, `lease +too short `, got.stdout)
}

func TestAPlanSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"too few arguments", []string{"2000", "20ms"}, "--plan: found 2 arguments, expected three: RATE LATENCY SIZE, such as 2000 20ms 4KiB"},
		{"no number", []string{"many", "20ms", "1"}, `--plan: RATE: found "many", expected jobs a second, from 0.001 to 1000000, such as 2000`},
		{"not a number", []string{"NaN", "20ms", "1"}, `--plan: RATE: found "NaN"`},
		{"no jobs", []string{"0", "20ms", "1"}, `--plan: RATE: found "0"`},
		{"no time", []string{"1", "soon", "1"}, `--plan: LATENCY: found "soon", expected a time above 0 and up to an hour, such as 20ms`},
		{"a bus without latency", []string{"1", "0", "1"}, `--plan: LATENCY: found "0"`},
		{"too long", []string{"1", "2h", "1"}, `--plan: LATENCY: found "2h"`},
		{"no size", []string{"1", "20ms", "big"}, `--plan: SIZE: found "big", expected bytes from 1 to 1048576 (1 MiB, the most that AWS takes), such as 4KiB`},
		{"larger than AWS takes", []string{"1", "20ms", "1.1MiB"}, `--plan: SIZE: found "1.1MiB"`},
		{"larger than AWS takes, as settings count", []string{"1", "20ms", "1025KB"}, `--plan: SIZE: found "1025KB"`},
		{"infinite", []string{"1", "20ms", "Inf"}, `--plan: SIZE: found "Inf"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := call(t, nil, append([]string{"config", "--plan"}, tt.args...)...)
			assert.Equal(t, cli.ExitUsage, got.code)
			assert.Empty(t, got.stdout)
			assert.Contains(t, got.stderr, "eventbridge-connector config: "+tt.want)
		})
	}
}
