package config

import (
	"io"
	"slices"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseFlags(t *testing.T) {
	t.Parallel()
	var name, quiet string
	flags := []Flag{
		{Name: "name", Value: "TEXT", Also: []string{"the.name"}, Set: func(v string) error { name = v; return nil }},
		{Name: "quiet", Bool: true, Set: func(v string) error { quiet = v; return nil }},
	}
	tests := []struct {
		args        []string
		name, quiet string
		rest        []string
	}{
		{[]string{"--name", "a", "x"}, "a", "", []string{"x"}},
		{[]string{"-name=a", "-quiet"}, "a", "true", nil},
		{[]string{"-name", "-", "--quiet=false", "-"}, "-", "false", []string{"-"}},
		{[]string{"--no-quiet", "--", "--name", "b"}, "", "false", []string{"--name", "b"}},
		{[]string{"-no-quiet"}, "", "false", nil},
		{[]string{"--name="}, "", "", nil},
		{[]string{"--name", "--quiet"}, "--quiet", "", nil},
		{[]string{"-name", "-quiet"}, "-quiet", "", nil},
		{[]string{"x", "--the.name", "a", "-the.name=b"}, "b", "", []string{"x"}},
	}
	for _, tt := range tests {
		name, quiet = "", ""
		rest, err := ParseFlags(flags, tt.args)
		require.NoError(t, err, tt.args)
		assert.Equal(t, tt.name, name, tt.args)
		assert.Equal(t, tt.quiet, quiet, tt.args)
		assert.ElementsMatch(t, tt.rest, rest, tt.args)
	}
	for _, tt := range []struct {
		arg, want string
	}{
		{"--namm", "unknown flag --namm; did you mean --name?"},
		{"-namm", "unknown flag --namm; did you mean --name?"},
		{"--name", "flag --name needs a value: --name TEXT"},
		{"--the.name", "flag --name needs a value: --name TEXT"},
		{"--no-name", "unknown flag --no-name; did you mean --name?"},
		{"--no-quiet=true", "unknown flag --no-quiet; did you mean --quiet?"},
	} {
		_, err := ParseFlags(flags, []string{tt.arg})
		require.EqualError(t, err, tt.want)
	}
}

func TestFlagsAreWrittenWithTwoDashesAndByTheirNames(t *testing.T) {
	t.Parallel()
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringP("expression", "e", "", "")
	set.BoolP("verbose", "v", false, "")
	set.Bool("no-descriptions", false, "")
	for _, tt := range []struct{ args, want []string }{
		{[]string{"-expression", "1", "-e", "2", "--e=3"}, []string{"--expression", "1", "--expression", "2", "--expression=3"}},
		{[]string{"-e", "-55 + 1", "-v"}, []string{"--expression", "-55 + 1", "--verbose"}},
		{[]string{"-v", "-55"}, []string{"--verbose", "--55"}},
		{[]string{"--no-v", "--no-descriptions", "--no-expression"}, []string{"--verbose=false", "--no-descriptions", "--no-expression"}},
		{[]string{"-ve", "x"}, []string{"--ve", "x"}},
		{[]string{"-", "file", "--", "-v"}, []string{"-", "file", "--", "-v"}},
		{[]string{"-h", "-help"}, []string{"--help", "--help"}},
		{[]string{"-e"}, []string{"--expression"}},
		{[]string{"-expressoin=1"}, []string{"--expressoin=1"}},
	} {
		assert.Equal(t, tt.want, LongFlags(set, tt.args))
	}
}

func TestEverySettingHasItsFlag(t *testing.T) {
	t.Parallel()
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	parsed := AddFlags(set)
	var order []string
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden { // Spring's own
			assert.Contains(t, springsOwn, f.Name)
			return
		}
		order = append(order, f.Name)
		assert.NotContains(t, f.Usage, "`", f.Name)
		assert.Len(t, f.Annotations[GroupAnnotation], 1, f.Name)
	})
	var want []string
	for _, s := range Settings() {
		want = append(want, s.Flag)
	}
	assert.Equal(t, append(want, clientFlag), order)

	require.NoError(t, set.Parse([]string{"--port", "1", "--camunda.client.mode=saas", "--port=2"}))
	assert.Equal(t, []string{"--port=1", "--mode=saas", "--port=2"}, parsed())
	c, _, err := Load(slices.DeleteFunc(parsed(), func(arg string) bool { return arg == "--mode=saas" }), nil, nil)
	require.NoError(t, err)
	assert.Equal(t, 2, c.Server.Port)
}
