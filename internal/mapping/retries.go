package mapping

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// DefaultRetries is what a job has whose model says nothing of retries.
const DefaultRetries = 3

// Retries returns the number of retries that a job gets; source is as the model has it. The broker cuts off a fraction and
// keeps the low 32 bits.
func Retries(ctx context.Context, source string, scope Scope) (int32, []feel.Warning, error) {
	if source == "" {
		return DefaultRetries, nil, nil
	}
	expression, isExpression := strings.CutPrefix(source, "=")
	if !isExpression || expression == "" {
		if !numberForm.MatchString(source) {
			return 0, nil, fmt.Errorf("retries: must be a whole number, but is the text %q", source)
		}
		return low32(source), nil, nil
	}
	r, err := value(ctx, expression, scope)
	v, warnings := r.Value, r.Warnings
	if err != nil {
		return 0, warnings, fmt.Errorf("retries: %w", err)
	}
	number, ok := feel.ToVariable(v, nil, nil).(jsonvalue.Number)
	if !ok {
		return 0, warnings, fmt.Errorf("retries: must be a number, but the expression gives %s", jsonvalue.Append(nil, feel.ToVariable(v, nil, nil)))
	}
	return low32(string(number)), warnings, nil
}

// numberForm is a text that the broker takes for a number.
var numberForm = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$`)

// low32 returns a number without its fraction, of which the low 32 bits count.
func low32(text string) int32 {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0
	}
	whole := new(big.Int).Quo(r.Num(), r.Denom())
	bits := new(big.Int).And(whole, big.NewInt(1<<32-1)) // two's complement
	return int32(uint32(bits.Uint64()))
}
