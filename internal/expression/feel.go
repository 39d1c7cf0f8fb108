package expression

import (
	"context"
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxInputMemory is how many bytes of memory the variable input may take as values of a FEEL expression, by
// [jsonvalue.Footprint].
const maxInputMemory = 24 << 20

// InputError is a variable input that is too large for a FEEL expression that names it.
type InputError struct {
	Size   int // bytes of JSON
	Memory int // bytes that its values would take, estimated
}

func (e *InputError) Error() string {
	return fmt.Sprintf("the variable input is %d bytes of JSON that would take %d MiB of memory, more than the %d MiB that an expression may see: map what the expression needs, or keep large lists out of input",
		e.Size, e.Memory>>20, maxInputMemory>>20)
}

// feelScope is a [Scope] during one evaluation in FEEL.
type feelScope struct {
	*Scope

	read     bool            // input was, since the expression named it
	input    jsonvalue.Value // once it was read
	tooLarge *InputError     // nil = input is not too large, or was not named
}

// Lookup implements feel.Scope. Input is read when its name is looked up first: a loop looks it up in each round.
func (s *feelScope) Lookup(name string) (any, bool) {
	if v, ok := s.lookup(name); ok {
		return v, true
	}
	if name != "input" || s.Input == nil {
		return nil, false
	}
	if !s.read {
		s.read = true
		s.readInput()
	}
	return s.input, true
}

func (s *feelScope) readInput() {
	raw := s.Input()
	if n := jsonvalue.Footprint(raw); n > maxInputMemory {
		s.tooLarge = &InputError{Size: len(raw), Memory: n}
		return
	}
	s.input, _ = jsonvalue.Parse(raw) // the job's variables were JSON before
}

// compileFEEL compiles a FEEL expression. It sees all of its [Scope] by name.
func compileFEEL(text string) (func(context.Context, *Scope) (Result, error), error) {
	program, err := CompileFEEL(text)
	if err != nil {
		return nil, err
	}
	documents := strings.Contains(text, documentFunction)
	return func(ctx context.Context, s *Scope) (Result, error) {
		scope := &feelScope{Scope: s}
		r, err := program.Eval(ctx, scope)
		if scope.tooLarge != nil {
			return Result{}, scope.tooLarge
		}
		if err != nil {
			return Result{Warnings: r.Warnings}, err
		}
		value := feel.ToJSON(r.Value)
		if documents && holdsDocument(value) {
			return Result{Warnings: r.Warnings}, errDocument
		}
		return Result{Value: value, Warnings: r.Warnings}, nil
	}, nil
}
