package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// payload finds a detail that can never be a JSON object, which is all that AWS takes. Several says that the task has a list
// of events, which may bring details of their own.
func (c *checker) payload(m bpmn.Mapping, several bool) {
	if m.Target == "" {
		return
	}
	source, isExpression := m.Expression()
	if !isExpression {
		if strings.TrimSpace(m.Source) != "" {
			c.payloadText(m)
		} else if !several && m.Source != "" { // an empty one is null, and told as such
			c.report("missing-field", m.Pos, m.Target, "%s must not be blank, expected the event's payload, a JSON object", m.Target)
		}
		return
	}
	program, err := mapping.Compile(strings.TrimSpace(source))
	if err != nil {
		return
	}
	seen := program.Inspect()
	switch kinds := seen.Kinds; {
	case slices.Contains(kinds, jsonvalue.KindObject):
	case slices.Equal(kinds, []jsonvalue.Kind{jsonvalue.KindNull}): // told as a field that must not be null
	case kinds != nil && !slices.Contains(kinds, jsonvalue.KindString):
		c.report("payload-not-object", m.Pos, m.Target, "the payload can only be %s, AWS takes nothing but a JSON object; expected a context such as {orderId: order.id}", kindsInWords(kinds))
	case len(program.FreeNames()) == 0 && slices.Equal(kinds, []jsonvalue.Kind{jsonvalue.KindString}):
		r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
		text, isText := r.Value.(string)
		if _, fault := objectIn(text); err == nil && isText && fault != "" {
			c.report("payload-not-object", m.Pos, m.Target, "the payload is a text that is no JSON object; expected a context such as {orderId: order.id}")
		}
	default:
		result, _ := program.Types(c.loopNames())
		if why := neverAnObject(m, result); why != "" {
			c.report("payload-not-object", m.Pos, m.Target, "%s; expected a context such as {orderId: order.id}", why)
		}
	}
}

// expressionInJSON is a text of a JSON payload that is written like an expression.
var expressionInJSON = regexp.MustCompile(`"=\s*([A-Za-z_]\w*(?:\.\w+)*)"`)

// payloadText checks a payload that is written as a text.
func (c *checker) payloadText(m bpmn.Mapping) {
	given := mapping.Text(c.ctx, m)
	if given == "" {
		return // the broker refuses the text, and this is told
	}
	isObject, fault := objectIn(given)
	switch text := strings.TrimSpace(m.Source); {
	case isObject:
		if found := expressionInJSON.FindStringSubmatch(text); found != nil {
			c.report("unfilled-placeholder", m.Pos, m.Target, "%s: %s in a JSON text stays as it stands: nothing in it is evaluated; expected an expression for the whole payload, such as ={id: %s}", m.Target, found[0], found[1])
		}
	case placeholder.MatchString(text): // a secret may make an object of it
	case strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "{{"):
		if _, err := expression.CompileFEEL(text); err == nil {
			c.report("payload-not-object", m.Pos, m.Target, "the payload is a text that is no JSON object; it reads as an expression, which begins with =")
			return
		}
		c.report("payload-not-object", m.Pos, m.Target, "the payload is a text that is no JSON object: %s", fault)
	default:
		c.report("payload-not-object", m.Pos, m.Target, "the payload is a text that is no JSON object; an expression begins with =")
	}
}

// objectIn says whether a text is a JSON object, and if not, why.
func objectIn(text string) (ok bool, fault string) {
	v, err := jsonvalue.ParseString(text)
	if err != nil {
		return false, firstLine(err)
	}
	if _, isObject := v.(*jsonvalue.Object); !isObject {
		return false, "it is " + kindInWords(jsonvalue.KindOf(v))
	}
	return true, ""
}

func kindsInWords(kinds []jsonvalue.Kind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = kindInWords(k)
	}
	return strings.Join(words, " or ")
}

// kindInWords names a kind as FEEL does, with its article.
func kindInWords(k jsonvalue.Kind) string {
	switch k {
	case jsonvalue.KindNull:
		return "null"
	case jsonvalue.KindArray:
		return "a list"
	case jsonvalue.KindObject:
		return "a context"
	default:
		return "a " + k.String()
	}
}
