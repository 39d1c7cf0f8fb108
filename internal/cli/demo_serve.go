package cli

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/examples"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// servedWaiting is how many jobs may wait for a worker: enough that it is never idle between two ticks.
const servedWaiting = 10

// demoServe serves a gateway and a bus for workers of others until ctx ends. It makes a job every second, unless enough
// wait, and tells how each ended.
func demoServe(ctx context.Context, s *session) error {
	ended := &endingLines{}
	st, err := openStage(embedded.GatewayOptions{ //nolint:contextcheck // it is closed, not cancelled
		Version: "8.10.0", RESTAddress: "127.0.0.1:0", KeepCommands: -1, OnEnding: ended.add,
		Models:  map[int64]string{demoDefinition: string(examples.OrderPlaced)},
		Secrets: map[string]string{"AWS_ACCESS_KEY": demoAccessKey, "AWS_SECRET_KEY": demoSecretKey},
	})
	if err != nil {
		return err
	}
	defer st.closeParts()
	fmt.Fprintf(s.stdout, `A gateway that knows what Camunda 8.10 knows, and an event bus. Ctrl-C ends them. The jobs are of the task %q.

  gateway, gRPC   %s
  gateway, REST   %s/v2
  event bus       %s

A worker of your own, in another terminal:

  CAMUNDA_CLIENT_GRPCADDRESS=http://%s CAMUNDA_CLIENT_RESTADDRESS=%s \
  SECRET_AWS_ACCESS_KEY=%s SECRET_AWS_SECRET_KEY=%s %s run

`, st.task.Name, st.gateway.Address(), st.gateway.RESTURL(), st.bus.URL(), st.gateway.Address(), st.gateway.RESTURL(), demoAccessKey, demoSecretKey, Name)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for order := 1001; ; {
		if st.gateway.Counts().Waiting < servedWaiting {
			j, err := st.job(ctx, fmt.Sprintf("A-%d", order), 3)
			if ctx.Err() != nil {
				return nil // the demo was ended meanwhile
			}
			if err != nil {
				return err
			}
			if _, err := st.gateway.AddJobs(j); err != nil {
				return err
			}
			order++
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		for _, e := range ended.take() {
			fmt.Fprintf(s.stdout, "job %d %s\n", e.Command.JobKey, st.howEnded(e))
		}
	}
}

// endingLines keeps how jobs ended until it is told.
type endingLines struct {
	mu   sync.Mutex
	kept []embedded.Ending
}

func (l *endingLines) add(e embedded.Ending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, e)
}

func (l *endingLines) take() []embedded.Ending {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := l.kept
	l.kept = nil
	return kept
}
