package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
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

// completed returns the words that may stand last, and what a shell is to do beside them.
func completed(t *testing.T, words ...string) ([]string, cobra.ShellCompDirective) {
	t.Helper()
	var out, errs bytes.Buffer
	require.Equal(t, ExitOK, Run(t.Context(), append([]string{cobra.ShellCompRequestCmd}, words...), nil, strings.NewReader(""), &out, &errs), errs.String())
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := len(lines) - 1
	directive, err := strconv.Atoi(strings.TrimPrefix(lines[last], ":"))
	require.NoError(t, err, out.String())
	var all []string
	for _, line := range lines[:last] {
		word, _, _ := strings.Cut(line, "\t")
		if typed := words[len(words)-1]; directive == int(cobra.ShellCompDirectiveFilterFileExt) || strings.HasPrefix(word, typed[strings.IndexByte(typed, '=')+1:]) {
			all = append(all, word) // the scripts leave out what begins otherwise
		}
	}
	return all, cobra.ShellCompDirective(directive)
}

func TestWhatMayFollow(t *testing.T) {
	t.Parallel()
	const (
		anyFile = cobra.ShellCompDirectiveDefault
		noFile  = cobra.ShellCompDirectiveNoFileComp
		ends    = cobra.ShellCompDirectiveFilterFileExt
		folders = cobra.ShellCompDirectiveFilterDirs
	)
	tests := []struct {
		name      string
		words     []string
		want      []string
		directive cobra.ShellCompDirective
	}{
		{"a command", []string{"he"}, []string{"healthcheck", "help"}, noFile},
		{"a flag of the program", []string{"--v"}, []string{"--version"}, noFile},
		{"a command of help", []string{"help", "ver"}, []string{"version"}, noFile},
		{"no second command of help", []string{"help", "version", ""}, nil, noFile},
		{"a flag", []string{"lint", "--f"}, []string{"--format"}, noFile},
		{"a flag that is a setting", []string{"run", "--log-"}, []string{"--log-level", "--log-format"}, noFile},
		{"a value", []string{"lint", "--format", ""}, []string{"text", "json", "sarif"}, noFile},
		{"a value of a short flag", []string{"eval", "-l", "j"}, []string{"jq"}, noFile},
		{"a value of a flag behind one dash", []string{"eval", "-language", "j"}, []string{"jq"}, noFile},
		{"a value behind =", []string{"lint", "--format=s"}, []string{"sarif"}, noFile},
		{"a value of a setting", []string{"config", "--mode", "s"}, []string{"selfManaged", "saas"}, noFile},
		{"a value of a setting by its key", []string{"config", "--camunda.client.mode", "s"}, []string{"selfManaged", "saas"}, noFile},
		{"a value of a flag that needs none", []string{"run", "--plaintext=t"}, []string{"true"}, noFile},
		{"no value where all are possible", []string{"run", "--port", ""}, nil, noFile},
		{"a rule", []string{"lint", "--disable", "aws"}, []string{"aws-source"}, noFile},
		{"a function", []string{"eval", "--help-function", "upper"}, []string{"upper case"}, noFile},
		{"after a flag without value", []string{"lint", "--strict", ""}, []string{"bpmn"}, ends},
		{"after a flag that is switched off", []string{"lint", "--no-strict", ""}, []string{"bpmn"}, ends},
		{"a word", []string{"healthcheck", "r"}, []string{"readiness"}, noFile},
		{"one word only", []string{"healthcheck", "readiness", ""}, nil, noFile},
		{"a shell", []string{"completion", "b"}, []string{"bash"}, noFile},
		{"one shell only", []string{"completion", "bash", ""}, nil, noFile},
		{"a model", []string{"lint", "ord"}, []string{"bpmn"}, ends},
		{"a file of a flag", []string{"eval", "--context", ""}, []string{"json"}, ends},
		{"a file of settings", []string{"run", "--config", ""}, []string{"yaml", "yml", "properties"}, ends},
		{"any file", []string{"run", "--ca-certificate-path", ""}, nil, anyFile},
		{"a folder", []string{"run", "--secrets-directory", ""}, nil, folders},
		{"nothing of a command that is none", []string{"nonsense", "--"}, nil, anyFile},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			words, directive := completed(t, tt.words...)
			assert.Equal(t, tt.want, words)
			assert.Equal(t, tt.directive, directive)
		})
	}
	words, _ := completed(t, "")
	assert.Len(t, words, len(newRoot(&session{}).Commands()))
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
		{"a value behind =", "bash", bash(Name, "lint", "--format=j"), []string{"json"}},
		{"a model", "bash", bash(Name, "lint", "ord"), []string{"order.bpmn"}},
		{"a command", "fish", fish("lin"), []string{"lint"}},
		{"a value", "fish", fish("lint --format "), []string{"json", "sarif", "text"}},
		{"a model", "fish", fish("lint ord"), []string{"order.bpmn"}},
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

// bash completes as the key does: the words, the cursor in the last of them. What it takes from the package bash-completion
// is given to it, so that the test needs no more than bash.
func bash(words ...string) string {
	quoted := "'" + strings.Join(words, "' '") + "'"
	return `_init_completion() { words=(` + quoted + `); cword=$((${#words[@]} - 1)); cur=${words[cword]} prev=${words[cword-1]}; }
__ltrim_colon_completions() { :; }; _filedir() { mapfile -t COMPREPLY < <(compgen -f -X "!*.${1%|}" -- "$cur"); }; compopt() { :; }
eval "$(` + Name + ` completion bash)"; COMP_TYPE=9
__start_` + Name + `; if ((${#COMPREPLY[@]})); then printf '%s\n' "${COMPREPLY[@]}"; fi`
}

func fish(line string) string {
	return Name + ` completion fish | source; complete --do-complete '` + Name + ` ` + line + `'`
}

// zsh completes only in its editor, so what the script hands to it is printed instead.
func zsh(line string) string {
	return `compdef() { :; }; _describe() { print -l -- "${(@)${(P)2}%%:*}"; }; _arguments() { print FILES; }
source <(` + Name + ` completion zsh); words=("${(@s: :):-` + Name + ` ` + line + `}"); CURRENT=${#words}; _` + Name + `
`
}
