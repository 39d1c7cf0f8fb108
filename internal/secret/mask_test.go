package secret_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

func TestMask(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		values []string
		text   string
		want   string
	}{
		{"a value becomes three stars", []string{"AKIA"}, "key AKIA is bad, AKIA!", "key *** is bad, ***!"},
		{"an empty value masks nothing", []string{""}, "abc", "abc"},
		{"the longest first", []string{"pass", "password"}, "password pass", "*** ***"},
		{"values that overlap go together", []string{"abc", "bcd"}, "xabcdx", "x***x"},
		{"a value that overlaps itself", []string{"aba"}, "ababa", "***"},
		{"values side by side", []string{"one", "two"}, "onetwo", "******"},
		{"stars are not masked again", []string{"*"}, "a*b", "a***b"},
		{"inside JSON text", []string{"a\"b\\c\nd"}, `{"x":"a\"b\\c\nd"}`, `{"x":"***"}`},
		{"in JSON text inside JSON text", []string{"a\"b"}, `{"x":"{\"y\":\"a\\\"b\"}"}`, `{"x":"{\"y\":\"***\"}"}`},
		{"in JSON of ASCII only", []string{"ü🚀"}, `"\u00fc\ud83d\ude80"`, `"***"`},
		{"in JSON that guards against HTML", []string{"a<b>&c"}, `"a\u003cb\u003e\u0026c"`, `"***"`},
		{"in Go's quotes", []string{"a\x00b"}, fmt.Sprintf("%q", "a\x00b"), `"***"`},
		{"in a URL", []string{"a b/c"}, "http://x/?q=a+b%2Fc and /a%20b%2Fc", "http://x/?q=*** and /***"},
		{"no secret in the text", []string{"abc"}, "nothing here", "nothing here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, secret.NewMask(tt.values...).Apply(tt.text))
		})
	}
}

func TestNilMaskMasksNothing(t *testing.T) {
	t.Parallel()
	var m *secret.Mask
	assert.Equal(t, "text", m.Apply("text"))
}

func TestMaskDoesNotPrintWhatItHides(t *testing.T) {
	t.Parallel()
	m := secret.NewMask("hush")
	m.Apply("hush")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "mask", m)
	asJSON, err := json.Marshal(m)
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", m, m, m, m), log.String(), string(asJSON)} {
		assert.NotContains(t, text, "hush")
	}
}
