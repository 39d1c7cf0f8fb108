package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

const root = "../../"

// pages are the README and the documents that people read.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(root + "docs/*.md")
	require.NoError(t, err)
	paths = append(paths, root+"README.md", root+"CONTRIBUTING.md", root+"CHANGELOG.md", root+"SECURITY.md")
	all := map[string]string{}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		require.NoError(t, err)
		all[p] = string(text)
	}
	return all
}

// TestConsoleExamples runs each command of the console blocks of the README and of guides, and compares what it prints.
func TestConsoleExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Symlink(filepath.Join(repository, "examples"), "examples"))
	for _, page := range []string{"README.md", "docs/try.md", "docs/modeling.md"} {
		text, err := os.ReadFile(filepath.Join(repository, page))
		require.NoError(t, err)
		runConsoleExamples(t, string(text))
	}
}

func runConsoleExamples(t *testing.T, text string) {
	t.Helper()
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(text, -1) {
		for _, step := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want, _ := strings.Cut(step, "\n")
			if file, found := strings.CutPrefix(command, "echo "); found {
				content, name, _ := strings.Cut(file, " > ")
				require.NoError(t, os.WriteFile(name, []byte(strings.Trim(content, "'")), 0o600))
				continue
			}
			args, found := strings.CutPrefix(command, "bin/"+Name+" ")
			require.True(t, found, "a command that this test does not know: %s", command)
			var out bytes.Buffer
			code := Run(t.Context(), words(args), nil, strings.NewReader(""), &out, &out)
			assert.Equal(t, ExitOK, code, command)
			assert.Equal(t, strings.TrimSpace(want), strings.TrimSpace(out.String()), command)
			ran++
		}
	}
	assert.Positive(t, ran)
}

// words splits a command line at blanks, but not within single quotes.
func words(line string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// repository is the folder of the repository, for tests that work in another.
var repository, _ = filepath.Abs(root)

func TestEveryVariableThatIsNamedIsASetting(t *testing.T) {
	t.Parallel()
	known := map[string]bool{
		"CONNECTOR_OUTBOUND_DISABLED": true, // of Camunda's bundle
	}
	for _, s := range config.Settings() {
		for _, name := range s.Variables() {
			known[name] = true
		}
	}
	for page, text := range pages(t) {
		for _, name := range regexp.MustCompile(`\b(?:CAMUNDA|CONNECTOR|ZEEBE|SERVER|LOGGING)_[A-Z_]+[A-Z]\b`).FindAllString(text, -1) {
			ofAll := regexp.MustCompile(`^CAMUNDA_CLIENTS_[A-Z]+_`).ReplaceAllString(name, "CAMUNDA_CLIENT_") // that of one of several clients
			assert.True(t, known[ofAll], "%s names %s, which is no setting", page, name)
		}
	}
}
