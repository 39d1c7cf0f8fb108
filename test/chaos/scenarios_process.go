package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// processes ends and kills workers.
func processes() []*scenario {
	return []*scenario{
		{
			name: "rolling-restart", about: "both replicas are replaced, one after the other: the new one takes jobs, then the old one is ended by SIGTERM; two times",
			form: both, replicas: 2, slots: 64, rate: 40, fault: rolling,
		},
		{
			name: "worker-killed", about: "one of two workers is killed with jobs at work (the bus takes 100 ms), and another starts in its place",
			form: both, replicas: 2, slots: 64, rate: 20, lease: 20 * time.Second, requestTimeout: 5 * time.Second, why: "worker killed", after: 15 * time.Second,
			prepare: func(ctx context.Context, w *world) error { return w.busFaults(ctx, control.BusFaults{SlowMs: 100}) },
			fault: func(ctx context.Context, w *world) error {
				now := time.Now()
				w.workers[0].Kill()
				w.allow(now.Add(-time.Second), now.Add(500*time.Millisecond), w.scenario.why)
				if err := pace.Sleep(ctx, time.Second); err != nil {
					return err
				}
				return w.startWorker(0)
			},
		},
	}
}

func rolling(ctx context.Context, w *world) error {
	for range 2 {
		for place := range w.scenario.replicas {
			old := w.workers[len(w.workers)-w.scenario.replicas]
			if err := w.startWorker(place); err != nil {
				return err
			}
			if err := w.awaitTaking(ctx, w.scenario.replicas+1); err != nil {
				return err
			}
			if err := old.Terminate(ctx, 40*time.Second); err != nil {
				w.exits = append(w.exits, fmt.Errorf("%w: %s", err, old.log))
			}
		}
	}
	return nil
}

// clocks sets the brokers' clocks.
func clocks() []*scenario {
	set := func(ctx context.Context, w *world, partition int64, offset time.Duration) error {
		return w.gatewayControl.Call(ctx, "POST", "/clock", control.ClockRequest{Partition: partition, OffsetMs: offset.Milliseconds()}, nil)
	}
	return []*scenario{
		{
			name: "clocks-apart", about: "the clocks of two brokers are an hour ahead of the host's and an hour behind it; replicas: 2",
			form: both, replicas: 2, partitions: 2, slots: 64, rate: 40,
			prepare: func(ctx context.Context, w *world) error {
				if err := set(ctx, w, 1, time.Hour); err != nil {
					return err
				}
				return set(ctx, w, 2, -time.Hour)
			},
		},
		{
			name: "clocks-step", about: "the clocks of two brokers step by 20 s to and fro every 3 s for 30 s, and one then by 90 s back; lease of a minute",
			replicas: 2, partitions: 2, slots: 64, rate: 20, lease: time.Minute, after: 15 * time.Second,
			fault: func(ctx context.Context, w *world) error {
				for i := range 10 {
					offset := 20 * time.Second * time.Duration(i%2)
					if err := set(ctx, w, 1, offset); err != nil {
						return err
					}
					if err := set(ctx, w, 2, -offset); err != nil {
						return err
					}
					if err := pace.Sleep(ctx, 3*time.Second); err != nil {
						return err
					}
				}
				return set(ctx, w, 1, -90*time.Second)
			},
		},
		{
			name: "clocks-step-together", about: "the clocks of all brokers step by 90 s and by an hour, ahead and back, every 3 s while jobs run (the bus takes 300 ms), past leases of a minute. " + asHost,
			form: both, replicas: 1, partitions: 2, slots: 64, rate: 20, lease: time.Minute, after: 10 * time.Second,
			prepare: func(ctx context.Context, w *world) error { return w.busFaults(ctx, control.BusFaults{SlowMs: 300}) },
			fault:   stepping(set),
		},
		{
			name: "clocks-step-long-lease", about: "the clocks of all brokers step by 90 s and by an hour, ahead and back, every 3 s while jobs run (the bus takes 300 ms), within leases of 3 hours; replicas: 2. " + asHost,
			replicas: 2, partitions: 2, slots: 64, rate: 20, lease: 3 * time.Hour, after: 10 * time.Second,
			prepare: func(ctx context.Context, w *world) error { return w.busFaults(ctx, control.BusFaults{SlowMs: 300}) },
			fault:   stepping(set),
		},
	}
}

// asHost says why the brokers' clocks are stepped, and not the host's.
const asHost = "For the worker that is the same as a step of its host's clock, which cannot be made: its static binary takes no faked one"

// stepping steps the clocks of all brokers together.
func stepping(set func(context.Context, *world, int64, time.Duration) error) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		for _, offset := range [...]time.Duration{90 * time.Second, 0, -90 * time.Second, 0, time.Hour, 0, -time.Hour, 0} {
			if err := set(ctx, w, 0, offset); err != nil {
				return err
			}
			if err := pace.Sleep(ctx, 3*time.Second); err != nil {
				return err
			}
		}
		return nil
	}
}

// others has loads and neighbours of a worker.
func others() []*scenario {
	slow := func(d time.Duration) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			return w.busFaults(ctx, control.BusFaults{SlowMs: d.Milliseconds()})
		}
	}
	wait := func(d time.Duration) func(context.Context, *world) error {
		return func(ctx context.Context, _ *world) error { return pace.Sleep(ctx, d) }
	}
	return []*scenario{
		{
			name: "saturated-20s", about: "20 times as many jobs wait as the worker takes, 4 at a time; the bus takes 400 ms; 20 s",
			form: shortOnly, replicas: 1, slots: 4, waiting: 80, lease: 8 * time.Second, requestTimeout: 2 * time.Second, prepare: slow(400 * time.Millisecond), fault: wait(20 * time.Second), untimed: true, late: "the short form has no times",
		},
		{
			name: "saturated-9m", about: "20 times as many jobs wait as the worker takes, 8 at a time; the bus takes 4 s; 9 minutes",
			replicas: 1, slots: 8, waiting: 160, lease: time.Minute, requestTimeout: 10 * time.Second, prepare: slow(4 * time.Second), fault: wait(9 * time.Minute), limit: longestLimit, late: "each job takes 4 s, and all at work may end together", lasts: 10 * time.Minute,
			check: func(_ context.Context, _ *world, r *result) error {
				if r.jobs < 900 {
					return fmt.Errorf("found %d jobs done, expected 900 or more", r.jobs)
				}
				return nil
			},
		},
		tokenDown(),
		poison(),
		{
			name: "types-and-tenants", about: "workers of two types and two tenants; the rights for one tenant are taken away for 10 s",
			replicas: 2, slots: 32, rate: 20, tenants: []string{"red", "blue"}, types: []string{"one", "two"},
			env: func(_ *world, place int) []string {
				return []string{"CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=red,blue", "CONNECTOR_AWS_EVENTBRIDGE_TYPE=" + []string{"one", "two"}[place]}
			},
			fault: outage(10*time.Second, func(ctx context.Context, w *world) error {
				return w.gatewayControl.Call(ctx, "POST", "/tenants", control.TenantsRequest{Tenants: []string{"red"}}, nil)
			}, func(ctx context.Context, w *world) error {
				return w.gatewayControl.Call(ctx, "POST", "/tenants", control.TenantsRequest{Tenants: []string{"red", "blue"}}, nil)
			}),
		},
		{
			name: "soak", about: "five minutes of 40 jobs/s with a little of everything: lost answers, HTTP 404, throttling, 500s, and all connections cut every 20 s; replicas: 3",
			replicas: 3, partitions: 3, slots: 64, rate: 40, retries: 50, fault: soak, limit: longestLimit, late: pending, lasts: 5 * time.Minute,
		},
	}
}

func soak(ctx context.Context, w *world) error {
	if err := w.faults(ctx, control.Rule{Calls: []string{"commands"}, Every: 50, LoseAnswer: true}, control.Rule{Every: 97, HTTP: 404}); err != nil {
		return err
	}
	if err := w.busFaults(ctx, control.BusFaults{Throttle: 0.03, Error: 0.03}); err != nil {
		return err
	}
	for range 15 {
		if err := pace.Sleep(ctx, 20*time.Second); err != nil {
			return err
		}
		w.each((*proxy).cut)
	}
	if err := w.faults(ctx); err != nil {
		return err
	}
	return w.busFaults(ctx, control.BusFaults{})
}

// tokenDown has the token endpoint refuse for longer than a token holds.
func tokenDown() *scenario {
	const most = 60
	return &scenario{
		name: "token-endpoint-down", about: "the token endpoint answers 503 for 30 s, tokens hold for 10 s",
		replicas: 1, slots: 64, rate: 20, limit: longestLimit, late: pending,
		prepare: func(_ context.Context, w *world) error {
			w.outside.expires.Store(10)
			return nil
		},
		fault: outage(30*time.Second, func(_ context.Context, w *world) error { w.outside.down.Store(true); return nil },
			func(_ context.Context, w *world) error { w.outside.down.Store(false); return nil }),
		check: func(_ context.Context, w *world, _ *result) error {
			if n := w.outside.requests.Load(); n == 0 || n > most {
				return fmt.Errorf("found %d requests to the token endpoint that was down, expected 1 to %d", n, most)
			}
			return nil
		},
	}
}

// poison adds jobs that can never succeed.
func poison() *scenario {
	return &scenario{
		name: "poison", about: "40 jobs in between can never succeed: no input, input of another type, a broken expression, an event that is too large; replicas: 2",
		replicas: 2, slots: 64, rate: 40, why: "poison",
		fault: func(ctx context.Context, w *world) error {
			text, _ := json.Marshal(w.load.busURL) // a text
			large, _ := json.Marshal(map[string]string{"id": "large", "text": string(make([]byte, 300_000))})
			head := `{"authentication":{"type":"credentials","accessKey":"` + accessKey + `","secretKey":"` + literalKey + `"},"configuration":{"region":"eu-central-1","endpoint":` + string(text) + `},`
			for _, bad := range [...]control.JobsRequest{
				{Variables: json.RawMessage(`{}`), Headers: json.RawMessage(`{}`)},
				{Variables: json.RawMessage(head + `"input":{"eventBusName":7,"source":[],"detailType":null,"detail":1}}`), Headers: json.RawMessage(`{}`)},
				{Variables: w.load.variables("broken"), Headers: json.RawMessage(`{"resultExpression":"={a: "}`)},
				{
					Variables: json.RawMessage(head + `"input":{"eventBusName":"orders","source":"com.example.orders","detailType":"OrderPlaced","detail":` + string(large) + `}}`),
					Headers:   json.RawMessage(`{}`),
				},
			} {
				bad.Count, bad.Type, bad.Retries = 10, jobType, 3
				var a control.JobsAnswer
				if err := w.gatewayControl.Call(ctx, "POST", "/jobs", bad, &a); err != nil {
					return err
				}
				for _, key := range a.Keys {
					w.facts.poison[key] = true
				}
			}
			return pace.Sleep(ctx, 5*time.Second)
		},
	}
}
