package feel_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source     string
		references []string // name.key.key
		unknown    []string // functions, with the nearest name
		kinds      []jsonvalue.Kind
	}{
		{source: `response.entries[1].eventId`, references: []string{"response.entries.eventId"}},
		{source: `{a: x.y, b: a.c}`, references: []string{"x.y"}, kinds: []jsonvalue.Kind{jsonvalue.KindObject}},
		{source: `for i in l return i.a + j`, references: []string{"l", "j"}, kinds: []jsonvalue.Kind{jsonvalue.KindArray, jsonvalue.KindNull}},
		{source: `some i in l satisfies i > k`, references: []string{"l", "k"}, kinds: []jsonvalue.Kind{jsonvalue.KindBoolean, jsonvalue.KindNull}},
		{source: `l[price > limit].sku`, references: []string{"l.sku"}},
		{source: `if a then "x" else 1`, references: []string{"a"}, kinds: []jsonvalue.Kind{jsonvalue.KindNumber, jsonvalue.KindString}},
		{source: `if a then x else 1`, references: []string{"a", "x"}},
		{source: `uppercase(a) + count(b)`, references: []string{"a", "b"}, unknown: []string{"uppercase upper case"}, kinds: []jsonvalue.Kind{jsonvalue.KindNumber, jsonvalue.KindString, jsonvalue.KindNull}},
		{source: `{f: function(x) x + y, r: f(1)}`, references: []string{"y"}, kinds: []jsonvalue.Kind{jsonvalue.KindObject}},
		{source: `x in (a, b..c)`, references: nil},
		{source: `not(a between b and c)`, references: []string{"a", "b", "c"}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			p, err := feel.Compile(tt.source)
			if tt.references == nil {
				require.Error(t, err, "no expression")
				return
			}
			require.NoError(t, err)
			seen := p.Inspect()
			var references, unknown []string
			for _, r := range seen.References {
				names := []string{r.Name}
				for _, k := range r.Keys {
					names = append(names, k.Name)
				}
				references = append(references, strings.Join(names, "."))
			}
			for _, c := range seen.Calls {
				if !c.Known {
					unknown = append(unknown, c.Name+" "+c.Nearest)
				}
			}
			assert.Equal(t, tt.references, references)
			assert.Equal(t, tt.unknown, unknown)
			assert.Equal(t, tt.kinds, seen.Kinds)
		})
	}
}

func TestInspectSeesComparisonsAndIndexes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source      string
		comparisons []string // path text text
		zeros       int
		misfits     []string // function, and what it takes
	}{
		{source: `if error.code = "A" or "B" = error.code then 1 else 2`, comparisons: []string{"error.code A", "error.code B"}},
		{source: `error.code in ("A", "B")`, comparisons: []string{"error.code A B"}},
		{source: `error.code in ["A", "B"]`, comparisons: []string{"error.code A B"}},
		{source: `for e in l return e.code = "A"`},
		{source: `a + 1 = 2 and upper case(a) = "A" and 1 = a`},
		{source: `l[0].a + l[1] + m[l[0]][0]`, zeros: 3},
		{source: `l[x = 0]`},
		{source: `upper case() + upper case("a", "b") + max(1, 2, 3)`, misfits: []string{"upper case(string)", "upper case(string)"}},
		{source: `{f: function(a) a, count: function(a, b) a, x: count(1, 2)}`},
		{source: `substring(string: "a", start position: 1)`},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			p, err := feel.Compile(tt.source)
			require.NoError(t, err)
			seen := p.Inspect()
			var comparisons, misfits []string
			for _, c := range seen.Comparisons {
				path := []string{c.Path.Name}
				for _, k := range c.Path.Keys {
					path = append(path, k.Name)
				}
				words := []string{strings.Join(path, ".")}
				for _, text := range c.Texts {
					words = append(words, text.Text)
				}
				comparisons = append(comparisons, strings.Join(words, " "))
			}
			for _, c := range seen.Calls {
				if c.Misfit != "" {
					misfits = append(misfits, c.Misfit)
				}
			}
			assert.Equal(t, tt.comparisons, comparisons)
			assert.Len(t, seen.ZeroIndexes, tt.zeros)
			assert.Equal(t, tt.misfits, misfits)
		})
	}
}
