package expression

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/itchyny/gojq"
)

// Budgets of one evaluation of a jq expression, the same as FEEL's.
const (
	maxJQSteps    = 1_000_000
	maxJQProduced = 64 << 20 // bytes, estimated
	maxJQTime     = 250 * time.Millisecond
	jqStepsPerAsk = 1024
)

var (
	errJQSteps    = errors.New("the expression needs more than 1000000 steps")
	errJQTime     = errors.New("the expression needs more than 250 ms")
	errJQProduced = errors.New("the expression needs more than 64 MiB of values")
)

// jqBudget is what one evaluation may still cost. As a context it counts the steps of the evaluation, each of which asks
// whether the context is done. As a variable of the expression it is handed to the functions that guarded put in.
type jqBudget struct {
	context.Context
	steps, produced int
	deadline        time.Time
	err             error
}

func newJQBudget(ctx context.Context) *jqBudget {
	return &jqBudget{Context: ctx, deadline: time.Now().Add(maxJQTime)}
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Done implements context.Context.
func (b *jqBudget) Done() <-chan struct{} {
	b.steps++
	switch {
	case b.err != nil:
	case b.steps > maxJQSteps:
		b.err = errJQSteps
	case b.steps%jqStepsPerAsk != 0:
		return nil
	case time.Now().After(b.deadline):
		b.err = errJQTime
	default:
		b.err = b.Context.Err()
	}
	if b.err != nil {
		return closed
	}
	return nil
}

// Err implements context.Context.
func (b *jqBudget) Err() error { return b.err }

// produce charges for n bytes; false when the evaluation must end.
func (b *jqBudget) produce(n int) bool {
	if b.produced += n; b.produced > maxJQProduced && b.err == nil {
		b.err = errJQProduced
	}
	return b.err == nil
}

// jqSize estimates the bytes that a value takes when it is written out, counting no further than the limit: an array may
// be in another one many times.
func jqSize(v any, limit int) int {
	size := 8
	switch v := v.(type) {
	case string:
		size += len(v)
	case []any:
		if size += 8 * len(v); size > limit {
			return size
		}
		for _, e := range v {
			if size += jqSize(e, limit-size); size > limit {
				break
			}
		}
	case map[string]any:
		for k, e := range v {
			if size += len(k) + jqSize(e, limit-size); size > limit {
				break
			}
		}
	}
	return size
}

// jqShallow estimates the bytes that a copy of a value's first level takes.
func jqShallow(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		return 16 * len(v)
	case map[string]any:
		return 48 * len(v)
	}
	return 8
}

// Names that guarded puts into expressions.
const (
	jqBudgetVariable = "$__budget"
	jqRightVariable  = "$__right"
	jqSum            = "__sum"
	jqProduct        = "__product"
	jqComparison     = "__comparison"
	jqWritten        = "__written"
	jqPaired         = "__paired"
	jqMatched        = "__matched"
)

// jqGuards are the functions that charge for what an operation is about to make, before it makes it.
func jqGuards() []gojq.CompilerOption {
	operands := func(cost func(a, b any) int) func(any, []any) any {
		return func(_ any, args []any) any {
			if b := args[2].(*jqBudget); !b.produce(cost(args[0], args[1])) {
				return b.err
			}
			return []any{args[0], args[1]}
		}
	}
	return []gojq.CompilerOption{
		gojq.WithFunction(jqSum, 3, 3, operands(func(a, b any) int { return jqShallow(a) + jqShallow(b) })),
		gojq.WithFunction(jqProduct, 3, 3, operands(func(a, b any) int {
			text, times := a, b
			if _, isText := text.(string); !isText {
				text, times = b, a
			}
			s, isText := text.(string)
			if !isText {
				return jqShallow(a) + jqShallow(b)
			}
			switch n := times.(type) {
			case int:
				return len(s) * max(0, min(n, maxJQProduced+1))
			case float64:
				return int(float64(len(s)) * max(0, min(n, maxJQProduced+1)))
			}
			return len(s)
		})),
		gojq.WithFunction(jqComparison, 3, 3, operands(func(a, b any) int { return min(jqSize(a, maxJQProduced), jqSize(b, maxJQProduced)) })),
		gojq.WithFunction(jqWritten, 1, 1, func(v any, args []any) any {
			return charged(v, args[0], jqSize(v, maxJQProduced))
		}),
		gojq.WithFunction(jqPaired, 2, 2, func(v any, args []any) any {
			size := jqSize(v, maxJQProduced)
			if list, isList := v.([]any); isList {
				size += len(list) * jqShallow(args[0])
			}
			return charged(v, args[1], size)
		}),
		gojq.WithFunction(jqMatched, 1, 1, func(v any, args []any) any {
			n := jqShallow(v)
			return charged(v, args[0], n+n/256*n)
		}),
	}
}

func charged(v, budget any, n int) any {
	if b := budget.(*jqBudget); !b.produce(n) {
		return b.err
	}
	return v
}

// guardOf names the guard of each function of jq that may need much more than it is given: __written for those that go
// through all of a value, __paired for those that work on each pair of an item and an argument, __matched for those that
// look for the place of each match from the start of the text on.
var guardOf = map[string]string{
	"add": jqWritten, "tojson": jqWritten, "tostring": jqWritten, "flatten": jqWritten, "implode": jqWritten, "explode": jqWritten,
	"transpose": jqWritten, "ascii_downcase": jqWritten, "ascii_upcase": jqWritten, "sort": jqWritten, "sort_by": jqWritten,
	"group_by": jqWritten, "unique": jqWritten, "unique_by": jqWritten, "min": jqWritten, "max": jqWritten, "min_by": jqWritten, "max_by": jqWritten,
	"join": jqPaired, "contains": jqPaired, "inside": jqPaired, "indices": jqPaired, "index": jqPaired, "rindex": jqPaired, "ltrimstr": jqPaired,
	"test": jqMatched, "match": jqMatched, "capture": jqMatched, "scan": jqMatched, "split": jqMatched, "splits": jqMatched, "sub": jqMatched, "gsub": jqMatched,
}

// guarded rewrites a query so that what makes texts and arrays is charged for first: sums and products, texts with
// expressions in them, formats, comparisons, and the functions of guardOf. The engine itself has no limit for one step.
func guarded(q *gojq.Query) *gojq.Query {
	guardAll(reflect.ValueOf(q))
	return q
}

// guardAll goes through whatever a query is made of, from the inside out.
func guardAll(v reflect.Value) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			guardAll(v.Index(i))
		}
		return
	}
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return
	}
	for _, field := range v.Elem().Fields() {
		guardAll(field)
	}
	switch n := v.Interface().(type) {
	case *gojq.Query:
		guardOperator(n)
	case *gojq.Term:
		guardTerm(n)
	case *gojq.String:
		for i, q := range n.Queries {
			if q.Term == nil || q.Term.Str == nil || len(q.Term.Str.Queries) > 0 { // not one of the pieces of text between
				written := pipe(q, call(jqWritten, budget()))
				n.Queries[i] = &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeQuery, Query: written}}
			}
		}
	}
}

// operatorGuards name the guard of each operator.
var operatorGuards = map[gojq.Operator]string{
	gojq.OpAdd: jqSum, gojq.OpMul: jqProduct, gojq.OpEq: jqComparison, gojq.OpNe: jqComparison,
	gojq.OpGt: jqComparison, gojq.OpLt: jqComparison, gojq.OpGe: jqComparison, gojq.OpLe: jqComparison, gojq.OpSub: jqComparison,
}

// guardOperator makes __sum(a; b; $__budget) | .[0] + .[1] of a + b, and b as $__right | a |= . + $__right of a += b.
func guardOperator(q *gojq.Query) {
	if name, ok := operatorGuards[q.Op]; ok {
		operands := call(name, q.Left, q.Right, budget())
		*q = gojq.Query{Left: operands, Op: gojq.OpPipe, Right: &gojq.Query{Left: item("0"), Op: q.Op, Right: item("1")}}
		return
	}
	if q.Op == gojq.OpUpdateAdd || q.Op == gojq.OpUpdateMul {
		op := gojq.OpAdd
		if q.Op == gojq.OpUpdateMul {
			op = gojq.OpMul
		}
		update := &gojq.Query{Left: identity(), Op: op, Right: call(jqRightVariable)}
		guardOperator(update)
		*q = *bind(q.Right, jqRightVariable, &gojq.Query{Left: q.Left, Op: gojq.OpModify, Right: update})
	}
}

func guardTerm(t *gojq.Term) {
	whole := gojq.Term{Type: t.Type, Func: t.Func, Format: t.Format, Str: t.Str}
	inner := &gojq.Query{Term: &whole}
	switch {
	case t.Type == gojq.TermTypeFormat && t.Str == nil:
		inner = pipe(call(jqWritten, budget()), inner)
	case t.Type == gojq.TermTypeFunc && guardOf[t.Func.Name] == jqPaired && len(t.Func.Args) == 1:
		whole.Func = &gojq.Func{Name: t.Func.Name, Args: []*gojq.Query{call(jqRightVariable)}}
		inner = bind(t.Func.Args[0], jqRightVariable, pipe(call(jqPaired, call(jqRightVariable), budget()), inner))
	case t.Type == gojq.TermTypeFunc && guardOf[t.Func.Name] != "" && guardOf[t.Func.Name] != jqPaired:
		inner = pipe(call(guardOf[t.Func.Name], budget()), inner)
	default:
		return
	}
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: inner, SuffixList: t.SuffixList}
}

func budget() *gojq.Query { return call(jqBudgetVariable) }

func identity() *gojq.Query { return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}} }

func call(name string, args ...*gojq.Query) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name, Args: args}}}
}

// item is .[index].
func item(index string) *gojq.Query {
	number := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeNumber, Number: index}}
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIndex, Index: &gojq.Index{Start: number}}}
}

func pipe(left, right *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: left, Op: gojq.OpPipe, Right: right}
}

// bind is value as $name | body.
func bind(value *gojq.Query, name string, body *gojq.Query) *gojq.Query {
	term := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeQuery, Query: value}}
	return &gojq.Query{Left: term, Op: gojq.OpPipe, Right: body, Patterns: []*gojq.Pattern{{Name: name}}}
}

// jqError returns what a jq output means as an error, nil for a value.
func jqError(b *jqBudget, out any) error {
	if b.err != nil {
		if errors.Is(b.err, context.Canceled) || errors.Is(b.err, context.DeadlineExceeded) {
			return fmt.Errorf("evaluate expression: %w", b.err)
		}
		return b.err
	}
	err, _ := out.(error)
	return err
}
