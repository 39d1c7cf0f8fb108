package expression

import (
	"context"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// compileJQ compiles a jq expression that sees the response as ., on an error null, and $response, $error, $job and
// $input. It reads no files, environment or further input, and must give exactly one output. What it does not name is not
// sent to the child.
func compileJQ(ctx context.Context, text string) (func(context.Context, *Scope) (Result, error), error) {
	program, err := jq.Compile(ctx, text, "$response", "$error", "$job", "$input")
	if err != nil {
		return nil, err
	}
	namesResponse, namesInput := strings.Contains(text, "$response"), strings.Contains(text, "$input")
	return func(ctx context.Context, s *Scope) (Result, error) {
		dot := s.Response
		if s.Error != nil {
			dot = nil
		}
		var response, input jsonvalue.Value
		if namesResponse {
			response = s.Response
		}
		if namesInput && s.Input != nil {
			if raw := s.Input(); raw != nil {
				input = jq.Raw(raw)
			}
		}
		v, err := program.Eval(ctx, dot, response, s.Error, s.Job, input)
		if err != nil {
			return Result{}, err
		}
		return Result{Value: v}, nil
	}, nil
}
