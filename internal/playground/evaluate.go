package playground

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// question is a response or an error of AWS, what the task sent, and its expressions.
type question struct {
	Response string `json:"response"` // JSON; an object whose only field is error stands for a failed call
	Input    string `json:"input"`    // the task's variable of that name, JSON; blank = a sample
	Retries  int    `json:"retries"`
	Language string `json:"language"`
	Result   string `json:"result"`
	Error    string `json:"error"`
}

// reply is what the connector makes of it.
type reply struct {
	ResponseFault *mark  `json:"responseFault,omitempty"` // why the response is none
	InputFault    *mark  `json:"inputFault,omitempty"`    // why the input is none
	Result        view   `json:"result"`
	Error         view   `json:"error"`
	Ending        ending `json:"ending"`
}

// view is what one expression gave.
type view struct {
	Value string `json:"value,omitempty"` // JSON, as a text: a browser's numbers would not keep it
	Fault string `json:"fault,omitempty"`
	Marks []mark `json:"marks,omitempty"` // places in the source
}

// given is a question whose JSON was read.
type given struct {
	question
	response, input *jsonvalue.Object
	failure         jsonvalue.Value // what AWS refused the call with
	failed          bool            // AWS refused the call
}

func evaluate(r *http.Request, q question) (*reply, error) {
	language := expression.Language(q.Language)
	if language != expression.FEEL && language != expression.JQ {
		return nil, errors.New("the language must be feel or jq")
	}
	if expression.IsBlank(q.Input) {
		q.Input = sampleInput
	}
	out, g := &reply{}, given{question: q}
	g.response, out.ResponseFault = object(q.Response)
	g.input, out.InputFault = object(q.Input)
	if out.ResponseFault != nil || out.InputFault != nil {
		return out, nil
	}
	g.failure, g.failed = g.response.Get("error")
	g.failed = g.failed && g.response.Len() == 1
	forResult := &expression.Scope{Fields: g.response, Response: g.response, Input: g.inputJSON}
	forError := &expression.Scope{Fields: g.response, Response: g.response, Job: g.job(), Input: g.inputJSON}
	if g.failed {
		forError = &expression.Scope{Response: g.response, Error: g.failure, Job: g.job(), Input: g.inputJSON}
	} else {
		out.Result = see(r, language, q.Result, forResult)
		if o := decoded(out.Result.Value); o != nil {
			forError.Variables = o
		}
	}
	out.Error = see(r, language, q.Error, forError)
	var err error
	out.Ending, err = end(r, &g)
	return out, err
}

func (g *given) inputJSON() []byte { return []byte(g.Input) }

// job is what an error expression sees of the job.
func (g *given) job() *jsonvalue.Object {
	member := func(key string, v jsonvalue.Value) jsonvalue.Member { return jsonvalue.Member{Key: key, Value: v} }
	return jsonvalue.ObjectOf(
		member("retries", jsonvalue.Number(strconv.Itoa(g.Retries))), member("key", "1"), member("processInstanceKey", "2251799813685249"),
		member("processDefinitionId", processID), member("elementId", elementID), member("tenantId", "<default>"),
	)
}

// The names of a job that is of no model.
const (
	processID = "process"
	elementID = "task"
)

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
	first := beginning(source)
	program, err := expression.Compile(r.Context(), language, source)
	if err != nil {
		v := view{Fault: reason(err)}
		if at, ok := errors.AsType[*feel.SyntaxError](err); ok {
			v.Marks = []mark{shifted(at.Line(), at.Column(), first, at.Reason(), true)}
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
		v.Value = indented(string(jsonvalue.Append(nil, result.Value)))
	}
	for _, w := range warnings {
		v.Marks = append(v.Marks, shifted(w.Line, w.Column, first, w.Text, false))
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
func beginning(source string) place {
	rest := strings.TrimLeft(source, " \t\r\n")
	if after, ok := strings.CutPrefix(rest, "="); ok {
		rest = strings.TrimLeft(after, " \t\r\n")
	}
	return placeAt(source, len(source)-len(rest))
}

// shifted moves a place in an expression to that in its source.
func shifted(line, column int, first place, text string, isError bool) mark {
	if line == 1 {
		column += first.Column - 1
	}
	return mark{place: place{Line: line + first.Line - 1, Column: column}, Text: text, Error: isError}
}

// end has the connector work on a job with this answer.
func end(r *http.Request, g *given) (ending, error) {
	task := &bpmn.Task{
		ID: elementID, Retries: strconv.Itoa(max(1, g.Retries)),
		Headers: []bpmn.Header{{Key: "resultExpression", Value: g.Result}, {Key: "errorExpression", Value: g.Error}, {Key: "expressionLanguage", Value: g.Language}},
	}
	for _, m := range simulate.SampleInputs() {
		if !strings.HasPrefix(m.Target, "input.") {
			task.Inputs = append(task.Inputs, m)
		}
	}
	variables := jsonvalue.ObjectOf(jsonvalue.Member{Key: "input", Value: g.input})
	job, err := simulate.Prepare(r.Context(), task, simulate.Options{ProcessID: processID, Variables: variables})
	if err != nil {
		return ending{}, err
	}
	answer := simulate.Respond("", g.response)
	if g.failed {
		answer = simulate.Refuse("", textOf(g.failure, "code"), textOf(g.failure, "message"))
	}
	result, err := job.Run(r.Context(), answer)
	if err != nil {
		return ending{}, err
	}
	return endingOf("", result, job.Mask), nil
}

func textOf(v jsonvalue.Value, field string) string {
	o, _ := v.(*jsonvalue.Object)
	member, _ := o.Get(field)
	s, _ := member.(string)
	return s
}
