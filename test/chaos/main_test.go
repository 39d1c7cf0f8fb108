package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNamesAreUniqueAndPlain(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenarios() {
		assert.False(t, seen[s.name], s.name)
		assert.Regexp(t, regexp.MustCompile(`^[a-z0-9-]+$`), s.name)
		assert.NotContains(t, s.about, "|", s.name)
		assert.Positive(t, s.replicas, s.name)
		seen[s.name] = true
	}
}

func TestListPrintsTheScenariosOfTheForm(t *testing.T) {
	var short, long bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-list", "-short"}, &short))
	require.NoError(t, run(t.Context(), []string{"-list"}, &long))
	assert.Contains(t, short.String(), "saturated-20s")
	assert.NotContains(t, short.String(), "saturated-9m")
	assert.Contains(t, long.String(), "saturated-9m")
	assert.NotContains(t, long.String(), "saturated-20s")
	for _, form := range []*bytes.Buffer{&short, &long} {
		assert.Contains(t, form.String(), "proof")
	}
}

func TestRefusesWhatItCannotRun(t *testing.T) {
	for _, args := range [][]string{{"-run", "("}, {"-run", "no such scenario"}, {"-parallel", "0"}} {
		assert.Error(t, run(t.Context(), args, new(bytes.Buffer)), args)
	}
}
