package config

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// facts reads a file of names, each with a second word.
func facts(t *testing.T, path string) [][2]string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var out [][2]string
	for line := range strings.Lines(string(data)) {
		if name, second, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			out = append(out, [2]string{name, second})
		}
	}
	require.NotEmpty(t, out)
	return out
}

// spellings are ways to write a key as an environment variable.
func spellings(key string) []string {
	spring := strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(key, "-", ""), ".", "_"))
	return []string{
		spring, strings.ToLower(spring), strings.ToUpper(strings.ReplaceAll(key, ".", "_")),
		strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key)), key,
	}
}

func TestRenamedPropertiesMeanWhatTheirNewNamesMean(t *testing.T) {
	t.Parallel()
	n := newNames(Settings())
	understood := 0
	for _, fact := range facts(t, "testdata/renamed.txt") {
		old, now := fact[0], fact[1]
		if old == keyBaseURL {
			continue // a setting of its own: it stands for two addresses
		}
		wanted, _, ours := n.key(now)
		if !ours {
			assert.True(t, hasReason(old), "%s, now %s, is passed over for a reason", old, now)
			continue
		}
		understood++
		got, _, known := n.key(old)
		if assert.True(t, known, "%s, now %s, is understood", old, now) {
			assert.Equal(t, wanted.Key, got.Key, old)
		}
		for _, variable := range spellings(old) {
			got, _, known := n.variable(variable)
			if assert.True(t, known, "%s, now %s, is understood", variable, now) {
				assert.Equal(t, wanted.Key, got.Key, variable)
			}
		}
	}
	assert.Greater(t, understood, 50)
}

func TestEveryPropertyOfCamundasClientIsKnown(t *testing.T) {
	t.Parallel()
	n := newNames(Settings())
	for _, fact := range facts(t, "testdata/properties.txt") {
		_, _, known := n.key(fact[0])
		assert.True(t, known || hasReason(fact[0]), "%s (%s)", fact[0], fact[1])
		for _, variable := range spellings(fact[0]) {
			_, _, known := n.variable(variable)
			assert.True(t, known || hasReason(variable), "%s (%s)", variable, fact[1])
		}
	}
}

// hasReason says whether a name is one that is passed over, or refused, for a reason.
func hasReason(name string) bool {
	if _, ok := unusedName(name); ok {
		return true
	}
	for _, d := range decisive {
		for _, key := range d.keys {
			if matches(spell(name), key) {
				return true
			}
		}
	}
	return false
}

func TestPrecedenceOfNamesIsNotThatOfOtherParts(t *testing.T) {
	t.Parallel()
	read := func(string) ([]byte, error) { return []byte("camunda.client.auth.audience: orchestration-api\n"), nil }
	c, _, err := Load([]string{"--config=a.yaml"}, []string{"CAMUNDA_CLIENT_IDENTITY_AUDIENCE=identity-api", "COMMON_USERNAME=u", "COMMON_PASSWORD=p"}, read)
	require.NoError(t, err)
	assert.Equal(t, "orchestration-api", c.Auth.Audience, "a name that other parts of the stack use, too, is the weakest")
	assert.Equal(t, "u", c.Auth.Username)
}
