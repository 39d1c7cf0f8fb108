package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// TestThePagesHaveTheTablesOfTheData fails if a page says what the data does not.
func TestThePagesHaveTheTablesOfTheData(t *testing.T) {
	t.Parallel()
	data, err := readResults(filepath.Join(root, dataFile))
	require.NoError(t, err)
	assert.Empty(t, data.Failures)
	for _, b := range blocks {
		page, err := os.ReadFile(filepath.Join(root, b.page))
		require.NoError(t, err)
		want, err := b.in(page, &data)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(page), "%s differs from %s: run make bench-docs", b.page, dataFile)
	}
}

// TestTheDataIsAWholeRun fails if the data lacks a scenario that is measured today.
func TestTheDataIsAWholeRun(t *testing.T) {
	t.Parallel()
	data, err := readResults(filepath.Join(root, dataFile))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, data.Rounds, 3)
	for _, s := range scenarios {
		for round, turn := range data.turns(s) {
			for _, of := range s.subjects() {
				assert.NotNil(t, turn[of], "%s, %s, round %d: run make bench-record", s.name(), of, round)
			}
		}
	}
}

func TestABlockIsReplacedBetweenItsMarkers(t *testing.T) {
	t.Parallel()
	b := block{page: "page.md", name: "x", text: func(r *results) string { return "of " + r.Version + "\n" }}
	begin, end := b.markers()
	first, err := b.in([]byte("before\n"+begin+"old\n"+end+"after\n"), &results{Version: "v1"})
	require.NoError(t, err)
	assert.Equal(t, "before\n"+begin+"of v1\n"+end+"after\n", string(first))
	again, err := b.in(first, &results{Version: "v1"})
	require.NoError(t, err)
	assert.Equal(t, string(first), string(again))

	_, err = b.in([]byte("nothing\n"), &results{})
	require.ErrorContains(t, err, "page.md: found no line")
	_, err = b.in([]byte(begin), &results{})
	require.ErrorContains(t, err, "END bench x")
}

func TestOnlyAWholeRunIsWrittenToThePages(t *testing.T) {
	t.Parallel()
	for _, flag := range [][]string{{"-quick"}, {"-only", "idle"}} {
		err := command(t.Context(), append([]string{"-docs", "-out", filepath.Join(t.TempDir(), "x.json")}, flag...), os.Stderr)
		require.ErrorContains(t, err, "expected a whole run")
	}
}
