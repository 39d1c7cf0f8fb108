package feel_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// admits says whether a value is one of those that an outline tells of.
func admits(o feel.Outline, v jsonvalue.Value) bool {
	return slices.ContainsFunc(o, func(s feel.Shape) bool {
		switch s.Kind {
		case feel.AnyShape:
			return true
		case feel.NullShape:
			return v == nil
		case feel.TextShape:
			text, ok := v.(string)
			return ok && fitsParts(text, s.Parts)
		case feel.ScalarShape:
			switch v.(type) {
			case bool, jsonvalue.Number:
				return admits(feel.Outline{{Kind: feel.TextShape, Parts: s.Parts}}, feel.OutlineOf(v)[0].Parts[0])
			}
			return false
		case feel.ContextShape:
			c, ok := v.(*jsonvalue.Object)
			if !ok {
				return false
			}
			for key, member := range c.All() {
				if _, named := s.Members[key]; !named && !s.Open || !admits(s.Member(key), member) {
					return false
				}
			}
			return true
		default:
			items, ok := v.([]jsonvalue.Value)
			return ok && !slices.ContainsFunc(items, func(item jsonvalue.Value) bool { return !admits(s.Items, item) })
		}
	})
}

func fitsParts(text string, parts []string) bool {
	if len(parts) == 1 {
		return text == parts[0]
	}
	text, ok := strings.CutPrefix(text, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		_, behind, found := strings.Cut(text, p)
		ok, text = ok && found, behind
	}
	return ok && strings.HasSuffix(text, parts[len(parts)-1])
}

// TestTheOutlineLeavesNothingOut holds the outlines of all recorded expressions against what the official engine gave.
func TestTheOutlineLeavesNothingOut(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/engine/*.jsonl")
	require.NoError(t, err)
	told, all := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var c engineCase
			require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
			if c.Error || c.Result == nil {
				continue
			}
			program, err := feel.Compile(c.Expression)
			if err != nil {
				continue // told by TestEngine
			}
			want, err := jsonvalue.ParseString(string(c.Result))
			require.NoError(t, err)
			o := program.Outline()
			assert.True(t, admits(o, want), "%s gives %s, the outline is %v", c.Expression, c.Result, o)
			all++
			if !o.CanBe(feel.AnyShape) {
				told++
			}
		}
		require.NoError(t, lines.Err())
	}
	assert.Greater(t, told, all/20, "of %d expressions it tells something", all)
}

func TestOutlines(t *testing.T) {
	t.Parallel()
	text := func(parts ...string) feel.Shape { return feel.Shape{Kind: feel.TextShape, Parts: parts} }
	null := feel.Shape{Kind: feel.NullShape}
	for _, tt := range []struct {
		source string
		want   feel.Outline
	}{
		{`"a"`, feel.Outline{text("a")}},
		{`x`, feel.AnyValue()},
		{`7`, feel.Outline{{Kind: feel.ScalarShape, Parts: []string{"7"}}}},
		{`"a-" + x`, feel.Outline{null, text("a-", "")}},
		{`x + "-a"`, feel.Outline{null, text("", "-a")}},
		{`"a" + x + "b"`, feel.Outline{null, text("a", "b")}},
		{`"a" + string(x) + "b"`, feel.Outline{text("a", "b"), null}},
		{`"a" + 1`, feel.Outline{null}},
		{`1 + 2`, feel.AnyValue()},
		{`if x then "a" else "b"`, feel.Outline{text("a"), text("b")}},
		{`if x then "a" else "a"`, feel.Outline{text("a")}},
		{`if x then "a" else y`, feel.AnyValue()},
		{`{a: "x", b: a + "y"}.b`, feel.Outline{text("xy")}},
		{`{a: "x"}.b`, feel.Outline{null}},
		{`get or else(x, "a")`, feel.AnyValue()},
		{`(if x then {a: "1"} else {a: "2"}).a`, feel.Outline{text("1"), text("2")}},
		{`["a", "b"][x]`, feel.Outline{null, text("a"), text("b"), {Kind: feel.ListShape, Items: feel.Outline{text("a"), text("b")}}}},
		{`for i in x return "n" + i`, feel.Outline{null, {Kind: feel.ListShape, Items: feel.Outline{null, text("n", "")}}}},
		{`for i in ["a", "b"] return i`, feel.Outline{null, {Kind: feel.ListShape, Items: feel.Outline{text("a"), text("b")}}}},
		{`for i in ["a"] return partial`, feel.Outline{null, {Kind: feel.ListShape, Items: feel.AnyValue()}}},
		{`concatenate(["a"], for i in x return "b")`, feel.Outline{null, {Kind: feel.ListShape, Items: feel.Outline{text("a"), null, text("b")}}}},
		{`{string: function(x) "z", a: string("y")}.a`, feel.AnyValue()},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			program, err := feel.Compile(tt.source)
			require.NoError(t, err)
			got := program.Outline()
			assert.ElementsMatch(t, tt.want, got)
		})
	}
}

func TestAnOutlineHasBounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{a0: if x then "0" else "1"`)
	for i := range 60 {
		was, is := string(rune('0'+i/10))+string(rune('0'+i%10)), string(rune('0'+(i+1)/10))+string(rune('0'+(i+1)%10))
		if i == 0 {
			was = "0"
		}
		b.WriteString(`, a` + is + `: a` + was + ` + a` + was)
	}
	source := b.String()
	program, err := feel.Compile(source + `, z: [` + strings.Repeat(`if x then "a" else y, `, 2500) + `1]}`)
	require.NoError(t, err)
	o := program.Outline()
	assert.Equal(t, feel.AnyValue(), o.Member("a60"), "more texts than can be told apart")
}

func TestAnOutlineWithAnotherMember(t *testing.T) {
	t.Parallel()
	o := feel.NullValue().With([]string{"a", "b"}, feel.TextValue("x"))
	assert.Equal(t, feel.TextValue("x"), o.Member("a").Member("b"))
	assert.Equal(t, feel.NullValue(), o.Member("a").Member("c"))
	open := feel.AnyValue().With([]string{"a"}, feel.TextValue("x"))
	assert.Equal(t, feel.TextValue("x"), open.Member("a"))
	assert.Equal(t, feel.AnyValue(), open.Member("c"))
	assert.Equal(t, feel.NullValue(), o.With([]string{"a"}, feel.NullValue()).Member("a").Member("b"))
}
