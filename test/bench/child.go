package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
	"github.com/eventbridge-connector/eventbridge-connector/test/bench/needs"
)

// roleFlag makes this program one of the processes that are measured.
const roleFlag = "-role"

// The processes that are measured.
const (
	roleWorker = "worker" // the connector as its binary runs it
	roleNoop   = "noop"   // the worker engine with a handler that does nothing
	roleSDK    = "sdk"    // a loop of the SDK's PutEvents
)

// process is a measured process. It does what it is told on standard input and answers on standard output.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner
}

// start starts a process in a role.
func (w *world) start(role string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(w.ctx, self, roleFlag, role, w.gateway.Address(), w.bus.URL(), strconv.Itoa(w.capacity))
	cmd.Env = append(os.Environ(), "SECRET_KEY=AKIABENCH00000000000", "SECRET_SECRET=bench-secret", "SERVER_PORT=0", "LOGGING_LEVEL_ROOT=error")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{cmd, in, bufio.NewScanner(out)}, cmd.Start()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
}

// tell has the process do something and waits until it is done.
func (p *process) tell(what string) error {
	if _, err := fmt.Fprintln(p.in, what); err != nil {
		return err
	}
	if !p.answers.Scan() {
		return fmt.Errorf("the measured process ended while it should %q", what)
	}
	return nil
}

// usage is what a process has needed so far.
type usage struct {
	cpu     time.Duration
	memory  int64
	mallocs uint64
}

func (p *process) usage() (u usage, err error) {
	if err := p.tell("usage"); err != nil {
		return u, err
	}
	var cpu int64
	_, err = fmt.Sscan(p.answers.Text(), &cpu, &u.memory, &u.mallocs)
	u.cpu = time.Duration(cpu)
	return u, err
}

// child runs a role until standard input ends.
func child(args []string) int {
	role, gateway, bus := args[0], args[1], args[2]
	capacity, _ := strconv.Atoi(args[3])
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var calls func(n int)
	switch role {
	case roleWorker:
		env := append(os.Environ(), "CAMUNDA_CLIENT_GRPCADDRESS=http://"+gateway, "CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE="+args[3])
		go cli.Run(ctx, []string{"run", "--log-level", "error"}, env, strings.NewReader(""), io.Discard, os.Stderr)
	case roleNoop:
		client, err := zeebe.Dial(zeebe.Config{Target: gateway}, nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		w := worker.New(worker.Config{JobType: jobType, Name: "noop", MaxJobsActive: capacity, Stream: true}, client, noop{}, nil, nil)
		go func() { _ = w.Run(ctx) }()
	case roleSDK:
		calls = sdkLoop(ctx, bus)
	}
	return serve(calls)
}

// serve answers what the driver tells.
func serve(calls func(n int)) int {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if n, found := strings.CutPrefix(in.Text(), "calls "); found {
			count, _ := strconv.Atoi(n)
			calls(count)
			fmt.Println("done")
			continue
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Println(int64(needs.CPU()), needs.Memory(), m.Mallocs)
	}
	return 0
}

// noop completes every job at once.
type noop struct{}

func (noop) Handle(context.Context, *job.Job) job.Outcome { return job.Complete{} }
func (noop) Settled(*job.Job)                             {}

// sdkLoop returns a loop of PutEvents as its documentation shows it, 32 at a time.
func sdkLoop(ctx context.Context, bus string) func(n int) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("eu-central-1"), config.WithBaseEndpoint(bus),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("AKIABENCH00000000000", "bench-secret", "")))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client := eventbridge.NewFromConfig(cfg)
	entry := types.PutEventsRequestEntry{
		EventBusName: aws.String("orders"), Source: aws.String("com.example.orders"), DetailType: aws.String("OrderPlaced"),
		Detail: aws.String(`{"orderId":"A-1047","customer":"Grace Hopper","items":[{"sku":"compass","quantity":2,"price":19.5},{"sku":"sextant","quantity":1,"price":240}],"express":true}`),
	}
	return func(n int) {
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() {
				for range n / 32 {
					if _, err := client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}}); err != nil {
						fmt.Fprintln(os.Stderr, err)
						os.Exit(1)
					}
				}
			})
		}
		all.Wait()
	}
}
