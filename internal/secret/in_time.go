package secret

import (
	"context"
	"errors"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// errTooLate is what a job gets whose deadline came before an answer.
var errTooLate = errors.New("the job's lease leaves no more time for it")

// inTime asks by flights, and waits no longer than until deadline; zero = as long as it takes.
func inTime[V any](ctx context.Context, deadline time.Time, flights *pace.Flights[V], key string, limit time.Duration, ask func(context.Context) (V, error)) (V, error) {
	if !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	answer, err := flights.Do(ctx, key, limit, ask)
	if errors.Is(err, pace.ErrTooLate) {
		err = errTooLate
	}
	return answer, err
}
