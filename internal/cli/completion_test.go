package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq/jqtest"
)

// TestMain is the program itself for the scripts of the shells under test.
func TestMain(m *testing.M) {
	if os.Getenv("EVENTBRIDGE_TEST_AS_PROGRAM") != "" {
		os.Exit(Run(nil, os.Args[1:], nil, os.Stdin, os.Stdout, os.Stderr)) //nolint:staticcheck // what completes asks for no context
	}
	os.Exit(jqtest.Main(m).Run())
}

// completed returns the words that may stand last.
func completed(t *testing.T, words ...string) []string {
	t.Helper()
	var out bytes.Buffer
	require.Equal(t, ExitOK, Run(t.Context(), append([]string{completeName}, words...), nil, nil, &out, &out))
	var all []string
	for line := range strings.Lines(out.String()) {
		word, meaning, _ := strings.Cut(strings.TrimSpace(line), "\t")
		assert.NotEmpty(t, meaning, word)
		all = append(all, word)
	}
	return all
}

func TestWhatMayFollow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		words []string
		want  []string
	}{
		{"a command", []string{"he"}, []string{"healthcheck", "help"}},
		{"a command of help", []string{"help", "ver"}, []string{"version"}},
		{"no second command of help", []string{"help", "version", ""}, nil},
		{"a flag", []string{"lint", "--f"}, []string{"--format"}},
		{"a flag that is a setting", []string{"run", "--log-"}, []string{"--log-level", "--log-format"}},
		{"a value", []string{"lint", "--format", ""}, []string{"text", "json", "sarif"}},
		{"a value of a short flag", []string{"eval", "-l", "j"}, []string{"jq"}},
		{"a value behind =", []string{"lint", "--format=s"}, []string{"--format=sarif"}},
		{"a value behind =, as bash splits it", []string{"lint", "--format", "=", "s"}, []string{"--format=sarif"}},
		{"a value behind = alone, as bash splits it", []string{"lint", "--format", "="}, []string{"--format=text", "--format=json", "--format=sarif"}},
		{"a value of a setting", []string{"config", "--mode", "s"}, []string{"selfManaged", "saas"}},
		{"after a flag without value", []string{"lint", "--strict", ""}, nil},
		{"a word", []string{"healthcheck", "r"}, []string{"readiness"}},
		{"one word only", []string{"completion", "bash", ""}, nil},
		{"a file", []string{"lint", "ord"}, nil},
		{"a file of a flag", []string{"eval", "--context", ""}, nil},
		{"nothing of a command that is none", []string{"nonsense", "--"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, completed(t, tt.words...))
		})
	}
	assert.Len(t, completed(t, ""), len(commands())+3)
	assert.NotPanics(t, func() { completed(t) })
}

// TestShellsComplete has real shells source the script and complete; those that are not installed are left out.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(folder, Name)))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "order.bpmn"), nil, 0o600))
	tests := []struct {
		name, shell, script string
		want                []string
	}{
		{"a command", "bash", bash(Name, "lin"), []string{"lint"}},
		{"a flag", "bash", bash(Name, "lint", "--fo"), []string{"--format"}},
		{"a value", "bash", bash(Name, "lint", "--format", ""), []string{"text", "json", "sarif"}},
		{"a value behind =", "bash", bash(Name, "lint", "--format", "=", "j"), []string{"json"}},
		{"a file", "bash", bash(Name, "lint", "ord"), nil},
		{"a command", "fish", fish("lin"), []string{"lint"}},
		{"a value", "fish", fish("lint --format "), []string{"json", "sarif", "text"}},
		{"a file", "fish", fish("lint ord"), []string{"order.bpmn"}},
		{"a command", "zsh", zsh("lin"), []string{"lint"}},
		{"a value", "zsh", zsh("lint --format "), []string{"text", "json", "sarif"}},
		{"a file", "zsh", zsh("lint ord"), []string{"FILES"}},
	}
	for _, tt := range tests {
		t.Run(tt.shell+"/"+tt.name, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(tt.shell)
			if err != nil {
				t.Skip(tt.shell, "is not installed")
			}
			cmd := exec.CommandContext(t.Context(), path, "-c", tt.script)
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "EVENTBRIDGE_TEST_AS_PROGRAM=1", "PATH="+folder+":"+os.Getenv("PATH"), "HOME="+folder)
			out, err := cmd.Output()
			require.NoError(t, err)
			var got []string
			for line := range strings.Lines(string(out)) {
				word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
				got = append(got, word)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

// bash completes as the key does: the words, the cursor in the last of them.
func bash(words ...string) string {
	quoted := "'" + strings.Join(words, "' '") + "'"
	return `eval "$(` + Name + ` completion bash)"; COMP_WORDS=(` + quoted + `); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_eventbridge_connector; if ((${#COMPREPLY[@]})); then printf '%s\n' "${COMPREPLY[@]}"; fi`
}

func fish(line string) string {
	return Name + ` completion fish | source; complete --do-complete '` + Name + ` ` + line + `'`
}

// zsh completes only in its editor, so what the script hands to it is printed instead.
func zsh(line string) string {
	return `compdef() { :; }; _describe() { print -l -- "${(@)${(P)2}%%:*}"; }; _files() { print FILES; }
source <(` + Name + ` completion zsh); words=("${(@s: :):-` + Name + ` ` + line + `}"); CURRENT=${#words}; _eventbridge_connector`
}
