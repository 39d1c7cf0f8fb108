package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// evalOptions are the flags of eval.
type evalOptions struct {
	expression, context, language, cases string
	verbose                              bool
	function                             string // --help-function
}

func evalCommand(s *session) *cobra.Command {
	o := &evalOptions{}
	c := &cobra.Command{
		Use:   "eval",
		Short: "evaluate a FEEL or jq expression with a JSON context",
		Long: description("Evaluates one expression and prints its result as JSON. The context is a JSON object. Its members are the names that the expression sees. " +
			"With --cases it evaluates many expressions. Each line of the file is a JSON object with id, expression and context. " +
			"For each line, in order, it prints a line with the id and the result or the error. It continues after a wrong line."),
		Example: exampleLines(
			Name+` eval --expression '= {id: order.id, total: sum(order.prices)}' --context '{"order": {"id": 7, "prices": [1, 2.5]}}'`,
			Name+" eval --expression 'entries[1].eventId' --context response.json",
			Name+" eval --cases cases.jsonl",
			Name+" eval --help-function substring",
		),
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, given := c.Context(), c.Flags().Changed("expression")
			if o.language != string(expression.FEEL) && o.language != string(expression.JQ) {
				return usage(fmt.Errorf("unknown language %q: expected %s or %s", o.language, expression.FEEL, expression.JQ))
			}
			switch {
			case o.function != "":
				return helpFunction(s, o.function)
			case o.cases != "" && (given || o.context != ""):
				return usage(errors.New("--cases goes without --expression and --context: its lines hold them"))
			case o.cases != "":
				return evalCases(ctx, s, o)
			case !given:
				return usage(errors.New("--expression or --cases is needed"))
			}
			return evalOne(ctx, s, o)
		},
	}
	c.Flags().StringVarP(&o.expression, "expression", "e", "", "The expression `TEXT`. A leading = is ignored, as in the Modeler.")
	c.Flags().StringVarP(&o.context, "context", "c", "", "The context `FILE|-|JSON`: a file, - for standard input, or the JSON object itself. The default is an empty object.")
	c.Flags().StringVarP(&o.language, "language", "l", string(expression.FEEL), "The expression's language `feel|jq`.")
	c.Flags().StringVar(&o.cases, "cases", "", "The `FILE|-` of JSON lines to evaluate in bulk.")
	c.Flags().StringVar(&o.function, "help-function", "", "Print the parameters and the result of the FEEL built-in function `NAME`, with examples.")
	c.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "Print warnings to standard error: what gave null, and why.")
	s.completeValues(c, "expression")
	completeFiles(c, "context", "json")
	s.completeValues(c, "language", string(expression.FEEL), string(expression.JQ))
	completeFiles(c, "cases", "jsonl")
	s.completeBy(c, "help-function", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, f := range expression.Library().Functions() {
			names = append(names, f.Name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
	s.completeValues(c, "verbose", "true", "false")
	return c
}

// helpFunction prints the documentation of a built-in function.
func helpFunction(s *session, name string) error {
	text, known := expression.Library().Help(name)
	if !known {
		return usage(errors.New(strings.TrimSpace(text)))
	}
	_, err := io.WriteString(s.stdout, text)
	return err
}

// open returns the file, or standard input for "-".
func (s *session) open(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(s.stdin), nil
	}
	return os.Open(path)
}

// evalOne evaluates one expression; an error of its is the command's.
func evalOne(ctx context.Context, s *session, o *evalOptions) error {
	text := o.context
	if text != "" && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		in, err := s.open(text)
		if err != nil {
			return fmt.Errorf("read the context: %w", err)
		}
		defer in.Close()
		data, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("read the context: %w", err)
		}
		text = string(data)
	}
	names, err := parseContext(text)
	if err != nil {
		return err
	}
	result, err := evaluate(ctx, expression.Language(o.language), o.expression, names)
	if o.verbose {
		for _, w := range result.warnings {
			fmt.Fprintf(s.stderr, "warning: %s\n", w)
		}
	}
	if err != nil {
		return err
	}
	_, err = s.stdout.Write(append(result.json, '\n'))
	return err
}

// parseContext reads the names that an expression sees; an empty text has none.
func parseContext(text string) (*jsonvalue.Object, error) {
	if strings.TrimSpace(text) == "" {
		return jsonvalue.NewObject(0), nil
	}
	v, err := jsonvalue.ParseString(text)
	if err != nil {
		return nil, fmt.Errorf("the context is not valid JSON: %w", err)
	}
	return contextOf(v)
}

func contextOf(v jsonvalue.Value) (*jsonvalue.Object, error) {
	switch v := v.(type) {
	case nil:
		return jsonvalue.NewObject(0), nil
	case *jsonvalue.Object:
		return v, nil
	}
	return nil, fmt.Errorf("the context must be a JSON object, found %s", jsonvalue.KindOf(v))
}

// evalCases evaluates the file's lines and prints an answer for each, in order.
func evalCases(ctx context.Context, s *session, o *evalOptions) error {
	in, err := s.open(o.cases)
	if err != nil {
		return fmt.Errorf("read the cases: %w", err)
	}
	defer in.Close()
	lines := bufio.NewReaderSize(in, 1<<16)
	out := bufio.NewWriterSize(s.stdout, 1<<16)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			answer, warnings := answer(ctx, expression.Language(o.language), line, n)
			if _, err := out.Write(append(answer, '\n')); err != nil {
				return err
			}
			for _, w := range warnings {
				if o.verbose {
					fmt.Fprintf(s.stderr, "warning: line %d: %s\n", n, w)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return errors.Join(fmt.Errorf("read the cases: %w", err), out.Flush())
		}
	}
}

// answer evaluates one line of cases and returns the line to print for it.
func answer(ctx context.Context, language expression.Language, line string, n int) (answer []byte, warnings []string) {
	var id jsonvalue.Value
	result, err := evalLine(ctx, language, line, &id)
	answer = jsonvalue.Append([]byte(`{"id":`), id)
	if err != nil {
		if id == nil {
			err = fmt.Errorf("line %d: %w", n, err)
		}
		answer = jsonvalue.AppendString(append(answer, `,"error":`...), err.Error())
	} else {
		answer = append(append(answer, `,"result":`...), result.json...)
	}
	return append(answer, '}'), result.warnings
}

// evalLine evaluates one line of cases; id gets the line's as soon as it is known.
func evalLine(ctx context.Context, language expression.Language, line string, id *jsonvalue.Value) (evaluated, error) {
	v, err := jsonvalue.ParseString(line)
	if err != nil {
		return evaluated{}, fmt.Errorf("not valid JSON: %w", err)
	}
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return evaluated{}, fmt.Errorf("expected an object with id, expression and context, found %s", jsonvalue.KindOf(v))
	}
	*id, _ = o.Get("id")
	source, ok := o.Get("expression")
	if !ok {
		return evaluated{}, errors.New("expression must be a string, found nothing")
	}
	text, ok := source.(string)
	if !ok {
		return evaluated{}, fmt.Errorf("expression must be a string, found %s", jsonvalue.KindOf(source))
	}
	context, _ := o.Get("context")
	names, err := contextOf(context)
	if err != nil {
		return evaluated{}, err
	}
	return evaluate(ctx, language, text, names)
}

// evaluated is what an evaluation gave, ready to be printed.
type evaluated struct {
	json     []byte
	warnings []string // each with its place: "line 1, column 9: …"
}

// evaluate evaluates an expression as a job's header would hold it. In FEEL the context's members are the names that it
// sees; in jq the context is the input, and its members error, job and input are $error, $job and $input.
func evaluate(ctx context.Context, language expression.Language, source string, names *jsonvalue.Object) (evaluated, error) {
	program, err := expression.Compile(ctx, language, source)
	if err != nil {
		return evaluated{}, errors.Unwrap(err)
	}
	scope := &expression.Scope{Fields: names}
	if language == expression.JQ {
		scope = &expression.Scope{Response: names}
		scope.Error, _ = names.Get("error")
		scope.Job, _ = names.Get("job")
		if input, ok := names.Get("input"); ok {
			scope.Input = func() []byte { return jsonvalue.Append(nil, input) }
		}
	}
	result, err := program.Eval(ctx, scope)
	if failed, ok := errors.AsType[*expression.EvalError](err); ok {
		return evaluated{warnings: expression.Texts(failed.Warnings)}, failed.Err
	}
	return evaluated{json: jsonvalue.Append(nil, result.Value), warnings: expression.Texts(result.Warnings)}, nil
}
