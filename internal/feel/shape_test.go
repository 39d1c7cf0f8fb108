package feel_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// shaped is a list of contexts in which the fields a and b stand at different places, are missing, or stand twice. A number
// says where the list begins.
func shaped(first int) string {
	var many strings.Builder // an object with an index
	for i := range 20 {
		fmt.Fprintf(&many, `"f%d":%d,`, i, i)
	}
	shapes := []string{
		`{"a":1,"b":{"a":10}}`, `{"b":{"a":20},"a":2}`, `{"x":0,"y":0,"a":3}`, `{"b":{"c":1,"a":30}}`, `{"a":0,"b":null,"a":4}`, `{}`, `7`,
		`{` + many.String() + `"a":5,"b":{"a":50}}`, `{"a":6,` + many.String() + `"b":{}}`, `{"a":null}`,
	}
	first %= len(shapes)
	return `{"l":[` + strings.Join(append(shapes[first:len(shapes):len(shapes)], shapes[:first]...), ",") + `],"a":99}`
}

// A program reads the members of contexts of any shape, also when it was evaluated on others before, and by several goroutines at
// a time.
func TestMembersOfDifferentShapes(t *testing.T) {
	t.Parallel()
	sources := []string{
		`l.a`, `l.b.a`, `l[a > 2].a`, `for x in l return x.a`, `for x in l return x.b.a`, `l[item.a = 2 or b.a = 30]`, `l[b != null].b`,
		`some x in l satisfies x.b.a = 50 and x.a = 5`, `l[a = 6].f19`, `l[is defined(a)].a`, `{a: 1, r: l[a = 1].a}.r`,
	}
	for _, source := range sources {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			shared, err := feel.Compile(source)
			require.NoError(t, err)
			var running sync.WaitGroup
			for first := range 10 {
				v, err := jsonvalue.ParseString(shaped(first))
				require.NoError(t, err)
				scope := feel.Context(v.(*jsonvalue.Object))
				fresh, err := feel.Compile(source)
				require.NoError(t, err)
				want, err := fresh.Eval(t.Context(), scope)
				require.NoError(t, err)
				running.Go(func() {
					for range 50 {
						got, err := shared.Eval(context.Background(), scope)
						if !assert.NoError(t, err) || !assert.Equal(t, string(feel.AppendJSON(nil, want.Value)), string(feel.AppendJSON(nil, got.Value))) {
							return
						}
					}
				})
			}
			running.Wait()
		})
	}
}

// What the shapes above give, by hand.
func TestMembersByHand(t *testing.T) {
	t.Parallel()
	v, err := jsonvalue.ParseString(shaped(0))
	require.NoError(t, err)
	for source, want := range map[string]string{
		`l.a`:                               `[1,2,3,null,4,null,null,5,6,null]`,
		`for x in l return x.b.a`:           `[10,20,null,30,null,null,null,50,null,null]`,
		`l[a > 2].a`:                        `[3,null,4,null,null,5,6]`,
		`for x in l[b.a > 10] return x.b.a`: `[20,30,50]`,
	} {
		p, err := feel.Compile(source)
		require.NoError(t, err)
		for range 2 {
			r, err := p.Eval(t.Context(), feel.Context(v.(*jsonvalue.Object)))
			require.NoError(t, err)
			assert.Equal(t, want, string(feel.AppendJSON(nil, r.Value)), source)
		}
	}
}
