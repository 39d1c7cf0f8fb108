package secret

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// Definitions reads deployed process definitions.
type Definitions interface {
	// InputMappings returns the input mappings of a process definition's tasks, in their order, by element id. An error with
	// a method Temporary that says true is worth another try.
	InputMappings(ctx context.Context, processDefinitionKey int64) (map[string][]Mapping, error)
}

// How a definition that cannot be read is tried for.
const (
	strictPatience  = 15 * time.Second // in all
	laxPatience     = 3 * time.Second  // where a job goes on without it
	definitionPause = 200 * time.Millisecond
	longestPause    = 2 * time.Second
	// How long a fault is told to those who ask behind it. Where a job goes on without the definition, each further wait for a
	// cluster that does not answer would slow all jobs down.
	strictFaultAge = time.Second
	laxFaultAge    = 10 * time.Second
	// maxReads is how many definitions are read and parsed at a time, each of some megabytes at worst.
	maxReads = 8
)

// deployed is what a process definition says of its tasks' inputs, by element id. It does not change: a change of a model
// is another definition.
type deployed map[string]*Inputs

// definitions keep the newest of what was read. They are safe for concurrent use.
type definitions struct {
	source Definitions
	byKey  *lru.Cache[int64, *definition] // nil = nothing is kept
	open   pace.Flights[deployed]
	reads  chan struct{} // has a place for each read under way

	patience, faultAge time.Duration

	hits, misses atomic.Uint64
}

type definition struct {
	tasks deployed
	err   error     // why there are none
	until time.Time // of err
}

func newDefinitions(o ModelOptions) *definitions {
	d := &definitions{
		source: o.Definitions, reads: make(chan struct{}, maxReads), patience: strictPatience, faultAge: strictFaultAge,
	}
	if o.CacheSize > 0 {
		d.byKey, _ = lru.New[int64, *definition](o.CacheSize) // the error is of a size that is not above 0
	}
	if o.Lax {
		d.patience, d.faultAge = laxPatience, laxFaultAge
	}
	return d
}

// get returns a definition, read at most once by all who ask for it at the same time.
func (d *definitions) get(ctx context.Context, deadline time.Time, key int64) (deployed, error) {
	kept, ok := d.kept(key)
	if ok && kept.err == nil {
		d.hits.Add(1)
		return kept.tasks, nil
	}
	d.misses.Add(1)
	if ok {
		return nil, kept.err
	}
	return inTime(ctx, deadline, &d.open, strconv.FormatInt(key, 10), d.patience, func(ctx context.Context) (deployed, error) {
		if kept, ok := d.kept(key); ok { // it came since the caller looked
			return kept.tasks, kept.err
		}
		tasks, err := d.read(ctx, key)
		d.keep(key, &definition{tasks: tasks, err: err, until: time.Now().Add(d.faultAge)})
		return tasks, err
	})
}

func (d *definitions) kept(key int64) (*definition, bool) {
	if d.byKey == nil {
		return nil, false
	}
	found, ok := d.byKey.Get(key)
	if !ok || found.err != nil && !time.Now().Before(found.until) {
		return nil, false
	}
	return found, true
}

func (d *definitions) keep(key int64, one *definition) {
	if d.byKey != nil {
		d.byKey.Add(key, one)
	}
}

// read reads a definition, and again while that may help: a new one takes a moment until the cluster can tell it.
func (d *definitions) read(ctx context.Context, key int64) (deployed, error) {
	for again := (pace.Backoff{First: definitionPause, Last: longestPause}); ; {
		tasks, err := d.readOnce(ctx, key)
		if err == nil {
			return tasks, nil
		}
		var passing interface{ Temporary() bool }
		if !errors.As(err, &passing) || !passing.Temporary() {
			return nil, err
		}
		pause := again.Next()
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause || pace.Sleep(ctx, pause) != nil {
			return nil, err
		}
	}
}

func (d *definitions) readOnce(ctx context.Context, key int64) (deployed, error) {
	select {
	case d.reads <- struct{}{}:
		defer func() { <-d.reads }()
	case <-ctx.Done():
		return nil, errors.New("the cluster is slow to answer for other definitions")
	}
	mappings, err := d.source.InputMappings(ctx, key)
	if err != nil {
		return nil, err
	}
	tasks := make(deployed, len(mappings))
	for element, of := range mappings {
		tasks[element] = inputsOf(of)
	}
	return tasks, nil
}
