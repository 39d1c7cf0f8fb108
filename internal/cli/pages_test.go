package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	for _, page := range []string{"docs/security.md", "docs/contract.md"} {
		text, err := os.ReadFile(root + page)
		require.NoError(t, err)
		named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(text), -1)
		assert.Greater(t, len(named), 15)
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
