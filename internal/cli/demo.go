package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/examples"
	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

func demoCommand(s *session) *cobra.Command {
	jobs, serve, overREST := 0, false, false
	c := &cobra.Command{
		Use:   "demo",
		Short: "show the connector at work, without a broker, AWS or configuration",
		Long: description("Starts a gateway with Zeebe's gRPC protocol and an event bus with PutEvents over HTTP, both in this process. It makes jobs from the model examples/order-placed.bpmn, " +
			"runs the real worker over loopback, and shows four results: an accepted event, a throttled event, a BPMN error and an incident. " +
			"With --jobs it runs a load and prints jobs per second, latency, CPU and memory. " +
			"With --rest the worker takes the jobs over Camunda's REST API in place of gRPC. " +
			"With --serve it starts only the gateway, over gRPC and REST, and the bus, for a worker of your own, until a signal ends it."),
		Example: exampleLines(Name+" demo", Name+" demo --jobs 20000", Name+" demo --rest", Name+" demo --serve"),
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case serve && jobs > 0:
				return usage(errors.New("--serve: found --jobs too, expected one of them"))
			case serve && overREST:
				return usage(errors.New("--serve: found --rest too, expected one of them: what is served speaks gRPC and REST"))
			case serve:
				return demoServe(c.Context(), s)
			case jobs > 0:
				return demoLoad(c.Context(), s, jobs, overREST)
			}
			return demoStory(c.Context(), s, overREST)
		},
	}
	c.Flags().Func("jobs", "Run `N` jobs as a load instead of the four example jobs.", func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 10_000_000 {
			return errors.New("expected 1 to 10000000")
		}
		jobs = n
		return nil
	})
	s.completeValues(c, "jobs")
	c.Flags().BoolVar(&overREST, "rest", false, "Take the jobs over Camunda's REST API.")
	c.Flags().BoolVar(&serve, "serve", false, "Serve a gateway and a bus for a worker of your own, and make a job every second.")
	return c
}

// The secrets of the demo, by which the worker signs; nobody checks them.
const (
	demoAccessKey = "AKIADEMOACCESSKEY000"
	demoSecretKey = "demo-secret-key-that-opens-nothing"
)

// demoDefinition is the key of the process definition whose jobs the demo makes.
const demoDefinition = 2251799813685200

// stage is the demo's world: a model's task, and the parts around the worker.
type stage struct {
	task    *bpmn.Task
	process *bpmn.Process
	gateway *embedded.Gateway
	bus     *embedded.Bus
	drain   context.CancelFunc
	ended   chan struct{}
	failed  error // of the worker, once it has ended
	end     func()
}

// openStage starts the gateway and the bus. Close them with closeParts.
func openStage(o embedded.GatewayOptions) (*stage, error) {
	model, err := bpmn.Read(examples.OrderPlaced)
	if err != nil {
		return nil, fmt.Errorf("read the example: %w", err)
	}
	c, _, err := config.Load(nil, nil, nil)
	if err != nil {
		return nil, err
	}
	st := &stage{process: model.Processes[0], task: model.Tasks(c.Connector.JobType)[0]}
	if st.gateway, err = embedded.StartGateway(o); err != nil {
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	if st.bus, err = embedded.StartBus(embedded.BusOptions{KeepEvents: o.KeepCommands}); err != nil {
		st.gateway.Close()
		return nil, fmt.Errorf("start the bus: %w", err)
	}
	return st, nil
}

// newStage starts the gateway, the bus and the real worker between them, which speaks to the gateway over REST or over gRPC. The
// environment is the worker's beside the address. Close the stage when done.
func newStage(ctx context.Context, keep int, overREST bool, o observer, environment ...string) (*stage, error) {
	options := embedded.GatewayOptions{KeepCommands: keep, OnEnding: endings(o)}
	if overREST {
		options.RESTAddress = "127.0.0.1:0"
		options.Models = map[int64]string{demoDefinition: string(examples.OrderPlaced)} // the worker reads there which secrets a job may use
	}
	st, err := openStage(options) //nolint:contextcheck // it is closed, not cancelled
	if err != nil {
		return nil, err
	}
	address := "CAMUNDA_CLIENT_GRPCADDRESS=http://" + st.gateway.Address()
	if overREST {
		address = "CAMUNDA_CLIENT_RESTADDRESS=" + st.gateway.RESTURL()
	}
	c, _, err := config.Load(nil, append(environment, address), nil)
	if err != nil {
		return nil, err
	}
	secrets := map[string]string{"SECRET_AWS_ACCESS_KEY": demoAccessKey, "SECRET_AWS_SECRET_KEY": demoSecretKey}
	lookup := func(name string) (string, bool) { v, ok := secrets[name]; return v, ok }
	parts, err := buildWorker(ctx, c, lookup, o, nil, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return nil, err
	}
	ctx, st.drain = context.WithCancel(ctx)
	st.ended, st.end = make(chan struct{}), parts.end
	go func() {
		defer close(st.ended)
		st.failed = parts.engine.Run(ctx)
	}()
	return st, nil
}

// demoMetrics are what the parts of the demo's worker are observed by. Nobody reads them.
func demoMetrics() *actuator.Metrics {
	return actuator.NewMetrics(thisBuild().version, runtime.Version())
}

// endings returns what a stage's observer wants to know of jobs that ended.
func endings(o observer) func(embedded.Ending) {
	if e, ok := o.(interface{ Ended(embedded.Ending) }); ok {
		return e.Ended
	}
	return nil
}

// close drains the worker and stops the parts around it. The error is the worker's.
func (st *stage) close() error {
	st.drain()
	<-st.ended
	st.end()
	st.closeParts()
	return st.failed
}

func (st *stage) closeParts() {
	st.bus.Close()
	st.gateway.Close()
}

// job makes a job as the broker would: the task's input mappings over the example's variables, with another order id.
func (st *stage) job(ctx context.Context, orderID string, retries int32) (embedded.Job, error) {
	v, err := jsonvalue.Parse(examples.OrderPlacedVariables)
	if err != nil {
		return embedded.Job{}, fmt.Errorf("read the example's variables: %w", err)
	}
	variables := v.(*jsonvalue.Object)
	if order, ok := variables.Get("order"); ok {
		order.(*jsonvalue.Object).Set("id", orderID)
	}
	variables.Set("awsEndpoint", st.bus.URL())
	made, err := mapping.Inputs(ctx, st.task.Inputs, mapping.Scope{Variables: mapping.Stored(variables)}, mapping.AnyOrder)
	if err != nil {
		return embedded.Job{}, err
	}
	return embedded.Job{
		Type: st.task.Type, Variables: string(jsonvalue.Append(nil, made.Variables)), CustomHeaders: string(jsonvalue.Append(nil, st.task.CustomHeaders())),
		Retries: retries, ProcessID: st.process.ID, ElementID: st.task.ID, ProcessDefinitionKey: demoDefinition,
	}, nil
}
