package eventbridge

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// Options configure a [Sender]; the zero value is a good one.
type Options struct {
	RequestTimeout time.Duration // of one attempt; 0 = 10 s
	MaxAttempts    int           // of one call; 0 = AWS_MAX_ATTEMPTS, else the SDK's own 3
	MaxConns       int           // idle connections kept per host, the capacity of the worker; 0 = 256
	MaxEntries     int           // entries of several calls that may share a request, 10 at most; 0 = 10, 1 = each call has its own
	MaxClients     int           // SDK clients kept, the least recently used goes first; 0 = 256
	IdleTimeout    time.Duration // after which an unused client with its credentials is dropped; 0 = 10 min
	Observer       Observer      // nil = none
	Log            *slog.Logger  // nil = none

	// LoadOptions are given to the SDK's config.LoadDefaultConfig for every client.
	LoadOptions []func(*config.LoadOptions) error

	backoff retry.BackoffDelayer // nil = the SDK's own
}

// Sender sends events. It is safe for concurrent use, and shares clients and connections among its calls.
type Sender struct {
	options Options
	clients *clients
	targets *Targets
	base    onceOK[aws.Config]

	rejected rejections

	mu     sync.Mutex
	shared *exchanger
}

// New returns a sender. [Sender.Close] ends it.
func New(o Options) *Sender {
	o.RequestTimeout = orElse(o.RequestTimeout, 10*time.Second)
	o.MaxConns = orElse(o.MaxConns, 256)
	o.MaxEntries = min(orElse(o.MaxEntries, limit.Entries), limit.Entries)
	o.MaxClients = orElse(o.MaxClients, 256)
	o.IdleTimeout = orElse(o.IdleTimeout, 10*time.Minute)
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Sender{
		rejected: rejections{observer: o.Observer, log: o.Log, told: pace.NewComplaints[string](maxRejected)},
		options:  o, clients: newClients(o.MaxClients, o.IdleTimeout), targets: newTargets(o.MaxClients, o.MaxConns, o.MaxEntries, o.Log),
	}
}

// Targets returns the endpoints that the sender sends to.
func (s *Sender) Targets() *Targets { return s.targets }

func orElse[T int | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// Close drops the clients and closes the connections that are idle. Calls under way end as they would have; those that come later
// share no request. It waits until no request is shared any more.
func (s *Sender) Close() {
	s.targets.carriers.close()
	s.clients.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared != nil {
		s.shared.close()
	}
}

// Send makes one call of PutEvents, with all the retries that are right within the context's deadline (contract 2). The
// error is always an *[Error]. A response says nothing of its entries: AWS may have rejected some or all of them.
//
// While the request's endpoint fails all recent requests, the call waits for it. If the call's time ends without an
// attempt that AWS may have accepted, the error says so by [Error.NotSent].
//
// While requests are in flight, calls with the same client and bus share one (see [group]). Each gets the results of its own
// entries. The end of a call's context ends that call alone. If its request is under way then, the error says that the answer
// was lost, since the request goes on for the others.
func (s *Sender) Send(ctx context.Context, r *Request) (*Response, error) {
	c := &call{request: r}
	err := s.send(ctx, r, c)
	code := ""
	if err != nil {
		code = err.Code
	}
	s.options.Observer.Sent(len(r.Entries), c.attempts, code)
	if err != nil {
		return nil, err
	}
	s.rejected.of(c.response, r)
	return c.response, nil
}

// exchanger returns what the attempts of all calls share.
func (s *Sender) exchanger() *exchanger {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shared
}

func (s *Sender) send(ctx context.Context, r *Request, c *call) *Error {
	if err := ctx.Err(); err != nil {
		return contextError(err)
	}
	if bad := check(r); bad != nil {
		return bad
	}
	key := s.clients.key(r)
	made, err := s.clients.getKey(key, func() (*client, error) { return s.build(ctx, r) })
	if err != nil {
		return asError(err)
	}
	c.client, c.policy, c.exchanger = made, made.policy, s.exchanger()
	s.targets.of(key, c)
	defer c.target.end(c)
	if err = c.run(ctx); err == nil {
		return nil
	}
	e := verdict(ctx, c, err)
	e.Sent, e.Entries = e.Sent || c.sent, c.carried
	e.AnswerLost = e.AnswerLost || c.lost
	e.NotSent = !c.ambiguous && (c.stopped != nil || ctx.Err() != nil)
	if c.stopped != nil && !errors.Is(e.cause, c.stopped) {
		e.cause = errors.Join(c.stopped, e.cause)
	}
	return e
}

// verdict says which of all the things that went wrong the caller is told: the latest attempt's error, since what
// stopped the retries after it (time, the caller) explains nothing.
func verdict(ctx context.Context, c *call, err error) *Error {
	if fault, ok := errors.AsType[*credentialsFault](err); ok {
		if errors.Is(ctx.Err(), context.Canceled) {
			return contextError(context.Canceled)
		}
		return credentialsError(fault.cause)
	}
	switch {
	case c.failed != nil:
		return c.failed
	case ctx.Err() != nil:
		return contextError(ctx.Err())
	case errors.Is(c.stopped, errNoTime), errors.Is(c.stopped, errCrowded):
		return waitedError(c)
	case c.stopped != nil:
		return &Error{Kind: KindCanceled, Code: CodeCanceled, cause: c.stopped, Message: "the event was not sent: " + c.stopped.Error()}
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		err = op.Err
	}
	return inputError("the request to EventBridge cannot be made: "+err.Error(), err)
}

func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return credentialsError(err)
}
