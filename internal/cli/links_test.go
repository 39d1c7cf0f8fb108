package cli

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// markdown is the text of every Markdown file of the repository, by its path in it, without blocks of code.
func markdown(t *testing.T) map[string]string {
	t.Helper()
	fence := regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || name == "bin" || name == "dist"):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		text, err := os.ReadFile(root + name)
		all[name] = fence.ReplaceAllString(string(text), "")
		return err
	}))
	require.Contains(t, all, "README.md")
	return all
}

// anchors are the names by which GitHub lets a link name the headings of a page.
func anchors(text string) map[string]bool {
	link, dropped := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`), regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
	names := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#{1,6} +(.+?)[ \t]*$`).FindAllStringSubmatch(text, -1) {
		words := link.ReplaceAllString(heading[1], "$1")
		name := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(words), ""), " ", "-")
		unique := name
		for n := 1; names[unique]; n++ {
			unique = name + "-" + strconv.Itoa(n)
		}
		names[unique] = true
	}
	return names
}

func TestAnchorsAreThoseOfGitHub(t *testing.T) {
	t.Parallel()
	text := "# To add …\n## `make` & [the rest](x.md#y)\n### Logs\n### Logs\nno # heading\n"
	assert.Equal(t, map[string]bool{"to-add-": true, "make--the-rest": true, "logs": true, "logs-1": true}, anchors(text))
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	all, links := markdown(t), 0
	for page, text := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], ":") {
				continue // to another host
			}
			links++
			file, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if file != "" {
				target = path.Join(path.Dir(page), file)
			}
			if _, err := os.Stat(root + target); assert.NoError(t, err, "%s links to %s", page, m[1]) && anchor != "" {
				assert.True(t, anchors(all[target])[anchor], "%s links to %s, but %s has no such heading", page, m[1], target)
			}
		}
	}
	assert.Greater(t, links, 50)
}

func TestEveryMakeTargetThatIsNamedIsThere(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(root + "Makefile")
	require.NoError(t, err)
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	for page, text := range markdown(t) {
		for _, m := range regexp.MustCompile("`make ([a-z0-9-]+)").FindAllStringSubmatch(text, -1) {
			assert.True(t, targets[m[1]], "%s names make %s, which the Makefile does not have", page, m[1])
		}
	}
}

// TestEveryFolderIsInTheArchitecture holds docs/architecture.md against the folders of code, both ways.
func TestEveryFolderIsInTheArchitecture(t *testing.T) {
	t.Parallel()
	page := markdown(t)["docs/architecture.md"]
	for _, pattern := range []string{"internal/*", "deploy/*", "test/*"} {
		folders, err := filepath.Glob(root + pattern)
		require.NoError(t, err)
		require.NotEmpty(t, folders)
		for _, folder := range folders {
			name := strings.TrimPrefix(filepath.ToSlash(folder), root)
			assert.Contains(t, page, "`"+name+"`", "docs/architecture.md does not say what %s is", name)
		}
	}
	for _, m := range regexp.MustCompile("`((?:cmd|internal|deploy|test)/[a-z/-]+)`").FindAllStringSubmatch(page, -1) {
		_, err := os.Stat(root + m[1])
		assert.NoError(t, err, "docs/architecture.md names %s", m[1])
	}
}
