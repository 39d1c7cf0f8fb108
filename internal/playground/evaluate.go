package playground

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// question is a response or an error of AWS, and the expressions of a task.
type question struct {
	Response string `json:"response"` // JSON; an object whose only field is error stands for a failed call
	Retries  int    `json:"retries"`
	Language string `json:"language"`
	Result   string `json:"result"`
	Error    string `json:"error"`
}

// reply is what the connector makes of it.
type reply struct {
	Input  string `json:"input,omitempty"` // what is wrong with the response
	Result view   `json:"result"`
	Error  view   `json:"error"`
	Ending ending `json:"ending"`
}

// view is what one expression gave.
type view struct {
	Value string `json:"value,omitempty"` // JSON, as a text: a browser's numbers would not keep it
	Fault string `json:"fault,omitempty"`
	Marks []mark `json:"marks,omitempty"` // places in the source
}

// mark is a place in a source, both counted from 1, and what is to be said of it.
type mark struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
	Error  bool   `json:"error,omitempty"`
}

// ending is how the job ends.
type ending struct {
	Kind      simulate.Ending `json:"kind,omitempty"`
	Code      string          `json:"code,omitempty"`
	Message   string          `json:"message,omitempty"`
	Retries   int32           `json:"retries"`
	Backoff   string          `json:"backoff,omitempty"`
	Error     string          `json:"error,omitempty"` // the type of an error that is all that the process gets
	Variables string          `json:"variables,omitempty"`
}

func evaluate(r *http.Request, q question) (*reply, error) {
	language := expression.Language(q.Language)
	if language != expression.FEEL && language != expression.JQ {
		return nil, errors.New("the language must be feel or jq")
	}
	value, err := jsonvalue.ParseString(q.Response)
	if err != nil {
		return &reply{Input: "not valid JSON: " + err.Error()}, nil //nolint:nilerr // told on the page
	}
	response, ok := value.(*jsonvalue.Object)
	if !ok {
		return &reply{Input: "must be a JSON object, but is " + jsonvalue.KindOf(value).String()}, nil
	}
	job := jsonvalue.ObjectOf(jsonvalue.Member{Key: "retries", Value: jsonvalue.Number(strconv.Itoa(q.Retries))})
	failure, failed := response.Get("error")
	failed = failed && response.Len() == 1
	input := func() []byte { return nil } // null: the page has no job
	if v, ok := response.Get("input"); ok {
		input = func() []byte { return jsonvalue.Append(nil, v) }
	}
	forResult := &expression.Scope{Fields: response, Response: response, Input: input}
	forError := &expression.Scope{Fields: response, Response: response, Job: job, Input: input}
	out := &reply{}
	if failed {
		forError = &expression.Scope{Response: response, Error: failure, Job: job, Input: input}
	} else {
		out.Result = see(r, language, q.Result, forResult)
		if o := decoded(out.Result.Value); o != nil {
			forError.Variables = o
		}
	}
	out.Error = see(r, language, q.Error, forError)
	out.Ending, err = end(r, q, response, failure, failed)
	return out, err
}

// decoded reads the variables that a result expression made, nil if it made none.
func decoded(text string) *jsonvalue.Object {
	v, err := jsonvalue.ParseString(text)
	if err != nil {
		return nil
	}
	o, _ := v.(*jsonvalue.Object)
	return o
}

// see evaluates one expression.
func see(r *http.Request, language expression.Language, source string, scope *expression.Scope) view {
	if expression.IsBlank(source) {
		return view{}
	}
	line, column := beginning(source)
	program, err := expression.Compile(r.Context(), language, source)
	if err != nil {
		v := view{Fault: reason(err)}
		if at, ok := errors.AsType[*feel.SyntaxError](err); ok {
			v.Marks = []mark{shifted(at.Line(), at.Column(), line, column, at.Reason(), true)}
		}
		return v
	}
	result, err := program.Eval(r.Context(), scope)
	warnings := result.Warnings
	v := view{}
	if err != nil {
		v.Fault = reason(err)
		if failed, ok := errors.AsType[*expression.EvalError](err); ok {
			warnings = failed.Warnings
		}
	} else {
		v.Value = string(jsonvalue.Append(nil, result.Value))
	}
	for _, w := range warnings {
		v.Marks = append(v.Marks, shifted(w.Line, w.Column, line, column, w.Text, false))
	}
	return v
}

// reason is an expression's error without the expression, which the page shows already.
func reason(err error) string {
	if compile, ok := errors.AsType[*expression.CompileError](err); ok {
		return compile.Err.Error()
	}
	if eval, ok := errors.AsType[*expression.EvalError](err); ok {
		return eval.Err.Error()
	}
	return err.Error()
}

// beginning is where the expression itself begins in a source: behind the = and the blanks around it.
func beginning(source string) (line, column int) {
	rest := strings.TrimLeft(source, " \t\r\n")
	if after, ok := strings.CutPrefix(rest, "="); ok {
		rest = strings.TrimLeft(after, " \t\r\n")
	}
	before := source[:len(source)-len(rest)]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// shifted moves a place in an expression to that in its source.
func shifted(line, column, firstLine, firstColumn int, text string, isError bool) mark {
	if line == 1 {
		column += firstColumn - 1
	}
	return mark{Line: line + firstLine - 1, Column: column, Text: text, Error: isError}
}

// end has the connector work on a job with this answer.
func end(r *http.Request, q question, response *jsonvalue.Object, failure jsonvalue.Value, failed bool) (ending, error) {
	task := &bpmn.Task{ID: "task", Retries: strconv.Itoa(max(1, q.Retries)), Inputs: simulate.SampleInputs(), Headers: []bpmn.Header{{Key: "resultExpression", Value: q.Result}, {Key: "errorExpression", Value: q.Error}, {Key: "expressionLanguage", Value: q.Language}}}
	job, err := simulate.Prepare(r.Context(), task, simulate.Options{})
	if err != nil {
		return ending{}, err
	}
	answer := simulate.Respond("", response)
	if failed {
		answer = simulate.Refuse("", textOf(failure, "code"), textOf(failure, "message"))
	}
	result, err := job.Run(r.Context(), answer)
	if err != nil {
		return ending{}, err
	}
	e := ending{Kind: result.Ending, Code: result.Code, Message: result.Message, Retries: result.Retries}
	if result.Backoff > 0 {
		e.Backoff = result.Backoff.String()
	}
	if e.Error = result.ErrorAlone(); e.Error == "" && result.Variables.Len() > 0 {
		e.Variables = string(jsonvalue.Append(nil, result.Variables))
	}
	return e, nil
}

func textOf(v jsonvalue.Value, field string) string {
	o, _ := v.(*jsonvalue.Object)
	member, _ := o.Get(field)
	s, _ := member.(string)
	return s
}
