package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

func TestTheEvaluatorIsNoCommandForPeople(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	require.Equal(t, ExitOK, Run(t.Context(), []string{"help"}, nil, nil, &help, &help))
	assert.Contains(t, help.String(), "eval")
	assert.NotContains(t, help.String(), jq.Argument)
	words, _ := completed(t, "")
	assert.NotContains(t, words, jq.Argument)
}

// evaluator starts the program as its own child would be started.
func evaluator(ctx context.Context, in string, args ...string) (out string, err error) {
	c := exec.CommandContext(ctx, os.Args[0], append([]string{jq.Argument}, args...)...) //nolint:gosec // this program
	c.Env = []string{"EVENTBRIDGE_TEST_AS_PROGRAM=1"}
	c.Stdin = strings.NewReader(in)
	text, err := c.Output()
	return string(text), err
}

func TestTheEvaluatorServesUntilItsInputEnds(t *testing.T) {
	t.Parallel()
	const source = `[env | length, (0 | localtime | mktime)]`
	program := "\x00\x00\x00\x00\x00\x00\x00" + string(rune(len(source))) + source + "[null]"
	out, err := evaluator(t.Context(), "e\x00\x00\x00"+string(rune(len(program)))+program, "Asia/Tokyo")
	require.NoError(t, err)
	assert.Equal(t, "R\x00\x00\x00\x00v\x00\x00\x00\x09[0,32400]", out, "nine hours before UTC")
	out, err = evaluator(t.Context(), "no frame at all, but text that somebody typed")
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, ExitFailure, exit.ExitCode())
	assert.Equal(t, "R\x00\x00\x00\x00", out)
	assert.Contains(t, string(exit.Stderr), "a frame of")
}
