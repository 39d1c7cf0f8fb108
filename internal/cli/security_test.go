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

// TestWhatTheSecurityPageNames holds docs/security.md against the code: the tests that it names are there, and its policies are
// JSON.
func TestWhatTheSecurityPageNames(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(root + "docs/security.md")
	require.NoError(t, err)
	var all strings.Builder
	var files []string
	for _, pattern := range []string{"internal/*/*_test.go", "internal/*/*/*_test.go", "test/*/*_test.go"} {
		found, err := filepath.Glob(root + pattern)
		require.NoError(t, err)
		files = append(files, found...)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(text)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(page), -1)
	assert.Greater(t, len(named), 15)
	for _, m := range named {
		assert.Contains(t, all.String(), "func "+m[1]+"(", "docs/security.md names a test that is not there")
	}
	policies := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	assert.Len(t, policies, 4)
	for _, m := range policies {
		assert.True(t, json.Valid([]byte(m[1])), m[1])
	}
}
