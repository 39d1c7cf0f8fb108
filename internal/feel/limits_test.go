package feel_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// steppingClock is a clock that moves on by a step whenever it is read.
func steppingClock(step time.Duration) func() time.Time {
	at := time.Unix(0, 0)
	return func() time.Time { at = at.Add(step); return at }
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const long = `count(for i in 1..2000 return [i])`
	for _, tt := range []struct {
		source string
		limits feel.Limits
		step   time.Duration
		want   string // empty = it ends within the limits
	}{
		{long, feel.Limits{}, 0, ""},
		{long, feel.Limits{Steps: 1000}, 0, "the expression needs more than 1000 steps"},
		{long, feel.Limits{Bytes: 3 << 20}, 0, ""},
		{long, feel.Limits{Bytes: 1000}, 0, "the expression needs more than 1000 bytes of values"},
		{long, feel.Limits{}, time.Second, "the expression needs more than 2.5s"},
		{long, feel.Limits{Time: time.Minute}, 10 * time.Second, "the expression needs more than 1m0s"},
		{long, feel.Limits{Time: time.Hour}, time.Second, ""},
	} {
		p, err := feel.Compile(tt.source, feel.WithLimits(tt.limits), feel.WithClock(steppingClock(tt.step)))
		require.NoError(t, err)
		r, err := p.Eval(context.Background(), feel.Context(jsonvalue.NewObject(0)))
		if tt.want != "" {
			assert.EqualError(t, err, tt.want)
			assert.True(t, feel.IsBudget(err))
		} else if assert.NoError(t, err) {
			assert.Equal(t, int64(2000), feel.ToGo(r.Value))
		}
	}
}
