// Command gateway is the embedded gateway, and the embedded bus, as a process of its own, which a test can kill and start
// again. Its control takes JSON over HTTP: jobs are added and reported, faults set, clocks stepped.
//
//	go run ./test/gateway -listen 127.0.0.1:26500 -rest 127.0.0.1:8080 -state DIR -control 127.0.0.1:9000 -partitions 3
//	go run ./test/gateway -bus 127.0.0.1:9100 -control 127.0.0.1:9101
//
// When it is ready it prints one line of JSON with the addresses that it listens on. The control of a physical tenant beside the
// default one is below /physical-tenants/ID.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// settings are what the command line says.
type settings struct {
	listen, bus, control string
	eventID              string
	tenants              string
	gateway              embedded.GatewayOptions
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*settings, error) {
	s := &settings{}
	f := flag.NewFlagSet("gateway", flag.ContinueOnError)
	f.StringVar(&s.listen, "listen", "", "host:port of the gateway's gRPC; empty = no gateway")
	f.StringVar(&s.bus, "bus", "", "host:port of the event bus; empty = no bus")
	f.StringVar(&s.control, "control", "127.0.0.1:0", "host:port of the control")
	f.StringVar(&s.eventID, "event-id", "id", "the member of an event's detail that the bus reports events by")
	f.StringVar(&s.tenants, "tenants", "", "tenants that the caller may act for, with commas between them; empty = no multi-tenancy")
	o := &s.gateway
	f.StringVar(&o.StateDir, "state", "", "folder of the gateway's state; empty = in memory only")
	f.BoolVar(&o.SyncState, "sync", false, "wait for the disk at each change of the state")
	f.IntVar(&o.Partitions, "partitions", 1, "number of partitions")
	f.StringVar(&o.Version, "version", "", "version that the topology tells; empty = 8.8.0")
	f.DurationVar(&o.ExpiryCheck, "expiry-check", time.Second, "how often leases and backoffs are checked")
	f.DurationVar(&o.PollTransit, "poll-transit", time.Millisecond, "how long the jobs of a poll are under way; a poll cancelled meanwhile loses them")
	f.IntVar(&o.AnswerLimit, "answer-limit", 0, "bytes of jobs from one partition that a client of gRPC takes in one message; 0 = no limit")
	f.StringVar(&o.RESTAddress, "rest", "", "host:port of the gateway's REST API; empty = none")
	f.BoolVar(&o.GhostPolls, "ghost-polls", false, "let polls over REST go on when their clients have left")
	moreFlags(f, o)
	f.BoolVar(&o.NoStreams, "no-streams", false, "refuse streams, as gateways before Camunda 8.4")
	f.BoolVar(&o.NoTimeout, "no-timeout", false, "refuse UpdateJobTimeout, as gateways before Camunda 8.5")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if s.listen == "" && s.bus == "" {
		return nil, errors.New("found neither -listen nor -bus, expected at least one of them")
	}
	if s.tenants != "" {
		o.Tenants = strings.Split(s.tenants, ",")
	}
	o.Address, o.KeepCommands, o.KeepJobs = s.listen, -1, true
	return s, nil
}

// run serves until ctx ends, and says on out where.
func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, struct{}{}) })
	var where control.Addresses
	if s.listen != "" {
		gateway, err := embedded.StartGateway(s.gateway) //nolint:contextcheck // it is closed, not cancelled
		if err != nil {
			return err
		}
		defer gateway.Close()
		for _, id := range append([]string{embedded.DefaultPhysicalTenant}, s.gateway.PhysicalTenants...) {
			c := newGatewayControl(ctx, gateway.PhysicalTenant(id))
			defer c.stop()
			c.register(mux, id)
		}
		where.Listen, where.REST = gateway.Address(), gateway.RESTURL()
	}
	if s.bus != "" {
		b := newBusControl(s.bus, s.eventID)
		if err := b.up(); err != nil { //nolint:contextcheck // it is closed, not cancelled
			return err
		}
		defer b.down()
		b.register(mux)
		where.Bus = "http://" + b.address
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.control)
	if err != nil {
		return fmt.Errorf("start the control: %w", err)
	}
	where.Control = listener.Addr().String()
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := json.NewEncoder(out).Encode(where); err != nil {
		_ = listener.Close()
		return fmt.Errorf("print the addresses: %w", err)
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the control: %w", err)
	}
	return nil
}
