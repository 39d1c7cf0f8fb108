package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWriteTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reliability.md")
	require.NoError(t, os.WriteFile(path, []byte("before\n"+tableBegin+"\nold\n"+tableEnd+"\nafter\n"), 0o600))
	r := &result{
		scenario: &scenario{name: "bus-down", about: "nobody listens", why: "probes"}, jobs: 7, incidents: 1, back: 1500 * time.Millisecond, silence: 2 * time.Second,
		allowed: map[string]int{answerOfAWSLost: 2},
	}
	require.NoError(t, writeTable(path, []*result{r, {scenario: &scenario{name: "x"}, back: -1, problems: []problem{{isLost, ""}}}}, "a machine"))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "before\n"+tableBegin+`

a machine.

| scenario | what goes wrong | jobs | lost | twice | incidents | back after | silence | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| bus-down | nobody listens | 7 | 0 | 0 (+2: answer of AWS lost) | 1 (probes) | 1.5 s | 2.0 s | held |
| x |  | 0 | 0 | 0 | 0 | – | 0.0 s | **failed** |

`+tableEnd+"\nafter\n", string(text))
}

func TestWriteTableNeedsMarkers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reliability.md")
	require.NoError(t, os.WriteFile(path, []byte("no markers"), 0o600))
	assert.ErrorIs(t, writeTable(path, nil, ""), errMarkers)
}
