package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// load is jobs that the worker is given, and how the bus answers.
type load struct {
	name      string
	jobs      int
	atOnce    int                              // jobs at a time
	completed int                              // so many must be completed; few with jq, which on a busy machine may need more than its second
	jq        bool                             // whether result expressions are in jq, else in FEEL
	answer    string                           // the body of the bus; empty = as EventBridge answers
	job       func(i int) (pad, result string) // what is added to the job's input, and its result expression; empty = none
}

// loads returns all loads, those that need most last: each finds the worker as the one before has left it.
func loads() []load {
	text := `"` + strings.Repeat("x", 4_000_000) + `"`
	list := `[` + strings.Repeat(`{"a":1},`, 499_999) + `{"a":1}]`
	// As many as an expression in FEEL may see.
	fewer := `[` + strings.Repeat(`{"a":1},`, 147_999) + `{"a":1}]`
	record := `{"customerNumber":123456,"name":"Jane Doe","street":"1 Main Street, Springfield","items":[1,2,3],"open":true}`
	records := `[` + strings.Repeat(record+`,`, 4_000_000/(len(record)+1)/2) + record + `]`
	pad := func(pad, result string) func(int) (string, string) {
		return func(int) (string, string) { return pad, result }
	}
	seen := `{n: ($input.pad | length)}`
	counted := `={n: count(input.pad)}`
	short := `{"FailedEntryCount":0,"Entries":[` + strings.Repeat(`{},`, 299_999) + `{}]}`
	whole := `{"FailedEntryCount":0,"Entries":[` + strings.Repeat(`{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"},`, 299_999) + `{}]}`
	hungry := func(i int) (string, string) { return "1", hungryExpressions[i%len(hungryExpressions)] }
	return []load{
		{name: "small jobs", jobs: 500, atOnce: 64, completed: 500, job: pad("1", "")},
		{name: "300,000 empty entries", jobs: 20, atOnce: 4, answer: short, job: pad("1", "")},
		{name: "300,000 entries with ids", jobs: 20, atOnce: 4, answer: whole, job: pad("1", "")},
		{name: "4 MB of text", jobs: 20, atOnce: 1, completed: 20, job: pad(text, "")},
		{name: "4 MB of small objects", jobs: 20, atOnce: 1, completed: 20, job: pad(list, "")},
		{name: "4 MB of text, FEEL sees it", jobs: 20, atOnce: 1, completed: 20, job: pad(text, `={n: string length(input.pad)}`)},
		{name: "2 MB of records, FEEL sees it", jobs: 20, atOnce: 1, completed: 20, job: pad(records, counted)},
		{name: "1.2 MB of objects, FEEL sees it", jobs: 20, atOnce: 1, completed: 20, job: pad(fewer, counted)},
		{name: "1.2 MB of objects, FEEL copies it", jobs: 20, atOnce: 1, completed: 20, job: pad(fewer, `={copy: input.pad}`)},
		{name: "4 MB of small objects, FEEL refuses", jobs: 20, atOnce: 1, job: pad(list, counted)},
		{name: "hungry jq, one at a time", jobs: len(hungryExpressions), atOnce: 1, jq: true, job: hungry},
		{name: "hungry jq, 32 at a time", jobs: 2 * len(hungryExpressions), atOnce: 32, jq: true, job: hungry},
		{name: "hungry jq, 4 MB of text", jobs: len(hungryExpressions), atOnce: 1, jq: true, job: func(i int) (string, string) { return text, hungryExpressions[i] }},
		{name: "4 MB of text, jq sees it", jobs: 20, atOnce: 1, completed: 1, jq: true, job: pad(text, seen)},
		// An expression of its own: it is compiled, so there is a child, though what it sees is refused before it is sent there.
		{name: "4 MB of small objects, jq sees it", jobs: 5, atOnce: 1, jq: true, job: pad(list, `{objects: ($input.pad | length)}`)},
	}
}

// hungryExpressions ask for memory in the ways that there are: one step that takes all, many small values, a value that is
// copied again and again, deep and wide results, and the largest result that is taken.
var hungryExpressions = []string{
	`[range(1e9)]`, `"x" * 1000000000`, `[] | .[60000000] = 1 | reverse`, `"1" * 1000000 | tonumber`, `[limit(1e12; repeat(1))] | length`,
	`reduce range(30) as $i ([1]; [., ., ., .]) | tojson | length`, `reduce range(60) as $i ("x"; . + .) | length`, `def f: [f]; f`, `[range(1e7)] | map(tostring) | join(",") | length`,
	`reduce range(1e9) as $i ({}; .["k\($i)"] = $i) | length`, `[$input] | until(length > 1e9; . + .) | length`, `($input | tojson) | until(false; . + .)`,
	`"x" * 30000000 | explode | map([.]) | length`, `{s: ("x" * 1400000)}`, `{s: ("x" * 4000000)}`, `[range(400000)] | {n: length, first: .[:100000]}`, `until(false; .)`,
}

const jobType = "io.camunda:aws-eventbridge:1"

// jobOf returns the job with this number of a load.
func (l *load) jobOf(i int, busURL string) embedded.Job {
	pad, result := l.job(i)
	headers := map[string]string{}
	if result != "" {
		headers["resultExpression"] = result
	}
	if l.jq {
		headers["expressionLanguage"] = "jq"
	}
	written, _ := json.Marshal(headers) //nolint:errchkjson // texts can be written
	return embedded.Job{
		Type: jobType, Retries: 1, CustomHeaders: string(written),
		Variables: fmt.Sprintf(`{"authentication":{"accessKey":"AKIAMEMORY0000000000","secretKey":"memory"},"configuration":{"region":"eu-central-1","endpoint":%q},`+
			`"input":{"eventBusName":"orders","source":"com.example.orders","detailType":"OrderPlaced","detail":{"orderId":%d},"pad":%s}}`, busURL, i, pad),
	}
}
