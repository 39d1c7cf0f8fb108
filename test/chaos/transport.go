package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// The transports that -transport names. Without it, all scenarios run over gRPC, and the most telling ones over REST too.
const (
	overGRPC = "grpc"
	overREST = "rest"
	overBoth = "both"
)

// tellingOverREST are the scenarios that run over REST unless a transport is named: the gateway dies, answers get lost, something
// else answers, workers drain.
var tellingOverREST = []string{"gateway-away-10s-2", "answers-lost", "http-404", "rolling-restart"}

// onTransports returns the scenarios with those transports that were asked for.
func onTransports(all []*scenario, transport string) ([]*scenario, error) {
	if transport != "" && !slices.Contains([]string{overGRPC, overREST, overBoth}, transport) {
		return nil, fmt.Errorf("transport: found %q, expected %s, %s or %s", transport, overGRPC, overREST, overBoth)
	}
	var chosen []*scenario
	for _, s := range all {
		if transport != overREST {
			chosen = append(chosen, s)
		}
		rest := transport == overREST || transport == overBoth || transport == "" && slices.Contains(tellingOverREST, s.name)
		if rest && !s.grpcOnly {
			chosen = append(chosen, s.throughREST())
		}
	}
	return chosen, nil
}

// throughREST returns the scenario with workers that take jobs over REST.
func (s *scenario) throughREST() *scenario {
	twin := *s
	twin.name, twin.about, twin.rest = s.name+"-rest", s.about+"; over REST", true
	return &twin
}

// definition is the key of the process definition that the gateway's jobs are of.
const definition = 1<<51 + 1

// deploy has the gateway hand out the model that the workers look up.
func (w *world) deploy() error {
	return w.gatewayControl.Call(w.life, "POST", "/models", control.ModelRequest{Key: definition, XML: string(deployed())}, nil)
}

// addresses is where a worker finds the gateway, and the REST API with the models.
func (w *world) addresses(place int) []string {
	at := "http://" + w.proxies[place].address()
	if w.scenario.rest {
		return []string{"CAMUNDA_CLIENT_RESTADDRESS=" + at}
	}
	return []string{"CAMUNDA_CLIENT_GRPCADDRESS=" + at, "CAMUNDA_CLIENT_RESTADDRESS=" + w.outside.url}
}

// awaitTaking waits until so many workers take jobs: each has a stream, or over REST is ready, since its polls are answered.
func (w *world) awaitTaking(ctx context.Context, n int) error {
	if !w.scenario.rest {
		return w.awaitStreams(ctx, n)
	}
	ready := 0
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		ready = 0
		for _, c := range w.workers {
			if !c.Ended() && c.ready(ctx) {
				ready++
			}
		}
		if ready >= n {
			return nil
		}
		if err := pace.Sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: found %d workers that are ready within a minute, expected %d", errNotInTime, ready, n)
}

// ready asks a worker whether it takes jobs.
func (c *worker) ready(ctx context.Context) bool {
	log, err := os.ReadFile(c.log)
	url := process.HealthURL(log)
	if err != nil || url == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	status, _, err := process.Exchange(ctx, http.MethodGet, url+"/actuator/health/readiness", "")
	return err == nil && status == http.StatusOK
}
