package eventbridge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestSend(t *testing.T) {
	t.Parallel()
	b := startBus(t, answer{status: 200, body: accepted, header: map[string]string{"Date": "Mon, 02 Nov 2026 10:00:00 GMT"}})
	s := newSender(t, Options{})
	got, err := s.Send(t.Context(), b.request())
	require.NoError(t, err)
	assert.Equal(t, `{"sdkResponseMetadata":{"requestId":"req-1"},`+
		`"sdkHttpMetadata":{"httpHeaders":{"x-amzn-RequestId":"req-1","Content-Type":"application/x-amz-json-1.1","Content-Length":"85","Date":"Mon, 02 Nov 2026 10:00:00 GMT"},`+
		`"httpStatusCode":200,`+
		`"allHttpHeaders":{"x-amzn-RequestId":["req-1"],"Content-Type":["application/x-amz-json-1.1"],"Content-Length":["85"],"Date":["Mon, 02 Nov 2026 10:00:00 GMT"]}},`+
		`"failedEntryCount":0,`+
		`"entries":[{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860","errorCode":null,"errorMessage":null}]}`,
		string(jsonvalue.Append(nil, got.Value())))

	requests, bodies := b.seen()
	require.Len(t, requests, 1)
	assert.Equal(t, "AWSEvents.PutEvents", requests[0].Header.Get("X-Amz-Target"))
	assert.Equal(t, "application/x-amz-json-1.1", requests[0].Header.Get("Content-Type"))
	assert.Contains(t, requests[0].Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIDLITERAL/")
	assert.Contains(t, requests[0].Header.Get("Authorization"), "/eu-central-1/events/aws4_request")
	assert.Equal(t, []map[string]any{{
		"Source": "com.acme.orders", "DetailType": "OrderCreated", "EventBusName": "orders", "Detail": `{"orderId":"A-1"}`,
	}}, entriesOf(t, bodies[0]))
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		answer       answer
		wantKind     Kind
		wantCode     string
		wantMessage  string
		wantStatus   int
		wantRequests int
		wantLost     bool
	}{
		{
			name:     "AWS answered with an error code",
			answer:   answer{status: 400, body: `{"__type":"AccessDeniedException","Message":"User alice is not authorized"}`},
			wantKind: KindAPI, wantCode: "AccessDeniedException", wantStatus: 400, wantRequests: 1,
			wantMessage: "User alice is not authorized (Service: EventBridge, Status Code: 400, Error Code: AccessDeniedException, Request ID: req-1)",
		},
		{
			name:     "the code is without namespace",
			answer:   answer{status: 400, body: `{"__type":"com.amazonaws.eventbridge#ResourceNotFoundException","message":"no bus"}`},
			wantKind: KindAPI, wantCode: "ResourceNotFoundException", wantStatus: 400, wantRequests: 1,
			wantMessage: "no bus (Service: EventBridge, Status Code: 400, Error Code: ResourceNotFoundException, Request ID: req-1)",
		},
		{
			name: "the code is in the header only",
			answer: answer{
				status: 400, body: `{"message":"from header"}`,
				header: map[string]string{"x-amzn-ErrorType": "ValidationException:http://internal.amazon.com/coral/"},
			},
			wantKind: KindAPI, wantCode: "ValidationException", wantStatus: 400, wantRequests: 1,
			wantMessage: "from header (Service: EventBridge, Status Code: 400, Error Code: ValidationException, Request ID: req-1)",
		},
		{
			name:     "with no message from AWS, the code stands in its place",
			answer:   answer{status: 400, body: `{"__type":"ValidationException"}`},
			wantKind: KindAPI, wantCode: "ValidationException", wantStatus: 400, wantRequests: 1,
			wantMessage: "ValidationException (Service: EventBridge, Status Code: 400, Error Code: ValidationException, Request ID: req-1)",
		},
		{
			name:     "an error and no code",
			answer:   answer{status: 400, body: `{"message":"strange"}`},
			wantKind: KindAPI, wantCode: "HTTP_400", wantStatus: 400, wantRequests: 1,
			wantMessage: "strange (Service: EventBridge, Status Code: 400, Error Code: HTTP_400, Request ID: req-1)",
		},
		{
			name:     "an error and no body",
			answer:   answer{status: 400},
			wantKind: KindAPI, wantCode: "HTTP_400", wantStatus: 400, wantRequests: 1,
			wantMessage: "HTTP_400 (Service: EventBridge, Status Code: 400, Error Code: HTTP_400, Request ID: req-1)",
		},
		{
			name:     "no request id",
			answer:   answer{status: 400, body: `{"__type":"X"}`, header: map[string]string{"x-amzn-RequestId": ""}},
			wantKind: KindAPI, wantCode: "X", wantStatus: 400, wantRequests: 1,
			wantMessage: "X (Service: EventBridge, Status Code: 400, Error Code: X, Request ID: null)",
		},
		{
			name:     "HTML of a proxy",
			answer:   answer{status: 503, body: "<html><body>Service Unavailable</body></html>", header: map[string]string{"Content-Type": "text/html"}},
			wantKind: KindAPI, wantCode: "HTTP_503", wantStatus: 503, wantRequests: 3,
			wantMessage: "HTTP_503 (Service: EventBridge, Status Code: 503, Error Code: HTTP_503, Request ID: req-1)",
		},
		{
			name:     "a redirect is not followed",
			answer:   answer{status: 307, header: map[string]string{"Location": "http://example.invalid/"}},
			wantKind: KindAPI, wantCode: "HTTP_307", wantStatus: 307, wantRequests: 1,
			wantMessage: "HTTP_307 (Service: EventBridge, Status Code: 307, Error Code: HTTP_307, Request ID: req-1)",
		},
		{
			name:     "an internal error is retried",
			answer:   answer{status: 500, body: `{"__type":"InternalException","message":"internal"}`},
			wantKind: KindAPI, wantCode: "InternalException", wantStatus: 500, wantRequests: 3,
			wantMessage: "internal (Service: EventBridge, Status Code: 500, Error Code: InternalException, Request ID: req-1)",
		},
		{
			name:     "throttling is retried",
			answer:   answer{status: 400, body: `{"__type":"ThrottlingException","message":"Rate exceeded"}`},
			wantKind: KindAPI, wantCode: "ThrottlingException", wantStatus: 400, wantRequests: 3,
			wantMessage: "Rate exceeded (Service: EventBridge, Status Code: 400, Error Code: ThrottlingException, Request ID: req-1)",
		},
		{
			name:     "429 without a code is retried",
			answer:   answer{status: 429},
			wantKind: KindAPI, wantCode: "HTTP_429", wantStatus: 429, wantRequests: 3,
			wantMessage: "HTTP_429 (Service: EventBridge, Status Code: 429, Error Code: HTTP_429, Request ID: req-1)",
		},
		{
			name:     "200 whose body cannot be read is not sent again",
			answer:   answer{status: 200, body: "<html>hi</html>"},
			wantKind: KindResponse, wantCode: "INVALID_RESPONSE", wantStatus: 200, wantRequests: 1, wantLost: true,
			wantMessage: "EventBridge answered with a body that cannot be read: invalid JSON at byte 0: found '<', expected a value " +
				"(Service: EventBridge, Status Code: 200, Error Code: INVALID_RESPONSE, Request ID: req-1)",
		},
		{
			name:     "200 with a list",
			answer:   answer{status: 200, body: "[]"},
			wantKind: KindResponse, wantCode: "INVALID_RESPONSE", wantStatus: 200, wantRequests: 1, wantLost: true,
			wantMessage: "EventBridge answered with a body that cannot be read: found a JSON array, expected an object " +
				"(Service: EventBridge, Status Code: 200, Error Code: INVALID_RESPONSE, Request ID: req-1)",
		},
		{
			name:     "200 with entries that are none",
			answer:   answer{status: 200, body: `{"Entries":[{"EventId":{}}]}`},
			wantKind: KindResponse, wantCode: "INVALID_RESPONSE", wantStatus: 200, wantRequests: 1, wantLost: true,
			wantMessage: "EventBridge answered with a body that cannot be read: Entries[0].EventId is a JSON object, expected a string " +
				"(Service: EventBridge, Status Code: 200, Error Code: INVALID_RESPONSE, Request ID: req-1)",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := startBus(t, tt.answer)
			o := &observed{}
			s := newSender(t, Options{Observer: o})
			_, err := s.Send(t.Context(), b.request())
			e := failure(t, err)
			assert.Equal(t, tt.wantCode, e.Code)
			assert.Equal(t, tt.wantKind, e.Kind)
			assert.Equal(t, tt.wantMessage, e.Message)
			assert.Equal(t, tt.wantStatus, e.StatusCode)
			assert.Equal(t, tt.wantLost, e.AnswerLost)
			assert.True(t, e.Sent)
			requests, _ := b.seen()
			assert.Len(t, requests, tt.wantRequests)
			assert.Len(t, o.attempts, tt.wantRequests)
			assert.Equal(t, []string{tt.wantCode}, o.sends)
		})
	}
}
