package feel_test

import (
	"context"
	"fmt"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// An expression is compiled once and evaluated with the variables of each case.
func Example() {
	program, err := feel.Compile(`if total > 100 then "large" else "small"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, total := range []int{50, 150} {
		variables, err := feel.Variables(map[string]any{"total": total})
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := program.Eval(context.Background(), variables)
		fmt.Println(feel.ToGo(result.Value), err)
	}
	// Output:
	// small <nil>
	// large <nil>
}

// Variables are Go values: structs have the names of their json tags.
func ExampleVariables() {
	type item struct {
		Name  string  `json:"name"`
		Price float64 `json:"price"`
	}
	variables, _ := feel.Variables(map[string]any{"items": []item{{"pen", 1.5}, {"book", 12}}})
	program, _ := feel.Compile(`{names: items.name, total: sum(items.price)}`)
	result, _ := program.Eval(context.Background(), variables)
	fmt.Println(feel.ToGo(result.Value))
	// Output: map[names:[pen book] total:13.5]
}

// A host adds functions of its own.
func ExampleLibrary_With() {
	library := feel.Standard().With("Greetings", feel.HostFunction{
		Name: "greet", Params: "name: string", Doc: "A greeting.",
		Call: func(args []feel.Value) (any, error) { return "Hello, " + args[0].(string) + "!", nil },
	})
	program, _ := feel.Compile(`greet("World")`, feel.WithLibrary(library))
	scope, _ := feel.Variables(map[string]any{})
	result, _ := program.Eval(context.Background(), scope)
	fmt.Println(result.Value)
	// Output: Hello, World!
}

// A null that looks like a mistake leaves a warning.
func ExampleWarning() {
	program, _ := feel.Compile(`customer.nam`)
	variables, _ := feel.Variables(map[string]any{"customer": map[string]any{"name": "Ann"}})
	result, _ := program.Eval(context.Background(), variables)
	for _, w := range result.Warnings {
		fmt.Println(w.Kind, w.Name, w.Nearest)
		fmt.Println(w)
	}
	// Output:
	// unknown field nam name
	// line 1, column 10: there is no field nam (did you mean name?)
}

// An evaluation that needs more than it is allowed ends with an error.
func ExampleWithLimits() {
	program, _ := feel.Compile(`sum(for i in 1..1000000 return i)`, feel.WithLimits(feel.Limits{Steps: 1000}))
	scope, _ := feel.Variables(map[string]any{})
	_, err := program.Eval(context.Background(), scope)
	fmt.Println(err, feel.IsBudget(err))
	// Output: the expression needs more than 1000 steps true
}
