// Package outlet is the way by which texts leave the process: log lines, metric labels, spans, answers about health, and
// error messages of jobs. A [Registry] knows the secrets that are in use, and takes them out of all of these
// (contract 1.3). What goes to AWS, and what a process gets after a success, does not pass through here.
package outlet

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// The bounds of a registry. Beyond them the secrets that were not used for the longest time are forgotten.
const (
	maxValues = 1024
	maxBytes  = 1 << 20 // of all values
	maxValue  = 64 << 10
	// minValue is the length of the shortest value, in bytes. A shorter one stands in too many texts by chance: it is masked
	// by the mask of its own job alone.
	minValue = 4
)

const stars = "***"

// Registry knows the secrets that are in use in the process: those of jobs at work, those that providers gave lately, and
// those of the configuration. It prints none of them. It is safe for concurrent use. The nil registry masks nothing.
type Registry struct {
	live atomic.Int64 // how many values there are

	mu     sync.RWMutex
	values map[string]*value
	bytes  int // of the values
	clock  int64
	forms  map[uint32][]string // the forms of the values by their first four bytes
	first  [1 << 10]uint64     // a bit for each hash of such four bytes
}

type value struct {
	forms []string
	kept  bool // it is not forgotten
	used  atomic.Int64
}

// New returns a registry without a value.
func New() *Registry { return &Registry{values: map[string]*value{}, forms: map[uint32][]string{}} }

// String keeps the values out of whatever a registry is printed into.
func (*Registry) String() string { return stars }

// GoString is [Registry.String] for the verb %#v.
func (*Registry) GoString() string { return stars }

// Keep adds secrets that the process has as long as it runs, such as those of its configuration.
func (r *Registry) Keep(values ...string) { r.add(true, values) }

// Note adds secrets that are in use now. They are masked until newer ones have taken their place.
func (r *Registry) Note(values ...string) { r.add(false, values) }

func (r *Registry) add(keep bool, values []string) {
	if r == nil {
		return
	}
	for _, text := range values {
		if len(text) < minValue || len(text) > maxValue {
			continue
		}
		r.mu.RLock()
		known, now := r.values[text], r.clock
		enough := known != nil && (known.kept || !keep)
		r.mu.RUnlock()
		if enough {
			known.used.Store(now)
			continue
		}
		forms := secret.NewMask(text).Forms()
		r.mu.Lock()
		r.insert(strings.Clone(text), forms, keep)
		r.mu.Unlock()
	}
}

func (r *Registry) insert(text string, forms []string, keep bool) {
	r.clock++
	if known := r.values[text]; known != nil {
		known.kept = known.kept || keep
		return
	}
	for len(r.values) >= maxValues || r.bytes+len(text) > maxBytes {
		if !r.forgetOldest() {
			break
		}
	}
	v := &value{kept: keep}
	v.used.Store(r.clock)
	for _, form := range forms {
		if len(form) >= minValue {
			v.forms = append(v.forms, form)
		}
	}
	r.index(v)
	r.values[text], r.bytes = v, r.bytes+len(text)
	r.live.Store(int64(len(r.values)))
}

// index adds the forms of a value to what a text is searched for.
func (r *Registry) index(v *value) {
	for _, form := range v.forms {
		key := head(form)
		r.forms[key] = append(r.forms[key], form)
		r.first[slot(key)>>6] |= 1 << (slot(key) & 63)
	}
}

// forgetOldest forgets the tenth of the values that were not used for the longest time; false = there is nothing to forget.
func (r *Registry) forgetOldest() bool {
	var texts []string
	for text, v := range r.values {
		if !v.kept {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return false
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(r.values[a].used.Load(), r.values[b].used.Load()) })
	for _, text := range texts[:len(texts)/10+1] {
		r.bytes -= len(text)
		delete(r.values, text)
	}
	clear(r.forms)
	clear(r.first[:])
	for _, v := range r.values {
		r.index(v)
	}
	return true
}

// head is the first four bytes of a text.
func head(text string) uint32 { return binary.LittleEndian.Uint32([]byte(text[:4])) }

// slot is the place of such four bytes in [Registry.first].
func slot(key uint32) uint32 { return key * 2654435761 >> 16 }

// Provider is a [secret.Provider] whose values the registry knows.
func (r *Registry) Provider(p secret.Provider) secret.Provider { return provider{p, r} }

type provider struct {
	secret.Provider
	registry *Registry
}

func (p provider) Secret(ctx context.Context, c secret.Context, name string) (string, bool, error) {
	value, ok, err := p.Provider.Secret(ctx, c, name)
	if ok {
		p.registry.Note(value)
	}
	return value, ok, err
}
