package cli

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// The first version of Camunda whose REST API gives out deployed models.
const modelsSinceMajor, modelsSinceMinor = 8, 8

const (
	versionWait  = 5 * time.Second // for the gateway's answer
	versionPause = time.Minute     // after which an old gateway is asked again: it may have been upgraded
)

// clusterModels is the secret filter that reads deployed models, for a cluster that may be older than they are to be had: up
// to Camunda 8.7 it decides as if there were no REST address. It is safe for concurrent use.
type clusterModels struct {
	*secret.ModelFilter
	without secret.CredentialsOnly
	version func(context.Context) (string, error) // of the gateway
	log     *slog.Logger

	flight singleflight.Group
	mu     sync.Mutex
	known  bool
	old    bool
	asked  time.Time
	warned bool
}

// Rule implements [secret.Filter].
func (m *clusterModels) Rule(ctx context.Context, c secret.Context) (secret.Rule, error) {
	if m.none(ctx) {
		return m.without.Rule(ctx, c)
	}
	return m.ModelFilter.Rule(ctx, c)
}

// Made is [secret.ModelFilter.Made]; nil for an old cluster.
func (m *clusterModels) Made(ctx context.Context, c secret.Context) (*secret.Made, error) {
	if m.none(ctx) {
		return nil, nil //nolint:nilnil // there is no model to be had
	}
	return m.ModelFilter.Made(ctx, c)
}

// none says whether the cluster is too old to give out models. A gateway that does not tell its version is taken for a new
// one.
func (m *clusterModels) none(ctx context.Context) bool {
	if old, sure := m.lately(); sure {
		return old
	}
	answer, _, _ := m.flight.Do("", func() (any, error) {
		if old, sure := m.lately(); sure {
			return old, nil
		}
		// Not of the job that happens to ask: others wait for the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), versionWait)
		defer cancel()
		version, err := m.version(ctx)
		return m.learn(version, err), nil
	})
	old, _ := answer.(bool)
	return old
}

// lately returns what is known already, if that is still to be relied on.
func (m *clusterModels) lately() (old, sure bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.old, m.known && (!m.old || time.Since(m.asked) < versionPause)
}

// learn takes note of a gateway's answer and returns whether the cluster is too old.
func (m *clusterModels) learn(version string, err error) (old bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = time.Now()
	if err != nil {
		return m.old // as before
	}
	m.known, m.old = true, zeebe.OlderThan(version, modelsSinceMajor, modelsSinceMinor)
	if m.old && !m.warned {
		m.warned = true
		m.log.Warn("the secret filter reads no deployed models, since the cluster is older than Camunda 8.8: secrets resolve in accessKey, secretKey and sessionToken only, as without "+
			"camunda.client.rest-address; to allow all names everywhere, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED", "gateway_version", version)
	}
	return m.old
}
