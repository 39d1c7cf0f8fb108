package expression

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

var updateMistakes = flag.Bool("update-mistakes", false, "write docs/feel-mistakes.md anew")

//go:generate go test -run TestMistakes -update-mistakes .

// mistake is something that modelers write, and what the message about it must say.
type mistake struct {
	source, want string
}

// mistakes are grouped by what they are about.
var mistakes = []struct {
	title string
	rows  []mistake
}{
	{"Texts", []mistake{
		{`{status: OK}`, `"OK"`},
		{`{status: 'OK'}`, `double quotes`},
		{`{status: “OK”}`, `straight double quotes`},
		{`{status: ‘OK’}`, `straight double quotes`},
		{`"Order ${order.id}"`, `"text " + string(value)`},
		{`"Order #{order.id}"`, `"text " + string(value)`},
		{"`Order ${order.id}`", `there is no variable`},
		{`"Order " + order.total`, `string(`},
		{`order.id.toUpperCase()`, `upper case(text)`},
		{`order.id.length`, `string length(text)`},
		{`order.id.length()`, `string length(text)`},
		{`order.id.substring(0, 3)`, `substring(text, start, length), counted from 1`},
		{`order.id[0]`, `substring(text, position, 1)`},
		{`order.id.contains("A")`, `contains(text, part)`},
		{`order.id.startsWith("A")`, `starts with(text, start)`},
		{`order.id.equals("A-1")`, `a = b`},
		{`order.id.replace("A", "B")`, `replace(text, pattern, replacement)`},
		{`order.id.split("-")`, `split(text, delimiter)`},
		{`order.id LIKE "A%"`, `matches(text, pattern)`},
		{`order.id =~ /A.*/`, `matches(text`},
		{`toUpperCase(order.id)`, `upper case(text)`},
		{`concat("a", order.id)`, `a + b`},
		{`String.format("%s", order.id)`, `text + string(value)`},
		{`"a" & order.id`, `+ between texts`},
		{`left(order.id, 1)`, `substring(text, 1, length)`},
		{`count(order.id)`, `string length(text)`},
		{`"Items: " + order.items`, `string join(list`},
		{`"a" . "b"`, `+ between texts`},
		{`contains(order.items, "a")`, `list contains(list, value)`},
		{`isEmpty(order.id)`, `is empty(list), or text = ""`},
		{`"Order {{order.id}}"`, `"text " + string(value)`},
		{`f"Order {order.id}"`, `"text " + string(value)`},
		{`"Order ".concat(order.id)`, `a + b`},
		{`substring(order.id, 0, 1)`, `count from 1`},
		{`index of(order.id, "A")`, `contains(text, part)`},
	}},
	{"Null", []mistake{
		{`order is null`, `= null`},
		{`order is not null`, `!= null`},
		{`order IS NULL`, `= null`},
		{`order != undefined`, `null`},
		{`order = None`, `null`},
		{`order = NULL`, `null`},
		{`coalesce(order.note, "none")`, `get or else(value, default)`},
		{`nvl(order.note, "none")`, `get or else(value, default)`},
		{`IFNULL(order.note, "none")`, `get or else(value, default)`},
		{`order.note ?? "none"`, `get or else(value, default)`},
		{`order.note ?: "none"`, `get or else(value, default)`},
		{`order?.note`, `a.b, which is null where a is null`},
		{`isNull(order)`, `value = null`},
		{`order.note.orElse("none")`, `get or else(value, default)`},
	}},
	{"Conditions", []mistake{
		{`order.total == 3`, `single =`},
		{`order.total === 3`, `single =`},
		{`order.total <> 3`, `!=`},
		{`order.total !== 3`, `!=`},
		{`order.total > 3 && order.id != null`, `and`},
		{`order.total > 3 || order.id != null`, `or`},
		{`order.total > 3 AND order.id != null`, `small letters`},
		{`!order.paid`, `not(`},
		{`not order.paid`, `not(condition)`},
		{`order.paid = True`, `FEEL writes: true`},
		{`order.total > 3 ? "a" : "b"`, `if a then b else c`},
		{`if(order.total > 3, "a", "b")`, `if condition then a else b`},
		{`if (order.total > 3) { "a" } else { "b" }`, `if a then b else c`},
		{`if order.total > 3 then "a"`, `else null`},
		{`IF(order.total > 3, "a", "b")`, `if condition then a else b`},
		{`IIF(order.total > 3, "a", "b")`, `if condition then a else b`},
		{`CASE WHEN order.total > 3 THEN "a" ELSE "b" END`, `if a then b else if c then d else e`},
		{`"a" if order.total > 3 else "b"`, `if a then b else c`},
		{`order.id not in ["a", "b"]`, `not(x in [a, b])`},
		{`order.total => 3`, `>=`},
		{`order.total ≥ 3`, `>=`},
		{`order.total gt 3`, `>`},
		{`order.total = "30"`, `number(text)`},
		{`xor(order.paid, true)`, `a != b`},
		{`order.total between(1, 30)`, `x between a and b`},
		{`if order.total > 3 then "a" elif order.paid then "b" else "c"`, `else if`},
		{`order instanceof String`, `did you mean string`},
		{`order is string`, `value instance of string`},
	}},
	{"Numbers", []mistake{
		{`1,5`, `a point in numbers`},
		{`round(2.5)`, `round half up(n, scale)`},
		{`Math.round(2.5)`, `round half up(n, 0)`},
		{`ceil(2.5)`, `ceiling(n)`},
		{`pow(2, 3)`, `a ** b`},
		{`2 ^ 3`, `a ** b`},
		{`order.total % 2`, `modulo(a, b)`},
		{`mod(order.total, 2)`, `modulo(a, b)`},
		{`avg(order.items.price)`, `mean(list)`},
		{`parseInt("3")`, `number(text)`},
		{`toString(3)`, `string(value)`},
		{`order.total.toFixed(2)`, `round half up(n, scale)`},
		{`total += 1`, `sets no variables`},
		{`1_000`, `without signs between their digits`},
		{`1e3`, `10 ** 3`},
		{`order.total – 1`, `minus`},
		{`string length(3)`, `string(number)`},
		{`order.total++`, `a + 1`},
		{`1 000`, `without blanks`},
		{`10%`, `0.1 for 10 %`},
		{`Number.parseInt("3")`, `number(text)`},
	}},
	{"Lists and contexts", []mistake{
		{`order.items[?(@.price > 1)]`, `list[condition]`},
		{`order.items[1:2]`, `sublist(list, start, length)`},
		{`order.items*.sku`, `list.field`},
		{`count order.items`, `count(…)`},
		{`(order.id, order.total)`, `[a, b]`},
		{`order.total in 1..5`, `x in [1..5]`},
		{`{id: order.id} + {a: 1}`, `context merge`},
		{`order.items.length`, `count(list)`},
		{`order.items.size()`, `count(list)`},
		{`length(order.items)`, `count(list)`},
		{`len(order.items)`, `count(list)`},
		{`order.items[0]`, `count from 1`},
		{`order.items.map(i => i.sku)`, `function(x) x + 1`},
		{`order.items.filter(price > 1)`, `list[condition]`},
		{`order.items.includes("a")`, `list contains(list, value)`},
		{`order.items.join(",")`, `string join(list, delimiter)`},
		{`order.items.get(1)`, `list[position]`},
		{`[i.sku for i in order.items]`, `for x in list return`},
		{`for (i in order.items) { i.sku }`, `for x in list return`},
		{`for i in order.items: i.sku`, `for x in list return`},
		{`Object.keys(order)`, `get entries(context)`},
		{`order["id"]`, `get value(context, name)`},
		{`response.sdkHttpMetadata.httpHeaders["x-amzn-RequestId"]`, `get value(context, name)`},
		{`[1, 2, ]`, `comma too many`},
		{`{a: 1, }`, `comma too many`},
		{`function(x) { return x }`, `without braces`},
		{`{...order, a: 1}`, `context merge(context, context)`},
		{`order.items.first`, `list[1]`},
		{`order.item`, `did you mean items`},
		{`order.custommer`, `did you mean customer`},
		{`order.weight`, `there are: id, total, paid, items, customer`},
		{`order.items.*.sku`, `list.field`},
		{`order.items.0`, `list[1]`},
		{`order.items + [1]`, `concatenate(list, list)`},
		{`order.items.sort()`, `sort(list, precedes)`},
		{`for i in 1 to 3 return i`, `for x in 1..3 return`},
		{`{a: 1 b: 2}`, `a comma stands between fields`},
		{`{a = 1}`, `{name: value}`},
		{`response.sdkHttpMetadata.httpHeaders.x-amzn-RequestId`, "backticks: `x-amzn-RequestId`"},
		{`"id" in order`, `get value(context, key) != null`},
		{`count(order)`, `count(get entries(context))`},
	}},
	{"Dates", []mistake{
		{`date(2024-01-01)`, `date("2024-12-31")`},
		{`new Date()`, `now()`},
		{`Date.now()`, `now()`},
		{`getdate()`, `now()`},
		{`LocalDate.now()`, `today()`},
		{`order.created > "2024-01-01"`, `there are`},
		{`today() > "2024-01-01"`, `date(text)`},
		{`now() > "2024-01-01T00:00:00Z"`, `date and time(text)`},
		{`date("01.02.2024")`, `the form 2024-12-31`},
		{`dateadd(today(), 1)`, `duration("P1D")`},
		{`today`, `today()`},
		{`today() + 1`, `duration("P1D")`},
		{`now().format("yyyy")`, `string(value)`},
		{`jobError("x", {}, 1, PT10S)`, `@"PT10S"`},
		{`jobError("x", {}, 1, "PT10S")`, `duration(text)`},
		{`duration("10s")`, `the form P1DT2H`},
	}},
	{"JSON", []mistake{
		{`json(order.note)`, `from json(text)`},
		{`JSON.parse(order.note)`, `from json(text)`},
		{`JSON.stringify(order)`, `to json(value)`},
		{`S(order.note)`, `from json(text)`},
	}},
	{"The answer, errors and secrets", []mistake{
		{`response.body.x`, `the answer of EventBridge has no body`},
		{`body.x`, `the answer of EventBridge has no body`},
		{`response.entrys`, `did you mean entries`},
		{`response.status`, `httpStatusCode`},
		{`throw bpmnError("X")`, `bpmnError(code, message)`},
		{`throw new Error("X")`, `bpmnError(code, message)`},
		{`bpmn_error("X")`, `bpmnError(code, message)`},
		{`bpmnEror("X")`, `did you mean bpmnError`},
		{`fail("X")`, `jobError(message)`},
		{`bpmnError(400, "X")`, `parameter 'errorCode' of function 'bpmnError' must be a string`},
		{`jobError("X", 3)`, `parameter 'variables' of function 'jobError' must be a context`},
		{`secrets.KEY`, `{{secrets.NAME}}`},
		{`{{secrets.KEY}}`, `without = before it`},
		{`env.KEY`, `does not see the environment`},
		{`process.env.KEY`, `does not see the environment`},
		{`error.getMessage()`, `error.message`},
		{`response.entries[0].eventId`, `count from 1`},
		{`response["entries"]`, `get value(context, name)`},
		{`processInstanceKey`, `job.processInstanceKey`},
	}},
	{"Around the expression", []mistake{
		{`${order.id}`, `no ${…} or #{…}`},
		{`#{order.id}`, `no ${…} or #{…}`},
		{`{{order.id}}`, `no {{…}}`},
		{`return order.id`, `needs no return`},
		{`order.id;`, `no semicolons`},
		{`let x = 1`, `sets no variables`},
		{`order.id # the id`, `// …`},
		{`not true`, `not(condition)`},
		{`{ // the order id: order.id }`, `goes on to the end of its line`},
		{`.entries[0].eventId`, `expressionLanguage`},
		{`{id: .entries[0].eventId}`, `expressionLanguage`},
		{`execution.getVariable("order")`, `the name of the variable alone`},
		{`order.id as string`, `string(value)`},
		{`typeof order`, `value instance of string`},
		{`uuid.v4()`, `uuid()`},
		{`x -> x.id`, `function(x) x + 1`},
		{`/* open`, `*/`},
		{`try { order } catch(e) { null }`, `get or else(value, default)`},
		{`while true do 1`, `for x in list return`},
	}},
}

const mistakesScope = `{
	"order": {"id": "A-1", "total": 30, "paid": true, "items": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}], "customer": {"name": "Ada"}},
	"response": {"sdkHttpMetadata": {"httpHeaders": {"x-amzn-RequestId": "r"}, "httpStatusCode": 200}, "failedEntryCount": 0, "entries": [{"eventId": "e", "errorCode": null}]}
}`

// Each mistake gets a message that says what to write, and docs/feel-mistakes.md shows these messages.
func TestMistakes(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("<!-- DO NOT EDIT: written by make generate from internal/expression/mistakes_test.go. -->\n\n# Mistakes in FEEL\n\n" +
		"What modelers bring along from other languages, and what the connector says about it: in incidents, logs (`debug`), `lint`, `try`,\n" +
		"`eval -v` and the playground. Most of these expressions are no error in FEEL but null, so the message is a warning.\n\n" +
		"In these examples there are `response`, and `order` with the fields `id`, `total`, `paid`, `items` and `customer`.\n")
	count := 0
	for _, group := range mistakes {
		fmt.Fprintf(&page, "\n## %s\n\n| written | message |\n| --- | --- |\n", group.title)
		for _, m := range group.rows {
			count++
			got := strings.Join(messages(t, m.source), "; ")
			assert.Contains(t, got, m.want, m.source)
			fmt.Fprintf(&page, "| %s | %s |\n", code(m.source), cell(got))
		}
	}
	assert.GreaterOrEqual(t, count, 100)
	const path = "../../docs/feel-mistakes.md"
	if *updateMistakes {
		require.NoError(t, os.WriteFile(path, []byte(page.String()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, page.String(), string(have), "run make generate")
}

// messages are what the connector says about an expression.
func messages(t *testing.T, source string) []string {
	t.Helper()
	p, err := CompileFEEL(source)
	if err != nil {
		return []string{reason(err)}
	}
	r, err := p.Eval(t.Context(), feel.Context(parsed(t, mistakesScope).(*jsonvalue.Object)))
	texts := Texts(r.Warnings)
	if err != nil {
		texts = append(texts, reason(err))
	}
	return texts
}

func reason(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// code writes a source as code in a table.
func code(source string) string {
	source = strings.ReplaceAll(source, "|", `\|`)
	if strings.Contains(source, "`") {
		return "`` " + source + " ``"
	}
	return "`" + source + "`"
}

func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}
