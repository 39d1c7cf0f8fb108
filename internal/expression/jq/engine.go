package jq

import (
	"errors"
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// Bounds of the compiled programs that a child keeps.
const (
	maxPrograms     = 256
	maxProgramBytes = 256 << 10 // of their texts
)

// engine compiles and evaluates, without any limit of its own.
type engine struct {
	programs map[string]*gojq.Code // by the text that a request begins with
	bytes    int                   // of those texts
}

// answer answers one request. A panic of the jq engine is an error of the expression.
func (e *engine) answer(request frame) (reply frame) {
	defer func() {
		if p := recover(); p != nil {
			reply = frame{kindFailed, []byte(cut(fmt.Sprintf("the jq engine failed: %v", p)))}
		}
	}()
	source, names, values, err := cutProgram(request.body)
	if err != nil {
		return frame{kindFailed, []byte(err.Error())}
	}
	code, err := e.compile(string(request.body[:len(request.body)-len(values)]), source, names)
	if err != nil {
		return frame{kindSyntax, []byte(cut(err.Error()))}
	}
	if request.kind == kindCompile {
		return frame{kind: kindValue}
	}
	out, err := evaluate(code, values)
	if err != nil {
		return frame{kindFailed, []byte(cut(ellipses.Replace(err.Error())))}
	}
	return frame{kindValue, out}
}

// compile compiles a program, or takes it from those that it keeps. No loader of modules, of the environment or of further
// input is given to the engine, so programs that ask for them fail.
func (e *engine) compile(key, source string, names []string) (*gojq.Code, error) {
	if code, ok := e.programs[key]; ok {
		return code, nil
	}
	query, err := gojq.Parse(source)
	if err != nil {
		return nil, syntaxError(source, err)
	}
	code, err := gojq.Compile(query, gojq.WithVariables(names))
	if err != nil {
		return nil, err
	}
	if e.programs == nil || len(e.programs) >= maxPrograms || e.bytes+len(key) > maxProgramBytes {
		e.programs, e.bytes = make(map[string]*gojq.Code), 0
	}
	e.programs[key] = code
	e.bytes += len(key)
	return code, nil
}

// evaluate runs a program on the JSON array of . and its variables' values, and returns the JSON of the one value that it
// gives.
func evaluate(code *gojq.Code, values []byte) ([]byte, error) {
	in, err := readValues(values)
	if err != nil {
		return nil, err
	}
	iter := code.Run(in[0], in[1:]...)
	out, ok := iter.Next()
	if !ok {
		return nil, errors.New("the expression gives nothing, expected exactly one value")
	}
	if err, failed := out.(error); failed {
		return nil, err
	}
	text, err := gojq.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write the result: %w", err)
	}
	if len(text) > MaxAnswer {
		return nil, fmt.Errorf("the expression gives %d bytes of JSON, more than the %d that it may: let it pick what is needed", len(text), MaxAnswer)
	}
	if more, ok := iter.Next(); ok {
		if err, failed := more.(error); failed {
			return nil, err
		}
		return nil, errors.New("the expression gives more than one value, expected exactly one")
	}
	return text, nil
}

// syntaxError shows where an expression does not parse.
func syntaxError(source string, err error) error {
	var p *gojq.ParseError
	if !errors.As(err, &p) {
		return err
	}
	at := min(max(p.Offset-len(p.Token), 0), len(source))
	start := strings.LastIndexByte(source[:at], '\n') + 1
	line := strings.Count(source[:at], "\n") + 1
	shown, _, _ := strings.Cut(source[start:], "\n")
	return fmt.Errorf("line %d, column %d: %w\n%s\n%s^", line, at-start+1, err, shown, strings.Repeat(" ", at-start))
}

// ellipses writes the mark of a value that gojq cut short as the rest of this program does: a secret that was cut is found by it.
var ellipses = strings.NewReplacer(` ..."`, `…"`, ` ...]`, `…]`, ` ...}`, `…}`)
