package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// errorHandling checks the error expression, and the events that catch what it throws.
func (c *checker) errorHandling() {
	none := c.retries()
	h, ok := c.header("errorExpression")
	if !ok {
		if none {
			c.report("no-retries", c.task.TypePos, "retries", "the task has 0 retries and no error expression: its first failure is an incident")
		}
		c.neverThrown(nil, true)
		return
	}
	program := c.program(h)
	if program == nil {
		return
	}
	codes, all := c.verdicts(h, program)
	for _, code := range codes {
		if _, caught := c.task.Catch(code); !caught {
			c.report("uncaught-error", h.Pos, h.Key, "no event catches the BPMN error %q that the error expression throws: it becomes an incident unless a process that calls this one catches it%s", code, meant(feel.NearestName(code, c.caught())))
		}
	}
	c.neverThrown(codes, all)
}

// verdicts evaluates the error expression in the situations that a task meets. It returns the codes of the BPMN errors that
// can be told, and whether these are all.
func (c *checker) verdicts(h bpmn.Header, program *expression.Program) (codes []string, all bool) {
	var asked []string
	all = c.language() == expression.FEEL
	if all {
		codes, asked, all = c.written(h)
	}
	met := slices.Clone(situations)
	for _, code := range asked {
		if len(met) < maxSituations && !slices.ContainsFunc(met, func(s situation) bool { return s.code == code }) {
			met = append(met, failed(code, "a message", "the error "+code))
		}
	}
	job := jsonvalue.ObjectOf(jsonvalue.Member{Key: "retries", Value: jsonvalue.Number(triesLeft)})
	told := map[string]bool{} // each kind of finding once is enough
	tell := func(rule, format string, args ...any) {
		if !told[rule] {
			c.report(rule, h.Pos, h.Key, format, args...)
		}
		told[rule] = true
	}
	for _, s := range met {
		scope := s.scope(job)
		scope.Variables = c.results(s)
		r, known, err := s.eval(c.ctx, program, scope)
		if !known {
			continue
		}
		if err != nil {
			tell("error-result", "the error expression fails on %s: %s", s.name, reasonOf(err))
			continue
		}
		v, err := connector.CheckVerdict(r.Value)
		if err != nil {
			tell("error-result", "on %s the error expression %s", s.name, err)
			continue
		}
		if v.Kind == "bpmnError" && !slices.Contains(codes, v.Code) && s.code != v.Code {
			codes = append(codes, v.Code)
		}
		switch {
		case s.name == accepted.name && (v.Kind == "bpmnError" || v.Kind == "jobError"):
			tell("fails-on-success", "the error expression gives %s also when AWS accepted the event; ask first, as in if error != null then … else null", v.Kind)
			return codes, all // all situations have it
		case v.Kind == "jobError" && v.Retries >= tries:
			tell("endless-retries", "on %s the error expression leaves %d of %s retries: the job is tried for ever; expected job.retries - 1", s.name, v.Retries, triesLeft)
		case v.Kind == "jobError" && v.Retries > 0 && s.name == badInput.name:
			tell("sends-again", "the error expression gives retries to every failure, also to that of a result expression: the event, which AWS accepted, is sent again; ask for error.code != \"INPUT_ERROR\" as well")
		}
	}
	return codes, all
}

// How an error expression is tried: with these retries of the job.
const (
	tries     = 3
	triesLeft = "3"
	// maxSituations bounds how often an expression is evaluated that asks for many codes.
	maxSituations = 40
)

// written looks at a FEEL error expression without evaluating it: the codes that stand as texts in calls of bpmnError, the
// codes of errors that it asks for, and whether it can throw no other codes.
func (c *checker) written(h bpmn.Header) (codes, asked []string, all bool) {
	variable, _ := c.header("resultVariable")
	visible := names(true, variable.Value)
	for _, name := range c.resultNames() {
		visible[name] = nil
	}
	seen := c.inspect(h, visible)
	all = !strings.Contains(h.Value, "errorType") // a BPMN error that is written out as a context
	for _, call := range seen.Calls {
		if call.Name != "bpmnError" || len(call.Text) == 0 {
			continue
		}
		if !call.Literal[0] {
			all = false
		} else if !slices.Contains(codes, call.Text[0]) {
			codes = append(codes, call.Text[0])
		}
	}
	for _, comparison := range seen.Comparisons {
		switch pathOf(comparison.Path) {
		case "error.code", "response.error.code":
			for _, text := range comparison.Texts {
				asked = append(asked, text.Text)
				c.errorCode(h, text)
			}
		case "error.type", "response.error.type":
			for _, text := range comparison.Texts {
				c.errorType(h, text)
			}
		}
	}
	return codes, asked, all
}

func pathOf(r feel.PathReference) string {
	names := []string{r.Name}
	for _, k := range r.Keys {
		names = append(names, k.Name)
	}
	return strings.Join(names, ".")
}

// knownCodes are those of the connector, and the more frequent ones of AWS. It may give others: only what is nearly one of
// these is doubted.
var knownCodes = []string{
	"INPUT_ERROR", "INVALID_RESPONSE", "CONNECTION_ERROR", "TIMEOUT", "CREDENTIALS_ERROR", "SECRET_FILTER_ERROR", "SECRET_PROVIDER_ERROR", "JQ_UNAVAILABLE", "RESULT_TOO_LARGE",
	"INTERNAL_ERROR",
	"AccessDeniedException", "ThrottlingException", "ResourceNotFoundException", "InternalException", "ValidationException", "UnrecognizedClientException",
	"InvalidClientTokenId", "ExpiredTokenException", "InvalidSignatureException", "IncompleteSignatureException", "ServiceUnavailable",
	"OptInRequired", "RequestExpired", "InternalFailure", "MalformedDetail", "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException",
}

// errorCode doubts a code that is nearly a known one.
func (c *checker) errorCode(h bpmn.Header, text feel.Text) {
	code, isType := strings.CutPrefix(text.Text, "eventbridge.")
	if isType {
		c.reportIn("unknown-error-code", h.Value, text.Pos, h.Pos, h.Key, "error.code is never %q, did you mean %q?", text.Text, code)
		return
	}
	if status.MatchString(code) {
		c.reportIn("unknown-error-code", h.Value, text.Pos, h.Pos, h.Key, "error.code is never %q: it is the code of AWS such as AccessDeniedException, or HTTP_%s of an answer without one", code, code)
	} else if near := nearCode(code); near != "" {
		c.reportIn("unknown-error-code", h.Value, text.Pos, h.Pos, h.Key, "error.code %q is none that is known, did you mean %q?", code, near)
	}
}

// status is a status of HTTP, httpStatus a code that is made of one.
var (
	status     = regexp.MustCompile(`^[1-5]\d\d$`)
	httpStatus = regexp.MustCompile(`(?i)^http[ _-]?([1-5]\d\d)$`)
)

// caught returns the codes that the events around the task catch.
func (c *checker) caught() []string {
	var codes []string
	for _, e := range c.task.Catches {
		if !e.All {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

// nearCode is the known code that one is nearly, empty for a known one and for one that is like none.
func nearCode(code string) string {
	plain := func(text string) string {
		return strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(strings.ToLower(text))
	}
	for _, known := range knownCodes {
		if known != code && (plain(known) == plain(code) || plain(known) == plain(code)+"exception") {
			return known
		}
	}
	if m := httpStatus.FindStringSubmatch(code); m != nil && code != "HTTP_"+m[1] {
		return "HTTP_" + m[1]
	}
	near := feel.NearestName(code, knownCodes)
	if near == code {
		return ""
	}
	return near
}

// errorType finds a type that no error has.
func (c *checker) errorType(h bpmn.Header, text feel.Text) {
	const inputType = "io.camunda.connector.api.error.ConnectorInputException"
	code, ok := strings.CutPrefix(text.Text, "eventbridge.")
	switch {
	case text.Text == inputType:
	case !ok:
		c.reportIn("unknown-error-code", h.Value, text.Pos, h.Pos, h.Key, "error.type is never %q: it is eventbridge. and the code, did you mean error.code?", text.Text)
	default:
		if near := nearCode(code); near != "" {
			c.reportIn("unknown-error-code", h.Value, text.Pos, h.Pos, h.Key, "error.type %q is none that is known, did you mean %q?", text.Text, "eventbridge."+near)
		}
	}
}

// resultNames are the variables that the result expression makes, which the error expression sees too.
func (c *checker) resultNames() []string { return c.results(accepted).Keys() }

// results are the variables that the job makes of a response, nil if it makes none of it.
func (c *checker) results(s situation) *jsonvalue.Object {
	if s.code != "" {
		return nil
	}
	out := jsonvalue.NewObject(2)
	if variable, ok := c.header("resultVariable"); ok {
		out.Set(variable.Value, s.scope(nil).Response)
	}
	for name, v := range c.expressionResult(s).All() {
		out.Set(name, v)
	}
	return out
}

// expressionResult are the variables that the result expression makes of a response, nil if there are none.
func (c *checker) expressionResult(s situation) *jsonvalue.Object {
	h, ok := c.header("resultExpression")
	if !ok || c.language() == "" {
		return nil
	}
	program, err := expression.Compile(c.ctx, c.language(), h.Value)
	if err != nil {
		return nil
	}
	r, err := program.Eval(c.ctx, s.scope(nil))
	v := r.Value
	if list, ok := v.([]jsonvalue.Value); ok && len(list) == 1 {
		v = list[0]
	}
	made, _ := v.(*jsonvalue.Object)
	if err != nil {
		return nil
	}
	return made
}

// neverThrown finds boundary events on the task for a code that nothing throws. All says that the codes are all there are.
func (c *checker) neverThrown(codes []string, all bool) {
	if !all {
		return
	}
	for _, e := range c.task.Catches {
		if !e.Boundary || e.Attached != c.task.ID {
			continue
		}
		if e.All && len(codes) == 0 {
			c.report("never-thrown", e.Pos, "errorExpression", "the event %s waits for any BPMN error, but the task throws none: it has no error expression that does", e.ID)
		}
		if !e.All && !slices.Contains(codes, e.Code) && !strings.HasPrefix(e.Code, "=") {
			c.report("never-thrown", e.Pos, "errorExpression", "the event %s waits for the BPMN error %q, which the task's error expression never throws%s", e.ID, e.Code, meant(feel.NearestName(e.Code, codes)))
		}
	}
}
