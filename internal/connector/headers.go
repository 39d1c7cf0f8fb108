package connector

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Headers are the task headers of a job (contract 1.2), read and compiled.
type Headers struct {
	ResultVariable   string              // empty = none
	ResultExpression *expression.Program // nil = none
	ErrorExpression  *expression.Program // nil = none
	RetryBackoff     time.Duration       // not below 0
	GivesBackoff     bool                // the header retryBackoff is there
	JobTimeout       time.Duration       // 0 = none
}

// The names of the headers. Modeler writes them into the BPMN, so they are part of every deployed process.
const (
	headerResultVariable     = "resultVariable"
	headerResultExpression   = "resultExpression"
	headerErrorExpression    = "errorExpression"
	headerRetryBackoff       = "retryBackoff"
	headerJobTimeout         = "jobTimeout"
	headerExpressionLanguage = "expressionLanguage"
)

// All jobs of a task have the same headers: those of the latest tasks are read once, and kept unless they are long.
const (
	maxHeaders       = 256     // tasks
	maxHeadersLength = 4 << 10 // bytes
)

// readHeaders reads a job's headers. Beside an error it returns what could be read: an error expression that compiles is
// still asked about another header's fault.
func readHeaders(ctx context.Context, raw string, expressions Expressions) (Headers, *Error) {
	texts, err := headerTexts(raw)
	if err != nil {
		return Headers{}, err
	}
	var h Headers
	var faults []string
	var unavailable error
	language := expression.FEEL
	if text, ok := texts[headerExpressionLanguage]; ok && strings.TrimSpace(text) != "" {
		language = expression.Language(strings.ToLower(strings.TrimSpace(text)))
		if language != expression.FEEL && language != expression.JQ {
			faults = append(faults, "header expressionLanguage: must be feel or jq, but is "+quote(text))
			language = ""
		}
	}
	compile := func(header string) *expression.Program {
		source := texts[header]
		if expression.IsBlank(source) || language == "" {
			return nil
		}
		program, err := expressions.Compile(ctx, language, source)
		switch {
		case expression.IsUnavailable(err):
			unavailable = fmt.Errorf("header %s: %w", header, err)
		case err != nil:
			faults = append(faults, "header "+header+": "+err.Error())
		}
		return program
	}
	if name := texts[headerResultVariable]; strings.TrimSpace(name) != "" {
		h.ResultVariable = name
	}
	h.ResultExpression = compile(headerResultExpression)
	h.ErrorExpression = compile(headerErrorExpression)
	if text, ok := texts[headerRetryBackoff]; ok {
		backoff, err := parseDuration(text)
		if err != nil {
			faults = append(faults, "header retryBackoff (the backoff between retries): "+err.Error())
		}
		h.RetryBackoff, h.GivesBackoff = max(0, backoff), true
	}
	if text, ok := texts[headerJobTimeout]; ok {
		timeout, err := parseDuration(text)
		switch {
		case err != nil:
			faults = append(faults, "header jobTimeout: "+err.Error())
		case timeout <= 0:
			faults = append(faults, "header jobTimeout: must be above zero, but is "+quote(text))
		default:
			h.JobTimeout = timeout
		}
	}
	if len(faults) > 0 {
		return h, inputError("%s", strings.Join(faults, "\n"))
	}
	if unavailable != nil {
		return h, unavailableError(unavailable, true)
	}
	return h, nil
}

// headerTexts reads the headers as texts: a number or boolean counts as its text, null as no header.
func headerTexts(raw string) (map[string]string, *Error) {
	if raw == "" {
		return map[string]string{}, nil
	}
	texts := make(map[string]string, len(ourHeaders))
	var fault *Error
	err := jsonvalue.TextMembersNamed(raw, ourHeaders, func(key string, value []byte) error {
		delete(texts, key) // of equal names the last one counts
		switch kind := jsonvalue.RawKind(value); kind {
		case jsonvalue.KindString:
			text, err := jsonvalue.Unquote(value)
			if err != nil {
				return err
			}
			texts[key] = text
		case jsonvalue.KindNumber, jsonvalue.KindBoolean:
			texts[key] = string(value)
		case jsonvalue.KindNull:
		default:
			fault = inputError("header %s: must be a string, but is %s", key, withArticle(kind))
		}
		return nil
	})
	if err != nil {
		return nil, inputError("the task headers must be a JSON object of strings: %s", err)
	}
	return texts, fault
}

// ourHeaders are those that count.
var ourHeaders = []string{headerResultVariable, headerResultExpression, headerErrorExpression, headerRetryBackoff, headerJobTimeout, headerExpressionLanguage}

func withArticle(k jsonvalue.Kind) string {
	switch k {
	case jsonvalue.KindArray, jsonvalue.KindObject:
		return "an " + k.String()
	case jsonvalue.KindNull:
		return "null"
	default:
		return "a " + k.String()
	}
}

// quote shows a value that was found, shortened.
func quote(text string) string {
	return "'" + cut(text, 80) + "'"
}
