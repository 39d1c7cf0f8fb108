package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
)

// callWith is call with something on standard input.
func callWith(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr strings.Builder
	code := cli.Run(t.Context(), args, nil, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestEvalPrintsTheResultAsJSON(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "context.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"x": [1, 2.5]}`), 0o600))
	tests := []struct {
		name  string
		stdin string
		args  []string
		want  string
	}{
		{"without a context", "", []string{"-e", "1 + 2"}, "3\n"},
		{"a leading = is cut", "", []string{"--expression", " = 1 + 2 "}, "3\n"},
		{"a context as JSON", "", []string{"-e", "{a: x.y}", "-c", ` {"x":{"y":"ü"}}`}, `{"a":"ü"}` + "\n"},
		{"a context as a file", "", []string{"-e", "sum(x)", "-c", path}, "3.5\n"},
		{"a context on standard input", `{"x": true}`, []string{"-e", "x", "-c", "-"}, "true\n"},
		{"the variable input in FEEL", "", []string{"-e", "{id: input.id}", "-c", `{"input":{"id":7}}`}, `{"id":7}` + "\n"},
		{"the variable input in jq", "", []string{"-e", "{id: $input.id}", "-c", `{"input":{"id":7}}`, "--language", "jq"}, `{"id":7}` + "\n"},
		{"null", "", []string{"-e", "nothing", "--language", "feel"}, "null\n"},
		{"an expression that looks like a flag", "", []string{"--expression=-1"}, "-1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, outcome{cli.ExitOK, tt.want, ""}, callWith(t, tt.stdin, append([]string{"eval"}, tt.args...)...))
		})
	}
}

func TestEvalSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"an expression that does not parse", []string{"-e", "1 +"}, cli.ExitFailure, "\n   ^"},
		{"an expression that fails", []string{"-e", "assert(1, false)"}, cli.ExitFailure, ""},
		{"a context that is no JSON", []string{"-e", "1", "-c", "{"}, cli.ExitFailure, "the context is not valid JSON"},
		{"a context that is not there", []string{"-e", "1", "-c", "/nowhere.json"}, cli.ExitFailure, "read the context: open /nowhere.json"},
		{"no expression", []string{}, cli.ExitUsage, "--expression or --cases is needed"},
		{"an expression and cases", []string{"-e", "1", "--cases", "x"}, cli.ExitUsage, "--cases goes without --expression and --context"},
		{"cases that are not there", []string{"--cases", "/nowhere.jsonl"}, cli.ExitFailure, "read the cases: open /nowhere.jsonl"},
		{"an unknown language", []string{"-e", "1", "-l", "sql"}, cli.ExitUsage, `unknown language "sql"`},
		{"an argument", []string{"1 + 2"}, cli.ExitUsage, `unexpected argument "1 + 2"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := callWith(t, "", append([]string{"eval"}, tt.args...)...)
			assert.Equal(t, tt.code, got.code)
			assert.Empty(t, got.stdout)
			assert.True(t, strings.HasPrefix(got.stderr, "eventbridge-connector eval: "), got.stderr)
			assert.Contains(t, strings.ReplaceAll(got.stderr, "eventbridge-connector eval: ", ""), tt.want)
		})
	}
	got := callWith(t, "", "eval", "-e", "1", "-c", "[1]")
	assert.Equal(t, cli.ExitFailure, got.code)
}

func TestEvalShowsWarningsWhenAsked(t *testing.T) {
	t.Parallel()
	quiet := callWith(t, "", "eval", "-e", "{a: nosuch(1)}")
	assert.Equal(t, outcome{cli.ExitOK, "{\"a\":null}\n", ""}, quiet)
	loud := callWith(t, "", "eval", "-v", "-e", "{a: nosuch(1)}")
	assert.Equal(t, quiet.stdout, loud.stdout)
	assert.Regexp(t, `^warning: line 1, column 5: .*nosuch.*\n$`, loud.stderr)
}

func TestEvalOfCasesAnswersEveryLineInOrder(t *testing.T) {
	t.Parallel()
	cases := strings.Join([]string{
		`{"id": "sum", "expression": "= a + 1", "context": {"a": 1}}`,
		`{"id": "null", "expression": "a"}`,
		`{"id": "broken", "expression": "1 +", "context": {}}`,
		`no JSON`,
		``,
		`[1]`,
		`{"id": 12345678901234567890, "expression": "x", "context": {"x": 1.10}, "other": 1}`,
		`{"id": "no expression", "context": {}}`,
		`{"id": "no context", "expression": "1", "context": [1]}`,
		`{"expression": "2"}`,
	}, "\n")
	path := filepath.Join(t.TempDir(), "cases.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(cases), 0o600))
	got := callWith(t, "", "eval", "--cases", path)
	assert.Equal(t, cli.ExitOK, got.code)
	assert.Empty(t, got.stderr)
	lines := strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n")
	require.Len(t, lines, 9)
	for i, want := range []string{
		`^\{"id":"sum","result":2\}$`,
		`^\{"id":"null","result":null\}$`,
		`^\{"id":"broken","error":".+"\}$`,
		`^\{"id":null,"error":"line 4: not valid JSON: .+"\}$`,
		`^\{"id":null,"error":"line 6: expected an object with id, expression and context, found array"\}$`,
		`^\{"id":12345678901234567890,"result":1\.1\}$`,
		`^\{"id":"no expression","error":"expression must be a string, found nothing"\}$`,
		`^\{"id":"no context","error":"the context must be a JSON object, found array"\}$`,
		`^\{"id":null,"result":2\}$`,
	} {
		assert.Regexp(t, want, lines[i])
	}
	assert.Equal(t, got, callWith(t, cases, "eval", "--cases", "-"))
}
