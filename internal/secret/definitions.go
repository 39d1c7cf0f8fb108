package secret

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
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

// deployed is what a process definition says of its tasks' secrets, by element id. It does not change: a change of a model
// is another definition.
type deployed map[string]*declared

// definitions keep the newest of what was read. They are safe for concurrent use.
type definitions struct {
	source Definitions
	size   int // 0 = nothing is kept
	open   flights[int64, deployed]
	reads  chan struct{} // has a place for each read under way

	patience, faultAge time.Duration

	mu    sync.Mutex
	byKey map[int64]*list.Element // of a *definition
	order list.List               // the last used in front

	hits, misses atomic.Uint64
}

type definition struct {
	key   int64
	tasks deployed
	err   error     // why there are none
	until time.Time // of err
}

func newDefinitions(o ModelOptions) *definitions {
	d := &definitions{
		source: o.Definitions, size: o.CacheSize, reads: make(chan struct{}, maxReads), patience: strictPatience, faultAge: strictFaultAge,
		byKey: map[int64]*list.Element{},
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
	return d.open.do(ctx, deadline, key, d.patience, func(ctx context.Context) (deployed, error) {
		tasks, err := d.read(ctx, key)
		d.keep(&definition{key: key, tasks: tasks, err: err, until: time.Now().Add(d.faultAge)})
		return tasks, err
	})
}

func (d *definitions) kept(key int64) (*definition, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, ok := d.byKey[key]
	if !ok {
		return nil, false
	}
	found := e.Value.(*definition)
	if found.err != nil && !time.Now().Before(found.until) {
		d.order.Remove(e)
		delete(d.byKey, key)
		return nil, false
	}
	d.order.MoveToFront(e)
	return found, true
}

func (d *definitions) keep(one *definition) {
	if d.size <= 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, ok := d.byKey[one.key]; ok {
		d.order.Remove(old)
	}
	d.byKey[one.key] = d.order.PushFront(one)
	for len(d.byKey) > d.size {
		last := d.order.Back()
		d.order.Remove(last)
		delete(d.byKey, last.Value.(*definition).key)
	}
}

// read reads a definition, and again while that may help: a new one takes a moment until the cluster can tell it.
func (d *definitions) read(ctx context.Context, key int64) (deployed, error) {
	for pause := definitionPause; ; pause = min(2*pause, longestPause) {
		tasks, err := d.readOnce(ctx, key)
		if err == nil {
			return tasks, nil
		}
		var passing interface{ Temporary() bool }
		if !errors.As(err, &passing) || !passing.Temporary() {
			return nil, err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
			return nil, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		case <-timer.C:
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
		names, err := declaredBy(of)
		if err != nil {
			return nil, err
		}
		tasks[element] = names.with(MadeBy(of))
	}
	return tasks, nil
}
