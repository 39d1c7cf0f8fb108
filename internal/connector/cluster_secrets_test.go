package connector

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// cluster is a fallback whose answer about all secrets is the same.
type cluster secret.Found

func (c cluster) Lookup(_ context.Context, _ secret.Context, names []string) map[string]secret.Found {
	all := map[string]secret.Found{}
	for _, name := range names {
		all[name] = secret.Found(c)
	}
	return all
}

// ofCluster is a job whose secret key only the cluster has.
func ofCluster(t *testing.T, answer secret.Found, pairs ...string) (*rig, job.Outcome) {
	t.Helper()
	r := newRig(t, func(o *Options) {
		o.Secrets = secret.NewResolver([]secret.Provider{provider(known)}, secret.AllowAll{}).WithFallback(cluster(answer))
		o.Expressions = expression.NewCache(0)
	})
	variables := `{"authentication":{"type":"credentials","accessKey":"{{secrets.KEY}}","secretKey":"{{secrets.OF_CLUSTER}}"},"configuration":{"region":"eu-central-1","endpoint":"BUS"},` +
		`"input":{"eventBusName":"default","source":"com.example","detailType":"Placed","detail":{"a":1}}}`
	return r, r.Handle(t.Context(), r.job(headers(t, pairs...), variables))
}

func TestASecretOfTheClusterSignsTheEvent(t *testing.T) {
	t.Parallel()
	r, outcome := ofCluster(t, secret.Found{Value: "of the cluster", OK: true})
	completed(t, outcome)
	assert.Len(t, r.bus.Events(), 1)
	assert.NotContains(t, r.log.String(), "of the cluster")
}

func TestASecretThatNobodyHasFailsTheJobForGood(t *testing.T) {
	t.Parallel()
	r, outcome := ofCluster(t, secret.Found{Why: "the cluster has none"})
	f, e := failed(t, outcome)
	assert.Zero(t, f.Retries)
	assert.Equal(t, "INPUT_ERROR", e["code"])
	assert.Contains(t, f.Message, "Secret with name 'OF_CLUSTER' is not available: no provider has it, and the cluster has none")
	assert.Empty(t, r.bus.Events())
}

// TestAFaultOfTheClusterThatPassesCostsNoRetry and has a pause before the next try, whatever the task says.
func TestAFaultOfTheClusterThatPassesCostsNoRetry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		passing bool
		headers []string
		retries int32
		backoff time.Duration
	}{
		{"a fault that passes", true, nil, 3, 10 * time.Second},
		{"with a pause of the task's own", true, []string{"retryBackoff", "PT30S"}, 3, 30 * time.Second},
		{"with no pause", true, []string{"retryBackoff", "PT0S"}, 3, 10 * time.Second},
		{"a fault that may stay", false, nil, 2, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, outcome := ofCluster(t, secret.Found{Err: &secret.ClusterError{Err: errors.New("HTTP 503"), Passing: tt.passing}}, tt.headers...)
			f, e := failed(t, outcome)
			assert.Equal(t, tt.retries, f.Retries)
			assert.Equal(t, tt.backoff, f.Backoff)
			assert.Equal(t, "SECRET_PROVIDER_ERROR", e["code"])
			require.Contains(t, f.Message, "Secret with name 'OF_CLUSTER' cannot be read: the cluster: HTTP 503")
			assert.Empty(t, r.bus.Events())
		})
	}
}
