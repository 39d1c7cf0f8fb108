package secret

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// ClusterAPI resolves secrets that the cluster keeps, as Camunda 8.10 and later do.
type ClusterAPI interface {
	// ResolveSecrets returns the values of at most 20 secrets by their names, and for the others a code such as NOT_FOUND. An
	// error with a method Temporary that says true may not come again; one with a method Missing that says true means that the
	// cluster is too old.
	ResolveSecrets(ctx context.Context, names []string) (values, refused map[string]string, err error)
}

// ClusterOptions say how the cluster is asked for secrets.
type ClusterOptions struct {
	API  ClusterAPI
	Note func(values ...string) // is told the values; nil = nobody is
	Log  *slog.Logger           // nil = none
}

// Cluster is the [Fallback] that asks the cluster for camunda.secrets.NAME where a job has {{secrets.NAME}}: the mode FALLBACK. It
// asks once for what many jobs want, and keeps it as long as the cluster itself does. It belongs to one client: another one may
// see other secrets. It is safe for concurrent use.
type Cluster struct {
	options ClusterOptions
	open    pace.Flights[map[string]Found]
	told    *pace.Complaints[string]

	mu     sync.Mutex
	asking map[string]*question // by the names that are asked for now

	values *lru.Cache[string, *clusterAnswer] // by name
	others *lru.Cache[string, *clusterAnswer] // names without a value, which process data may choose: they do not push out values

	hits, misses atomic.Uint64
}

// question is a request for secrets.
type question struct {
	key   string
	names []string
}

type clusterAnswer struct {
	found Found
	until time.Time // when it is asked for again
}

// How long answers are kept, and asked for.
const (
	clusterAge      = 20 * time.Second // a value, as the cluster's own cache
	noClusterAge    = 10 * time.Second // that there is no value
	clusterFaultAge = time.Second
	clusterPatience = 12 * time.Second // of one question, with its attempts
	clusterAttempts = 3
	clusterPause    = 100 * time.Millisecond // before the second attempt, twice that before the third
)

// NewCluster returns the fallback. Close it when done.
func NewCluster(o ClusterOptions) *Cluster {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Note == nil {
		o.Note = func(...string) {}
	}
	values, _ := lru.New[string, *clusterAnswer](maxHeld) // the error is of a size below 1
	others, _ := lru.New[string, *clusterAnswer](maxOthers)
	return &Cluster{options: o, told: pace.NewComplaints[string](1), asking: map[string]*question{}, values: values, others: others}
}

// Close ends what is being asked.
func (f *Cluster) Close() { f.open.Close() }

// Stats returns how often a secret was asked for that was known, and how often it was not.
func (f *Cluster) Stats() (hits, misses uint64) { return f.hits.Load(), f.misses.Load() }

// ClusterError says that the cluster gave no answer about a secret.
type ClusterError struct {
	Err     error
	Passing bool // the next answer may be another without anybody's doing
}

func (e *ClusterError) Error() string { return "the cluster: " + e.Err.Error() }

// Unwrap returns why.
func (e *ClusterError) Unwrap() error { return e.Err }

// Secret implements [Provider]. That the cluster refuses a secret is an error.
func (f *Cluster) Secret(ctx context.Context, c Context, name string) (string, bool, error) {
	found := f.Lookup(ctx, c, []string{name})[name]
	if found.Err == nil && (found.Denied || found.TooOld) {
		return "", false, errors.New(found.Why)
	}
	return found.Value, found.OK, found.Err
}

// Lookup implements [Fallback].
func (f *Cluster) Lookup(ctx context.Context, c Context, names []string) map[string]Found {
	all := make(map[string]Found, len(names))
	var ask []string
	for _, name := range names {
		switch known, ok := f.known(name); {
		case !isClusterName(name):
			all[name] = Found{Why: "the cluster is not asked for it: its secrets have names of letters, digits, _ and -"}
		case ok:
			f.hits.Add(1)
			all[name] = known
		default:
			f.misses.Add(1)
			ask = append(ask, name)
		}
	}
	for _, q := range f.questions(ask) {
		answer, err := inTime(ctx, c.Deadline, &f.open, q.key, clusterPatience, func(ctx context.Context) (map[string]Found, error) {
			return f.answer(ctx, q), nil
		})
		for _, name := range q.names {
			switch {
			case !slices.Contains(ask, name): // others asked for it
			case err != nil:
				all[name] = Found{Err: &ClusterError{Err: err, Passing: true}}
			default:
				all[name] = answer[name]
			}
		}
	}
	return all
}

// known returns what was told of a name lately.
func (f *Cluster) known(name string) (Found, bool) {
	answer, ok := f.values.Get(name)
	if !ok {
		answer, ok = f.others.Get(name)
	}
	if !ok || !time.Now().Before(answer.until) {
		return Found{}, false
	}
	return answer.found, true
}

// questions returns the requests that bring the names: those under way, and new ones for the rest.
func (f *Cluster) questions(names []string) []*question {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*question
	var rest []string
	for _, name := range names {
		q := f.asking[name]
		if q == nil {
			rest = append(rest, name)
		} else if !slices.Contains(all, q) {
			all = append(all, q)
		}
	}
	for some := range slices.Chunk(rest, maxAsked) {
		q := &question{key: strings.Join(some, " "), names: some}
		for _, name := range some {
			f.asking[name] = q
		}
		all = append(all, q)
	}
	return all
}

// answer returns what the cluster says of the names of a question.
func (f *Cluster) answer(ctx context.Context, q *question) map[string]Found {
	defer f.answered(q)
	all := make(map[string]Found, len(q.names))
	var ask []string
	for _, name := range q.names {
		known, ok := f.known(name)
		if ok { // it came since the caller looked
			all[name] = known
			continue
		}
		ask = append(ask, name)
	}
	if len(ask) > 0 {
		maps.Copy(all, f.ask(ctx, ask))
	}
	return all
}

func (f *Cluster) answered(q *question) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range q.names {
		if f.asking[name] == q {
			delete(f.asking, name)
		}
	}
}

// ask asks the cluster, and keeps the answer.
func (f *Cluster) ask(ctx context.Context, names []string) map[string]Found {
	values, refused, err := f.resolve(ctx, names)
	all := make(map[string]Found, len(names))
	for _, name := range names {
		value, ok := values[name]
		switch {
		case err != nil:
			all[name] = f.failed(ctx, err)
		case ok:
			f.options.Note(value)
			all[name] = Found{Value: value, OK: true}
		default:
			all[name] = refusedBy(refused[name], name)
		}
		f.keep(name, all[name])
	}
	return all
}

// resolve asks the cluster, and again while that may help.
func (f *Cluster) resolve(ctx context.Context, names []string) (values, refused map[string]string, err error) {
	again := pace.Backoff{First: clusterPause, Last: time.Second}
	for attempt := 1; ; attempt++ {
		values, refused, err = f.options.API.ResolveSecrets(ctx, names)
		if err == nil || attempt == clusterAttempts || !passes(err) || !again.Wait(ctx) {
			return values, refused, err
		}
	}
}

func passes(err error) bool {
	var passing interface{ Temporary() bool }
	return errors.As(err, &passing) && passing.Temporary()
}

// failed is what is told of each name that was in a request without an answer.
func (f *Cluster) failed(ctx context.Context, err error) Found {
	var api interface{ Missing() bool }
	if errors.As(err, &api) && api.Missing() {
		f.told.Do("", func() {
			f.options.Log.WarnContext(ctx, "the cluster cannot be asked for secrets that no provider has (camunda.connector.secret-resolver.legacy.mode is FALLBACK)", "error", err.Error())
		})
		return Found{Why: "the cluster cannot be asked: " + err.Error(), TooOld: true}
	}
	return Found{Err: &ClusterError{Err: err, Passing: passes(err) || ctx.Err() != nil}}
}

// refusedBy is what the cluster says of a secret by its code.
func refusedBy(code, name string) Found {
	reference := "camunda.secrets." + name
	switch code {
	case "NOT_FOUND":
		return Found{Why: "the cluster has no secret " + reference}
	case "ACCESS_DENIED":
		return Found{Why: "the cluster does not give " + reference + " to this worker (ACCESS_DENIED): grant its client the permission REVEAL on the resource SECRET", Denied: true}
	case "INVALID_REFERENCE":
		return Found{Why: "the cluster takes no such name (INVALID_REFERENCE)"}
	case "":
		return Found{Err: &ClusterError{Err: errors.New("its answer does not tell of " + reference)}}
	}
	return Found{Err: &ClusterError{Err: errors.New(reference + ": " + plainCode(code))}}
}

// plainCode is a code of the cluster's, unless it is none: what stands in its place could be anything.
func plainCode(code string) string {
	if len(code) > 64 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != "" {
		return "it cannot be read"
	}
	return "it cannot be read (" + code + ")"
}

// keep remembers an answer. Of each name one is kept at a time.
func (f *Cluster) keep(name string, found Found) {
	answer := &clusterAnswer{found: found, until: time.Now().Add(clusterAge)}
	keep, drop := f.values, f.others
	switch {
	case found.Err != nil:
		answer.until = time.Now().Add(clusterFaultAge)
		keep, drop = f.others, f.values
	case !found.OK:
		answer.until = time.Now().Add(noClusterAge)
		keep, drop = f.others, f.values
	}
	keep.Add(name, answer)
	drop.Remove(name)
}
