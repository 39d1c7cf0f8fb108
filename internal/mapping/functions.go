package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Library returns the functions that the broker knows: those of FEEL, fromAi and cycle. Those of the connector, such as
// bpmnError, are not among them.
var Library = sync.OnceValue(func() *feel.Library { return feel.Standard().With("Broker", brokerFunctions()...) })

// Compile compiles the expression of a mapping, without its leading =. The errors are those of feel.Compile.
func Compile(source string) (*feel.Program, error) {
	return feel.Compile(source, feel.WithLibrary(Library()))
}

func brokerFunctions() []feel.HostFunction {
	const repetitions, interval = "repetitions: any", "interval: any"
	all := []feel.HostFunction{
		cycle(repetitions+", "+interval, `cycle(3, @"PT1H")`, `"R3/PT1H"`),
		cycle(repetitions, `cycle(@"P1D")`, `"R/P1D"`),
	}
	var params []string
	for _, name := range []string{"value", "description", "type", "schema", "options"} {
		params = append(params, name+": any")
		all = append(all, fromAI(strings.Join(params, ", ")))
	}
	return all
}

// fromAI gives its first argument. The others describe it to a model of an AI agent.
func fromAI(params string) feel.HostFunction {
	return feel.HostFunction{
		Name: "fromAi", Params: params, Example: `fromAi(1)`, Gives: `1`,
		Doc:  "The value of a parameter that an AI agent fills in. The other arguments describe the parameter.",
		Call: func(a []feel.Value) (any, error) { return a[0], nil },
	}
}

// cycle writes a repeating interval by ISO 8601.
func cycle(params, example, gives string) feel.HostFunction {
	return feel.HostFunction{
		Name: "cycle", Params: params, Example: example, Gives: gives, NoText: true,
		Doc: "A repeating interval, for a timer. Without a number of repetitions, or with null, it has no end.",
		Call: func(a []feel.Value) (any, error) {
			number, text := "", feel.ToVariable(a[len(a)-1], nil)
			switch a[len(a)-1].(type) {
			case feel.DaysDuration, feel.MonthsDuration:
			default:
				return nil, &feel.ArgumentError{Text: "the interval of cycle must be a duration"}
			}
			if len(a) == 2 && a[0] != nil {
				n, ok := a[0].(*apd.Decimal)
				if !ok {
					return nil, &feel.ArgumentError{Text: "the repetitions of cycle must be a number or null"}
				}
				number = strconv.Itoa(int(feel.Int32(n)))
			}
			return fmt.Sprintf("R%s/%s", number, text), nil
		},
	}
}
