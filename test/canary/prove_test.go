package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyCredentialsOfTheWorkersOwnMayLeave(t *testing.T) {
	t.Parallel()
	assert.True(t, permitted("gRPC CompleteJob variables", nil))
	assert.False(t, permitted("gRPC FailJob", nil))
	assert.Equal(t, "Authorization: \r\nX-Other: secret\r\n", string(withoutPermitted("REST API head", []byte("Authorization: Basic c2VjcmV0\r\nX-Other: secret\r\n"))))
	assert.Equal(t, "map[authorization:[] x:[secret]]", string(withoutPermitted("gRPC metadata", []byte("map[authorization:[Basic c2VjcmV0] x:[secret]]"))))
	assert.Equal(t, "authorization: secret", string(withoutPermitted("stderr, log as text", []byte("authorization: secret"))))
}

func TestStreamsThatAreMissingFailTheProof(t *testing.T) {
	t.Parallel()
	err := prove(&strings.Builder{}, newStreams(), nil)
	for _, e := range expected {
		assert.ErrorContains(t, err, e.outlet)
	}
}
