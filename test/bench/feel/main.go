// Command feel measures our FEEL engine on six expressions as connector users write them, beside what other engines need.
//
//	go run ./test/bench/feel          ours, with the ratio to figures of the others that were measured before
//	go run ./test/bench/feel -peer    ours, feel-scala and feelin in one run (needs a JDK 21+, Maven and Node)
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/test/bench/needs"
)

// benchmark is one expression with the response that it is run on.
type benchmark struct {
	Name       string          `json:"name"`
	Expression string          `json:"expression"`
	Context    json.RawMessage `json:"context"`
	// What others needed for it, in microseconds, on a machine of two cores: feel-scala's evaluation of a parsed expression,
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
		fmt.Printf("%-12s %10s %8s %10s %12s %14s %14s\n", "", "ns/op", "allocs", "compile", "JSON out", "× feel-scala", "× feelin")
	} else {
		fmt.Printf("%-12s %10s %8s %10s %12s %14s %14s %14s\n", "", "ns/op", "allocs", "compile", "JSON out", "× feel-scala", "× runtime", "× feelin")
	}
	for _, c := range all {
		ours, err := measure(ctx, c)
		if err != nil {
			return err
		}
		micros := ours.nanos / 1000
		fmt.Printf("%-12s %10.0f %8.0f %7.1f µs %9.0f ns", c.Name, ours.nanos, ours.allocs, ours.compile/1000, ours.withJSON)
		if peer {
			fmt.Printf(" %14.1f %14.1f\n", others["feel-scala"][c.Name]/micros, others["feelin"][c.Name]/micros)
			continue
		}
		fmt.Printf(" %14.1f %14.1f %14.1f\n", c.scala/micros, c.runtime/micros, c.feelin/micros)
	}
	if peer {
		fmt.Println("\nTimes are processor time. × how many times faster we are, measured in this run: feel-scala evaluating a parsed expression, feelin's evaluate().")
	} else {
		fmt.Println("\nTimes are processor time. × how many times faster we are than figures measured before on another machine of this kind: feel-scala\nevaluating a parsed expression, the connector runtime's whole path, feelin's closures built beforehand. `-peer` measures the others here.")
	}
	return nil
}

// ours is what our engine needs, in nanoseconds of processor time.
type ours struct {
	nanos, withJSON, compile float64
	allocs                   float64
}

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
	if _, err := p.Eval(ctx, scope); err != nil {
		return o, err
	}
	o.nanos = quickest(func() { _, _ = p.Eval(ctx, scope) }) // it was seen to work
	var out []byte
	o.withJSON = quickest(func() {
		r, _ := p.Eval(ctx, scope) // it was seen to work
		out = feel.AppendJSON(out[:0], r.Value)
	})
	o.compile = quickest(func() { _, _ = expression.CompileFEEL(c.Expression) }) // it was seen to work
	o.allocs = testing.AllocsPerRun(1000, func() { _, _ = p.Eval(ctx, scope) })
	return o, nil
}

// batches and batchTime are how often and for how much processor time each thing is measured.
const (
	batches   = 7
	batchTime = 200 * time.Millisecond
)

// quickest returns the processor time of one call in nanoseconds, what the garbage collector does for it included: the
// least of some batches, since the others had to share caches with who else is on the machine.
func quickest(call func()) float64 {
	least := math.Inf(1)
	runs := 1
	for done := 0; done < batches; {
		began := needs.CPU()
		for range runs {
			call()
		}
		took := needs.CPU() - began
		if took < batchTime {
			runs = max(runs+1, min(2*runs, int(float64(runs)*1.2*float64(batchTime)/float64(max(took, 1)))))
			continue
		}
		least = min(least, float64(took)/float64(runs))
		done++
	}
	return least
}
