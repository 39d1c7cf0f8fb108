package cli

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// testsOfTheModule returns the source of all tests.
func testsOfTheModule(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"internal/*/*_test.go", "internal/*/*/*_test.go", "test/*/*_test.go"} {
		found, err := filepath.Glob(root + pattern)
		require.NoError(t, err)
		for _, name := range found {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			all.Write(text)
		}
	}
	return all.String()
}

// TestThePagesNameTestsThatAreThere holds docs/security.md and docs/contract.md against the code.
func TestThePagesNameTestsThatAreThere(t *testing.T) {
	t.Parallel()
	tests := testsOfTheModule(t)
	for page, least := range map[string]int{"docs/security.md": 15, "docs/contract.md": 15, "docs/migrate.md": 2} {
		text, err := os.ReadFile(root + page)
		require.NoError(t, err)
		named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(text), -1)
		assert.Greater(t, len(named), least, page)
		for _, m := range named {
			assert.Contains(t, tests, "func "+m[1]+"(", "%s names a test that is not there", page)
		}
	}
}

// TestThePoliciesOfTheSecurityPageAreJSON holds what a reader copies from it.
func TestThePoliciesOfTheSecurityPageAreJSON(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(root + "docs/security.md")
	require.NoError(t, err)
	policies := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	assert.Len(t, policies, 4)
	for _, m := range policies {
		assert.True(t, json.Valid([]byte(m[1])), m[1])
	}
}

// TestTheYAMLOfThePagesIsRead holds what a reader copies: it is YAML, and where it is a configuration of the worker, the worker reads it.
func TestTheYAMLOfThePagesIsRead(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(root + "docs/*.md")
	require.NoError(t, err)
	blocks, configurations := 0, 0
	for _, page := range append(pages, root+"README.md", root+"deploy/compose/README.md", root+"deploy/helm/eventbridge-connector/README.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)\n *```").FindAllStringSubmatch(string(text), -1) {
			blocks++
			var content any
			require.NoError(t, yaml.Unmarshal([]byte(m[1]), &content), "%s:\n%s", page, m[1])
			keys, ok := content.(map[string]any)
			if !ok {
				continue
			}
			for key := range keys {
				if strings.HasPrefix(key, "camunda.") && !strings.Contains(m[1], "***") { // but for what config prints
					configurations++
					_, _, err := config.Load([]string{"--config=page.yaml"}, nil, func(path string) ([]byte, error) {
						if path != "page.yaml" {
							return nil, fs.ErrNotExist
						}
						return []byte(m[1]), nil
					})
					require.NoError(t, err, "%s:\n%s", page, m[1])
				}
			}
		}
	}
	assert.Greater(t, blocks, 8)
	assert.Greater(t, configurations, 1)
}

// TestEveryRuleOfTheContractIsHeld says that each row of docs/contract.md names a test, a make target, or a file of cases that
// is there, and that no file of cases is left out.
func TestEveryRuleOfTheContractIsHeld(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(root + "docs/contract.md")
	require.NoError(t, err)
	held := regexp.MustCompile("`(?:(?:Test|Fuzz)[A-Za-z0-9_]+|make [a-z-]+|([0-9.]+-[a-z-]+\\.yaml))`")
	named := map[string]bool{}
	rules := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.HasPrefix(line, "| rule ") {
			continue
		}
		rules++
		found := held.FindAllStringSubmatch(cells[len(cells)-1], -1)
		assert.NotEmpty(t, found, "nothing holds the rule: %s", line)
		for _, m := range found {
			named[m[1]] = true
		}
	}
	assert.Greater(t, rules, 60)
	delete(named, "")
	for name := range named {
		assert.FileExists(t, root+"test/contract/cases/"+name)
	}
	files, err := filepath.Glob(root + "test/contract/cases/[0-9]*.yaml")
	require.NoError(t, err)
	for _, f := range files {
		assert.True(t, named[filepath.Base(f)], "no rule names %s", f)
	}
}
