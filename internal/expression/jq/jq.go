// Package jq evaluates jq expressions in a child process.
//
// The jq engine has no limit on the time and the memory that one step takes, so no check inside the process can stop every
// expression. Here the engine runs in a second process of the same program, which sees an empty environment and nothing but
// its two pipes. The parent ends it as soon as an expression takes more than [TimeLimit] or [MemoryLimit], and starts another.
//
// The child starts with the first expression and then waits for the next one. A program has one child at most, whatever the
// number of jobs: see [Evaluator].
package jq

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// The limits of one expression.
const (
	TimeLimit   = time.Second // to compile it, and to evaluate it once; waiting for other expressions, or for a processor, does not count
	MemoryLimit = 64 << 20    // bytes of resident memory of the child
	MaxSource   = 64 << 10    // bytes of its text
	MaxInput    = 8 << 20     // bytes of JSON that it sees
	MaxAnswer   = 4 << 20     // bytes of JSON that it gives

	maxAnswerMemory = 24 << 20 // bytes of memory that these take in the parent, by [jsonvalue.Footprint]
)

// Argument is the first argument of a program that was started to be the child. It then calls [Serve].
const Argument = "jq-evaluator"

// The errors of an expression that reached a limit.
var (
	ErrTime   = errors.New("the jq expression did not end within 1 s: let it do less")
	ErrMemory = errors.New("the jq expression used more than 64 MiB of memory: let it build smaller values")
)

// SyntaxError is an expression that does not compile, however often it is tried.
type SyntaxError struct{ text string } // the engine's answer: the reason and, on lines of their own, the excerpt

func (e *SyntaxError) Error() string { return e.text }

// Reason returns the error without the source, with its line and column where they are known.
func (e *SyntaxError) Reason() string {
	reason, _, _ := strings.Cut(e.text, "\n")
	return reason
}

// Excerpt returns the line of the source in which the error is, and below it a caret under its place; nothing where the place
// is not known.
func (e *SyntaxError) Excerpt() string {
	_, excerpt, _ := strings.Cut(e.text, "\n")
	return excerpt
}

// ValueError is an expression that compiles but gives no value: it raised an error, or gave nothing, or too much.
type ValueError struct{ text string }

func (e *ValueError) Error() string { return e.text }

// UnavailableError says that no child could be started, or that it was ended from outside. This is no fault of the
// expression: whoever runs the program must mend it.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("jq cannot run here: %s. The expression is not the cause. The program evaluates jq in a child process of its own file: allow it to start one, with %d MiB of memory",
		e.Err, MemoryLimit>>20)
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// Program is a jq expression that compiles. It is safe for concurrent use.
type Program struct {
	evaluator *Evaluator
	head      []byte // of each request: the names and the source
	known     record
}

// Compile compiles an expression that sees variables of these names, each with its $. It asks the evaluator of the process.
// The error is a *[SyntaxError], [ErrTime], [ErrMemory], an *[UnavailableError] or that of ctx.
func Compile(ctx context.Context, source string, names ...string) (*Program, error) {
	return shared.Compile(ctx, source, names...)
}

// Close ends the child of the process and waits for its end. The next expression starts another one.
func Close() { shared.Close() }

// shared is the evaluator of the process. There is only one, so that all expressions together stay within one limit of memory.
var shared = New(Self)

// Compile is [Compile] with this evaluator.
func (e *Evaluator) Compile(ctx context.Context, source string, names ...string) (*Program, error) {
	if len(source) > MaxSource {
		return nil, &SyntaxError{"the expression is longer than 64 KiB"}
	}
	p := &Program{evaluator: e, head: appendProgram(nil, source, names)}
	p.known.set(e.compilations.of(p.head))
	if _, err := e.ask(ctx, &p.known, frame{kindCompile, p.head}); err != nil {
		e.compilations.failed(p.head, p.known.get())
		return nil, err
	}
	return p, nil
}

// Raw is a value that is there as JSON: it is sent to the child as it stands.
type Raw []byte

// Eval evaluates the program with . and the values of its variables, in the order of their names; each is a value of
// [jsonvalue] or a [Raw]. It must give exactly one value. The error is a *[ValueError], [ErrTime], one that is [ErrMemory],
// an *[UnavailableError] or that of ctx, whose end ends the evaluation at once.
func (p *Program) Eval(ctx context.Context, dot jsonvalue.Value, variables ...jsonvalue.Value) (jsonvalue.Value, error) {
	body, seen, err := p.request(dot, variables)
	if err != nil {
		return nil, err
	}
	answer, err := p.evaluator.ask(ctx, &p.known, frame{kindEval, body})
	if errors.Is(err, ErrMemory) && seen >= muchInput {
		return nil, fmt.Errorf("%w. It sees %d bytes of JSON, all of which it holds as values: keep large lists out of what it names", err, seen)
	}
	if err != nil {
		return nil, err
	}
	return readAnswer(answer)
}

// readAnswer reads the JSON of the value that an expression gave.
func readAnswer(answer []byte) (jsonvalue.Value, error) {
	if n := jsonvalue.Footprint(answer); n > maxAnswerMemory {
		return nil, &ValueError{fmt.Sprintf("the expression gives %d bytes of JSON that would take %d MiB of memory, more than the %d MiB that they may: let it pick what is needed", len(answer), n>>20, maxAnswerMemory>>20)}
	}
	v, err := jsonvalue.Parse(answer)
	if err != nil {
		return nil, &ValueError{fmt.Sprintf("the jq expression gives no JSON that can be read: %s", err)}
	}
	return v, nil
}

// muchInput is from how many bytes of JSON on what an expression sees may be why it needs too much memory.
const muchInput = 64 << 10

// request returns the body of a request to evaluate, and how many bytes of JSON the expression sees. What a child surely has no
// memory for is not sent.
func (p *Program) request(dot jsonvalue.Value, variables []jsonvalue.Value) (body []byte, seen int, err error) {
	values := append([]jsonvalue.Value{dot}, variables...)
	for _, v := range values {
		if raw, ok := v.(Raw); ok {
			seen += len(raw)
		}
	}
	if seen > MaxInput {
		return nil, 0, tooMuch(seen)
	}
	body = append(make([]byte, 0, len(p.head)+seen+1024), p.head...)
	for i, v := range values {
		body = appendValue(append(body, "[,"[min(i, 1)]), v)
	}
	body = append(body, ']')
	if seen = len(body) - len(p.head); seen > MaxInput {
		return nil, 0, tooMuch(seen)
	}
	if n := jsonvalue.Footprint(body[len(p.head):]); n > MemoryLimit {
		return nil, 0, fmt.Errorf("%w. It sees %d bytes of JSON that take %d MiB or more as values: keep large lists out of what it names", ErrMemory, seen, n>>20)
	}
	return body, seen, nil
}

func tooMuch(seen int) error {
	return &ValueError{fmt.Sprintf("the jq expression sees %d bytes of JSON, more than the %d that it may", seen, MaxInput)}
}

func appendValue(dst []byte, v jsonvalue.Value) []byte {
	if raw, ok := v.(Raw); ok {
		return append(dst, raw...)
	}
	return jsonvalue.Append(dst, v)
}
