package expression

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxJQSource bounds the length of a jq expression, in bytes.
const maxJQSource = 64 << 10

// compileJQ compiles a jq expression that sees the response as ., on an error null, and $response, $error and $job. It
// reads no files, environment or further input, and must give exactly one output.
func compileJQ(text string) (func(context.Context, *Scope) (Result, error), error) {
	if len(text) > maxJQSource {
		return nil, errors.New("the expression is longer than 64 KiB")
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, jqSyntaxError(text, err)
	}
	code, err := gojq.Compile(guarded(query), append(jqGuards(), gojq.WithVariables([]string{"$response", "$error", "$job", jqBudgetVariable}))...)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *Scope) (Result, error) {
		budget := newJQBudget(ctx)
		response, failure := toJQ(s.Response), toJQ(s.Error)
		input := response
		if s.Error != nil {
			input = nil
		}
		iter := code.RunWithContext(budget, input, response, failure, toJQ(s.Job), budget) //nolint:contextcheck // the budget is that context, with limits
		out, ok := iter.Next()
		if !ok && budget.err == nil {
			return Result{}, errors.New("the expression gives nothing, expected exactly one value")
		}
		if err := jqError(budget, out); err != nil {
			return Result{}, err
		}
		if !budget.produce(jqSize(out, maxJQProduced)) {
			return Result{}, budget.err
		}
		v, err := fromJQ(out)
		if err != nil {
			return Result{}, err
		}
		if more, ok := iter.Next(); ok {
			if err := jqError(budget, more); err != nil {
				return Result{}, err
			}
			return Result{}, errors.New("the expression gives more than one value, expected exactly one")
		}
		return Result{Value: v}, nil
	}, nil
}

// jqSyntaxError shows where a jq expression does not parse.
func jqSyntaxError(text string, err error) error {
	var p *gojq.ParseError
	if !errors.As(err, &p) {
		return err
	}
	at := min(max(p.Offset-len(p.Token), 0), len(text))
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line := strings.Count(text[:at], "\n") + 1
	shown, _, _ := strings.Cut(text[start:], "\n")
	return fmt.Errorf("line %d, column %d: %w\n%s\n%s^", line, at-start+1, err, shown, strings.Repeat(" ", at-start))
}

// toJQ makes a value of gojq's types: numbers that are whole stay exact.
func toJQ(v jsonvalue.Value) any {
	switch v := v.(type) {
	case jsonvalue.Number:
		return numberToJQ(string(v))
	case []jsonvalue.Value:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = toJQ(e)
		}
		return out
	case *jsonvalue.Object:
		if v == nil {
			return nil
		}
		out := make(map[string]any, v.Len())
		for k, e := range v.All() {
			out[k] = toJQ(e)
		}
		return out
	}
	return v
}

func numberToJQ(text string) any {
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
		if n, ok := new(big.Int).SetString(text, 10); ok {
			return n
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // beyond a double it is infinite, which jq writes as the greatest double
	return f
}

// fromJQ makes a value of gojq's output; the keys of objects are in order of their text, since jq keeps no other.
func fromJQ(v any) (jsonvalue.Value, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case int:
		return jsonvalue.Number(strconv.Itoa(v)), nil
	case *big.Int:
		return jsonvalue.Number(v.String()), nil
	case float64, []any, map[string]any:
		text, err := gojq.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("write the result: %w", err)
		}
		if f, ok := v.(float64); ok && math.IsNaN(f) {
			return nil, nil //nolint:nilnil // jq writes NaN as null, which is a value here
		}
		return jsonvalue.Parse(text)
	}
	return nil, fmt.Errorf("the expression gives a %T", v)
}
