package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go test -run TestTheCommandsReferenceIsUpToDate -update .

var update = flag.Bool("update", false, "write the derived files anew")

// everyCommand returns the program's command and all below it, but for help.
func everyCommand() []*cobra.Command {
	var all []*cobra.Command
	var add func(c *cobra.Command)
	add = func(c *cobra.Command) {
		all = append(all, c)
		for _, sub := range c.Commands() {
			if sub.Name() != "help" {
				add(sub)
			}
		}
	}
	add(newRoot(&session{}))
	return all
}

// reference returns the derived files about the commands by their paths: the page docs/cli.md, and a manual page for each.
func reference(t *testing.T) map[string]string {
	t.Helper()
	var page bytes.Buffer
	page.WriteString("# Commands\n\n<!-- DO NOT EDIT: written from the commands in internal/cli by \"make generate\" -->\n\n" +
		"`" + Name + " COMMAND --help` says the same, and so do the manual pages in [docs/man](man). Flags are `--name value` or `--name=value`; one dash does as well as two,\n" +
		"and `--no-name` switches one without a value off. The flags of `run`, `config`, `check`, `policy` and `healthcheck` are the settings, of which\n" +
		"[configuration.md](configuration.md) says more. `completion` makes a shell complete all of it.\n\n")
	files := map[string]string{}
	made := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC) // of the manual pages, which else would change with every month
	for _, c := range everyCommand() {
		require.NoError(t, doc.GenMarkdownCustom(c, &page, func(file string) string {
			return "#" + strings.ReplaceAll(strings.TrimSuffix(file, ".md"), "_", "-")
		}))
		var manual bytes.Buffer
		require.NoError(t, doc.GenMan(c, &doc.GenManHeader{Section: "1", Date: &made, Source: Name, Manual: Name}, &manual))
		files["docs/man/"+strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"] = manual.String()
	}
	files["docs/cli.md"] = strings.TrimRight(page.String(), "\n") + "\n"
	return files
}

func TestTheCommandsReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	want := reference(t)
	if *update {
		require.NoError(t, os.RemoveAll(root+"docs/man"))
		require.NoError(t, os.Mkdir(root+"docs/man", 0o755))
		for name, text := range want {
			require.NoError(t, os.WriteFile(root+name, []byte(text), 0o644))
		}
	}
	pages, err := filepath.Glob(root + "docs/man/*")
	require.NoError(t, err)
	assert.Len(t, pages, len(want)-1, "run make generate")
	for name, text := range want {
		have, err := os.ReadFile(root + name)
		require.NoError(t, err)
		assert.Equal(t, text, string(have), "run make generate")
	}
}

func TestEveryCommandIsWhole(t *testing.T) {
	t.Parallel()
	for _, c := range everyCommand() {
		assert.NotEmpty(t, c.Short, c.CommandPath())
		assert.NotEmpty(t, c.Long, c.CommandPath())
		if parent := c.Parent(); parent != nil && parent.Parent() == nil {
			assert.NotEmpty(t, c.Example, c.CommandPath())
			for _, code := range []string{"0: ", "1: ", "2: "} {
				assert.Equal(t, 1, strings.Count(c.Long, "\n* "+code), "%s says once what exit code %s means", c.CommandPath(), code)
			}
			c.Flags().VisitAll(func(f *pflag.Flag) {
				if f.Name != "help" {
					assert.Regexp(t, `[.)]$`, f.Usage, "%s --%s", c.CommandPath(), f.Name)
				}
			})
		}
	}
}
