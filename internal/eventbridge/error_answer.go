package eventbridge

import (
	"errors"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// httpCode begins the code of an answer that has none of AWS's.
const httpCode = "HTTP_"

// apiError reads AWS's error answer.
func apiError(status int, header headers, body string) *Error {
	code, message := errorFacts(header, body)
	e := &Error{Kind: KindAPI, Code: code, StatusCode: status, RequestID: header.requestID()}
	if code == "" {
		e.Code = httpCode + strconv.Itoa(status)
	}
	if message == "" {
		message = e.Code
	}
	e.Message = factual(message, e)
	return e
}

// factual forms the message on which models match (contract 3.3).
func factual(message string, e *Error) string {
	id := e.RequestID
	if id == "" {
		id = "null"
	}
	return message + " (Service: EventBridge, Status Code: " + strconv.Itoa(e.StatusCode) + ", Error Code: " + e.Code +
		", Request ID: " + id + ")"
}

// errorFacts finds the code, without namespace, and the message; either may be missing.
func errorFacts(header headers, body string) (code, message string) {
	code = header.get("X-Amzn-Errortype")
	found := map[string]string{}
	// What is found before the body's end or its first mistake counts: it may have been cut off.
	_ = jsonvalue.Members([]byte(body), func(name string, raw []byte) error {
		switch name {
		case "__type", "code", "Code", "message", "Message", "errorMessage":
			if jsonvalue.RawKind(raw) == jsonvalue.KindString {
				found[name], _ = jsonvalue.Unquote(raw)
			}
		}
		return nil
	})
	text := func(names ...string) string {
		for _, n := range names {
			if found[n] != "" {
				return found[n]
			}
		}
		return ""
	}
	if code == "" {
		code = text("__type", "code", "Code")
	}
	return cleanCode(code), text("message", "Message", "errorMessage")
}

// cleanCode cuts the namespace of a code, and what a proxy may have put behind it. It is empty for what is no code
// (contract 3.3).
func cleanCode(code string) string {
	code, _, _ = strings.Cut(code, ":")
	if i := strings.LastIndexByte(code, '#'); i >= 0 {
		code = code[i+1:]
	}
	code = strings.TrimSpace(code)
	if len(code) > 64 || !isToken(code, "._") {
		return ""
	}
	return code
}

// isToken tells whether a text has nothing but letters and digits of ASCII and the characters of more.
func isToken(text, more string) bool {
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(more, c) >= 0:
		default:
			return false
		}
	}
	return true
}

func parseObject(body string) (*jsonvalue.Object, error) {
	v, err := jsonvalue.ParseString(body)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil, errors.New("found a JSON " + jsonvalue.KindOf(v).String() + ", expected an object")
	}
	return o, nil
}

func invalidResponse(status int, header headers, reason string) *Error {
	e := &Error{
		Kind: KindResponse, Code: CodeResponse, StatusCode: status, RequestID: header.requestID(),
		AnswerLost: true, Sent: true,
	}
	e.Message = factual("EventBridge answered with a body that cannot be read: "+reason, e)
	return e
}
