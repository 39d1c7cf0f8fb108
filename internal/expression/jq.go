package expression

import (
	"context"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

// compileJQ compiles a jq expression that sees the response as ., on an error null, and $response, $error and $job. It
// reads no files, environment or further input, and must give exactly one output.
func compileJQ(ctx context.Context, text string) (func(context.Context, *Scope) (Result, error), error) {
	program, err := jq.Compile(ctx, text, "$response", "$error", "$job")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *Scope) (Result, error) {
		dot := s.Response
		if s.Error != nil {
			dot = nil
		}
		v, err := program.Eval(ctx, dot, s.Response, s.Error, s.Job)
		if err != nil {
			return Result{}, err
		}
		return Result{Value: v}, nil
	}, nil
}
