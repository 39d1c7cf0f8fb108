package jq

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// toJQ makes a value of the engine's types: numbers that are whole stay exact.
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
