package main

import (
	"bytes"
	"regexp"
	"strings"
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

func TestListPrintsTheScenariosOfTheTransport(t *testing.T) {
	list := func(args ...string) string {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), append([]string{"-list"}, args...), &out))
		return out.String()
	}
	lines := func(text string) int { return strings.Count(text, "\n") }
	grpc, rest := list("-transport", "grpc"), list("-transport", "rest")
	assert.NotContains(t, grpc, "-rest ")
	assert.Equal(t, lines(rest), strings.Count(rest, "; over REST\n"))
	assert.Equal(t, lines(grpc)-1, lines(rest), "proof has calls of gRPC of its own")
	assert.Equal(t, lines(grpc)+lines(rest), lines(list("-transport", "both")))
	assert.Equal(t, lines(grpc)+len(tellingOverREST), lines(list()))
	for _, name := range tellingOverREST {
		assert.Contains(t, list("-short"), name+"-rest ", "CI sees it")
	}
}

func TestRefusesWhatItCannotRun(t *testing.T) {
	for _, args := range [][]string{{"-run", "("}, {"-run", "no such scenario"}, {"-parallel", "0"}, {"-transport", "soap"}} {
		assert.Error(t, run(t.Context(), args, new(bytes.Buffer)), args)
	}
}
