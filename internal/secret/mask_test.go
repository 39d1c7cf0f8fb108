package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
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

func TestAMaskFindsAValueHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	const value = "wJ/al+rX=\"ü\\<'&>\n%🚀 k"
	ascii := strings.Trim(strconv.QuoteToASCII(value), `"`)
	asJSON, err := json.Marshal(value)
	require.NoError(t, err)
	jackson := `wJ/al+rX=\"\u00FC\\<'&>\n%\uD83D\uDE80 k`
	for name, text := range map[string]string{
		"as it is":                         value,
		"JSON":                             string(jsonvalue.AppendString(nil, value)),
		"JSON by Go":                       string(asJSON),
		"JSON in JSON":                     strconv.Quote(string(asJSON)),
		"JSON in ASCII, small digits":      `wJ/al+rX=\"\u00fc\\<'&>\n%\ud83d\ude80 k`,
		"JSON in ASCII, large digits":      jackson,
		"JSON in ASCII in JSON":            string(jsonvalue.AppendString(nil, jackson)),
		"JSON with escaped slashes":        `wJ\/al+rX=\"ü\\<'&>\n%🚀 k`,
		"JSON with all that HTML may read": `wJ/al\u002brX\u003d\u0022ü\\\u003c\u0027\u0026\u003e\n%🚀 k`,
		"Go's quotes":                      strconv.Quote(value),
		"Go's quotes in ASCII":             ascii,
		"a query":                          url.QueryEscape(value),
		"a query with small digits":        lowerDigits(url.QueryEscape(value)),
		"a path":                           url.PathEscape(value),
		"a path with small digits":         lowerDigits(url.PathEscape(value)),
		"a signature":                      strings.ReplaceAll(url.QueryEscape(value), "+", "%20"),
		"a signature of a signature":       url.QueryEscape(strings.ReplaceAll(url.QueryEscape(value), "+", "%20")),
		"a browser":                        strings.NewReplacer("+", "%20", "%27", "'").Replace(url.QueryEscape(value)),
		"a URL's password":                 url.UserPassword("u", value).String(),
		"HTML by Go":                       html.EscapeString(value),
		"HTML with names":                  strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(value),
		"HTML as texts need it":            strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value),
		"base64":                           base64.StdEncoding.EncodeToString([]byte(value)),
		"base64 without padding":           base64.RawStdEncoding.EncodeToString([]byte(value)),
		"base64 for URLs":                  base64.URLEncoding.EncodeToString([]byte(value)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := secret.NewMask(value).Apply("before " + text + " behind")
			assert.Contains(t, got, "***")
			for _, part := range []string{"wJ", "al", "rX", base64.StdEncoding.EncodeToString([]byte(value))[4:12]} {
				assert.NotContains(t, got, part)
			}
		})
	}
	for _, before := range []string{"user:", "user1:", "a user:"} { // as in an Authorization header of HTTP, at each of the three places
		encoded := base64.StdEncoding.EncodeToString([]byte(before + "s3cretvalue" + "and more"))
		got := secret.NewMask("s3cretvalue").Apply(encoded)
		assert.Contains(t, got, "***")
		assert.LessOrEqual(t, len(encoded)-len(got), len(encoded))
		assert.NotContains(t, got, base64.StdEncoding.EncodeToString([]byte(before + "s3cretvalue"))[len(before)*4/3+4:len(before)*4/3+10])
	}
	assert.Equal(t, "QQ and a", secret.NewMask("A").Apply("QQ and a"), "a short value is not looked for within base64")
}

func lowerDigits(s string) string {
	return regexp.MustCompile("%[0-9A-F]{2}").ReplaceAllStringFunc(s, strings.ToLower)
}

func TestFormsAreFewAndDistinct(t *testing.T) {
	t.Parallel()
	assert.Empty(t, secret.Forms(""))
	forms := secret.Forms("plain-text-value")
	assert.Contains(t, forms, "plain-text-value")
	assert.LessOrEqual(t, len(forms), 8, "%q", forms)
	seen := map[string]bool{}
	for _, f := range secret.Forms("a/b+c=\"ü\n") {
		assert.False(t, seen[f], f)
		seen[f] = true
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
