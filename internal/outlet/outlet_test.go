package outlet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

const key = `s3cr3t/"key"+<é>`

func registry(values ...string) *Registry {
	r := New()
	r.Note(values...)
	return r
}

func TestEveryFormOfASecretIsMasked(t *testing.T) {
	t.Parallel()
	r := registry(key, "other-secret", "secret-other-secret-end")
	for _, form := range secret.NewMask(key).Forms() {
		assert.Equal(t, "a *** b", r.Mask("a "+form+" b"), form)
	}
	quoted, err := json.Marshal(key)
	require.NoError(t, err)
	assert.Equal(t, `{"a":"***"}`, r.Mask(`{"a":`+string(quoted)+`}`))
	for _, tt := range [][2]string{
		{"", ""},
		{"abc", "abc"},
		{key, "***"},
		{key + key, "******"},
		{"x" + key + "y other-secret", "x***y ***"},
		{"secret-other-secret-end", "***"},
		{"secret-other-secret-en", "secret-***-en"},
		{"secret-secret-other-secret-end", "secret-***"},
		{"is 'other-sec…'", "is '***…'"},
		{"is 'oth…'", "is 'oth…'"},
		{"other-sec", "other-sec"},
	} {
		assert.Equal(t, tt[1], r.Mask(tt[0]), tt[0])
	}
}

// TestMaskAgreesWithTheMaskOfAJob holds the fast search against the plain one.
func TestMaskAgreesWithTheMaskOfAJob(t *testing.T) {
	t.Parallel()
	values := []string{"abcd", "bcdabcd", "dabc", "aaaa", "aaaaab"}
	r, m := registry(values...), secret.NewMask(values...)
	text := make([]byte, 12)
	for n := range 1 << 16 {
		for i, rest := 0, n; i < len(text); i, rest = i+1, rest*31+7 {
			text[i] = "aabbccdd"[rest>>3&7]
		}
		require.Equal(t, m.Apply(string(text)), r.Mask(string(text)), string(text))
	}
}

func TestShortAndUnusedSecretsAreLeftAlone(t *testing.T) {
	t.Parallel()
	r := registry("", "abc", "1")
	assert.Equal(t, "abc 1", r.Mask("abc 1"))
	var none *Registry
	none.Note("secret")
	assert.Equal(t, "secret", none.Mask("secret"))
}

func TestARegistryIsBoundedAndForgetsTheOldest(t *testing.T) {
	t.Parallel()
	r := New()
	r.Keep("kept-secret")
	r.Note("old-secret")
	for i := range 3 * maxValues {
		r.Note("used-secret", "secret-number-"+strconv.Itoa(i)+"-")
	}
	assert.LessOrEqual(t, len(r.values), maxValues)
	assert.Equal(t, "***", r.Mask("kept-secret"))
	assert.Equal(t, "***", r.Mask("used-secret"))
	assert.Equal(t, "***", r.Mask("secret-number-"+strconv.Itoa(3*maxValues-1)+"-"))
	assert.Equal(t, "old-secret", r.Mask("old-secret"))
	for i := range 40 {
		r.Note(strings.Repeat(strconv.Itoa(i), maxValue/2))
	}
	assert.LessOrEqual(t, r.bytes, maxBytes)
	forms := 0
	for _, of := range r.forms {
		forms += len(of)
	}
	held := 0
	for _, v := range r.values {
		held += len(v.forms)
	}
	assert.Equal(t, held, forms, "nothing is left of what was forgotten")
}

// TestASecretThatIsUsedAgainIsNotAmongTheOldest, however long it has been known.
func TestASecretThatIsUsedAgainIsNotAmongTheOldest(t *testing.T) {
	t.Parallel()
	for again, want := range map[bool]string{true: "***", false: "first-secret"} {
		r := registry("first-secret")
		for i := 1; i < maxValues; i++ {
			r.Note("secret-number-" + strconv.Itoa(i) + "-")
		}
		assert.Equal(t, "***", r.Mask("first-secret"), "there is room for all")
		if again {
			r.Note("first-secret")
		}
		r.Note("one-secret-more")
		assert.Equal(t, want, r.Mask("first-secret"))
	}
}

func TestARegistryPrintsNothing(t *testing.T) {
	t.Parallel()
	r := registry(key)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, "***", fmt.Sprintf(verb, r))
	}
}

type keyed struct{ Key string }

type valuer string

func (v valuer) LogValue() slog.Value { return slog.GroupValue(slog.String("in", string(v))) }

type panicking struct{}

func (panicking) Error() string { panic("no") }

type textual struct{ text string }

func (t textual) MarshalText() ([]byte, error) { return []byte(t.text), nil }
func (textual) String() string                 { return "textual" }

// TestNoLogLineHoldsASecret: whatever a record holds a secret in, no handler writes it.
func TestNoLogLineHoldsASecret(t *testing.T) {
	t.Parallel()
	for name, log := range map[string]func(*slog.Logger){
		"message":        func(l *slog.Logger) { l.Info("a " + key) },
		"text":           func(l *slog.Logger) { l.Info("m", "a", "b "+key) },
		"key":            func(l *slog.Logger) { l.Info("m", key, 1) },
		"error":          func(l *slog.Logger) { l.Info("m", "error", fmt.Errorf("b: %w", errors.New(key))) },
		"texts":          func(l *slog.Logger) { l.Info("m", "all", []string{"a", key}) },
		"struct":         func(l *slog.Logger) { l.Info("m", "a", keyed{key}) },
		"pointer":        func(l *slog.Logger) { l.Info("m", "a", &keyed{key}) },
		"map":            func(l *slog.Logger) { l.Info("m", "a", map[string]any{"b": []any{key}}) },
		"bytes":          func(l *slog.Logger) { l.Info("m", "a", json.RawMessage(`{"b":`+strconv.Quote(key)+`}`)) },
		"valuer":         func(l *slog.Logger) { l.Info("m", "a", valuer(key)) },
		"marshaler":      func(l *slog.Logger) { l.Info("m", "a", textual{key}) },
		"group":          func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Group("h", "a", key))) },
		"with":           func(l *slog.Logger) { l.With("a", key).Info("m") },
		"with group":     func(l *slog.Logger) { l.WithGroup("g").With("a", key).WithGroup("h").Info("m", "b", 1) },
		"named group":    func(l *slog.Logger) { l.WithGroup(key).Info("m", "b", 1) },
		"number":         func(l *slog.Logger) { l.Info("m", "n", 123456789, "f", 1.5) },
		"split":          func(l *slog.Logger) { l.Info("m", "a", key[:6], "b", key[6:]) },
		"split in three": func(l *slog.Logger) { l.With("a", key[:4]).Info("m", "b", key[4:9], "c", key[9:]) },
		"split message":  func(l *slog.Logger) { l.Log(context.Background(), slog.LevelInfo, "m "+key[:6], "b", key[6:]) }, //nolint:sloglint // a message that is made
		"split group":    func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", key[:6]), "e", errors.New(key[6:])) },
		"panic":          func(l *slog.Logger) { l.Info(key, "a", panicking{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := registry(key, "123456789")
			var text, js bytes.Buffer
			for _, h := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&js, nil)} {
				log(slog.New(r.Handler(h)))
			}
			for _, out := range []string{text.String(), js.String()} {
				require.Equal(t, 1, strings.Count(out, "\n"), out)
				assert.Contains(t, out, "***")
				assert.NotContains(t, out, "s3cr3t", out)
				assert.NotContains(t, out, "é", out)
				assert.NotContains(t, out, "123456789", out)
			}
			assert.True(t, json.Valid(js.Bytes()), js.String())
		})
	}
}

// TestALogLineWithoutASecretIsLeftAsItIs: nothing is written in another form than without a registry.
func TestALogLineWithoutASecretIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	log := func(l *slog.Logger) {
		l.With("a", 1, "t", time.Unix(0, 0).UTC()).WithGroup("g").Info("m", "error", errors.New("x"), "s", []string{"a"}, "d", time.Second, "k", keyed{"v"}, slog.Group("h", "b", true))
	}
	noTime := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			return slog.Attr{}
		}
		return a
	}}
	var plain, masked bytes.Buffer
	log(slog.New(slog.NewJSONHandler(&plain, noTime)))
	log(slog.New(registry(key).Handler(slog.NewJSONHandler(&masked, noTime))))
	assert.Equal(t, plain.String(), masked.String())
}

func TestASecretIsMaskedInWhatALoggerWasMadeWithBefore(t *testing.T) {
	t.Parallel()
	r := New()
	var out bytes.Buffer
	l := slog.New(r.Handler(slog.NewTextHandler(&out, nil))).With("a", key)
	r.Note(key)
	l.Info("m")
	assert.Contains(t, out.String(), "a=***")
}

type fixed map[string]string

func (f fixed) Secret(_ context.Context, _ secret.Context, name string) (string, bool, error) {
	v, ok := f[name]
	return v, ok, nil
}

func TestWhatAProviderGivesIsMasked(t *testing.T) {
	t.Parallel()
	r := New()
	p := r.Provider(fixed{"A": key})
	_, ok, err := p.Secret(t.Context(), secret.Context{}, "B")
	require.NoError(t, err)
	assert.False(t, ok)
	assert.Equal(t, key, r.Mask(key))
	v, _, _ := p.Secret(t.Context(), secret.Context{}, "A")
	assert.Equal(t, key, v)
	assert.Equal(t, "***", r.Mask(key))
}

func TestARegistryIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := New()
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 300 {
				value := fmt.Sprintf("secret-%d-%d-", g, i)
				r.Note(value)
				assert.Equal(t, "a *** b", r.Mask("a "+value+" b"))
			}
		})
	}
	all.Wait()
}

// TestAValueMayBeKeptWhileItIsInUse is of interest to the race detector.
func TestAValueMayBeKeptWhileItIsInUse(t *testing.T) {
	t.Parallel()
	r := New()
	var all sync.WaitGroup
	for i := range 50 {
		value := fmt.Sprintf("value-%d", i)
		r.Note(value)
		all.Go(func() { r.Keep(value) })
		all.Go(func() { r.Note(value) })
	}
	all.Wait()
	assert.Equal(t, "***", r.Mask("value-7"))
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"order é 漢 \u00a0.bpmn": "order é 漢 \u00a0.bpmn", "a\x1b[31mb": `a\u001b[31mb`, "a\nb\r\tc": `a\nb\r\tc`, "\u0085\u009b": `\u0085\u009b`,
		"a\u202eb\u2066\u200f\u061c": `a\u202eb\u2066\u200f\u061c`, "\u2028\u2029": `\u2028\u2029`, "a\xffb": `a\xffb`, "\x00\x7f": `\u0000\u007f`, "\ufeff": `\ufeff`, "\U000E0041": `\udb40\udc41`,
	} {
		assert.Equal(t, want, Quoted(in), "%q", in)
	}
}

func TestPrinterKeepsLinesAndWhatJSONSays(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	value := "a\u202e\u007f\u0085\U000E0041 é"
	written, err := json.Marshal(value)
	require.NoError(t, err)
	n, err := fmt.Fprintf(Printer(&out), "a\tb\n%s\x1b[2J\r\n", written)
	require.NoError(t, err)
	assert.Equal(t, len(written)+10, n)
	lines := strings.Split(out.String(), "\n")
	require.Len(t, lines, 3)
	assert.Equal(t, "a\tb", lines[0])
	text, rest, _ := strings.Cut(lines[1], `\u001b`)
	assert.Equal(t, `[2J\r`, rest)
	var read string
	require.NoError(t, json.Unmarshal([]byte(text), &read))
	assert.Equal(t, value, read)
}

func TestNothingPrintedIsACommandOfABuild(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a ##vso[task.setvariable variable=x]y": `a #\u0023vso[task.setvariable variable=x]y`, "###[error]": `##\u0023[error]`, "x##teamcity[a]##VSO[b]": `x#\u0023teamcity[a]#\u0023VSO[b]`,
		"## [a]": "## [a]", "a::error::b": "a::error::b", "##": "##", "[::1]:80": "[::1]:80", "::1": "::1",
	} {
		assert.Equal(t, want, Quoted(in), "%q", in)
		assert.Equal(t, want, printed(t, in))
	}
	assert.Equal(t, "\\u003a:error::a\n\t \\u003a:add-mask::b\nc ::error::d\n", printed(t, "::error::a\n\t ::add-mask::b\nc ::error::d\n"))
	assert.Equal(t, "a ::error::b\n", printed(t, "a ", "::error::b\n"), "the line began before")
	assert.Equal(t, "a\n  \\u003a:error::b", printed(t, "a\n", " ", " ::error::b"), "the blanks were printed before")
	assert.Equal(t, "a\n\\u003a:error::b\n", printed(t, "a", "\n", "::error::b\n"))
}

// printed is what a printer makes of texts that are written one after the other.
func printed(t *testing.T, texts ...string) string {
	t.Helper()
	var out strings.Builder
	p := Printer(&out)
	for _, text := range texts {
		n, err := io.WriteString(p, text)
		require.NoError(t, err)
		assert.Equal(t, len(text), n)
	}
	return out.String()
}

func FuzzMask(f *testing.F) {
	f.Add("text with s3cr3t inside", "s3cr3t", "other")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		r := registry(a, b)
		masked := r.Mask(text)
		for _, value := range []string{a, b} {
			if len(value) >= minValue && !strings.Contains(value, "***") && strings.Contains(strings.ReplaceAll(masked, stars, "\x00"), value) && !strings.Contains(value, "\x00") {
				t.Fatalf("%q is in %q", value, masked)
			}
		}
	})
}

// BenchmarkLog measures a line of a failed job without a registry, with one that is empty, with the secrets of some jobs,
// and with as many as there can be.
func BenchmarkLog(b *testing.B) {
	line := func(b *testing.B, h slog.Handler) {
		b.Helper()
		b.ReportAllocs()
		l := slog.New(h)
		for b.Loop() {
			l.With("job_key", 2251799813685249, "process_id", "order", "element_id", "send", "tenant", "<default>").
				Warn("job failed", "error_code", "AccessDeniedException", "error", "User is not authorized to perform: events:PutEvents (Service: EventBridge, Status Code: 400, Error Code: AccessDeniedException, Request ID: 0d3c4b6e-6a0f-4d5c-9f53-0f4f3e0c5a11)")
		}
	}
	json := func() slog.Handler { return slog.NewJSONHandler(discard{}, nil) }
	b.Run("plain", func(b *testing.B) { line(b, json()) })
	for _, n := range []int{0, 3, 100, maxValues} {
		b.Run(strconv.Itoa(n)+"-secrets", func(b *testing.B) {
			r := New()
			for i := range n {
				r.Note(fmt.Sprintf("wJalrXUtnFEMI/K7MDENG+%d", i))
			}
			line(b, r.Handler(json()))
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkNote(b *testing.B) {
	r := registry(key)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.Note(key)
		}
	})
}
