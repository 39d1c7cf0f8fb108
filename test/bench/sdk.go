package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"golang.org/x/sync/errgroup"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// sdk is the AWS SDK alone: PutEvents as its documentation shows it.
type sdk struct {
	client *eventbridge.Client
	events []types.PutEventsRequestEntry // of each request
	atOnce int                           // requests in flight
}

// newSDK returns an SDK that has as many events in flight as the worker has slots. Its client keeps a connection for each request
// in flight. By default it keeps ten, and makes a new one for each further call, which costs more than the call.
func newSDK(ctx context.Context, r role) (*sdk, error) {
	s := &sdk{atOnce: r.Slots, events: make([]types.PutEventsRequestEntry, 1)}
	if r.Subject == batched {
		s.events = make([]types.PutEventsRequestEntry, batchSize)
		s.atOnce = (r.Slots + batchSize - 1) / batchSize
	}
	for i := range s.events {
		s.events[i] = types.PutEventsRequestEntry{
			EventBusName: aws.String(busName), Source: aws.String(eventSource), DetailType: aws.String(detailType), Detail: aws.String(detailOf(r.Size)),
		}
	}
	connections := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, s.atOnce })
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithBaseEndpoint(r.Bus), config.WithHTTPClient(connections),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(accessKey, secretKey, "")))
	s.client = eventbridge.NewFromConfig(cfg)
	return s, err
}

func (s *sdk) call(ctx context.Context) error {
	_, err := s.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: s.events})
	return err
}

// loops calls until the context ends or a call fails.
func (s *sdk) loops(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	for range s.atOnce {
		all.Go(func() error {
			for {
				if err := s.call(ctx); err != nil {
					return err
				}
			}
		})
	}
	return all.Wait()
}

// singles calls one at a time, with pauses, and returns how long each call took, in order.
func (s *sdk) singles(ctx context.Context, d time.Duration) (took []time.Duration, err error) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := pace.Sleep(ctx, pauseBetween); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := s.call(ctx); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took, nil
}
