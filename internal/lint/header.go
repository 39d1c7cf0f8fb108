package lint

import (
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// headers checks the task headers but for the error expression.
func (c *checker) headers() {
	var known []string
	for _, f := range connector.Fields() {
		if f.Place == connector.InHeader {
			known = append(known, f.Name)
		}
	}
	for _, h := range c.task.Headers {
		if h.Key != "retryBackoff" && h.Key != "jobTimeout" && h.Key != "resultVariable" { // told as what they must be
			c.placeholders(h.Value, h.Pos, h.Key)
		}
		if slices.Contains(known, h.Key) || strings.HasPrefix(h.Key, "elementTemplate") {
			continue
		}
		if f, ok := connector.FieldNamed(h.Key); ok && f.Place == connector.InVariable {
			c.report("unknown-field", h.Pos, h.Key, "the connector does not read the header %s: it is an input mapping", h.Key)
		} else if near := nearKey(h.Key, known); near != "" {
			c.report("unknown-field", h.Pos, h.Key, "the connector does not read the header %s, did you mean %s?", h.Key, near)
		}
	}
	for _, key := range []string{"retryBackoff", "jobTimeout"} {
		if h, _ := c.header(key); h.Value != "" { // the broker leaves out an empty one, and a blank one is no duration
			c.duration(h)
		}
	}
	c.resultVariable()
	if h, ok := c.header("expressionLanguage"); ok && c.language() == "" {
		c.report("expression-language", h.Pos, h.Key, "the language of expressions is %q, expected feel or jq", h.Value)
	}
	if h, ok := c.header("resultExpression"); ok {
		c.result(h)
	}
}

// nearKey is the header that a key was meant to be: misspelt, written in another way (result_expression), or cut short (resultExpr, backoff).
func nearKey(key string, known []string) string {
	plain := func(text string) string {
		return strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(strings.ToLower(text))
	}
	for _, k := range known {
		if plain(key) == plain(k) || len(key) >= 9 && strings.HasPrefix(plain(k), plain(key)) || len(key) >= 7 && strings.HasSuffix(plain(k), plain(key)) {
			return k
		}
	}
	return feel.NearestName(key, known)
}

func (c *checker) duration(h bpmn.Header) {
	d, err := connector.ReadDuration(h.Value)
	switch {
	case err != nil:
		c.report("duration", h.Pos, h.Key, "%s: %s", h.Key, err)
	case h.Key == "jobTimeout" && d <= 0:
		c.report("duration", h.Pos, h.Key, "jobTimeout: must be above zero, but is %s", h.Value)
	case h.Key == "jobTimeout" && d <= connector.SettleTime:
		c.report("duration", h.Pos, h.Key, "jobTimeout: %s leaves no time to send: the last %s are kept to tell the broker; expected a minute or so, such as PT1M", h.Value, connector.SettleTime)
	}
}

// language is that of the result and error expression; empty if it is none.
func (c *checker) language() expression.Language {
	h, ok := c.header("expressionLanguage")
	if !ok {
		return expression.FEEL
	}
	switch l := expression.Language(strings.ToLower(strings.TrimSpace(h.Value))); l {
	case expression.FEEL, expression.JQ:
		return l
	}
	return ""
}

// program reads a result or error expression; nil, with a finding, if it does not parse.
func (c *checker) program(h bpmn.Header) *expression.Program {
	language := c.language()
	if language == "" {
		return nil
	}
	if language == expression.FEEL && c.compile(h.Value, h.Pos, h.Key) == nil {
		return nil
	}
	program, err := expression.Compile(c.ctx, language, h.Value)
	if err != nil {
		c.unparsable(err, h.Value, h.Pos, h.Key)
		return nil
	}
	return program
}

// inspect looks at a FEEL expression in a header, without evaluating it.
func (c *checker) inspect(h bpmn.Header, visible map[string]*feel.Type) feel.Inspection {
	program, err := expression.CompileFEEL(body(h.Value))
	if err != nil {
		return feel.Inspection{}
	}
	seen := program.Inspect()
	c.calls(h.Value, seen, h.Pos, h.Key)
	c.references(h.Value, seen, visible, h.Pos, h.Key)
	c.kinds(h.Value, program, visible, h.Pos, h.Key)
	return seen
}

func (c *checker) result(h bpmn.Header) {
	program := c.program(h)
	if program == nil {
		return
	}
	if c.language() == expression.FEEL {
		variable, _ := c.header("resultVariable")
		c.inspect(h, names(false, variable.Value))
	}
	for _, s := range []situation{accepted, rejected} {
		r, known, err := s.eval(c.ctx, program, s.scope(nil))
		if !known {
			continue
		}
		if err != nil {
			c.report("result-not-object", h.Pos, h.Key, "the result expression fails on %s: %s", s.name, reasonOf(err))
			return
		}
		v := r.Value
		if list, ok := v.([]jsonvalue.Value); ok && len(list) == 1 {
			v = list[0]
		}
		if _, isObject := v.(*jsonvalue.Object); !isObject && v != nil {
			c.report("result-not-object", h.Pos, h.Key, "the result expression gives %s on %s, expected a context such as {eventId: response.entries[1].eventId}", kindInWords(jsonvalue.KindOf(v)), s.name)
			return
		}
	}
}

// reasonOf is why an expression does not parse or fails, in one line and without the expression.
func reasonOf(err error) string {
	switch e := err.(type) { //nolint:errorlint // what expression and feel return, unwrapped
	case *expression.EvalError:
		err = e.Err
	case *expression.CompileError:
		err = e.Err
	}
	return firstLine(err)
}

func firstLine(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}
