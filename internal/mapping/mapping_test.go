package mapping

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func scope(t *testing.T, variables string) Scope {
	t.Helper()
	v, err := jsonvalue.ParseString(variables)
	require.NoError(t, err)
	return Scope{Variables: Stored(v.(*jsonvalue.Object))}
}

func written(v jsonvalue.Value) string { return string(jsonvalue.Append(nil, v)) }

// pairs makes mappings of sources and targets: "source → target".
func pairs(all ...string) []bpmn.Mapping {
	mappings := make([]bpmn.Mapping, len(all))
	for i, pair := range all {
		source, target, _ := strings.Cut(pair, " → ")
		mappings[i] = bpmn.Mapping{Source: source, Target: target, Pos: bpmn.Pos{Line: i + 1, Column: 1}}
	}
	return mappings
}

// TestWhereVersionsDiffer: what the mappings give together is held against the engine in test/mappings. Here is what they give
// one by one, and what is told of it.
func TestWhereVersionsDiffer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, variables string
		mappings        []bpmn.Mapping
		oneByOne        string
		differences     []string // target, value together, value one by one
		reads           []string // target, name, and what it stands for in both
	}{
		{
			"a field of the same target", `{}`, pairs("orders → input.source", "={src: input.source, leaf: source} → input.detail"),
			`{"input":{"source":"orders","detail":{"src":"orders","leaf":null}}}`,
			[]string{`input.detail {"src":null,"leaf":"orders"} {"src":"orders","leaf":null}`},
			[]string{
				"input.detail input: the variable of this name | a context of what the mappings to input.source give",
				"input.detail source: what the mapping to input.source gives | the variable of this name",
			},
		},
		{
			"two fields of a variable are copied", `{"foo":{"bar":1,"baz":2}}`, pairs("=foo.bar → foo.bar", "=foo.baz → foo.baz"),
			`{"foo":{"bar":1,"baz":2}}`, nil,
			[]string{"foo.baz foo: the variable of this name | a context of what the mappings to foo.bar give"},
		},
		{
			"a mapping between two of one root", `{}`, pairs("=1 → p.u", "=2 → t", "=t → p.v"),
			`{"p":{"u":1,"v":2},"t":2}`,
			[]string{`p.v null 2`},
			[]string{"p.v t: the variable of this name | what the mapping to t gives"},
		},
		{
			"a root that is not complete yet", `{}`, pairs("=1 → p.u", "=p.v → q", "=2 → p.v"),
			`{"p":{"u":1,"v":2},"q":null}`,
			[]string{`q 2 null`},
			[]string{"q p: a context of what the mappings to p.u, p.v give | a context of what the mappings to p.u give"},
		},
		{
			"the same target twice", `{}`, pairs("=1 → x", "=x + 1 → x"),
			`{"x":2}`,
			[]string{`x null 2`},
			[]string{"x x: the variable of this name | what the mapping to x gives"},
		},
		{
			"a date is a text to the next mapping", `{}`, pairs(`=date("2026-11-29") → d`, "=d.year → y"),
			`{"d":"2026-11-29","y":null}`,
			[]string{`y 2026 null`},
			nil,
		},
		{"a context that a field replaces", `{}`, pairs("={a: 1} → p", "=2 → p.u"), `{"p":{"u":2}}`, nil, nil},
		{"roots in their order", `{"a":1}`, pairs("=a → b", "=b + 1 → c", "={d: c} → e"), `{"b":1,"c":2,"e":{"d":2}}`, nil, nil},
		{"names within an expression", `{"list":[{"u":1}]}`, pairs("=1 → p.u", "=list[u = 1].u → p.v", "=for u in [5] return u → p.w"), `{"p":{"u":1,"v":[1],"w":[5]}}`, nil, nil},
		{"texts", `{}`, pairs(`a\nb → x`, " → y", "say \"hi\" → z"), `{"x":"a\nb","y":null,"z":"say \"hi\""}`, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.oneByOne != "" {
				r, err := Inputs(t.Context(), tt.mappings, scope(t, tt.variables), OneByOne)
				require.NoError(t, err)
				assert.Equal(t, tt.oneByOne, written(r.Variables))
				assert.Empty(t, r.Differences)
			}
			r, err := Inputs(t.Context(), tt.mappings, scope(t, tt.variables), AnyOrder)
			require.NoError(t, err)
			var found []string
			for _, d := range r.Differences {
				found = append(found, d.Mapping.Target+" "+written(d.Before)+" "+written(d.After))
			}
			assert.Equal(t, tt.differences, found)
			var reads []string
			for _, read := range Reads(tt.mappings) {
				reads = append(reads, read.Mapping.Target+" "+read.Name+": "+read.Before+" | "+read.After)
			}
			assert.Equal(t, tt.reads, reads)
			r, err = Inputs(t.Context(), tt.mappings, scope(t, tt.variables), Together)
			require.NoError(t, err)
			assert.Empty(t, r.Differences, "the version is known")
		})
	}
}

// Values that are others each time cannot be compared, but the names that they are read by can.
func TestWhereVersionsDifferInValuesThatChange(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{"=uuid() → p.u": 1, "=random number() → p.u": 1, "=now() → p.u": 1, "=uuid() → q": 0} {
		r, err := Inputs(t.Context(), pairs(source, "={a: u} → p.v"), scope(t, `{}`), AnyOrder)
		require.NoError(t, err)
		require.Len(t, r.Differences, want, source)
		if want > 0 {
			assert.Equal(t, "p.v", r.Differences[0].Mapping.Target)
			assert.Equal(t, !strings.HasPrefix(source, "=now"), r.Differences[0].Read != nil, source)
		}
	}
	s := scope(t, `{}`)
	s.Now = time.Date(2026, 11, 29, 1, 39, 55, 251_999_999, time.FixedZone("", 3600))
	r, err := Inputs(t.Context(), pairs("=now() → t", "={a: t} → p.v", "=today() → d"), s, AnyOrder)
	require.NoError(t, err)
	assert.Equal(t, `{"t":"2026-11-29T00:39:55.251Z[Etc/UTC]","p":{"v":{"a":"2026-11-29T00:39:55.251Z[Etc/UTC]"}},"d":"2026-11-29"}`, written(r.Variables))
	assert.Empty(t, r.Differences)
}

func TestAMappingThatFailsInLaterVersionsOnly(t *testing.T) {
	t.Parallel()
	r, err := Inputs(t.Context(), pairs("=assert(x, false) → x", "=1 → x", "=x → y"), scope(t, `{}`), AnyOrder)
	require.NoError(t, err, "a later mapping takes the place of the one that fails")
	require.Len(t, r.Differences, 1)
	assert.Equal(t, bpmn.Pos{Line: 1, Column: 1}, r.Differences[0].Mapping.Pos)
	assert.ErrorContains(t, r.Differences[0].Err, "line 1, column 1")
}

func TestOrderOf(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]Order{
		"": AnyOrder, "8.8": AnyOrder, "8.7": AnyOrder, "8.6": Together, "8.5.0": Together, "8.6.99": Together,
		"8.7.35": Together, "8.7.36": OneByOne, "8.8.0": Together, "8.8.21": Together, "8.8.33": Together, "8.8.34": OneByOne, "8.9": OneByOne, "8.9.0": OneByOne, "8.10.0": OneByOne,
	} {
		assert.Equal(t, want, OrderOf(version), version)
	}
}

func TestWarningsAndErrorsStandInTheirMapping(t *testing.T) {
	t.Parallel()
	for _, order := range []Order{AnyOrder, OneByOne} {
		r, err := Inputs(t.Context(), pairs("= a → x", "= {\n  b: oder.id} → p.q", "=\"é\" + nope(1) → p.r"), scope(t, `{"order":{}}`), order)
		require.NoError(t, err)
		var found []string
		for _, w := range r.Warnings {
			found = append(found, fmt.Sprintf("%s %d:%d %s %s", w.Mapping.Target, w.Line, w.Column, w.Kind, w.Name))
		}
		assert.Equal(t, []string{"x 1:1 unknown variable a", "p.q 2:6 unknown variable oder", "p.r 1:7 unknown function nope"}, found[:3])
		_, err = Inputs(t.Context(), pairs("=1 → x", "= {\n  b: modulo(5, 0)} → p.q"), scope(t, `{}`), order)
		var failed *Error
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "p.q", failed.Mapping.Target)
		assert.ErrorContains(t, err, `line 2, column 1: mapping to "p.q": line 2, column 6: `)
	}
	r, err := Outputs(t.Context(), pairs("=nothing → p.q"), scope(t, `{}`))
	require.NoError(t, err)
	told := 0
	for _, w := range r.Warnings {
		if w.Name == "nothing" {
			told++
		}
	}
	assert.Equal(t, 1, told, "the context stands twice in the expression, its warning is told once")
}

func TestNowIsInTheZoneOfABroker(t *testing.T) {
	t.Parallel()
	r, err := Inputs(t.Context(), pairs("=now() → x"), scope(t, `{}`), AnyOrder)
	require.NoError(t, err)
	v, _ := r.Variables.Get("x")
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\[Etc/UTC\]$`, v)
}

func TestALongTextIsNoExpression(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 10_000)
	for _, order := range []Order{AnyOrder, OneByOne} {
		r, err := Inputs(t.Context(), []bpmn.Mapping{{Source: long, Target: "x"}, {Source: "=x", Target: "y"}}, scope(t, `{}`), order)
		require.NoError(t, err)
		y, _ := r.Variables.Get("y")
		assert.Equal(t, long, y)
	}
}

// The broker takes 9223372036854775808 from a client and cannot read it again.
func TestAnIntegerThatTheBrokerCannotRead(t *testing.T) {
	t.Parallel()
	s := scope(t, `{"order":{"ids":[1,9223372036854775808]},"b":-9223372036854775808}`)
	for _, order := range []Order{AnyOrder, OneByOne} {
		_, err := Inputs(t.Context(), pairs("=order.ids[1] → x"), s, order)
		assert.ErrorContains(t, err, "the variable order holds the number 9223372036854775808, which the broker cannot read")
		r, err := Inputs(t.Context(), pairs("=b → x"), s, order)
		require.NoError(t, err)
		assert.Equal(t, `{"x":-9223372036854775808}`, written(r.Variables))
	}
}

func TestStored(t *testing.T) {
	t.Parallel()
	v, err := jsonvalue.ParseString(`{"a":1.10,"b":[1E2,-0,{"c":0.0000001}],"d":12345678.9,"e":"1.10"}`)
	require.NoError(t, err)
	assert.Equal(t, `{"a":1.1,"b":[100.0,0,{"c":1.0E-7}],"d":1.23456789E7,"e":"1.10"}`, written(Stored(v.(*jsonvalue.Object))))
	assert.Equal(t, `{}`, written(Stored(nil)))
}

// An expression of the connector has functions that a mapping has not, and the other way round.
func TestFunctionsOfTheBroker(t *testing.T) {
	t.Parallel()
	r, err := Inputs(t.Context(), pairs("=fromAi(a.b, \"the b\") → x", "=cycle(3, duration(\"P400D\")) → y", "=cycle(\"PT1H\") → z", "=bpmnError(\"E\") → w"), scope(t, `{"a":{"b":7}}`), AnyOrder)
	require.NoError(t, err)
	assert.Equal(t, `{"x":7,"y":"R3/P400D","z":null,"w":null}`, written(r.Variables))
	require.Len(t, r.Warnings, 2)
	assert.Equal(t, "z: line 1, column 1: the interval of cycle must be a duration", r.Warnings[0].String())
	assert.Contains(t, r.Warnings[1].String(), "there is no function bpmnError")
}

func TestBrokerReads(t *testing.T) {
	t.Parallel()
	var found []string
	for _, r := range BrokerReads(pairs("={a: camunda.secrets.X, b: camunda.processInstance.key + 1, c: camunda.secrets.`y-z`, d: camunda.other, e: order.camunda.vars} → x")[0]) {
		found = append(found, r.Name()+" "+r.Since)
	}
	assert.Equal(t, []string{"camunda.secrets.X 8.10", "camunda.processInstance.key 8.10", "camunda.secrets.y-z 8.10"}, found)
	assert.True(t, Offered("vars", "8.9.0"))
	assert.False(t, Offered("secrets", "8.9.0"))
	assert.False(t, Offered("other", "9.0.0"))
}
