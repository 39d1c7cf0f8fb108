package connector

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// model tells what a task's mappings make, and how often it was asked.
type model struct {
	made  *secret.Made
	err   error
	asked int
}

func (m *model) Made(context.Context, secret.Context) (*secret.Made, error) {
	m.asked++
	return m.made, m.err
}

// mappings of a task, as pairs of source and target.
func mappings(pairs ...string) *model {
	var all []secret.Mapping
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, secret.Mapping{Source: pairs[i], Target: pairs[i+1]})
	}
	return &model{made: secret.MadeBy(all)}
}

const (
	stranger = `{"authentication":{"accessKey":"AKIDSTRANGER","secretKey":"hidden-key"},"region":"eu-west-1"}`
	rest     = `"configuration":{"region":"eu-central-1","endpoint":"BUS"},"input":{"eventBusName":"b","source":"s","detailType":"d","detail":{}}`
	own      = `"authentication":{"accessKey":"AKIDMODEL","secretKey":"hidden-key"}`
)

// TestProcessDataDoesNotDecideAsWhomAnEventIsSent holds contract 1.1: process data must not replace the model's identity.
func TestProcessDataDoesNotDecideAsWhomAnEventIsSent(t *testing.T) {
	t.Parallel()
	both := `{` + own + `,"awsCredential":` + stranger + `,` + rest + `}`
	alone := `{"awsCredential":` + stranger + `,` + rest + `}`
	for _, tt := range []struct {
		name, variables string
		model           *model
		trusted         bool
		accessKey       string // as whom the event is sent; empty = an input error
		region          string
		want            string // of the error
	}{
		{name: "a reusable credential that no mapping makes is ignored", variables: both, model: mappings("=k", "authentication.accessKey", "=s", "authentication.secretKey"), accessKey: "AKIDMODEL", region: "eu-central-1"},
		{name: "one that a mapping makes wins", variables: both, model: mappings("=c", "awsCredential"), accessKey: "AKIDSTRANGER", region: "eu-west-1"},
		{name: "one that mappings make field by field wins", variables: both, model: mappings("=k", "awsCredential.authentication.accessKey", "=s", "awsCredential.authentication.secretKey", "r", "awsCredential.region"), accessKey: "AKIDSTRANGER", region: "eu-west-1"},
		{name: "a task without mappings does not take one", variables: both, model: mappings(), accessKey: "AKIDMODEL"},
		{name: "one alone that no mapping makes is none", variables: alone, model: mappings(), want: "authentication: must not be null, expected an object with the fields accessKey and secretKey, or with the type defaultCredentialsChain\nIgnored, since the task's own input mappings do not make it: awsCredential. To let it count, map it in the task's inputs; or, to trust all inputs, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED"},
		{name: "without a model one alone counts", variables: alone, accessKey: "AKIDSTRANGER"},
		{name: "without a model one beside an authentication is ignored", variables: both, accessKey: "AKIDMODEL", region: "eu-central-1"},
		{name: "a model that cannot be read is none", variables: both, model: &model{}, accessKey: "AKIDMODEL"},
		{name: "trusted inputs all count", variables: both, trusted: true, accessKey: "AKIDSTRANGER"},
		{name: "null is no reusable credential", variables: `{` + own + `,"awsCredential":null,` + rest + `}`, accessKey: "AKIDMODEL"},
		{name: "a list of one is one", variables: `{` + own + `,"awsCredential":[` + stranger + `],` + rest + `}`, model: mappings("=a", "authentication"), accessKey: "AKIDMODEL"},
		{name: "an authentication that no mapping makes does not stand in for the model's reusable credential", variables: `{"authentication":{"accessKey":"AKIDSTRANGER","secretKey":"hidden-key","roleArn":"arn:aws:iam::1:role/x"},"awsCredential":null,` + rest + `}`, model: mappings("=c", "awsCredential"), want: "authentication: must not be null"},
		{name: "a session token beside the model's keys is ignored", variables: `{"authentication":{"accessKey":"AKIDMODEL","secretKey":"hidden-key","sessionToken":"hidden-token","roleArn":"arn:aws:iam::1:role/x"},` + rest + `}`, model: mappings("=k", "authentication.accessKey", "=s", "authentication.secretKey"), accessKey: "AKIDMODEL"},
		{name: "the worker's own identity beside the model's keys is ignored", variables: `{"authentication":{"type":"defaultCredentialsChain","accessKey":"AKIDMODEL","secretKey":"hidden-key"},` + rest + `}`, model: mappings("=k", "authentication.accessKey", "=s", "authentication.secretKey"), accessKey: "AKIDMODEL"},
		{name: "a region beside the model's own configuration is ignored", variables: `{"authentication":{"accessKey":"AKIDMODEL","secretKey":"hidden-key","externalId":"x"},` + rest + `}`, model: mappings("=a", "authentication", "=e", "configuration.endpoint"), want: "configuration.region: must not be blank"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) {
				o.TrustedInputs = tt.trusted
				if tt.model != nil {
					o.Models = tt.model
				}
			})
			out := r.Handle(t.Context(), r.job("{}", tt.variables))
			if tt.accessKey == "" {
				f, _ := failed(t, out)
				assert.Contains(t, f.Message, tt.want)
				assert.Zero(t, r.bus.Counts().Requests)
				return
			}
			completed(t, out)
			events := r.bus.Events()
			require.Len(t, events, 1)
			assert.Equal(t, tt.accessKey, events[0].AccessKey)
			if tt.region != "" {
				assert.Equal(t, tt.region, events[0].Region)
			}
		})
	}
}

func TestWhatIsIgnoredIsSaidOncePerTask(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 3 {
		completed(t, r.Handle(t.Context(), func() *job.Job {
			j := r.job("{}", `{`+own+`,"awsCredential":`+stranger+`,`+rest+`}`)
			j.Retries++
			j.Key = int64(len(r.bus.Events()) + 10)
			return j
		}()))
	}
	assert.Equal(t, 1, strings.Count(r.log.String(), "process data does not decide"))
	assert.Contains(t, r.log.String(), `"ignored":"awsCredential"`)
}

func TestAJobWithItsKeysAloneNeedsNoModel(t *testing.T) {
	t.Parallel()
	m := mappings()
	m.err = errors.New("the cluster does not answer")
	r := newRig(t, func(o *Options) { o.Models = m })
	completed(t, r.Handle(t.Context(), r.job("{}", with(""))))
	assert.Zero(t, m.asked)

	another := r.job("{}", `{"awsCredential":`+stranger+`,`+rest+`}`)
	another.Key++
	m.err = &secret.ModelError{Err: m.err}
	f, e := failed(t, r.Handle(t.Context(), another))
	assert.Contains(t, e["message"], "the cluster does not answer")
	assert.Equal(t, "SECRET_FILTER_ERROR", e["code"])
	assert.Equal(t, another.Retries-1, f.Retries, "the cluster may answer another time")
}

// TestTheModelMayWriteItsEndpoint: what the deployed model writes as a text is allowed, and nothing else is by it.
func TestTheModelMayWriteItsEndpoint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, endpoint string
		model          *model
		refused        bool
	}{
		{name: "a text", endpoint: "http://aws.invalid:5000", model: mappings("=r", "configuration.region", "http://aws.invalid:5000", "configuration.endpoint")},
		{name: "a text in an expression", endpoint: "http://aws.invalid:5000", model: mappings("=r", "configuration.region", `= "http://aws.invalid:5000"`, "configuration.endpoint")},
		{name: "another than the model's", endpoint: "http://stranger.invalid", model: mappings("=r", "configuration.region", "http://aws.invalid:5000", "configuration.endpoint"), refused: true},
		{name: "an expression", endpoint: "http://stranger.invalid", model: mappings("=r", "configuration.region", "=endpoint", "configuration.endpoint"), refused: true},
		{name: "a text that a later mapping replaces", endpoint: "http://aws.invalid", model: mappings("=r", "configuration.region", "http://aws.invalid", "configuration.endpoint", "=c", "configuration"), refused: true},
		{name: "a text for another field", endpoint: "http://aws.invalid", model: mappings("=r", "configuration.region", "http://aws.invalid", "configuration.region", "=c", "configuration.endpoint"), refused: true},
		{name: "without a model", endpoint: "http://aws.invalid", refused: true},
		{name: "a model that cannot be read", endpoint: "http://aws.invalid", model: &model{}, refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) {
				o.Sender = &fickle{}
				if tt.model != nil {
					o.Models = tt.model
				}
			})
			f, _ := failed(t, r.Handle(t.Context(), r.job("{}", strings.Replace(with(""), `"BUS"`, `"`+tt.endpoint+`"`, 1))))
			assert.Equal(t, tt.refused, strings.Contains(f.Message, "configuration.endpoint"), f.Message)
		})
	}
}
