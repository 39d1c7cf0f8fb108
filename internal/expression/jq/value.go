package jq

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// readValues reads a JSON array as a list of the engine's types: whole numbers stay exact. The strings in it share the memory
// of data.
func readValues(data []byte) ([]any, error) {
	v, err := jsonvalue.Build(data, jsonvalue.Builder{Number: numberToJQ, Object: objectToJQ})
	if err != nil {
		return nil, err
	}
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil, errors.New("the request holds no values")
	}
	return list, nil
}

func objectToJQ(members []jsonvalue.Member) any {
	out := make(map[string]any, len(members))
	for _, m := range members {
		out[m.Key] = m.Value
	}
	return out
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
