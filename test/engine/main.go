// Command engine asks the official FEEL engine, as the connector runtime wraps it, and holds ours against it.
//
//	go run ./test/engine FILE…            compares: prints where ours gives anything else
//	go run ./test/engine -record FILE…    writes its answers into the files
//
// A file holds JSON lines of expression and context; without contexts, those of NAME.jsonl are in NAME.context.json. It
// needs a JDK 21+ and Maven.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/test/jvm"
)

//go:embed oracle/Engine.java
var engineJava []byte

//go:embed oracle/pom.xml
var enginePOM []byte

// question is a line of a file; the answer stands in it once it was recorded.
type question struct {
	Expression string          `json:"expression"`
	Context    json.RawMessage `json:"context,omitempty"`
	Result     json.RawMessage `json:"result,omitempty"`
	Error      bool            `json:"error,omitempty"`
}

func main() { os.Exit(run()) }

func run() int {
	record := flag.Bool("record", false, "write the answers into the files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	different, err := visit(ctx, os.Stdout, flag.Args(), *record)
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine:", err)
	}
	if err != nil || different > 0 {
		return 1
	}
	return 0
}

// visit compares or records the files one after the other.
func visit(ctx context.Context, out io.Writer, files []string, record bool) (different int, err error) {
	oracle, err := jvm.Build(ctx, "feel-engine", "Engine", map[string][]byte{"Engine.java": engineJava, "pom.xml": enginePOM})
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		questions, shared, err := read(file)
		if err != nil {
			return different, err
		}
		answers, err := ask(ctx, oracle, questions, shared)
		if err != nil {
			return different, err
		}
		if record {
			if err := write(file, questions, answers); err != nil {
				return different, err
			}
			fmt.Fprintf(out, "%s: %d recorded\n", file, len(questions))
			continue
		}
		found := 0
		for i, q := range questions {
			if ours := evaluate(ctx, q, shared); !answers[i].same(ours) {
				found++
				fmt.Fprintf(out, "%s\n  context %s\n  engine  %s\n  ours    %s\n", q.Expression, q.Context, answers[i], ours)
			}
		}
		fmt.Fprintf(out, "%s: %d compared, %d differ\n", file, len(questions), found)
		different += found
	}
	return different, nil
}

// read returns the questions of a file and the context that those without one share.
func read(file string) ([]question, json.RawMessage, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	shared, err := os.ReadFile(strings.TrimSuffix(file, ".jsonl") + ".context.json")
	if err != nil {
		shared = []byte("{}")
	}
	var all []question
	for line := range bytes.Lines(data) {
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			return nil, nil, fmt.Errorf("%s, line %d: %w", file, len(all)+1, err)
		}
		all = append(all, q)
	}
	return all, shared, nil
}

// ask gets the engine's answers. It ends itself at an evaluation that takes too long and is started again behind that.
func ask(ctx context.Context, oracle *jvm.Program, all []question, shared json.RawMessage) ([]answer, error) {
	answers := make([]answer, 0, len(all))
	for len(answers) < len(all) {
		var in bytes.Buffer
		for _, q := range all[len(answers):] {
			if q.Context == nil {
				q.Context = shared
			}
			line, err := json.Marshal(question{Expression: q.Expression, Context: q.Context})
			if err != nil {
				return nil, err
			}
			in.Write(append(line, '\n'))
		}
		cmd := oracle.Command(ctx)
		cmd.Stdin = &in
		out, err := cmd.Output()
		if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
			return nil, err
		}
		before := len(answers)
		lines := bufio.NewScanner(bytes.NewReader(out))
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			var a answer
			if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
				return nil, err
			}
			answers = append(answers, a)
		}
		if len(answers) == before {
			return nil, fmt.Errorf("the engine gave no answer to %q: %w", all[before].Expression, err)
		}
	}
	return answers, nil
}

func write(file string, questions []question, answers []answer) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for i, q := range questions {
		if answers[i].Timeout {
			return fmt.Errorf("%s: %q takes the engine too long", file, q.Expression)
		}
		q.Result, q.Error = answers[i].Result, answers[i].Error != ""
		if q.Error {
			q.Result = nil
		}
		if err := e.Encode(q); err != nil {
			return err
		}
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}

func evaluate(ctx context.Context, q question, shared json.RawMessage) answer {
	if q.Context == nil {
		q.Context = shared
	}
	v, err := jsonvalue.Parse(q.Context)
	if err != nil {
		return answer{Error: err.Error()}
	}
	scope, ok := v.(*jsonvalue.Object)
	if !ok {
		scope = jsonvalue.NewObject(0)
	}
	program, err := expression.CompileFEEL(strings.TrimPrefix(strings.TrimSpace(q.Expression), "="))
	if err != nil {
		return answer{Error: err.Error()}
	}
	r, err := program.Eval(ctx, feel.Context(scope))
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Result: feel.AppendJSON(nil, r.Value)}
}
