package feel

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a source text, as a byte offset from its start.
type Pos int

// In returns the line and the column, in characters, of the position in a source; both count from 1.
func (p Pos) In(source string) (line, column int) {
	before := source[:min(int(p), len(source))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// caret returns the line of the source in which pos lies, and below it a caret under the position.
func caret(source string, pos Pos) string {
	at := min(int(pos), len(source))
	start := strings.LastIndexByte(source[:at], '\n') + 1
	end := len(source)
	if i := strings.IndexByte(source[at:], '\n'); i >= 0 {
		end = at + i
	}
	const side = 60 // characters shown on each side of the position
	left := []rune(source[start:at])
	if len(left) > side {
		left = append([]rune("…"), left[len(left)-side:]...)
	}
	right := []rune(strings.TrimRight(source[at:end], "\r"))
	if len(right) > side {
		right = append(right[:side:side], '…')
	}
	return string(left) + string(right) + "\n" + strings.Repeat(" ", len(left)) + "^"
}

// SyntaxError says where a source is no FEEL expression, what stands there and what could have stood there.
type SyntaxError struct {
	Source   string
	Pos      Pos
	Found    string   // what stands at Pos, ready for a sentence
	Expected []string // what would have gone on from there
	Hint     string   // what to write instead, where a common slip was recognised
}

func (e *SyntaxError) Error() string { return e.Reason() + "\n" + e.Excerpt() }

// Reason returns the error without the source: its line and column, what was found and what was expected.
func (e *SyntaxError) Reason() string {
	line, column := e.Pos.In(e.Source)
	var b strings.Builder
	fmt.Fprintf(&b, "line %d, column %d: found %s", line, column, e.Found)
	if len(e.Expected) > 0 {
		b.WriteString(", expected ")
		for i, x := range e.Expected {
			switch {
			case i == 0:
			case i == len(e.Expected)-1:
				b.WriteString(" or ")
			default:
				b.WriteString(", ")
			}
			b.WriteString(x)
		}
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Excerpt returns the line of the source in which the error is, and below it a caret under its place.
func (e *SyntaxError) Excerpt() string { return caret(e.Source, e.Pos) }

// Line returns the line of the error, from 1.
func (e *SyntaxError) Line() int { line, _ := e.Pos.In(e.Source); return line }

// Column returns the column of the error in characters, from 1.
func (e *SyntaxError) Column() int { _, column := e.Pos.In(e.Source); return column }

// EvalError is an operation that fails the whole expression, such as a failed assertion or a modulo by zero.
type EvalError struct {
	Source string
	Pos    Pos
	Text   string
}

func (e *EvalError) Error() string {
	line, column := e.Pos.In(e.Source)
	return fmt.Sprintf("line %d, column %d: %s", line, column, e.Text)
}

// BudgetError ends a source or an evaluation that asks for more than it is allowed.
type BudgetError struct {
	Limit string // which limit, and its size: "1000000 steps"
}

func (e *BudgetError) Error() string { return "the expression needs more than " + e.Limit }
