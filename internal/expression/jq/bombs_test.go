package jq

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// fold is one array that is in itself so often that its text would have 4^30 items.
const fold = `(reduce range(30) as $i ([1]; [., ., ., .]))`

// endless are expressions that reach a limit on any machine, whichever is first.
var endless = []string{
	// time
	`reduce range(30) as $i (3; . * .)`, `"1"*1000000|tonumber`, `def f: f; f`, `def f: def g: f; g; f`, `def f(x): f(x); f(1)`, `last(range(1e12))`, `until(false; .)`, `while(true; .) | empty`,
	`[limit(0; 1)] | until(. == 1; .)`, `first(range(1e12) | select(. < 0))`, `reduce range(1e12) as $i (0; $i)`, `foreach range(1e12) as $i (0; $i; empty)`,
	`label $f | repeat(1) | if . == 2 then break $f else empty end`, `def f: try error("x") catch f; f`, `try (def f: f; f) catch 1`, `(def f: f; f)?`, `[.[]?, (def f: f; f)] // 1`,
	`reduce range(40) as $i (3; . * .) | tostring | length`, `2 | until(. > pow(10; 300); . + 0.5) | . `, `any(range(1e12); false)`, `all(range(1e12); true)`, `range(0; 1e12; 0.5) | select(. < 0)`,
	`[range(12)] as $a | [range(30) | $a] | combinations | empty`, `[range(40)] | [combinations(9)] | length`, `[range(12)] | [recurse(.[1:]; length > 0), recurse(.[:-1]; length > 0)] | combinations | empty`, `[range(30)] | def p: if length == 0 then [] else range(length) as $i | [.[$i]] + (del(.[$i]) | p) end; [limit(1e9; p)] | length`,
	`def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end; 60 | fib`, `def ack(m; n): if m == 0 then n + 1 elif n == 0 then ack(m - 1; 1) else ack(m - 1; ack(m; n - 1)) end; ack(4; 3)`,
	// memory
	`"x" * 1000000000`, `1e9 * "x" | length`, `[]|.[60000000]=1|reverse`, `null | .[20000000] = 1`, `[range(1e9)] | length`, `[limit(1e12; repeat(1))] | length`, `def f: [f]; f`, `def f: 1 + f; f`, `def f: f, f; [f]`, `[recurse(. + 1; true)]`,
	`reduce range(60) as $i ("x"; . + .) | length`, `reduce range(60) as $i ([1]; . + .) | length`, `reduce range(60) as $i ("x"; "\(.)\(.)") | length`, `reduce range(200) as $i ("'"; @sh) | length`, `reduce range(200) as $i ("\""; tojson) | length`, `reduce range(200) as $i ("x"; @base64) | length`,
	fold, fold + ` | tojson | length`, fold + ` | tostring`, fold + ` | @text`, fold + ` | @json`, fold + ` | flatten | length`, fold + ` as $x | $x == $x`, fold + ` | contains(` + fold + `)`, `[` + fold + `, ` + fold + `] | unique | length`, fold + ` | [paths] | length`, fold + ` | [..] | length`, fold + ` | walk(.)`, fold + ` | [paths(scalars)] | length`, fold + ` | error`, `[` + fold + `] - [` + fold + `] | length`, fold + ` | [getpath(paths)] | length`, fold + ` | [tostream]`, fold + ` | [tostream] | fromstream(.[])`,
	`reduce range(30) as $i ({a: 1}; {a: ., b: ., c: .}) | . * . | length`, `reduce range(30) as $i ({a: 1}; {a: ., b: .}) | . * .`, `[range(3000000)] | map(tostring) | join(",") | length`, `("x" * 1000000) as $x | [range(10000) | $x] | add | length`, `[range(100000) | "x"] | join("y" * 100000) | length`, `[range(100000) | {k: "x" , v: .}] | [range(1000) as $i | .] | tojson | length`,
	`reduce range(1e9) as $i (null; [.]) | tojson`, `reduce range(3000000) as $i (null; {a: .}) | @text`, `reduce range(1e9) as $i ({}; .["k\($i)"] = $i) | length`, `("a" * 1000000) | [range(1e6) as $i | .[$i:]] | add | length`, `"x" * 30000000 | explode | map([.]) | length`, `[range(5000000)] | getpath([range(10) | tostring])?, transpose?`, `[range(4000)] | [.[] as $x | .[] as $y | [$x, $y, "\($x)"]] | sort_by(.[2]) | group_by(.[0]) | length`,
	`"x" * 1000000 | gsub("x"; "yy" * 1000) | length`, `"x" * 3000000 | gsub(""; "y") | length`, `"x" * 3000000 | [match(""; "g")] | length`, `"a" * 100000 | [scan("(?=a)")?, gsub("(?<c>a)"; "\(.c)" * 10000)] | length`, `[splits("a"; "b")?, ("ab" * 3000000 | splits("a"))] | length`, `("ab" * 3000000) | split("a") | map(explode) | length`, `("x" * 10000000) as $x | [range(1e6)] | map(. as $i | $x | ltrimstr("x" * $i)) | length`, `("x" * 1000000) | until(length == 0; ltrimstr("x"))`, `[range(1e6)] | until(length == 0; .[1:] + [1])`,
	`[range(200000)] | map(tostring) | [.[] as $x | select(index($x))] | length`, `[range(300000)] as $a | [range(300000)] | . - $a | . - $a | until(false; . + $a - $a)`, `[range(1e6)] | until(false; sort | reverse)`, `"1" * 3000000 | tonumber | tostring | tonumber`, `9007199254740993 | until(false; . * 9007199254740993)`, `"x" * 3000000 | [range(1e4) as $i | @base64] | length`,
	`[range(1000)] | . as $a | reduce range(1e6) as $i ($a; [.[] | . + 1])`, `[1] | until(false; . + .) | length`, `{} | until(false; .a |= .)`, `[[range(1e6)]] | until(false; del(.[0][0]) | .[0] += [1])`, `[range(100000)] | to_entries | until(false; map(.value += 1))`, `(now | until(. < 0; . + 1))`, `def f: reduce .[] as $x (.; . + [$x]); [1] | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f | f`,
}

// ended are expressions that end by an answer or an error of theirs, or reach a limit.
var ended = []string{
	`1 as $__budget|1+1`, `$__budget`, `$__right`, `def __product(a; b; c): 5; 3 * 4`, `def __sum(a; b; c): 5; 3 + 4`, `def add: 7; add`, `def map(f): 7; map(1)`, `def _match(a; b; c): 1; test("a")`, `__sum(1; 2; 3)`, `_modify(1; 2)`, `_match("a"; "g"; false)`, `_assign(.; 1)`, `_add(1; 2)`,
	`input`, `inputs`, `[inputs]`, `debug`, `stderr`, `input_filename`, `input_line_number`, `$__loc__`, `$__prog_args`, `$ENV`, `env`, `$ENV.PATH`, `env.HOME`, `halt`, `halt_error`, `"x" | halt_error(1)`, `{} | halt_error`, `try halt catch 1`, `try halt_error catch 1`,
	`error`, `error(null)`, `error({})`, `error("x" * 1000000)`, `try error(null) catch .`, `import "a" as a; 1`, `include "a"; 1`, `import "/etc/passwd" as $a; $a`, `get_search_list`, `modulemeta`, `"a" | modulemeta`, `getpath(["a", "b"])`, `[1] | getpath([1e18])`, `[1] | .[1e18]`, `[1] | .[-1e18] = 1`, `null | .[1e300] = 1`, `null | .[1e18:2e18] = [1]`, `[range(1e5)] | getpath([99999])`,
	`reduce range(200) as $i ("<"; @html) | length`, `reduce range(200) as $i ("%"; @uri) | length`, `now`, `localtime`, `now | localtime | mktime`, `now | strflocaltime("%Z")`, `"x" | strptime("%Y")`, `1e300 | todate`, `nan`, `infinite`, `-infinite | tostring`, `[nan] | sort`, `nan < nan`, `1e1000`, `[limit(-1; 1)]`, `splits("a")`, `ascii`, `@base32d`, `"////" | @base64d`, `ltrimstr("a")`, `implode`, `[1114112] | implode`, `[55296] | implode`, `tojson`, `fromjson`, `"[" * 100000 | fromjson`, `"[" * 10000 + "]" * 10000 | fromjson`, `"{" | fromjson`,
	`label $f | break $f`, `break $f`, `label $f | def g: break $f; g`, `first(empty)`, `limit(3; repeat(1))`, `[limit(3; repeat(1))]`, `"x" | test("(a{1000}){1000}")`, `"x" | test("(" * 1000)`, `"x" | test("a"; "zzz")`, `"` + strings.Repeat("x", 60000) + `"`, `ltrimstr(1; 2; 3)`, `builtins | length`, `[builtins[] | select(contains("__"))]`, `splits`, `getpath`, `paths(1)`, `SQL`, `input_line_number`, `@nosuch`, `"\(1)" as $x | $x`, `. as [$a, {b: $c}] ?// $a | [$a, $c]`, `reduce empty as $x (0; 1)`, `{(1, 2): 3}`, `{a: (1, 2)}`, `..`, `?`, `""`, `"\u0000"`, `"\ud800"`, "\"\xff\"", "\x00", "#", ``,
}

// long are long and deep programs, which may end as those of ended do.
var long = []string{
	strings.Repeat("(", 30000) + "1" + strings.Repeat(")", 30000), strings.Repeat("[", 30000) + strings.Repeat("]", 30000), strings.Repeat("-", 60000) + "1", strings.Repeat("{a:", 15000) + "1" + strings.Repeat("}", 15000), `"` + strings.Repeat(`\("`, 15000) + strings.Repeat(`")`, 15000) + `"`, strings.Repeat("def f: ", 9000) + "1" + strings.Repeat("; f", 9000), "1" + strings.Repeat("|1", 30000), "1" + strings.Repeat(",1", 30000), "1" + strings.Repeat("+1", 30000), "." + strings.Repeat("[]?", 20000), "." + strings.Repeat(".a", 30000), strings.Repeat("if 1 then ", 6000) + "1" + strings.Repeat(" end", 6000), strings.Repeat("try ", 15000) + "1", strings.Repeat("1 as $x | ", 6000) + "$x", strings.Repeat("reduce 1 as $x (1; ", 3000) + "1" + strings.Repeat(")", 3000), strings.Repeat("label $f | ", 5000) + "1", strings.Repeat("9", 60000), strings.Repeat("9", 60000) + " * " + strings.Repeat("9", 5000), "def f(a; b; c; d; e): 1; " + strings.Repeat("f(1; 2; 3; 4; ", 4000) + "1" + strings.Repeat(")", 4000),
	doubling(18), doubling(40),
}

// doubling is a program of n functions of which each calls the one before it twice.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("def f: . + 1; ")
	for range n {
		b.WriteString("def f: f | f; ")
	}
	return b.String() + "0 | f"
}

// run compiles and evaluates an expression.
func run(t *testing.T, e *Evaluator, source string) (string, error) {
	t.Helper()
	p, err := e.Compile(t.Context(), source)
	if err != nil {
		return "", err
	}
	v, err := p.Eval(t.Context(), nil)
	return string(jsonvalue.Append(nil, v)), err
}

// recorder keeps the children that an evaluator started.
type recorder struct {
	lock     sync.Mutex
	children []*child
}

func newRecorded(t *testing.T, command Command) (*Evaluator, *recorder) {
	t.Helper()
	e, r := New(command), &recorder{}
	start := e.start
	e.start = func() (*child, error) {
		c, err := start()
		if err == nil {
			r.lock.Lock()
			r.children = append(r.children, c)
			r.lock.Unlock()
		}
		return c, err
	}
	t.Cleanup(e.Close)
	return e, r
}

func (r *recorder) all() []*child {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]*child(nil), r.children...)
}

// peak returns the most bytes that one of the children had in use. All must have ended.
func (r *recorder) peak() int64 {
	var most int64
	for _, c := range r.all() {
		<-c.exited
		most = max(most, peakOf(c.state))
	}
	return most
}

// each runs a function on all sources, several at once: most of them wait for their limit.
func each(t *testing.T, sources []string, f func(t *testing.T, e *Evaluator, source string)) (peak int64, slowest time.Duration) {
	t.Helper()
	work := make(chan string)
	var all sync.WaitGroup
	var lock sync.Mutex
	for range 8 {
		e, children := newRecorded(t, Self)
		all.Go(func() {
			for source := range work {
				began := time.Now()
				f(t, e, source)
				lock.Lock()
				slowest = max(slowest, time.Since(began))
				lock.Unlock()
			}
			e.Close()
			lock.Lock()
			peak = max(peak, children.peak())
			lock.Unlock()
		})
	}
	for _, source := range sources {
		work <- source
	}
	close(work)
	all.Wait()
	return peak, slowest
}

func show(source string) string {
	if len(source) > 100 {
		return source[:100] + "…"
	}
	return source
}

func TestEndlessExpressionsReachALimit(t *testing.T) {
	t.Parallel()
	peak, slowest := each(t, endless, func(t *testing.T, e *Evaluator, source string) {
		t.Helper()
		got, err := run(t, e, source)
		var value *ValueError
		if errors.As(err, &value) && strings.Contains(value.text, "bytes of JSON") {
			return // it ended in time, with too much
		}
		if !errors.Is(err, ErrTime) && !errors.Is(err, ErrMemory) {
			t.Errorf("%s: got %.100q, error %v; want the limit of time or memory", show(source), got, err)
		}
		got, err = run(t, e, "1 + 1")
		assert.NoError(t, err, show(source))
		assert.Equal(t, "2", got, "what follows %s", show(source))
	})
	t.Logf("%d expressions: the slowest took %s with what follows it, the largest child had %d MiB", len(endless), slowest.Round(time.Millisecond), peak>>20)
	assertPeak(t, peak)
}

func TestAnyExpressionLeavesAnEvaluatorThatWorks(t *testing.T) {
	t.Parallel()
	peak, slowest := each(t, slices.Concat(ended, long), func(t *testing.T, e *Evaluator, source string) {
		t.Helper()
		_, err := run(t, e, source)
		var unavailable *UnavailableError
		assert.NotErrorAs(t, err, &unavailable, show(source))
		got, err := run(t, e, "1 + 1")
		assert.NoError(t, err, show(source))
		assert.Equal(t, "2", got, "what follows %s", show(source))
	})
	t.Logf("%d expressions: the slowest took %s with what follows it, the largest child had %d MiB", len(ended)+len(long), slowest.Round(time.Millisecond), peak>>20)
	assertPeak(t, peak)
}
