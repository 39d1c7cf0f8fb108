package feel_test

import (
	"context"
	"encoding/json"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

type base struct {
	ID    int    `json:"id"`
	Shown string // no tag
}

type order struct {
	base
	*Extra
	ID       string         `json:"id"`
	Total    float64        `json:"total,omitempty"`
	Items    []string       `json:"items,omitempty"`
	Due      time.Time      `json:"due,omitzero"`
	Hidden   int            `json:"-"`
	Dash     int            `json:"-,"` //nolint:staticcheck // encoding/json takes this as the name -
	Parent   *order         `json:"parent"`
	Any      any            `json:"any"`
	Fields   map[string]int `json:"fields"`
	private  int
	Patience time.Duration
}

type Extra struct{ Note string }

func TestFromGo(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	type level int
	one := 1
	for _, tt := range []struct {
		value any
		want  string
	}{
		{nil, `null`},
		{true, `true`},
		{"a", `"a"`},
		{1, `1`},
		{int8(-3), `-3`},
		{uint64(math.MaxUint64), `1.8446744073709552E19`},
		{1.5, `1.5`},
		{float32(0.5), `0.5`},
		{level(7), `7`},
		{&one, `1`},
		{(*int)(nil), `null`},
		{[]int(nil), `null`},
		{map[string]int(nil), `null`},
		{[]any{1, "a", nil}, `[1,"a",null]`},
		{[2]bool{true, false}, `[true,false]`},
		{[]byte("FEEL"), `"RkVFTA=="`},
		{map[string]any{"b": 1, "a": []string{"x"}}, `{"a":["x"],"b":1}`},
		{json.Number("12"), `12`},
		{json.RawMessage(`{"b":[1.5,null]}`), `{"b":[1.5,null]}`},
		{jsonvalue.Number("3"), `3`},
		{apd.New(25, -1), `2.5`},
		{jsonvalue.ObjectOf(jsonvalue.Member{Key: "k", Value: true}), `{"k":true}`},
		{netip.MustParseAddr("10.0.0.1"), `"10.0.0.1"`},
		{90 * time.Minute, `"PT1H30M"`},
		{-time.Millisecond, `"PT-0.001S"`},
		{time.Date(2026, 11, 29, 11, 0, 0, 0, time.UTC), `"2026-11-29T11:00:00Z"`},
		{time.Date(2026, 7, 1, 12, 0, 0, 5000000, paris), `"2026-07-01T12:00:00.005+02:00"`},
		{order{base: base{ID: 1, Shown: "s"}, ID: "o", private: 1, Patience: time.Second, Parent: &order{ID: "p", Total: 2, Items: []string{"i"}, Extra: &Extra{"n"}}}, `{"Shown":"s","id":"o","-":0,"parent":{"Shown":"","Note":"n","id":"p","total":2,"items":["i"],"-":0,"parent":null,"any":null,"fields":null,"Patience":"PT0S"},"any":null,"fields":null,"Patience":"PT1S"}`},
	} {
		v, err := feel.FromGo(tt.value)
		if assert.NoError(t, err, "%v", tt.value) {
			assert.Equal(t, tt.want, string(feel.AppendJSON(nil, v)), "%v", tt.value)
		}
	}
	type loop struct{ Next *loop }
	endless := &loop{}
	endless.Next = endless
	for want, value := range map[string]any{
		"a.b[1]: a chan int is no value of FEEL":      map[string]any{"a": map[string]any{"b": []any{1, make(chan int)}}},
		"NaN is no number of FEEL":                    math.NaN(),
		"the keys of a map[int]string are no strings": map[int]string{1: "a"},
		"a value of more than 1000 levels":            endless,
		`"x" is no number`:                            json.Number("x"),
		"Infinity is no number of FEEL":               &apd.Decimal{Form: apd.Infinite},
		"Note: a func() is no value of FEEL":          struct{ Note func() }{func() {}},
	} {
		_, err := feel.FromGo(value)
		assert.ErrorContains(t, err, want)
	}
}

func TestToGo(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]any{
		`null`: nil, `true`: true, `"a"`: "a", `1`: int64(1), `1.50`: 1.5, `10**400`: math.Inf(1), `9223372036854775808`: 9223372036854775808.0, `whole`: int64(12), `[1, [x]]`: []any{int64(1), []any{nil}},
		`{a: 1, f: function(x) x}`: map[string]any{"a": int64(1)}, `@"PT1.5S"`: 1500 * time.Millisecond, `@"-PT1.5S"`: -1500 * time.Millisecond, `@"P999999D"`: "PT23999976H", `@"P1Y2M"`: "P1Y2M", `@"2024-02-29"`: "2024-02-29", `@"10:00:00"`: "10:00:00",
		`@"2024-02-29T10:00:00"`: "2024-02-29T10:00:00", `@"2024-02-29T10:00:00.5Z"`: time.Date(2024, 2, 29, 10, 0, 0, 5e8, time.UTC), `function(x) x`: nil,
	} {
		p, err := feel.Compile(source)
		require.NoError(t, err, source)
		scope, err := feel.Variables(map[string]any{"whole": 12, "x": nil})
		require.NoError(t, err)
		r, err := p.Eval(context.Background(), scope)
		require.NoError(t, err, source)
		assert.Equal(t, want, feel.ToGo(r.Value), source)
	}
	v, err := feel.FromGo(time.Date(2024, 7, 1, 10, 0, 0, 0, time.FixedZone("", 7200)))
	require.NoError(t, err)
	assert.Equal(t, "2024-07-01T10:00:00+02:00", feel.ToGo(v).(time.Time).Format(time.RFC3339))
}

// A Go time reads as the same instant when it comes back.
func TestGoTimesComeBack(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	for _, at := range []time.Time{time.Unix(0, 1).In(paris), time.Date(1900, 1, 1, 0, 0, 0, 0, paris), time.Date(2024, 10, 27, 1, 30, 0, 999, time.UTC)} {
		v, err := feel.FromGo(at)
		require.NoError(t, err)
		assert.True(t, at.Equal(feel.ToGo(v).(time.Time)), "%s gave %s", at, feel.ToGo(v))
	}
	_, err = feel.Variables(map[string]any{"a": func() {}})
	assert.EqualError(t, err, "a: a func() is no value of FEEL")
}
