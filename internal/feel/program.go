package feel

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Program is a compiled expression. It is immutable and safe for concurrent use.
type Program struct {
	source string
	root   node
	eval   evaluator
	slots  int
	sites  int // places that read members
	free   []string
	notes  []Warning // given with each evaluation
	ranges bool
	// identity says that it matters which contexts the source itself made.
	identity bool
	// copies says that Result.Copies is wanted.
	copies  bool
	clock   func() time.Time
	library *Library
	limits  Limits
	frames  sync.Pool
}

// Option changes how a program is evaluated.
type Option func(*Program)

// WithClock gives the clock that now(), today() and the limit of time read, instead of time.Now.
func WithClock(now func() time.Time) Option { return func(p *Program) { p.clock = now } }

// WithLibrary gives the functions that the program can call, instead of [Standard].
func WithLibrary(l *Library) Option { return func(p *Program) { p.library = l } }

// WithCopies has [Result.Copies] noted.
func WithCopies() Option { return func(p *Program) { p.copies = true } }

// Compile reads an expression. The error is a *[SyntaxError], or a *[BudgetError] for a source of more than 64 KiB or
// 250 levels of nesting.
func Compile(source string, options ...Option) (*Program, error) {
	root, identity, err := parse(source)
	if err != nil {
		return nil, err
	}
	p := &Program{source: source, root: root, identity: identity, clock: time.Now, library: Standard(), limits: defaultLimits}
	for _, o := range options {
		o(p)
	}
	c := &compiler{source: source, identity: identity, library: p.library}
	p.eval = c.compile(root)
	p.slots, p.sites, p.free, p.ranges, p.notes = c.slots, c.sites, c.free, c.ranges, c.notes
	return p, nil
}

// Source returns the text that was compiled.
func (p *Program) Source() string { return p.source }

// FreeNames returns the names that the program asks its scope for, in the order of their appearance.
func (p *Program) FreeNames() []string { return p.free }

// Result is what an evaluation gave.
type Result struct {
	Value    Value
	Warnings []Warning // why nulls came out of it, at most 20
	Copies   Copies    // noted by programs [WithCopies]
}

// Copies says of the contexts that context put and context merge made which of their members they took from which context, as they
// were there.
type Copies map[*jsonvalue.Object]map[string]*jsonvalue.Object

// note notes that a context has a member of another one.
func (c Copies) note(made *jsonvalue.Object, key string, of *jsonvalue.Object) {
	if c[made] == nil {
		c[made] = map[string]*jsonvalue.Object{}
	}
	c[made][key] = of
}

// Eval evaluates the program. The error is an *[EvalError] for an operation that fails the whole expression, a
// *[BudgetError] for one that asks for too much, or wraps the context's error. The warnings are given in any case.
func (p *Program) Eval(ctx context.Context, scope Scope) (Result, error) {
	f, _ := p.frames.Get().(*frame)
	if f == nil {
		f = &frame{program: p, slots: make([]Value, p.slots), places: make([]int, p.sites)}
	}
	f.ctx, f.scope, f.nextAsk = ctx, scope, stepsPerAsk
	if p.copies {
		f.copies = Copies{}
	}
	v := p.eval(f)
	if f.err == nil {
		v = f.settle(v)
	}
	if f.err == nil && !fits(v, p.limits.Bytes) {
		f.err = p.limits.bytes()
	}
	if p.ranges && f.err == nil && holdsRange(v) {
		f.fail(p.root.pos(), "a range is no value that a result can have")
	}
	err, warnings, copies := f.err, f.warnings, f.copies
	if len(p.notes) > 0 {
		warnings = append(slices.Clone(p.notes), warnings...)
	}
	f.reset()
	p.frames.Put(f)
	if err != nil {
		return Result{Warnings: warnings}, err
	}
	return Result{Value: v, Warnings: warnings, Copies: copies}, nil
}

// holdsRange says whether a range is in a value, which JSON cannot hold.
func holdsRange(v Value) bool {
	switch v := v.(type) {
	case *Range:
		return true
	case []Value:
		return slices.ContainsFunc(v, holdsRange)
	case *jsonvalue.Object:
		for _, member := range v.All() {
			if holdsRange(member) {
				return true
			}
		}
	}
	return false
}

// Context makes a [Scope] of a context: its fields are the names.
func Context(o *jsonvalue.Object) Scope { return contextScope{o} }

type contextScope struct{ o *jsonvalue.Object }

func (s contextScope) Lookup(name string) (Value, bool) { return s.o.Get(name) }

func (s contextScope) Names() []string { return s.o.Keys() }
