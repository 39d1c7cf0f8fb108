package leak

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEveryFormIsFound(t *testing.T) {
	t.Parallel()
	for _, v := range Secrets() {
		m := NewMark(v.Name, v.Value)
		clean := []byte(strings.Repeat("time=2026-01-01 level=INFO msg=\"job done\"\n", 100))
		assert.Empty(t, Search("log", clean, []Mark{m}), v.Name)
		for _, f := range append(m.Forms, Splits(v.Value)...) {
			leaking := append(append(append([]byte{}, clean...), f.Text...), clean...)
			assert.True(t, found(Search("log", leaking, []Mark{m}), v.Name, f.Name), "%s, %s", v.Name, f.Name)
		}
	}
}

// What other encoders make of a secret between other texts is found as well.
func TestSecretsWithinEncodedTextsAreFound(t *testing.T) {
	t.Parallel()
	for _, v := range Secrets() {
		m := []Mark{NewMark(v.Name, v.Value)}
		for before := range 4 {
			text := strings.Repeat("u", before) + v.Value + "tail"
			assert.NotEmpty(t, Search("s", []byte(base64.StdEncoding.EncodeToString([]byte(text))), m), "base64, %s, %d", v.Name, before)
			assert.NotEmpty(t, Search("s", []byte(base64.URLEncoding.EncodeToString([]byte(text))), m), "base64 of URLs, %s, %d", v.Name, before)
		}
		assert.NotEmpty(t, Search("s", []byte("/?"+url.Values{"q": {"a" + v.Value}}.Encode()), m), v.Name)
		assert.NotEmpty(t, Search("s", []byte((&url.URL{Path: "/a/" + v.Value}).String()), m), v.Name)
	}
}

func TestPartsThatAreFarApartAreNoSecret(t *testing.T) {
	t.Parallel()
	secret := "canary7Qx2mK9v"
	m := []Mark{NewMark("m", secret)}
	assert.NotEmpty(t, Search("s", []byte("canary7"+strings.Repeat(".", widestGap)+"Qx2mK9v"), m))
	assert.Empty(t, Search("s", []byte("canary7"+strings.Repeat(".", 2*widestGap)+"Qx2mK9v"), m))
	assert.Empty(t, Search("s", []byte("can"+"."+"ary7Qx2mK"), m))
}
