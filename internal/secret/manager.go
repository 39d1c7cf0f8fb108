package secret

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// ManagerOptions say where in AWS Secrets Manager secrets lie, and how long what it says is used.
type ManagerOptions struct {
	// Secrets are names or ARNs of secrets that hold a JSON object each, whose keys are the names that jobs use. They are asked
	// in this order, before Prefix.
	Secrets []string
	// Prefix and a job's name make the name of a secret that is the value itself. Empty = there are none of this kind.
	Prefix string

	Region   string        // empty = the SDK's own: AWS_REGION, or a profile's
	Endpoint string        // a URL; empty = the SDK's own
	TTL      time.Duration // how long a value is used without asking
	Stale    time.Duration // how much longer it is used while Secrets Manager cannot be asked
	Log      *slog.Logger  // nil = none
}

// Manager is the provider of secrets from AWS Secrets Manager, with the credentials of the SDK's default chain. It asks once for
// what many jobs want, and keeps it. It is safe for concurrent use.
type Manager struct {
	options ManagerOptions
	api     *managerAPI
	open    pace.Flights[*held]

	values *lru.Cache[string, *held] // by id
	others *lru.Cache[string, *held] // ids without a value, which process data may choose: they do not push out values
	warned rate.Sometimes

	hits, misses atomic.Uint64
}

// held is what Secrets Manager said of a secret. It does not change.
type held struct {
	text   string
	fields map[string]string // of a JSON secret
	err    error             // errNoSecret, or why it could not be read
	read   time.Time
	until  time.Time // when it is asked for again
	old    bool      // it is used in place of a newer one, which could not be read
}

// How long other answers than a value are told to those who ask behind them.
const (
	noSecretAge     = 10 * time.Second
	managerFaultAge = time.Second
	staleAge        = 5 * time.Second  // an old value, until the next try
	managerPatience = 12 * time.Second // of one question, with its attempts
	maxHeld         = 1000             // values
	maxOthers       = 500              // ids without a value
)

// NewManager returns the provider. The error is one of the options or of the SDK's configuration; nobody is asked yet. Close
// it when done.
func NewManager(ctx context.Context, o ManagerOptions) (*Manager, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	api, err := newManagerAPI(ctx, o.Region, o.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("AWS Secrets Manager: %w", err)
	}
	values, _ := lru.New[string, *held](maxHeld) // the error is of a size below 1
	others, _ := lru.New[string, *held](maxOthers)
	return &Manager{options: o, api: api, values: values, others: others, warned: rate.Sometimes{Interval: time.Minute}}, nil
}

// Close ends what is being asked.
func (m *Manager) Close() {
	m.open.Close()
	m.api.close()
}

// Stats returns how often a secret was asked for that was known, and how often it was not.
func (m *Manager) Stats() (hits, misses uint64) { return m.hits.Load(), m.misses.Load() }

// Secret implements [Provider].
func (m *Manager) Secret(ctx context.Context, c Context, name string) (string, bool, error) {
	for _, id := range m.options.Secrets {
		found, err := m.get(ctx, c.Deadline, id, true)
		if err != nil {
			return "", false, err
		}
		if found.err != nil { // whoever configured it meant one that is there
			return "", false, m.fault(id, found.err)
		}
		if value, ok := found.fields[name]; ok {
			return value, true, nil
		}
	}
	if m.options.Prefix == "" || !isManagerName(name) {
		return "", false, nil
	}
	found, err := m.get(ctx, c.Deadline, m.options.Prefix+name, false)
	if err != nil || found.err != nil {
		return "", false, err
	}
	return found.text, true, nil
}

// maxRemoteName is how long the name of a secret in Secrets Manager may be. The cluster is asked for none that is longer, either.
const maxRemoteName = 512

// isManagerName says whether a secret in Secrets Manager can have this name. About any other AWS need not be asked.
func isManagerName(name string) bool { return hasOnly(name, "/_+=.@-") }

// isClusterName says whether the cluster can have a secret of this name.
func isClusterName(name string) bool { return name != "" && hasOnly(name, "_-") }

// hasOnly says whether a name consists of ASCII letters, digits and some signs, and is not too long.
func hasOnly(name, signs string) bool {
	return len(name) <= maxRemoteName && !strings.ContainsFunc(name, func(r rune) bool {
		isLetter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !isLetter && (r < '0' || r > '9') && !strings.ContainsRune(signs, r)
	})
}

// get returns what is known of a secret, asked for if need be; its err is errNoSecret or nil.
func (m *Manager) get(ctx context.Context, deadline time.Time, id string, object bool) (*held, error) {
	h := m.known(id)
	if h != nil && time.Now().Before(h.until) && (h.err == nil || errors.Is(h.err, errNoSecret)) {
		m.hits.Add(1)
		return h, nil
	}
	m.misses.Add(1)
	if h == nil || !time.Now().Before(h.until) {
		ask := func(ctx context.Context) (*held, error) {
			if h := m.known(id); h != nil && time.Now().Before(h.until) { // it came since the caller looked
				return h, nil
			}
			return m.keep(ctx, id, m.ask(ctx, id, object)), nil
		}
		if h != nil && h.old && m.usable(h, time.Now()) { // no job waits for who did not answer the last one
			m.open.Join(ctx, id, managerPatience, ask)
			return h, nil
		}
		var err error
		h, err = inTime(ctx, deadline, &m.open, id, managerPatience, ask)
		if err != nil {
			if h = m.stale(id); h != nil && errors.Is(err, errTooLate) {
				return h, nil
			}
			return nil, fmt.Errorf("AWS Secrets Manager: %w", err)
		}
	}
	if h.err != nil && !errors.Is(h.err, errNoSecret) {
		return nil, m.fault(id, h.err)
	}
	return h, nil
}

// known returns the last answer about a secret; nil = none is kept.
func (m *Manager) known(id string) *held {
	h, ok := m.values.Get(id)
	if !ok {
		h, _ = m.others.Get(id)
	}
	return h
}

func (m *Manager) fault(id string, err error) error {
	return fmt.Errorf("AWS Secrets Manager: %s in %s: %w", id, m.api.client.Options().Region, err)
}

// ask asks Secrets Manager.
func (m *Manager) ask(ctx context.Context, id string, object bool) *held {
	h := &held{read: time.Now()}
	if h.text, h.err = m.api.get(ctx, id); h.err == nil && object {
		h.fields, h.err = fieldsOf(h.text)
		h.text = ""
	}
	return h
}

// keep remembers an answer, and returns what is used in its place: a value that was read before, while there is no other. Of
// each secret one answer is kept at a time.
func (m *Manager) keep(ctx context.Context, id string, h *held) *held {
	now := time.Now()
	switch {
	case h.err == nil:
		h.until = now.Add(m.options.TTL)
	case errors.Is(h.err, errNoSecret):
		h.until = now.Add(min(noSecretAge, m.options.TTL))
	default:
		h.until = now.Add(managerFaultAge)
		if old, _ := m.values.Peek(id); m.usable(old, now) && !refused(h.err) {
			m.warn(ctx, id, h.err, old, now)
			kept := *old
			kept.until, kept.old = now.Add(staleAge), true
			h = &kept
		}
	}
	keep, drop := m.values, m.others
	if h.err != nil {
		keep, drop = m.others, m.values
	}
	keep.Add(id, h)
	drop.Remove(id)
	return h
}

// refused says that AWS did answer, by a no: the worker may not read the secret any more, or it is to be deleted.
func refused(err error) bool {
	e, ok := errors.AsType[*APIError](err)
	return ok && (e.Code == "AccessDeniedException" || e.Code == "InvalidRequestException")
}

// stale returns a value that was read before and may still be used, or nil.
func (m *Manager) stale(id string) *held {
	if h, _ := m.values.Peek(id); m.usable(h, time.Now()) {
		return h
	}
	return nil
}

func (m *Manager) usable(h *held, now time.Time) bool {
	return h != nil && h.err == nil && now.Before(h.read.Add(m.options.TTL+m.options.Stale))
}

// warn says, once a minute, that an old value is used.
func (m *Manager) warn(ctx context.Context, id string, why error, old *held, now time.Time) {
	m.warned.Do(func() {
		m.options.Log.WarnContext(ctx, "AWS Secrets Manager cannot be asked, the value read before is used", "secret", id, "error", why.Error(),
			"age", now.Sub(old.read).Round(time.Second).String())
	})
}

// fieldsOf reads a JSON secret: texts as they are, null as no value, all else as its JSON. The error does not repeat it.
func fieldsOf(text string) (map[string]string, error) {
	v, err := jsonvalue.ParseString(text)
	o, ok := v.(*jsonvalue.Object)
	if err != nil || !ok {
		return nil, errors.New("the secret holds no JSON object, expected one whose keys are the names that jobs use")
	}
	fields := make(map[string]string, o.Len())
	for key, value := range o.All() {
		switch value := value.(type) {
		case nil:
		case string:
			fields[key] = value
		default:
			fields[key] = string(jsonvalue.Append(nil, value))
		}
	}
	return fields, nil
}
