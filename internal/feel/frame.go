package feel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// stepsPerAsk is after how many steps the time is looked at: a step on numbers of many digits may take milliseconds.
const stepsPerAsk = 32

// Scope answers for the names that are free in an expression.
type Scope interface {
	// Lookup returns the value of a name, and whether there is one. Values are those of jsonvalue.
	Lookup(name string) (Value, bool)
}

// Names is what a [Scope] implements to have its names suggested for a misspelt one.
type Names interface{ Names() []string }

// frame is the state of one evaluation.
type frame struct {
	ctx      context.Context
	program  *Program
	scope    Scope
	slots    []Value
	places   []int       // where each site of the program found its member last; kept from one evaluation to the next
	stack    []Value     // arguments of the calls that are being made
	texts    []string    // terms of the sums that are being made
	patterns [4]*pattern // the regular expressions of this program's calls, the last one first
	found    matchRoom
	text     []byte // room for a text while it is made
	steps    int
	nextAsk  int
	produced int
	compared int // members of lists and contexts, since the last step that was charged for them
	depth    int
	deadline time.Time
	err      error // set once; ends the evaluation
	warnings []Warning
	// inputless says that err is that of a ? without an input.
	inputless bool
	// holdsFailures says that a list was made that holds an error.
	holdsFailures bool
	// literals are the contexts that the source itself made, where that matters.
	literals map[*jsonvalue.Object]struct{}
	// copies are noted where that is wanted; nil = they are not.
	copies Copies
}

// failure is a value that stands for an error. Most operations make null of it; a list, a context, a comparison and a
// path hand it on; at the end of the evaluation it is the error of the whole expression.
type failure struct {
	pos  Pos
	text string
	// official is the text by which the official engine describes the error in a list that holds it.
	official string
	// fatal says that nothing but the list that holds it makes null of it.
	fatal bool
	// enclosed says that a list or a context that the source wrote had the fatal error in it.
	enclosed bool
}

// shown is the error as it stands in a list of a result.
func (e *failure) shown() string {
	if e.enclosed {
		return e.marked()
	}
	return e.official
}

// marked is the error as string() writes it.
func (e *failure) marked() string {
	kind := "error"
	if e.fatal {
		kind = "fatal error"
	}
	return kind + "(\"" + e.official + "\")"
}

// holdsFailure says whether an error is in a list or a context.
func holdsFailure(v Value) bool {
	switch v := v.(type) {
	case *failure:
		return true
	case []Value:
		return slices.ContainsFunc(v, holdsFailure)
	case *jsonvalue.Object:
		for _, member := range v.All() {
			if holdsFailure(member) {
				return true
			}
		}
	}
	return false
}

// maxKeptText is how large the room for texts may be that a frame keeps.
const maxKeptText = 4096

// reset makes the frame ready for another evaluation, and lets go of what this one held.
func (f *frame) reset() {
	clear(f.slots)
	clear(f.stack[:cap(f.stack)])
	f.unwind(0)
	clear(f.texts[:cap(f.texts)])
	f.texts = f.texts[:0]
	f.ctx, f.scope, f.err, f.warnings = nil, nil, nil, nil
	f.steps, f.produced, f.compared, f.depth = 0, 0, 0, 0
	f.inputless, f.holdsFailures = false, false
	f.copies = nil
	if f.literals != nil {
		f.literals = nil
	}
	if !f.deadline.IsZero() {
		f.deadline = time.Time{}
	}
}

// unwind drops what was put on the stack since it had this height. The values stay reachable until the frame is reset.
func (f *frame) unwind(height int) { f.stack = f.stack[:height] }

// spend charges n steps; false when the evaluation must end.
func (f *frame) spend(n int) bool {
	if f.err != nil {
		return false
	}
	f.steps += n
	if f.steps < f.nextAsk {
		return true
	}
	return f.ask()
}

func (f *frame) ask() bool {
	if f.steps > f.program.limits.Steps {
		f.err = f.program.limits.steps()
		return false
	}
	f.nextAsk = f.steps + stepsPerAsk
	now := f.program.clock()
	if f.deadline.IsZero() {
		f.deadline = now.Add(f.program.limits.Time)
	} else if now.After(f.deadline) {
		f.err = f.program.limits.time()
		return false
	}
	if err := f.ctx.Err(); err != nil {
		f.err = fmt.Errorf("evaluate expression: %w", err)
		return false
	}
	return true
}

// spendOn charges for one item, the one of this index, in a loop of a built-in function on numbers of so many digits. It asks
// for the time as often as steps of a program do; false when the evaluation must end.
func (f *frame) spendOn(index int, digits int64) bool {
	return f.spend(int(digits)/64) && (index%stepsPerAsk != 0 || f.ask())
}

// produce charges n bytes of values made; false when the evaluation must end.
func (f *frame) produce(n int) bool {
	if f.err != nil {
		return false
	}
	if f.produced += n; f.produced > f.program.limits.Bytes {
		f.err = f.program.limits.bytes()
		return false
	}
	return true
}

// fail ends the evaluation with an error that the expression made.
func (f *frame) fail(pos Pos, format string, args ...any) Value {
	if f.err == nil {
		f.err = &EvalError{Source: f.program.source, Pos: pos, Text: fmt.Sprintf(format, args...)}
	}
	return nil
}

// settle makes the error of the whole expression of a value that stands for one.
func (f *frame) settle(v Value) Value {
	if e, ok := v.(*failure); ok {
		return f.fail(e.pos, "%s", e.text)
	}
	return v
}

// IsBudget says whether err is a limit that an expression ran into, rather than a fault in it.
func IsBudget(err error) bool {
	var b *BudgetError
	return errors.As(err, &b)
}
