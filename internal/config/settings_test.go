package config

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go test -run TestTheReferenceIsUpToDate -update .

var update = flag.Bool("update", false, "write the derived files anew")

func TestTheReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	const path = "../../docs/configuration.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(Markdown()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, Markdown(), string(have), "run make generate")
}

func TestEverySettingIsWhole(t *testing.T) {
	t.Parallel()
	names, plains := map[string]string{}, map[string]string{}
	for _, s := range Settings() {
		require.NotEmpty(t, s.Key)
		assert.NotEmpty(t, s.Flag, s.Key)
		assert.NotEmpty(t, s.Doc, s.Key)
		assert.NotEmpty(t, s.Group, s.Key)
		assert.True(t, strings.HasSuffix(s.Doc, "."), "%s: its documentation is a sentence", s.Key)
		assert.True(t, s.Secret || s.Example != "", "%s has an example", s.Key)
		for _, name := range append(append([]string{s.Flag}, s.Names()...), s.Variables()...) {
			other, taken := names[name]
			assert.False(t, taken, "%s names both %s and %s", name, other, s.Key)
			names[name] = s.Key
		}
		for _, other := range Settings() {
			assert.False(t, strings.HasPrefix(s.Key, other.Key+"."), "%s cannot lie below %s: koanf nests keys by their dots", s.Key, other.Key)
		}
		if !s.flagOnly {
			for _, name := range s.Names() {
				other, taken := plains[plain(name)]
				assert.False(t, taken && other != s.Key, "%s, read in any spelling, names both %s and %s", name, other, s.Key)
				plains[plain(name)] = s.Key
			}
		}
		for what, text := range map[string]string{"default": s.Default, "example": s.Example} {
			if text != "" {
				assert.True(t, s.set(new(Config), text), "%s: its %s %q is acceptable", s.Key, what, text)
			}
		}
		for _, text := range s.Enum {
			assert.True(t, s.set(new(Config), strings.ToUpper(text)), "%s: %s", s.Key, text)
		}
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"PT5M": 5 * time.Minute, "pt5m": 5 * time.Minute, "P1DT2H3M4.5S": 26*time.Hour + 3*time.Minute + 4500*time.Millisecond, "P2D": 48 * time.Hour,
		"PT0S": 0, "-PT5S": -5 * time.Second, "5m": 5 * time.Minute, "1m30s": 90 * time.Second, "2d": 48 * time.Hour, "5M": 5 * time.Minute,
		"1500": 1500 * time.Millisecond, "0": 0, "-1": -time.Millisecond, "PT0.001S": time.Millisecond,
	} {
		got, ok := parseDuration(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "P", "PT", "P1Y", "P1W", "PT1D", "P1H", "PT5", "5", "five", "PT1S1M", "PT.5M", "PT1.5M", "5 m", "1.5d", "99999999999999999999", "9223372036854775807", "PT99999999999999H", "P1DT", "PTS"} {
		if text == "5" {
			continue // five milliseconds
		}
		_, ok := parseDuration(text)
		assert.False(t, ok, text)
	}
	for _, d := range []time.Duration{0, time.Millisecond, 90 * time.Second, 25 * time.Hour, -time.Minute, time.Hour + 1500*time.Millisecond} {
		got, ok := parseDuration(formatDuration(d))
		assert.True(t, ok, formatDuration(d))
		assert.Equal(t, d, got)
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{"5MB": 5 << 20, "16 kb": 16 << 10, "100": 100, "100B": 100, "1gb": 1 << 30} {
		got, ok := parseSize(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "MB", "-1", "1.5MB", "5TB", "99999999999GB"} {
		_, ok := parseSize(text)
		assert.False(t, ok, text)
	}
	assert.Equal(t, "5MB", Size(5<<20).String())
	assert.Equal(t, "4097B", Size(4097).String())
	assert.Equal(t, "0B", Size(0).String())
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"server.port", "server.address", "camunda.client.worker.defaults.timeout"}
	for unknown, want := range map[string]string{
		"server.prot": "server.port", "serverPort": "server.port", "SERVER_ADDRSS": "server.address", "timeout": "camunda.client.worker.defaults.timeout",
		"nothing.alike.at.all": "", "x": "",
	} {
		assert.Equal(t, want, Nearest(unknown, known), unknown)
	}
	assert.Empty(t, Nearest("x", nil))
}
