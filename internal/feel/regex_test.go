package feel

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Go's own engine takes what it can carry with Java's meaning; the rest goes to the backtracking one.
func TestCompilePattern_Engine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, pattern string
		linear        bool
	}{
		{"classes, groups and repetitions", `^([A-Z]{2})(?:-|\d+)*?$`, true},
		{"intersections are computed", `[a-z&&[^aeiou]]`, true},
		{"properties are computed", `\p{IsGreek}|\p{Alpha}`, true},
		{"flags within the pattern", `(?i)abc(?-i)d`, true},
		{"a reference to no group can never match", `(a)\2`, true},
		{"look-ahead", `a(?=b)`, false},
		{"look-behind", `(?<!a)b`, false},
		{"back-reference", `(a)\1`, false},
		{"possessive quantifier", `a++b`, false},
		{"atomic group", `(?>a|ab)c`, false},
		{"more repetitions than Go's engine allows", `a{1001}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := compilePattern(tt.pattern, "")
			require.NoError(t, err)
			assert.Equal(t, tt.linear, p.linear != nil)
			assert.NotNil(t, p.backtracking(), "the backtracking engine carries every pattern")
		})
	}
}

// What java.util.regex refuses is refused, with the reason.
func TestCompilePattern_Broken(t *testing.T) {
	t.Parallel()
	tests := []struct{ pattern, reason string }{
		{`*a`, "a quantifier with nothing before it"},
		{`a**`, "a quantifier with nothing before it"},
		{`(a`, "a group without its )"},
		{`a)`, "a ) without its ("},
		{`[a`, "a class without its ]"},
		{`[z-a]`, "a range that goes backwards"},
		{`a{2,1}`, "a repetition that is not like"},
		{`a{`, "a { that is no repetition"},
		{`\y`, "an unknown escape"},
		{`\`, "a backslash with nothing behind it"},
		{`\x4`, `a \x without two digits`},
		{`\08`, `a \0 without octal digits`},
		{`(?<n>a)(?<n>b)`, "a second group n"},
		{`\k<n>`, "no group n"},
		{`(?P<n>a)`, "an unknown kind of group"},
		{`\p{Foo}`, "no property Foo"},
		{`(?<=(?:a|b)+)c`, "a look behind without an obvious maximum length"},
		{`[a&&`, "a class without its ]"},
		{`\p{InGreek}`, "no property InGreek"},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			t.Parallel()
			_, err := compilePattern(tt.pattern, "")
			assert.ErrorContains(t, err, tt.reason)
		})
	}
}

// A pattern that backtracks without end is stopped.
func TestPattern_RunsAway(t *testing.T) {
	t.Parallel()
	p, err := compilePattern(`(a|aa)+\1$`, "")
	require.NoError(t, err)
	_, ok := p.matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 1, &matchRoom{})
	assert.False(t, ok)
}

func TestRuneSet(t *testing.T) {
	t.Parallel()
	vowels := runeSet{{'a', 'a'}, {'e', 'e'}}
	assert.Equal(t, runeSet{{'b', 'd'}}, runeSet{{'a', 'e'}}.intersection(vowels.complement()))
	assert.Equal(t, vowels, vowels.complement().complement())
	assert.Equal(t, runeSet{{'a', 'f'}}, runeSet{{'c', 'f'}}.union(runeSet{{'a', 'b'}}), "ranges that touch are joined")
	assert.Equal(t, runeSet{{'K', 'K'}, {'k', 'k'}}, runeSet{{'k', 'k'}}.folded(), "of ASCII's letters alone: no Kelvin sign")
	assert.Equal(t, runeSet{{'K', 'K'}, {'k', 'k'}, {0x212A, 0x212A}}, runeSet{{'k', 'k'}}.withCases())
	assert.Empty(t, anyRune.complement())
}

// The pattern that is written for an engine is one that it takes, and both engines find the first match at one place.
func FuzzRegex(f *testing.F) {
	for _, p := range []string{
		`a*b`, `(a|b)*?c`, `[a-z&&[^b]]`, `(?i)ä`, `\bfoo\b`, `(?m)^x$`, `\p{Lu}\d{2,3}`, `(?<=a)b`, `(a)\1`, `a++`, `(?x) a # c`, `[]a]`, `\Q(\E`, `x{0}`, `(?s).`, `\R`, `|`, `()`,
	} {
		f.Add(p, "aab foo\nxbÄ12", "")
		f.Add(p, "", "imsx")
	}
	f.Fuzz(func(t *testing.T, source, text, flags string) {
		if len(source) > 200 || len(text) > 200 || !utf8.ValidString(source+flags) || !utf8.ValidString(text) {
			return // bytes that are no text never get this far
		}
		p, err := compilePattern(source, flags)
		if err != nil {
			return
		}
		back := p.backtracking()
		if back == nil {
			t.Fatalf("%q with %q is refused by the backtracking engine", source, flags)
		}
		_, _ = p.matches(text, -1, &matchRoom{})
		found, ok := p.matches(text, 1, &matchRoom{})
		if !ok || p.linear == nil {
			return
		}
		m, err := back.FindStringMatch(text)
		if err != nil {
			return // out of time
		}
		if (m != nil) != (len(found) > 0) {
			t.Fatalf("%q with %q on %q: Go's engine says %v, the other %v", source, flags, text, found, m)
		}
		if m != nil && found[0][0] != runeOffsets(text)[m.Index] {
			t.Fatalf("%q with %q on %q: found at %d and at %d", source, flags, text, found[0][0], m.Index)
		}
	})
}
