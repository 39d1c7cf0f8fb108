package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Library returns the functions that the broker knows: those of FEEL, fromAi and cycle. Those of the connector, such as
// bpmnError, are not among them.
var Library = sync.OnceValue(func() *feel.Library { return feel.Standard().With("Broker", brokerFunctions()...) })

// functionsSince has the functions that not all brokers know, with the version of Camunda that has each first (the change log of
// feel-scala, and what the engine 8.8.21 does).
var functionsSince = map[string]string{
	"is empty": "8.6", "trim": "8.6", "uuid": "8.6", "to base64": "8.6",
	"is blank": "8.7", "partition": "8.7",
	"fromAi":  "8.8",
	"to json": "8.9", "from json": "8.9",
	"from base64": "8.10",
}

// libraries are those of older brokers, by the names that they lack.
var libraries sync.Map

// libraryOf returns the functions that the broker of a version knows; all for an empty version.
func libraryOf(version string) *feel.Library {
	var lacks []string
	for _, name := range slices.Sorted(maps.Keys(functionsSince)) {
		if version != "" && Older(version, functionsSince[name]) {
			lacks = append(lacks, name)
		}
	}
	if lacks == nil {
		return Library()
	}
	l, ok := libraries.Load(strings.Join(lacks, ","))
	if !ok {
		l, _ = libraries.LoadOrStore(strings.Join(lacks, ","), Library().Without(lacks...))
	}
	return l.(*feel.Library)
}

// NewFunction is a call in a mapping of a function that not all brokers know.
type NewFunction struct {
	Name  string
	Since string   // the version of Camunda that has it first, such as 8.9
	Pos   feel.Pos // in the expression, without white space around it
}

// NewFunctions returns the calls of functions in a mapping that not all brokers know, in the order of the expression.
func NewFunctions(m bpmn.Mapping) []NewFunction {
	seen, _ := inspect(m)
	var all []NewFunction
	for _, c := range seen.Calls {
		if since := functionsSince[c.Name]; since != "" && c.Known {
			all = append(all, NewFunction{c.Name, since, c.Pos})
		}
	}
	return all
}

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
			number, text := "", feel.ToVariable(a[len(a)-1], nil, nil)
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
