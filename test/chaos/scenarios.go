package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// scenarios returns all scenarios, in the order of the table.
func scenarios() []*scenario {
	all := slices.Concat([]*scenario{proof()}, away(), connections(), answers(), fronts(), buses(), processes(), clocks(), others())
	for _, s := range all {
		s.slots = max(s.slots, 1)
	}
	return all
}

// away has the gateway die and come back with its state.
func away() []*scenario {
	var all []*scenario
	for _, d := range [...]time.Duration{10 * time.Second, 75 * time.Second, 3 * time.Minute} {
		for replicas := 1; replicas <= 3; replicas++ {
			f := longOnly
			if d == 10*time.Second && replicas == 2 {
				f = both
			}
			all = append(all, &scenario{
				name:  fmt.Sprintf("gateway-away-%ds-%d", int(d.Seconds()), replicas),
				about: fmt.Sprintf("the gateway is killed and comes back with its state %d s later; replicas: %d", int(d.Seconds()), replicas),
				form:  f, replicas: replicas, partitions: 2, slots: 64, rate: 20, after: 15 * time.Second, lasts: d, fault: outage(d, gatewayDown, gatewayUp),
			})
		}
	}
	return append(all, &scenario{
		name: "gateway-killed-twice", about: "the gateway is killed and started again at once, two times, with 3 s between them; replicas: 2",
		form: both, replicas: 2, partitions: 2, slots: 64, rate: 40,
		fault: func(ctx context.Context, w *world) error {
			w.begin()
			for range 2 {
				w.gateway.Kill()
				if err := gatewayUp(ctx, w); err != nil {
					return err
				}
				w.end()
				if err := pace.Sleep(ctx, 3*time.Second); err != nil {
					return err
				}
			}
			return nil
		},
	}, &scenario{
		name: "one-cut-off-75s", about: "one of two replicas reaches no gateway for 75 s, more than its lease",
		replicas: 2, slots: 32, rate: 20, lease: 15 * time.Second, why: "worker away past its lease", after: 20 * time.Second,
		fault: func(ctx context.Context, w *world) error {
			now := time.Now()
			w.allow(now.Add(-time.Second), now.Add(time.Second), w.scenario.why)
			w.proxies[0].set(refuse)
			w.proxies[0].cut()
			if err := pace.Sleep(ctx, 75*time.Second); err != nil {
				return err
			}
			w.proxies[0].set(pass)
			return nil
		},
	})
}

func gatewayDown(_ context.Context, w *world) error {
	w.each(func(p *proxy) { p.set(refuse) })
	w.gateway.Kill()
	return nil
}

func gatewayUp(_ context.Context, w *world) error {
	err := w.startGateway()
	w.each(func(p *proxy) { p.set(pass) })
	return err
}

// onProxies returns an action on all proxies.
func onProxies(do func(*proxy)) func(context.Context, *world) error {
	return func(_ context.Context, w *world) error {
		w.each(do)
		return nil
	}
}

// repeatedly returns a fault that is done to all proxies every so often.
func repeatedly(every, d time.Duration, do func(*proxy)) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		w.begin()
		for range d / every {
			w.each(do)
			if err := pace.Sleep(ctx, every); err != nil {
				return err
			}
		}
		w.end()
		return nil
	}
}

// connections breaks connections between workers and gateway.
func connections() []*scenario {
	sound := func(p *proxy) { p.set(pass) }
	return []*scenario{
		{
			name: "cut", about: "all connections are reset every 2 s for 30 s; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: repeatedly(2*time.Second, 30*time.Second, (*proxy).cut),
		},
		{
			name: "cut-as-answers-come", about: "each twentieth packet of the gateway resets its connection instead, for 30 s; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: outage(30*time.Second, onProxies(func(p *proxy) { p.set(cutAnswer) }), onProxies(sound)),
		},
		{
			name: "half-closed", about: "the gateway's side of all connections is closed every 3 s for 15 s; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: repeatedly(3*time.Second, 15*time.Second, (*proxy).halfClose),
		},
		{
			name: "held", about: "nothing is carried for 10 s, in either direction, and then all of it; replicas: 2",
			replicas: 2, slots: 64, rate: 20, limit: longestLimit, late: pending, fault: outage(10*time.Second, onProxies(func(p *proxy) { p.set(hold) }), onProxies(sound)),
		},
		{
			name: "silent-death", about: "all connections die without a word: they stay open and swallow everything; replicas: 2",
			form: both, replicas: 2, slots: 64, rate: 20, after: 15 * time.Second, limit: 5 * time.Second,
			fault: func(_ context.Context, w *world) error {
				w.begin()
				w.each((*proxy).die)
				w.end()
				return nil
			},
		},
		{
			name: "swallowed-20s", about: "all connections, new ones too, swallow everything for 20 s; replicas: 2",
			replicas: 2, slots: 64, rate: 20, after: 20 * time.Second, fault: outage(20*time.Second, onProxies(func(p *proxy) { p.set(swallow) }), onProxies(sound)),
		},
		{
			name: "far-away", about: "each packet is 150 ms late for 20 s",
			replicas: 1, slots: 64, rate: 20, fault: outage(20*time.Second, onProxies(func(p *proxy) { p.delay(150 * time.Millisecond) }), onProxies(func(p *proxy) { p.delay(0) })),
		},
	}
}

// rules returns an action that sets faults of the gateway.
func rules(r ...control.Rule) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error { return w.faults(ctx, r...) }
}

// pending says why a worker may be silent for longer.
const pending = "commands that wait still fail"

// answers loses answers to commands.
func answers() []*scenario {
	once := func(*world, int) []string { return []string{"AWS_MAX_ATTEMPTS=1"} }
	lose := func(d time.Duration, every int64, calls ...string) func(context.Context, *world) error {
		return outage(d, func(ctx context.Context, w *world) error {
			if err := w.busFaults(ctx, control.BusFaults{Error: w.scenario.busErrors()}); err != nil {
				return err
			}
			return w.faults(ctx, control.Rule{Calls: calls, Every: every, LoseAnswer: true})
		}, func(ctx context.Context, w *world) error {
			if err := w.busFaults(ctx, control.BusFaults{}); err != nil {
				return err
			}
			return w.faults(ctx)
		})
	}
	return []*scenario{
		{
			name: "answers-lost", about: "every second answer to Complete and to Fail is lost for 8 s while the bus refuses a third; replicas: 2",
			form: both, replicas: 2, slots: 64, rate: 40, retries: 50, env: once, fault: lose(8*time.Second, 2, "CompleteJob", "FailJob"),
		},
		{
			name: "answers-of-complete-lost", about: "every answer to Complete is lost for 10 s; replicas: 2",
			replicas: 2, slots: 64, rate: 20, limit: longestLimit, late: pending, fault: lose(10*time.Second, 1, "CompleteJob"),
		},
		{
			name: "answers-of-fail-lost", about: "every answer to Fail is lost for 20 s while the bus refuses a third; replicas: 2",
			replicas: 2, slots: 64, rate: 40, retries: 50, env: once, fault: lose(20*time.Second, 1, "FailJob"),
		},
		{
			name: "answers-of-throw-lost", about: "every second answer to ThrowError is lost for 20 s; each job throws; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: lose(20*time.Second, 2, "ThrowError"),
			headers: `{"errorExpression":"=if response.failedEntryCount = 0 then bpmnError(\"SENT\", \"as asked\") else null","retryBackoff":"PT1S"}`,
		},
		{
			name: "answers-of-extension-lost", about: "every second answer to UpdateJobTimeout is lost for 15 s; each job asks for a longer lease, and the bus takes 2 s; replicas: 2",
			form: both, replicas: 2, slots: 128, rate: 20, after: 10 * time.Second,
			headers: `{"resultExpression":"={eventId: response.entries[1].eventId}","retryBackoff":"PT1S","jobTimeout":"PT1M"}`,
			prepare: func(ctx context.Context, w *world) error { return w.busFaults(ctx, control.BusFaults{SlowMs: 2000}) },
			fault: func(ctx context.Context, w *world) error {
				if err := w.faults(ctx, control.Rule{Calls: []string{"UpdateJobTimeout"}, Every: 2, LoseAnswer: true}); err != nil {
					return err
				}
				if err := pace.Sleep(ctx, 15*time.Second); err != nil {
					return err
				}
				return w.expectMet(ctx, 50)
			},
		},
		{
			name: "commands-refused", about: "every command is UNAVAILABLE for 10 s while probes and streams work; replicas: 2",
			replicas: 2, slots: 64, rate: 20, limit: longestLimit, late: pending,
			fault: outage(10*time.Second, rules(control.Rule{Calls: []string{"commands"}, Code: "UNAVAILABLE", Message: "no leader"}), rules()),
		},
		{
			name: "busy-gateway", about: "every third command is RESOURCE_EXHAUSTED for 20 s",
			replicas: 1, slots: 64, rate: 40, fault: outage(20*time.Second, rules(control.Rule{Calls: []string{"commands"}, Every: 3, Code: "RESOURCE_EXHAUSTED", Message: "busy"}), rules()),
		},
		{
			name: "leaderless", about: "one of two partitions has no leader for 20 s; replicas: 2",
			replicas: 2, partitions: 2, slots: 64, rate: 20, fault: outage(20*time.Second, leader(true), leader(false)),
		},
	}
}

// busErrors returns the share of requests that the bus refuses while answers are lost.
func (s *scenario) busErrors() float64 {
	if s.retries > 0 {
		return 0.33
	}
	return 0
}

func leader(gone bool) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.gatewayControl.Call(ctx, "POST", "/partitions", control.PartitionRequest{Partition: 1, Leaderless: gone}, nil)
	}
}

// fronts has something on the way answer in HTTP.
func fronts() []*scenario {
	at := func(status int, old bool) func(context.Context, *world) error {
		return outage(3*time.Second, func(_ context.Context, w *world) error {
			w.each(func(p *proxy) { p.answerHTTP(status, old || w.scenario.rest) }) // over REST without TLS there is no HTTP/2
			return nil
		}, onProxies((*proxy).endFront))
	}
	return []*scenario{
		{
			name: "http-404", about: "a proxy answers every call with HTTP 404 for 3 s, on connections that stay; replicas: 2",
			form: both, replicas: 2, slots: 64, rate: 40, fault: outage(3*time.Second, rules(control.Rule{HTTP: 404}), rules()),
		},
		{
			name: "http-503", about: "a proxy answers every call with HTTP 503 for 3 s, on connections that stay; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: outage(3*time.Second, rules(control.Rule{HTTP: 503}), rules()),
		},
		{
			name: "http-404-every-20th", about: "a proxy answers every twentieth call with HTTP 404 for 20 s; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: outage(20*time.Second, rules(control.Rule{HTTP: 404, Every: 20}), rules()),
		},
		{
			name: "front-404", about: "connections are reset, and an HTTP/2 front answers new ones with 404 for 3 s; replicas: 2",
			form: both, replicas: 2, slots: 64, rate: 40, fault: at(404, false),
		},
		{
			name: "front-503", about: "connections are reset, and an HTTP/2 front answers new ones with 503 for 3 s; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: at(503, false),
		},
		{
			name: "front-503-http1", about: "connections are reset, and an HTTP/1.1 front answers new ones with 503 for 3 s; replicas: 2",
			replicas: 2, slots: 64, rate: 40, fault: at(503, true),
		},
	}
}

func nothing(context.Context, *world) error { return nil }

// refusedTwice checks that every job met two 500s, no more and no fewer, and that none of them was failed for it.
func refusedTwice(ctx context.Context, w *world, _ *result) error {
	var b control.BusReport
	if err := w.busControl.Call(ctx, "GET", "/bus/report?events=all", nil, &b); err != nil {
		return err
	}
	var g control.Report
	if err := w.gatewayControl.Call(ctx, "GET", "/report?jobs=none", nil, &g); err != nil {
		return err
	}
	return checkRefusals(&b, g.Totals.Failed)
}

// errRefusals says that jobs did not meet the 500s that they should.
var errRefusals = errors.New("the 500s were not two of each job, without a failure")

func checkRefusals(b *control.BusReport, failed int) error {
	for _, e := range b.Events {
		if e.Refused != 2 {
			return fmt.Errorf("%w: found %d of %s, expected 2", errRefusals, e.Refused, e.ID)
		}
	}
	if len(b.Events) == 0 || failed > 0 {
		return fmt.Errorf("%w: found %d events and %d failures, expected some and none", errRefusals, len(b.Events), failed)
	}
	return nil
}

// answerOfAWSLost is why README allows a second event.
const answerOfAWSLost = "answer of AWS lost"

// buses has the bus misbehave.
func buses() []*scenario {
	fault := func(d time.Duration, f control.BusFaults) func(context.Context, *world) error {
		return outage(d, func(ctx context.Context, w *world) error { return w.busFaults(ctx, f) },
			func(ctx context.Context, w *world) error { return w.busFaults(ctx, control.BusFaults{}) })
	}
	return []*scenario{
		{
			name: "bus-throttles-2s", about: "the bus throttles 300 jobs for 2 s",
			form: both, replicas: 1, slots: 256, burst: 300, fault: fault(2*time.Second, control.BusFaults{Throttle: 1}),
		},
		{
			name: "bus-throttles-20s", about: "the bus throttles 3,000 jobs for 20 s",
			replicas: 1, slots: 256, burst: 3000, lease: time.Minute, fault: fault(20*time.Second, control.BusFaults{Throttle: 1}),
		},
		{
			name: "bus-throttles-80-of-100", about: "the bus throttles 80 % of the requests for 20 s, 40 jobs/s",
			replicas: 1, slots: 256, rate: 40, lease: time.Minute, fault: fault(20*time.Second, control.BusFaults{Throttle: 0.8}), incidents: 85, why: "each try may be throttled",
		},
		{
			name: "bus-500-20s", about: "the bus answers 2,700 jobs with 500 for 20 s",
			replicas: 1, slots: 256, burst: 2700, lease: time.Minute, fault: fault(20*time.Second, control.BusFaults{Error: 1}), incidents: 1, why: "the jobs that probe",
		},
		{
			name: "bus-500-twice", about: "the bus answers two requests of each of 600 jobs with 500, and then takes the event",
			form: both, replicas: 1, slots: 256, burst: 600, lease: time.Minute, lasts: time.Minute,
			fault: func(ctx context.Context, w *world) error {
				if err := w.busFaults(ctx, control.BusFaults{Errors: 2}); err != nil {
					return err
				}
				return outage(0, nothing, func(ctx context.Context, w *world) error {
					return w.await(ctx, 2*time.Minute, "all jobs settled", func(r *control.Report) bool { return r.Totals.Open == 0 })
				})(ctx, w)
			},
			check: refusedTwice,
		},
		{
			name: "bus-500-twice-adaptive", about: "the bus answers two requests of each job with 500, and then takes the event; AWS_RETRY_MODE is adaptive; replicas: 2",
			replicas: 2, slots: 64, rate: 40, after: 15 * time.Second,
			env:     func(*world, int) []string { return []string{"AWS_RETRY_MODE=adaptive"} },
			prepare: func(ctx context.Context, w *world) error { return w.busFaults(ctx, control.BusFaults{Errors: 2}) },
			check:   refusedTwice,
		},
		{
			name: "bus-down-20s", about: "nobody listens at the bus for 20 s; replicas: 2",
			replicas: 2, slots: 64, rate: 20, why: answerOfAWSLost,
			fault: func(ctx context.Context, w *world) error {
				now := time.Now()
				w.allow(now.Add(-100*time.Millisecond), now.Add(2*time.Second), w.scenario.why)
				return fault(20*time.Second, control.BusFaults{Down: true})(ctx, w)
			},
		},
		{
			name: "bus-hangs-15s", about: "the bus takes requests, accepts nothing and does not answer for 15 s; replicas: 2",
			replicas: 2, slots: 64, rate: 20, fault: fault(15*time.Second, control.BusFaults{Hang: true}),
		},
		{
			name: "bus-resets-20s", about: "the bus accepts the events of every third request and resets it without an answer, for 20 s; replicas: 2",
			replicas: 2, slots: 64, rate: 20, retries: 20, why: answerOfAWSLost,
			fault: func(ctx context.Context, w *world) error {
				now := time.Now()
				w.allow(now, now.Add(25*time.Second), w.scenario.why)
				return fault(20*time.Second, control.BusFaults{Reset: 0.33})(ctx, w)
			},
		},
		{
			name: "bus-slow-20s", about: "the bus takes 1 s for each answer for 20 s; replicas: 2",
			replicas: 2, slots: 64, rate: 20, fault: fault(20*time.Second, control.BusFaults{SlowMs: 1000}),
		},
	}
}
