package eventbridge

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this file hold what the sender relies on of the AWS SDK beyond what the SDK promises. When one fails after an
// update of the SDK, its message says what to look at.

// relied says that the SDK does not do any more what a part of this package relies on.
func relied(t *testing.T, check string) string {
	t.Helper()
	mod, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	var versions []string
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && (strings.HasSuffix(fields[0], "aws-sdk-go-v2") || strings.HasSuffix(fields[0], "service/eventbridge") || strings.HasSuffix(fields[0], "smithy-go")) {
			versions = append(versions, fields[0]+" "+fields[1])
		}
	}
	require.Len(t, versions, 3, "the SDK's modules in go.mod")
	return "not what is relied on: " + check + " (" + strings.Join(versions, ", ") + ")"
}

func TestTheSDKClosesABodyForGood(t *testing.T) {
	t.Parallel()
	check := relied(t, "exchanger.exchange closes the body of a request before it looks at payload.complete, and the transport may read on; it must not reach the payload any more")
	read := make(chan struct{}, 10)
	stream := reader(func(b []byte) (int, error) {
		read <- struct{}{}
		return len(b), nil
	})
	request, err := smithyhttp.NewStackRequest().(*smithyhttp.Request).SetStream(stream)
	require.NoError(t, err)
	body := request.Build(t.Context()).Body
	require.NoError(t, body.Close())
	n, err := body.Read(make([]byte, 10))
	assert.Zero(t, n, check)
	require.Error(t, err, check)
	assert.Empty(t, read, check)
}

func TestTheSDKSignsWhenTheAttemptLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		check := relied(t, "the SDK signs in each of its calls, which an attempt makes when it leaves its target's queue (call.go, call.attempt)")
		var signed string
		s, _ := over(t, Options{}, roundTrip(func(r *http.Request) (*http.Response, error) {
			signed = r.Header.Get("X-Amz-Date")
			return after(0, 200, accepted).RoundTrip(r)
		}))
		defer s.Close()
		r := requestTo("http://bus.test")
		r.BeforeAttempt = func(context.Context) error {
			<-time.After(20 * time.Minute)
			return nil
		}
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, time.Now().UTC().Format("20060102T150405Z"), signed, check)
	})
}

// TestTheSDKCountsAttemptsFromOne: [call.pause] leaves out those that do not count.
func TestTheSDKCountsAttemptsFromOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		check := relied(t, "call.pause hands the number of the failed attempt to the SDK's back-off, which doubles with it")
		var asked []int
		backoff := retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
			asked = append(asked, attempt)
			return 0, nil
		})
		s, _ := over(t, Options{backoff: backoff, MaxAttempts: 4}, after(0, 500, internal))
		defer s.Close()
		_, err := s.Send(t.Context(), toNowhere)
		require.Error(t, err)
		assert.Equal(t, []int{1, 2, 3}, asked, check)
	})
}

func TestTheSDKAsksForAnEndpointByWhatAClientKeeps(t *testing.T) {
	t.Parallel()
	check := relied(t, "constantEndpoint asks the rules once per client; each of their parameters must be the same for all requests of a client (clientKey)")
	assert.Equal(t, []string{"Region", "UseDualStack", "UseFIPS", "Endpoint", "EndpointId"}, fieldsOf[sdk.EndpointParameters](), check)
}

func TestTheSDKHasNoOtherFieldsOfAnEvent(t *testing.T) {
	t.Parallel()
	check := relied(t, "appendBody writes all fields that PutEvents has; a new one belongs there, or into this list")
	assert.Equal(t, []string{"Entries", "EndpointId"}, fieldsOf[sdk.PutEventsInput](), check)
	assert.Equal(t, []string{"Detail", "DetailType", "EventBusName", "Resources", "Source", "Time", "TraceHeader"}, fieldsOf[types.PutEventsRequestEntry](), check)
}

// fieldsOf returns the exported fields of a struct, but those that the SDK marks as none.
func fieldsOf[T any]() []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if f.IsExported() && !f.Anonymous {
			names = append(names, f.Name)
		}
	}
	return names
}

// TestTheSDKWritesTheSameRequest compares what the sender writes with what the SDK writes by itself.
func TestTheSDKWritesTheSameRequest(t *testing.T) {
	t.Parallel()
	check := relied(t, "the serializer of stack.go writes method, path, headers and body as the SDK's own does")
	type written struct {
		method, url  string
		header       http.Header
		body         any
		signedHeader string
	}
	var got []written
	capture := roundTrip(func(r *http.Request) (*http.Response, error) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		w := written{method: r.Method, url: r.URL.String(), header: r.Header.Clone()}
		if err := json.Unmarshal(text, &w.body); err != nil {
			return nil, err
		}
		_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
		w.signedHeader, _, _ = strings.Cut(rest, ",")
		for _, name := range []string{"Authorization", "X-Amz-Date", "Amz-Sdk-Invocation-Id", "User-Agent", "Amz-Sdk-Request", "X-Amz-Content-Sha256"} {
			w.header.Del(name) // they differ from call to call, or by the order of the body's fields
		}
		got = append(got, w)
		return after(0, 200, accepted).RoundTrip(r)
	})
	r := requestTo("http://bus.test")
	e := &r.Entries[0]
	e.Resources, e.TraceHeader, e.Time = []string{"arn:aws:s3:::a", "b"}, "Root=1-5759e988-bd862e3fe1be46a994272793", time.UnixMilli(1_790_000_000_500)
	s, n := over(t, Options{}, unread{capture})
	defer s.Close()
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, 1, n.requests)
	client := sdk.New(sdk.Options{
		Region: r.Region, BaseEndpoint: aws.String(r.Endpoint), HTTPClient: &http.Client{Transport: capture},
		Credentials: staticCredentials{aws.Credentials{AccessKeyID: r.Credentials.AccessKey, SecretAccessKey: r.Credentials.SecretKey}},
	})
	_, err = client.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: &e.Source, DetailType: &e.DetailType, EventBusName: &e.EventBusName, Detail: &e.Detail, Resources: e.Resources, TraceHeader: &e.TraceHeader, Time: &e.Time,
	}}})
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, got[1], got[0], check)
}

// TestTheSDKRefusesAStackWithoutItsParts: if it renames a part that a call replaces, no call is made at all.
func TestTheSDKRefusesAStackWithoutItsParts(t *testing.T) {
	t.Parallel()
	check := relied(t, "attempt.stack replaces the SDK's middleware by its IDs: "+strings.Join([]string{idValidation, idSerializer, idDeserializer}, ", "))
	s, n := over(t, Options{}, after(0, 200, accepted))
	defer s.Close()
	_, err := s.Send(t.Context(), toNowhere)
	require.NoError(t, err, check)
	require.Equal(t, 1, n.requests)

	client := sdk.New(sdk.Options{Region: "eu-central-1", Credentials: aws.AnonymousCredentials{}})
	a := &attempt{calls: []*call{{request: toNowhere}}, exchanger: s.exchanger()}
	_, err = client.PutEvents(t.Context(), &sdk.PutEventsInput{}, a.options, a.options) // the second finds the parts replaced already
	require.ErrorContains(t, err, idValidation, check)
	assert.Equal(t, 1, n.requests, "nothing was sent")
}
