package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// zone is the time zone of the engine: that of a broker in a container.
const zone = "Etc/UTC"

// patience is how long anything may take.
const patience = 2 * time.Minute

// engine is the real engine behind its gateway.
type engine struct {
	process    *exec.Cmd
	connection *grpc.ClientConn
	gateway    pb.GatewayClient
	rest       string // the base URL of what test/e2e/cluster serves beside the gateway
	cases      int    // that were run
}

// startEngine starts the program that runs the engine, and waits until it answers.
func startEngine(ctx context.Context, program string) (*engine, error) {
	grpcAddress, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	restAddress, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	e := &engine{process: exec.CommandContext(ctx, program, "-grpc", grpcAddress, "-rest", restAddress), rest: "http://" + restAddress}
	e.process.Env = append(os.Environ(), "TZ="+zone)
	e.process.Stderr = os.Stderr
	if err := e.process.Start(); err != nil {
		return nil, err
	}
	if e.connection, err = grpc.NewClient(grpcAddress, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		return nil, errors.Join(err, e.stop())
	}
	e.gateway = pb.NewGatewayClient(e.connection)
	err = e.until(ctx, func() (bool, error) {
		_, err := e.records(ctx, "PROCESS")
		return err == nil, nil // it is not there yet
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the engine: %w", err), e.stop())
	}
	return e, nil
}

// stop ends the engine's process.
func (e *engine) stop() error {
	if e.connection != nil {
		_ = e.connection.Close()
	}
	if err := e.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	_ = e.process.Wait() // that it was told to end is no error
	return nil
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// until asks again and again until something is so.
func (e *engine) until(ctx context.Context, is func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if ok, err := is(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// run runs one case.
func (e *engine) run(ctx context.Context, c *Case) (Recorded, error) {
	e.cases++
	id := fmt.Sprintf("case-%d", e.cases)
	_, err := e.gateway.DeployResource(ctx, &pb.DeployResourceRequest{Resources: []*pb.Resource{{Name: "case.bpmn", Content: c.Model(id)}}})
	if status.Code(err) == codes.InvalidArgument {
		return Recorded{Refused: status.Convert(err).Message()}, nil
	}
	if err != nil {
		return Recorded{}, err
	}
	variables := c.Variables
	if variables == nil {
		variables = json.RawMessage("{}")
	}
	instance, err := e.gateway.CreateProcessInstance(ctx, &pb.CreateProcessInstanceRequest{BpmnProcessId: id, Version: -1, Variables: string(variables)})
	if err != nil {
		return Recorded{}, err
	}
	r := Recorded{}
	jobs, incident, err := e.jobs(ctx, id, instance.GetProcessInstanceKey(), c.Each != nil)
	if err != nil || incident != nil {
		r.Incident = incident
		return r, err
	}
	for _, j := range jobs {
		one := Job{Variables: json.RawMessage(j.GetVariables())}
		if headers := j.GetCustomHeaders(); headers != "{}" {
			one.Headers = json.RawMessage(headers)
		}
		if retries := j.GetRetries(); retries != mapping.DefaultRetries {
			one.Retries = &retries
		}
		r.Jobs = append(r.Jobs, one)
	}
	if c.Outputs == nil && c.Result == nil {
		return r, nil
	}
	for _, j := range jobs {
		if _, err := e.gateway.CompleteJob(ctx, &pb.CompleteJobRequest{JobKey: j.GetKey(), Variables: string(c.Result)}); err != nil {
			return Recorded{}, err
		}
	}
	after, incident, err := e.jobs(ctx, id+"-after", instance.GetProcessInstanceKey(), false)
	if err != nil || incident != nil {
		r.Incident = incident
		return r, err
	}
	r.After = json.RawMessage(after[0].GetVariables())
	return r, nil
}

// jobs waits for the jobs of a type, or for an incident. With several, it waits for all that there are.
func (e *engine) jobs(ctx context.Context, jobType string, instance int64, several bool) (jobs []*pb.ActivatedJob, incident *Incident, err error) {
	err = e.until(ctx, func() (bool, error) {
		stream, err := e.gateway.ActivateJobs(ctx, &pb.ActivateJobsRequest{Type: jobType, Worker: "record", Timeout: int64(time.Hour / time.Millisecond), MaxJobsToActivate: 100, RequestTimeout: -1})
		if err != nil {
			return false, err
		}
		got := 0
		for {
			answer, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return false, err
			}
			got += len(answer.GetJobs())
			jobs = append(jobs, answer.GetJobs()...)
		}
		if len(jobs) > 0 {
			return !several || got == 0, nil
		}
		incident, err = e.incident(ctx, instance)
		return incident != nil, err
	})
	slices.SortFunc(jobs, func(a, b *pb.ActivatedJob) int {
		return cmp.Compare(a.GetElementInstanceKey(), b.GetElementInstanceKey())
	})
	return jobs, incident, err
}

// incident returns the incident of an instance, nil if there is none.
func (e *engine) incident(ctx context.Context, instance int64) (*Incident, error) {
	lines, err := e.records(ctx, "INCIDENT")
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(lines) {
		var one struct {
			Intent string
			Value  struct {
				ProcessInstanceKey      int64
				ErrorType, ErrorMessage string
			}
		}
		if err := json.Unmarshal(line, &one); err != nil {
			return nil, err
		}
		if one.Intent == "CREATED" && one.Value.ProcessInstanceKey == instance {
			return &Incident{one.Value.ErrorType, one.Value.ErrorMessage}, nil
		}
	}
	return nil, nil //nolint:nilnil // there is none
}

// records returns the engine's records of a value type, a line of JSON each.
func (e *engine) records(ctx context.Context, valueType string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.rest+"/records?"+valueType, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}
