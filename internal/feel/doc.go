// Package feel evaluates FEEL, the expression language of DMN, as Camunda's engine does.
//
// A source text is read by a parser (lexer.go, parser.go, ast.go) and compiled once into closures (compile.go): the
// [Program], which is immutable and may be evaluated by many goroutines at a time. A program asks its [Scope] for the
// names that stay free in it. What it gives is a [Value], written as JSON by [AppendJSON] in the form in which the
// official connector runtime writes it.
//
// Almost nothing in FEEL is an error: a wrong type, an unknown name or function yield null. Since that silence is what
// hides mistakes, each such null leaves a [Warning] with its position. A few operations do fail the whole evaluation
// ([EvalError]); a program that would run for too long or build too much ends with a [BudgetError].
//
// A host gives a program its functions beside FEEL's own ([WithLibrary]), its clock ([WithClock]), its limits ([WithLimits]) and
// its variables, as Go values ([Variables]) or as a [Scope] of its own.
//
// The package imports only kept libraries and jsonvalue, which imports none of this module. To use it elsewhere, copy both
// folders and replace the path of the import; testdata and the tests come along.
package feel
