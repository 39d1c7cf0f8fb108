package zeebe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// RESTClient is a gateway of a Camunda cluster, spoken to over the Orchestration Cluster REST API alone. It has the methods of
// [Client], with the same errors, so that a worker need not know which of them it has. There are no streams of jobs over REST.
// It is safe for concurrent use.
type RESTClient struct {
	Definitions

	log     *slog.Logger
	version lastVersion
	tenant  physicalTenant
	// namelessLog keeps the log readable while jobs come that cannot be named.
	namelessLog rate.Sometimes
	// oldTokens are the lease tokens that came under the name which the alphas of Camunda 8.10 had for them.
	oldTokens *pace.Recent[string, struct{}]
}

// DialREST returns a client of the REST API at c.RESTAddress. It connects with the first call, so an unreachable server is no
// error here; what else is, is as of [Dial]. Close it when done.
func DialREST(c Config, log *slog.Logger) (*RESTClient, error) {
	c = c.withDefaults()
	if !isWebURL(c.RESTAddress) {
		return nil, errors.New("REST address: found \"" + printableURL(c.RESTAddress) + "\", expected an http or https URL")
	}
	a, err := newAccess(&c, log)
	if err != nil {
		return nil, err
	}
	rest := newREST(&c, a, a.roots)
	rest.pause = 0 // there is no other gateway that takes the tokens
	return &RESTClient{
		Definitions: Definitions{rest}, log: log, tenant: physicalTenant{id: c.PhysicalTenant}, namelessLog: rate.Sometimes{Interval: time.Minute},
		oldTokens: pace.NewRecent[string, struct{}](tokensKept, tokensFor),
	}, nil
}

const (
	tokensKept = 10_000
	tokensFor  = time.Hour
)

// Address returns the URL below which the REST API is called, without a password.
func (c *RESTClient) Address() string { return printableURL(c.rest.base) }

// Close ends the connections, and with them every call that still runs.
func (c *RESTClient) Close() error {
	c.rest.auth.close()
	c.rest.close()
	return nil
}

// Authorize is as [Client.Authorize].
func (c *RESTClient) Authorize(ctx context.Context) error {
	_, _, err := c.rest.auth.authorize(ctx)
	return commandError(ctx, nil, err)
}

// maxShortAnswer is the longest answer that is read of a call which brings no jobs, in bytes.
const maxShortAnswer = 1 << 20

// call makes a request within [Config.RequestTimeout] and returns the answer, which is whole and has the status that is wanted.
// The error is as of [Client.Complete].
func (c *RESTClient) call(ctx context.Context, r restRequest, wanted int) (*restAnswer, error) {
	limited, cancel := context.WithTimeout(ctx, c.rest.config.RequestTimeout)
	defer cancel()
	call := &writing{Context: limited}
	r.limit = maxShortAnswer
	answer, err := c.rest.ask(call, r) //nolint:contextcheck // it is made of ctx
	switch {
	case err != nil:
		err = c.rest.failure(call, r, err) //nolint:contextcheck // as above
	case answer.status != wanted:
		err = c.rest.refusal(r, answer)
	case answer.cut != nil:
		err = c.rest.stranger(r, answer)
	default:
		return answer, nil
	}
	return nil, commandError(ctx, call, err)
}

// Topology is as [Client.Topology].
func (c *RESTClient) Topology(ctx context.Context) (Topology, error) {
	r := restRequest{method: http.MethodGet, path: "/topology"}
	answer, err := c.call(ctx, r, http.StatusOK)
	if err != nil {
		return Topology{}, err
	}
	var t struct {
		GatewayVersion                                  string
		ClusterSize, PartitionsCount, ReplicationFactor int
		Brokers                                         *[]json.RawMessage
	}
	if err := json.Unmarshal(answer.body, &t); err != nil || t.Brokers == nil {
		if err == nil {
			err = errors.New(`the property "brokers" is missing`)
		} else if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok { // its text is of Go's types
			err = fmt.Errorf("found %s, expected an object with the property \"brokers\"", wrong.Value)
		}
		return Topology{}, c.rest.unread(r, answer, err)
	}
	c.version.tell(t.GatewayVersion)
	return Topology{
		GatewayVersion: t.GatewayVersion, ClusterSize: t.ClusterSize, PartitionsCount: t.PartitionsCount,
		ReplicationFactor: t.ReplicationFactor, BrokersSeen: len(*t.Brokers),
	}, nil
}

// GatewayVersion is as [Client.GatewayVersion].
func (c *RESTClient) GatewayVersion(ctx context.Context) (string, error) {
	return c.version.get(ctx, c.Topology)
}

// Probe asks the gateway for an answer: that of a gateway that refuses to tell its topology is one. If none comes until ctx's
// deadline the connections are taken for dead, and replaced. The error is as of [Client.Complete].
func (c *RESTClient) Probe(ctx context.Context) error {
	used := c.rest.connections.use()
	_, err := c.Topology(ctx)
	e, ok := errors.AsType[*job.CommandError](err)
	switch {
	case ok && e.Kind == job.Denied && e.Code == "PERMISSION_DENIED":
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && (!ok || !e.ForToken):
		c.rest.connections.replace(used)
	}
	return err
}

// ProbeStream has nothing to ask: there are no streams.
func (*RESTClient) ProbeStream(context.Context) error { return nil }

// Stream refuses: there are no streams of jobs over REST. The kind is Unsupported.
func (*RESTClient) Stream(context.Context, job.TakeRequest) (job.Stream, error) {
	return nil, &job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED", Reason: "there are no job streams over REST", NotTaken: true}
}

// tokenName is the property of a command that holds a lease token: that under which it came.
func (c *RESTClient) tokenName(token string) string {
	if _, old := c.oldTokens.Get(token); old {
		return oldTokenName
	}
	return newTokenName
}

// The names of lease tokens, in Camunda 8.10 and in its alphas, and of the property that asks for them.
const (
	newTokenName = "jobLeaseToken"
	oldTokenName = "leaseToken"
	withLease    = "withLease"
)
