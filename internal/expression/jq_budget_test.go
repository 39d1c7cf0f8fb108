package expression

import (
	"encoding/json"
	"testing"

	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// One step of jq can make as much as it likes; whatever would take too long or too much memory ends all the same.
func TestJQBudgets(t *testing.T) {
	t.Parallel()
	const fold = `(reduce range(30) as $i ([1]; [., ., ., .]))`
	for _, source := range []string{
		`"x" * 100000000 | length`, `100000000 * "x" | length`, `1e9 * "x" | length`,
		`reduce range(40) as $i ("x"; . + .) | length`, `reduce range(40) as $i ("x"; . += .) | length`, `reduce range(40) as $i ([1]; . + .) | length`,
		`reduce range(40) as $i ("x"; "\(.)\(.)") | length`, `reduce range(40) as $i ("x"; @text "\(.)\(.)") | length`, `reduce range(200) as $i ("'"; @sh) | length`,
		`try (reduce range(40) as $i ("x"; . + .)) catch 1`, `try error("x" * 100000000) catch 1`,
		`null | .[20000000] = 1`, `[range(1000000000)] | length`, `[range(100000) | "x"] | join("y" * 100000) | length`, `def f: [f]; f`,
		`("x" * 1000000) as $x | [range(10000) | $x] | add | length`,
		fold, fold + ` | tojson | length`, fold + ` | tostring | length`, fold + ` | flatten | length`, fold + ` as $x | $x == $x`, fold + ` | contains(` + fold + `)`,
		fold + ` | sort == 1`, `[` + fold + `, ` + fold + `] | unique | length`, `[` + fold + `] - [` + fold + `] | length`, `"\(` + fold + `)" | length`, fold + ` | @json | length`,
		`"x" * 1000000 | gsub("x"; "yy") | length`, `"x" * 1000000 | [scan("x")] | length`, `"x" * 1000000 | split("x"; null) | length`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			p, err := Compile(JQ, source)
			require.NoError(t, err)
			r, err := p.Eval(t.Context(), &Scope{})
			require.Error(t, err, "got %.100v", r.Value)
			assert.Contains(t, err.Error(), "needs more than")
		})
	}
}

// An expression means with its guards what it means without.
func TestJQGuardsChangeNoResult(t *testing.T) {
	t.Parallel()
	input, err := jsonvalue.ParseString(`{"a": 1, "b": [3, 1, 2, 1], "s": "Hello, Wörld", "o": {"x": null, "y": true}, "n": [[1, [2]], []]}`)
	require.NoError(t, err)
	for _, source := range []string{
		`[.b[] + (1, 2)]`, `[(1, 2) * (10, 20)]`, `.a += 4 | .a *= 3`, `.b[] += (1, 2)`, `.b |= map(. * 2)`, `.b - [1]`, `[.b[] == 1]`, `[.b[] | . > 1, . <= 1, . != 3]`,
		`"x\(.a + 1)y\(.b)"`, `@base64 "z\(.s)" + @json`, `@csv "\(.b)"`, `.b | @csv`, `.s | @base64 | @base64d`, `.b | join(", ")`, `[.b | join("-", "+")]`,
		`.b | add`, `add(.b[])`, `.n | flatten, flatten(1)`, `.b | sort, unique, min, max, (sort_by(-.)), (group_by(. > 1))`, `.b | tojson`, `.o | tostring`, `.s | explode | implode`,
		`.s | test("w"; "i"), (match("l+").string), [scan("[a-z]")], sub("l"; "L"), gsub("(?<c>[lo])"; "<\(.c)>")`, `.s | split(", ")`, `.s | split(", *"; null)`,
		`.s | contains("llo"), (. | inside("Hello, Wörld!")), index("l"), rindex("l"), indices("l"), ltrimstr("He"), ascii_downcase`, `.b | contains([1, 3]), index(1), indices(1)`,
		`.o | to_entries`, `.o | with_entries(.value = 1 + 1)`, `[limit(3; repeat(1))]`, `reduce .b[] as $x (0; . + $x)`, `[foreach .b[] as $x (0; . + $x; [$x, .])]`,
		`def add: 7; add`, `def f(x): x * 2; f(.a + 1)`, `if .a == 1 then "one" else "more" end`, `try error("x" + "y") catch . + "!"`, `. as {a: $a, b: [$b]} | $a + $b`,
		`.["a"] + .b[0]`, `.b[1:] + .b[:1]`, `{(.s + "!"): .a, k: (.a + 1)}`, `[paths]`, `.o.x // "none" + "!"`, `-(.a) + 1`, `.b | map(select(. == 1)) | length`, `[.b | transpose?]`, `label $f | .b[] | if . == 1 then break $f else . + 1 end`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			query, err := gojq.Parse(`[` + source + `]`)
			require.NoError(t, err)
			var want any
			iter := query.Run(toJQ(input))
			want, _ = iter.Next()
			require.NotImplements(t, (*error)(nil), want)
			text, err := json.Marshal(want)
			require.NoError(t, err)
			p, err := Compile(JQ, `[`+source+`]`)
			require.NoError(t, err)
			r, err := p.Eval(t.Context(), &Scope{Response: input})
			require.NoError(t, err)
			assert.JSONEq(t, string(text), string(jsonvalue.Append(nil, r.Value)))
		})
	}
}
