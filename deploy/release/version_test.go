package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVersionsAreSemanticWithALeadingV(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"v1.2.3", "v0.0.0", "v10.20.30-rc.1", "v1.0.0-alpha-1.x"} {
		plain, err := parseVersion(good)
		require.NoError(t, err)
		assert.Equal(t, good[1:], plain)
	}
	for _, bad := range []string{"1.2.3", "v1.2", "v01.2.3", "v1.2.3-", "v1.2.3-01", "v1.2.3+build", "dev", "v1.2.3 ", "v1.2.3/x"} {
		_, err := parseVersion(bad)
		assert.ErrorContains(t, err, `VERSION: found "`+bad+`", expected a semantic version`)
	}
	_, err := parseVersion("")
	assert.ErrorContains(t, err, "VERSION is needed")
}

func TestTargetsAreOfTheReleasesPlatforms(t *testing.T) {
	t.Parallel()
	all, err := parseTargets("")
	require.NoError(t, err)
	assert.Len(t, all, 6)
	two, err := parseTargets("windows/arm64,linux/amd64")
	require.NoError(t, err)
	assert.Equal(t, []target{{"windows", "arm64"}, {"linux", "amd64"}}, two)
	_, err = parseTargets("linux/amd64,plan9/386")
	assert.ErrorContains(t, err, `TARGETS: found "plan9/386"`)
}
