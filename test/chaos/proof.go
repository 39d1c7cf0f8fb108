package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// proof does behind the worker's back what a faulty worker would do: it sends an event a second time, completes a job
// without an event, fails a job for good, and gives secrets away on every way out. The checks must find them all.
func proof() *scenario {
	return &scenario{
		name: "proof", about: "the tool itself sends an event twice, completes a job without an event, fails one for good and gives secrets away: the checks find all of it",
		form: both, grpcOnly: true, replicas: 1, slots: 8, rate: 20, untimed: true, late: "it is about counts", finds: []kind{isTwice, isLost, isIncident, isLeak},
		leaks: []string{"log", "gRPC FailJob", "gRPC metadata", "REST API head", "token endpoint body", "traces body"},
		fault: func(ctx context.Context, w *world) error {
			if err := w.sendAgain(ctx); err != nil {
				return err
			}
			if err := w.giveAway(ctx); err != nil {
				return err
			}
			return w.endFalsely(ctx)
		},
	}
}

// sendAgain sends an event again that the bus has accepted.
func (w *world) sendAgain(ctx context.Context) error {
	var b control.BusReport
	if err := w.busControl.Call(ctx, "GET", "/bus/report?events=all", nil, &b); err != nil {
		return err
	}
	if len(b.Events) == 0 {
		return fmt.Errorf("%w: found no event at the bus, expected some", errNotInTime)
	}
	detail, err := json.Marshal(map[string]string{"id": b.Events[0].ID})
	if err != nil {
		return err
	}
	client := eventbridge.New(eventbridge.Options{
		Region: "eu-central-1", BaseEndpoint: &w.load.busURL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: literalKey}, nil
		}),
	})
	_, err = client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String("orders"), Source: aws.String("com.example.orders"), DetailType: aws.String("OrderPlaced"), Detail: aws.String(string(detail)),
	}}})
	return err
}

// endFalsely ends two jobs of a type that no worker takes, as a faulty worker would.
func (w *world) endFalsely(ctx context.Context) error {
	r := control.JobsRequest{Count: 2, Type: "nobody", Variables: w.load.variables("false-{{n}}"), Headers: json.RawMessage(defaultHeaders), Retries: 3}
	var a control.JobsAnswer
	if err := w.gatewayControl.Call(ctx, "POST", "/jobs", r, &a); err != nil {
		return err
	}
	w.load.mu.Lock()
	for i, key := range a.Keys {
		w.load.required[fmt.Sprintf("false-%d", a.First+int64(i))] = key
	}
	w.load.mu.Unlock()
	conn, err := grpc.NewClient(w.proxies[0].address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	client := pb.NewGatewayClient(conn)
	activated, err := client.ActivateJobs(ctx, &pb.ActivateJobsRequest{Type: "nobody", Worker: "proof", MaxJobsToActivate: 2, Timeout: 60_000, RequestTimeout: -1})
	if err != nil {
		return err
	}
	if _, err := activated.Recv(); err != nil {
		return fmt.Errorf("take the jobs that nobody takes: %w", err)
	}
	if _, err := client.CompleteJob(ctx, &pb.CompleteJobRequest{JobKey: a.Keys[0]}); err != nil {
		return err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "baggage", base64.StdEncoding.EncodeToString([]byte("user="+clientSecret)))
	_, err = client.FailJob(ctx, &pb.FailJobRequest{JobKey: a.Keys[1], ErrorMessage: "AWS said: " + accessToken})
	return err
}
