package feel

import (
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// operatorNames are the official engine's names of operators in the text of an error.
var operatorNames = map[string]string{
	"+": "Addition", "-": "Subtraction", "*": "Multiplication", "/": "Division", "**": "Exponentiation",
	"=": "Equal", "<": "LessThan", "<=": "LessOrEqual", ">": "GreaterThan", ">=": "GreaterOrEqual",
	"and": "Conjunction", "or": "Disjunction",
}

// officialTree writes an expression as the official engine does in the text of an error. It knows what can be an end of a
// range: constants, names, paths, arithmetic and calls.
func officialTree(n node) string {
	switch n := n.(type) {
	case *rangeLiteral:
		low, high := "Open", "Open"
		if n.lowClosed {
			low = "Closed"
		}
		if n.highClosed {
			high = "Closed"
		}
		return fmt.Sprintf("ConstRange(%sConstRangeBoundary(%s),%sConstRangeBoundary(%s))", low, officialTree(n.low), high, officialTree(n.high))
	case *literal:
		return officialConstant(n.value)
	case *temporalLiteral:
		return officialConstant(parseTemporal(n.text))
	case *name:
		return "Ref(List(" + n.text + "))"
	case *path:
		if names, ok := namesOf(n); ok {
			return "Ref(List(" + strings.Join(names, ", ") + "))"
		}
		return "PathExpression(" + officialTree(n.base) + "," + n.key + ")"
	case *list:
		return "ConstList(" + officialList(n.items) + ")"
	case *negation:
		return "ArithmeticNegation(" + officialTree(n.of) + ")"
	case *binary:
		return operatorNames[n.op] + "(" + officialTree(n.left) + "," + officialTree(n.right) + ")"
	case *call:
		return officialCall(n)
	case *inputValue:
		return "InputValue"
	}
	return "?"
}

// officialCall writes a call. One of date, time and the like that has a text is the constant itself.
func officialCall(n *call) string {
	if len(n.args) == 1 && n.of == nil && n.named == nil {
		if l, ok := n.args[0].(*literal); ok {
			if text, ok := l.value.(string); ok {
				switch n.name {
				case "date", "time", "date and time", "duration":
					return officialConstant(parseTemporal(text))
				}
			}
		}
	}
	return "FunctionInvocation(" + n.name + ",PositionalFunctionParameters(" + officialList(n.args) + "))"
}

func officialList(nodes []node) string {
	all := make([]string, len(nodes))
	for i, n := range nodes {
		all[i] = officialTree(n)
	}
	return "List(" + strings.Join(all, ", ") + ")"
}

// namesOf returns the names of a.b.c.
func namesOf(n node) ([]string, bool) {
	switch n := n.(type) {
	case *name:
		return []string{n.text}, true
	case *path:
		before, ok := namesOf(n.base)
		return append(before, n.key), ok
	}
	return nil, false
}

func officialConstant(v Value) string {
	switch v := v.(type) {
	case nil:
		return "ConstNull"
	case bool:
		return fmt.Sprintf("ConstBool(%t)", v)
	case string:
		return "ConstString(" + v + ")"
	case *apd.Decimal:
		if v.Negative {
			return "ArithmeticNegation(ConstNumber(" + strings.TrimPrefix(decimalString(v), "-") + "))"
		}
		return "ConstNumber(" + decimalString(v) + ")"
	case Date:
		return "ConstDate(" + jsonTemporal(v) + ")"
	case DaysDuration:
		return "ConstDayTimeDuration(" + jsonTemporal(v) + ")"
	case MonthsDuration:
		return "ConstYearMonthDuration(" + jsonTemporal(v) + ")"
	case Time:
		if v.zone == nil {
			return "ConstLocalTime(" + jsonTemporal(v) + ")"
		}
		return "ConstTime(" + string(appendText(nil, v, true)) + ")"
	case DateTime:
		if v.zone == nil {
			return "ConstLocalDateTime(" + jsonTemporal(v) + ")"
		}
		return "ConstDateTime(" + jsonTemporal(v) + ")"
	}
	return "ConstNull"
}
