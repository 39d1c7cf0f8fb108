// Command facts records how the real Zeebe engine answers a client: the order in which it gives jobs, what it refuses and with which
// words, backoffs, and what becomes of commands for jobs that have ended or wait. Its test holds the embedded gateway against what is
// recorded. The engine is that of test/e2e/cluster.
//
//	make record-facts
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	err := record(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "facts:", err)
		os.Exit(1)
	}
}

func record(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("facts", flag.ContinueOnError)
	address := f.String("grpc", "127.0.0.1:26500", "host:port of the engine's gateway")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return errors.New("expected one file to write to")
	}
	connection, err := grpc.NewClient(*address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	client := pb.NewGatewayClient(connection)
	e := &engine{ctx: ctx, client: client, deployed: map[string]bool{}}
	facts, failed := (&asked{ctx: ctx, client: client, add: e.add, run: rand.Text()[:6] + " "}).ask()
	text, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(failed, os.WriteFile(f.Arg(0), append(text, '\n'), 0o644)) //nolint:gosec // a file of the project; it has what came before a failure
}

// engine makes jobs as process instances do.
type engine struct {
	ctx      context.Context //nolint:containedctx // of the whole run
	client   pb.GatewayClient
	deployed map[string]bool
}

func (e *engine) add(jobType string, n int) error {
	id := fmt.Sprintf("facts-%x", jobType)
	if !e.deployed[jobType] {
		_, err := e.client.DeployResource(e.ctx, &pb.DeployResourceRequest{Resources: []*pb.Resource{{Name: id + ".bpmn", Content: []byte(fmt.Sprintf(process, id, jobType))}}})
		if err != nil {
			return fmt.Errorf("deploy: %w", err)
		}
		e.deployed[jobType] = true
	}
	for range n {
		if _, err := e.client.CreateProcessInstance(e.ctx, &pb.CreateProcessInstanceRequest{BpmnProcessId: id, Version: -1}); err != nil {
			return fmt.Errorf("create an instance: %w", err)
		}
	}
	return nil
}

// process is a task whose error E1 a boundary event catches.
const process = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="facts">
  <bpmn:error id="e1" name="E1" errorCode="E1"/>
  <bpmn:process id="%s" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task"/>
    <bpmn:serviceTask id="task"><bpmn:extensionElements><zeebe:taskDefinition type="%s" retries="3"/></bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:boundaryEvent id="caught" attachedToRef="task"><bpmn:errorEventDefinition errorRef="e1"/></bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="task" targetRef="end"/>
    <bpmn:sequenceFlow id="f3" sourceRef="caught" targetRef="end2"/>
    <bpmn:endEvent id="end"/>
    <bpmn:endEvent id="end2"/>
  </bpmn:process>
</bpmn:definitions>
`
