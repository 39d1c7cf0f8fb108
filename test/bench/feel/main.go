// Command feel measures our FEEL engine on expressions as connector users write them, beside what other engines need.
//
//	go run ./test/bench/feel          ours, with the ratio to figures of the others that were measured before
//	go run ./test/bench/feel -peer    ours, feel-scala and feelin in one run (needs a JDK 21+, Maven and Node)
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// benchmark is one expression with the response that it is run on.
type benchmark struct {
	Name       string          `json:"name"`
	Expression string          `json:"expression"`
	Context    json.RawMessage `json:"context"`
	// What others needed for it, in microseconds, on a machine of two cores, 0 where they were not measured: feel-scala's evaluation of a parsed expression,
	// the connector runtime's whole path (which parses and converts for each job), feelin's closures built beforehand.
	scala, runtime, feelin float64
}

func benchmarks() []benchmark {
	ten, thousand := response(10), response(1000)
	return []benchmark{
		{"path", `response.entries[1].eventId`, ten, 5.62, 20.2, 0.21},
		{"context", `{eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}`, ten, 10.9, 40.4, 0.63},
		{"if-3way", `if error.code = "ValidationException" then bpmnError("INVALID", error.message) else if error.code = "ThrottlingException" then jobError("throttled", {}, job.retries - 1, @"PT10S") else null`, ten, 5.96, 34.7, 0.95},
		{"for-10", `for e in response.entries return e.eventId`, ten, 13.3, 31.1, 3.38},
		{"filter-1000", `response.entries[errorCode != null]`, thousand, 1307.2, 1912.2, 375.9},
		{"filter-900", `response.entries[errorCode = null]`, thousand, 0, 0, 0},
		{"strings", `upper case(substring before(replace(response.entries[1].eventId, "[0-9]+", "#"), "-")) + "-" + string(string length(string join(split(response.entries[2].eventId, "-"), "/")))`, ten, 13.4, 57.9, 23.9},
	}
}

// response is a context with a response of so many entries, of which every tenth was rejected.
func response(entries int) json.RawMessage {
	var b strings.Builder
	b.WriteString(`{"response":{"sdkResponseMetadata":{"requestId":"7d1c5e9a-0000-4000-8000-0000000000ff"},"sdkHttpMetadata":{"httpStatusCode":200,"httpHeaders":{"Content-Type":"application/x-amz-json-1.1"}},"failedEntryCount":1,"entries":[`)
	for i := range entries {
		if i > 0 {
			b.WriteByte(',')
		}
		if i%10 == 9 {
			b.WriteString(`{"eventId":null,"errorCode":"ThrottlingException","errorMessage":"Rate exceeded"}`)
			continue
		}
		fmt.Fprintf(&b, `{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4%03d","errorCode":null,"errorMessage":null}`, i)
	}
	b.WriteString(`]},"error":{"type":"eventbridge.ThrottlingException","code":"ThrottlingException","message":"Rate exceeded"},"job":{"retries":3}}`)
	return json.RawMessage(b.String())
}

func main() {
	peer := flag.Bool("peer", false, "measure feel-scala and feelin too")
	flag.Parse()
	if err := run(context.Background(), *peer); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const heap = 1 << 30 // bytes

func run(ctx context.Context, peer bool) error {
	// The others were measured with a heap of 1 GiB: ours may fill as much before it is collected.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(heap)
	all := benchmarks()
	others := map[string]map[string]float64{}
	if peer {
		var err error
		if others, err = peers(ctx, all); err != nil {
			return err
		}
	}
	fmt.Printf("%-12s %10s %7s %16s %22s %13s %7s %9s %13s %10s %9s\n", "", "evaluate", "allocs", "write JSON", "as variables, JSON", "compile", "allocs", "× decode", "× feel-scala", "× runtime", "× feelin")
	for _, c := range all {
		ours, err := measure(ctx, c)
		if err != nil {
			return err
		}
		fmt.Printf("%-12s %7.0f ns %7.0f %7.0f ns %4.2f × %13.0f ns %4.2f × %10.1f µs %7.0f %9.2f", c.Name,
			ours.evaluate, ours.evaluateAllocs, ours.write, ours.writeRatio, ours.variables, ours.variablesRatio, ours.compile/1000, ours.compileAllocs, ours.compileRatio)
		if peer {
			c.scala, c.runtime, c.feelin = others["feel-scala"][c.Name], 0, others["feelin"][c.Name]
		}
		fmt.Printf(" %13s %10s %9s\n", times(c.scala, ours), times(c.runtime, ours), times(c.feelin, ours))
	}
	fmt.Println("\nTimes are processor time, the least of all rounds; ratios are of what was measured in turn, the median of all rounds. Writing the\n" +
		"result is compared with its evaluation; \"as variables\" makes plain JSON values of it first, as the connector does. Compiling is\n" +
		"compared with decoding 300 bytes with encoding/json, which tells how quiet the machine is.")
	if peer {
		fmt.Println("× how many times faster we are, measured in this run: feel-scala evaluating a parsed expression, feelin's evaluate().")
	} else {
		fmt.Println("× how many times faster we are than figures measured before on another machine of this kind: feel-scala evaluating a parsed\n" +
			"expression, the connector runtime's whole path, feelin's closures built beforehand. `-peer` measures the others here.")
	}
	return nil
}

// times writes how many times faster our evaluation is than one of so many microseconds.
func times(micros float64, o ours) string {
	if micros == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", micros/o.evaluate*1000)
}

// ours is what our engine needs, in nanoseconds of processor time. Ratios are to the evaluation, that of compiling to decoding.
type ours struct {
	evaluate, evaluateAllocs  float64
	write, writeRatio         float64
	variables, variablesRatio float64
	compile, compileAllocs    float64
	compileRatio              float64
}

// decoded is what the calibrating loop decodes: about as much work as an expression is to compile.
const decoded = `{"sdkResponseMetadata":{"requestId":"7d1c5e9a-0000-4000-8000-0000000000ff"},"sdkHttpMetadata":{"httpStatusCode":200,"httpHeaders":{"Content-Type":"application/x-amz-json-1.1"}},"failedEntryCount":1,"entries":[{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4001","errorCode":null,"errorMessage":null}]}`

func measure(ctx context.Context, c benchmark) (o ours, err error) {
	v, err := jsonvalue.Parse(c.Context)
	if err != nil {
		return o, err
	}
	scope := feel.Context(v.(*jsonvalue.Object))
	p, err := expression.CompileFEEL(c.Expression)
	if err != nil {
		return o, err
	}
	r, err := p.Eval(ctx, scope)
	if err != nil {
		return o, err
	}
	var out []byte
	// None of these fails: they were seen to work.
	evaluate := func() { _, _ = p.Eval(ctx, scope) }
	compile := func() { _, _ = expression.CompileFEEL(c.Expression) }
	found := inTurn(
		evaluate,
		func() { out = feel.AppendJSON(out[:0], r.Value) },
		func() { out = jsonvalue.Append(out[:0], feel.ToJSON(r.Value)) },
		compile,
		func() {
			var v any
			_ = json.Unmarshal([]byte(decoded), &v)
		},
	)
	return ours{
		evaluate: least(found[0]), evaluateAllocs: testing.AllocsPerRun(1000, evaluate),
		write: least(found[1]), writeRatio: ratio(found[1], found[0]),
		variables: least(found[2]), variablesRatio: ratio(found[2], found[0]),
		compile: least(found[3]), compileAllocs: testing.AllocsPerRun(1000, compile), compileRatio: ratio(found[3], found[4]),
	}, nil
}
