package main

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEveryFormIsFound(t *testing.T) {
	t.Parallel()
	for _, v := range values {
		m := newMark(v.name, v.value)
		clean := []byte(strings.Repeat("time=2026-01-01 level=INFO msg=\"job done\"\n", 100))
		assert.Empty(t, search("log", clean, []mark{m}), v.name)
		for _, f := range append(m.forms, splits(v.value)...) {
			leaking := append(append(append([]byte{}, clean...), f.text...), clean...)
			assert.True(t, found(search("log", leaking, []mark{m}), v.name, f.name), "%s, %s", v.name, f.name)
		}
	}
}

// What other encoders make of a secret between other texts is found as well.
func TestSecretsWithinEncodedTextsAreFound(t *testing.T) {
	t.Parallel()
	for _, v := range values {
		m := []mark{newMark(v.name, v.value)}
		for before := range 4 {
			text := strings.Repeat("u", before) + v.value + "tail"
			assert.NotEmpty(t, search("s", []byte(base64.StdEncoding.EncodeToString([]byte(text))), m), "base64, %s, %d", v.name, before)
			assert.NotEmpty(t, search("s", []byte(base64.URLEncoding.EncodeToString([]byte(text))), m), "base64 of URLs, %s, %d", v.name, before)
		}
		assert.NotEmpty(t, search("s", []byte("/?"+url.Values{"q": {"a" + v.value}}.Encode()), m), v.name)
		assert.NotEmpty(t, search("s", []byte((&url.URL{Path: "/a/" + v.value}).String()), m), v.name)
	}
}

func TestPartsThatAreFarApartAreNoSecret(t *testing.T) {
	t.Parallel()
	secret := "canary7Qx2mK9v"
	m := []mark{newMark("m", secret)}
	assert.NotEmpty(t, search("s", []byte("canary7"+strings.Repeat(".", widestGap)+"Qx2mK9v"), m))
	assert.Empty(t, search("s", []byte("canary7"+strings.Repeat(".", 2*widestGap)+"Qx2mK9v"), m))
	assert.Empty(t, search("s", []byte("can"+"."+"ary7Qx2mK"), m))
}

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
