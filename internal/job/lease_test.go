package job

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestALeaseThatIsExtended holds when it ends then. Where nobody knows what the broker took, the earlier end counts.
func TestALeaseThatIsExtended(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	for _, tt := range []struct {
		name    string
		left    time.Duration // of the lease
		asked   time.Duration
		answers Extender // nil = it cannot be extended
		end     time.Duration
		granted time.Duration
		want    error // nil with granted 0 = any
	}{
		{"longer", time.Minute, time.Hour, func(context.Context, time.Duration) error { return nil }, time.Hour, time.Hour, nil},
		{"shorter", time.Hour, time.Minute, func(context.Context, time.Duration) error { return nil }, time.Minute, time.Minute, nil},
		{"no answer, longer", time.Minute, time.Hour, func(context.Context, time.Duration) error { return away }, time.Minute, 0, away},
		{"no answer, shorter", time.Hour, time.Minute, func(context.Context, time.Duration) error { return away }, time.Minute, 0, away},
		{"it cannot be, longer", time.Minute, time.Hour, nil, time.Minute, 0, nil},
		{"it cannot be, shorter", time.Hour, time.Minute, nil, time.Minute, 0, nil},
		{"it is over", 0, time.Hour, func(context.Context, time.Duration) error { panic("the job may be another worker's") }, 0, 0, ErrLeaseOver},
		{
			"no answer before its end", time.Minute, time.Hour,
			func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }, time.Minute, 0, context.DeadlineExceeded,
		},
		{
			"from when it was asked for", time.Minute, time.Hour,
			func(context.Context, time.Duration) error { <-time.After(time.Second); return nil }, time.Hour, time.Hour, nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				l := NewLease(began.Add(tt.left), tt.answers)
				err := l.Extend(t.Context(), tt.asked)
				switch {
				case tt.want != nil:
					require.ErrorIs(t, err, tt.want)
				case tt.granted == 0:
					var refused *CommandError
					require.ErrorAs(t, err, &refused)
					assert.Equal(t, Unsupported, refused.Kind)
				default:
					require.NoError(t, err)
				}
				assert.Equal(t, tt.end, l.End().Sub(began))
				assert.Equal(t, tt.granted, l.Granted())
				assert.LessOrEqual(t, time.Since(began), tt.left, "no call goes on after the lease")
			})
		})
	}
}
