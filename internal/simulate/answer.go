package simulate

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// Answer is what AWS says to a request: a response or an error.
type Answer struct {
	Name     string // what happens, ready for "if …"
	Response func(entries int) *eventbridge.Response
	Err      *eventbridge.Error
}

// Answers are those that a task meets sooner or later: success, a rejected entry, throttling, access denied.
func Answers() []Answer {
	return []Answer{
		{Name: "AWS accepts the event", Response: func(n int) *eventbridge.Response { return eventbridge.Given(madeUp(n, -1)) }},
		{Name: "AWS rejects an entry", Response: func(n int) *eventbridge.Response { return eventbridge.Given(madeUp(n, 0)) }},
		{Name: "AWS throttles the request", Err: refusal("ThrottlingException", "Rate exceeded")},
		{Name: "AWS denies access", Err: refusal("AccessDeniedException", "User is not authorized to perform: events:PutEvents")},
	}
}

// Respond is an answer with a response in the form in which a process sees it.
func Respond(name string, value *jsonvalue.Object) Answer {
	return Answer{Name: name, Response: func(int) *eventbridge.Response { return eventbridge.Given(value) }}
}

// Refuse is an answer with an error of AWS.
func Refuse(name, code, message string) Answer {
	return Answer{Name: name, Err: refusal(code, message)}
}

// SecretNames returns the names of the secrets in a task's input mappings, in their order.
func SecretNames(task *bpmn.Task) []string {
	var names []string
	for _, m := range task.Inputs {
		for _, part := range strings.Split(m.Source, "{{")[1:] {
			inside, _, _ := strings.Cut(part, "}}")
			if name, ok := strings.CutPrefix(strings.TrimSpace(inside), "secrets."); ok {
				names = append(names, name)
			}
		}
		expression, ok := m.Expression()
		if name, bare := strings.CutPrefix(m.Source, "secrets."); bare && !ok {
			names = append(names, name)
		}
		if ok {
			for _, found := range bareSecret.FindAllStringSubmatch(expression, -1) {
				names = append(names, found[1])
			}
			for _, read := range mapping.BrokerReads(m) {
				if read.Kind == "secrets" && len(read.Path) > 0 {
					names = append(names, read.Path[0])
				}
			}
		}
	}
	return names
}

// bareSecret is a string of an expression in the deprecated form.
var bareSecret = regexp.MustCompile(`"secrets\.([A-Za-z0-9/._-]+)"`)

// refusal is an error as AWS answers it, after the retries of the SDK.
func refusal(code, message string) *eventbridge.Error {
	return &eventbridge.Error{
		Kind: eventbridge.KindAPI, Code: code, StatusCode: 400, RequestID: requestID, Sent: true,
		Message: fmt.Sprintf("%s (Service: EventBridge, Status Code: 400, Error Code: %s, Request ID: %s)", message, code, requestID),
	}
}

const requestID = "7d1c5e9a-4d37-4f0e-9e53-3f1c0d8f2a11"

// madeUp is the response to so many entries, of which one was rejected; −1 for none.
func madeUp(entries, rejected int) *jsonvalue.Object {
	var list strings.Builder
	failed := 0
	for i := range entries {
		if i > 0 {
			list.WriteByte(',')
		}
		if i == rejected {
			failed++
			list.WriteString(`{"eventId":null,"errorCode":"InternalFailure","errorMessage":"The event could not be put on the bus"}`)
			continue
		}
		fmt.Fprintf(&list, `{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b48%02d","errorCode":null,"errorMessage":null}`, i)
	}
	headers := `"x-amzn-RequestId":%[1]s"` + requestID + `"%[2]s,"Content-Type":%[1]s"application/x-amz-json-1.1"%[2]s`
	text := fmt.Sprintf(`{"sdkResponseMetadata":{"requestId":"%s"},"sdkHttpMetadata":{"httpHeaders":{%s},"httpStatusCode":200,"allHttpHeaders":{%s}},"failedEntryCount":%d,"entries":[%s]}`,
		requestID, fmt.Sprintf(headers, "", ""), fmt.Sprintf(headers, "[", "]"), failed, list.String())
	v, _ := jsonvalue.ParseString(text) // it is ours
	o, _ := v.(*jsonvalue.Object)
	return o
}

// sender answers a request as it is told, or has it sent; it keeps the request.
type sender struct {
	answer  Answer
	real    Sender // nil = the answer
	request *eventbridge.Request
	got     *eventbridge.Response
}

// Send implements connector.Sender.
func (s *sender) Send(ctx context.Context, r *eventbridge.Request) (*eventbridge.Response, error) {
	s.request = r
	if s.real != nil {
		got, err := s.real.Send(ctx, r)
		s.got = got
		return got, err
	}
	if s.answer.Err != nil {
		e := *s.answer.Err
		return nil, &e
	}
	s.got = s.answer.Response(len(r.Entries))
	return s.got, nil
}
