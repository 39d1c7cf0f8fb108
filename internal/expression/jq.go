package expression

import (
	"context"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// inputName is the job's variable input in jq.
const inputName = "$input"

// compileJQ compiles a jq expression that sees the response as ., on an error null, and $response, $error, $job and
// $input. It reads no files, environment or further input, and must give exactly one output.
func compileJQ(ctx context.Context, text string) (func(context.Context, *Scope) (Result, error), error) {
	program, err := jq.Compile(ctx, text, "$response", "$error", "$job", inputName)
	if err != nil {
		return nil, err
	}
	namesInput := strings.Contains(text, inputName)
	return func(ctx context.Context, s *Scope) (Result, error) {
		dot := s.Response
		if s.Error != nil {
			dot = nil
		}
		var input jsonvalue.Value
		if namesInput && s.Input != nil {
			input = s.Input()
		}
		v, err := program.Eval(ctx, dot, s.Response, s.Error, s.Job, input)
		if err != nil {
			return Result{}, err
		}
		return Result{Value: v}, nil
	}, nil
}
