package eventbridge

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestResponseValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		header     http.Header
		body, want string
	}{
		{
			"an empty body has neither count nor entries", nil, "",
			`{"sdkResponseMetadata":{"requestId":null},"sdkHttpMetadata":{"httpHeaders":{},"httpStatusCode":200,"allHttpHeaders":{}},"failedEntryCount":null,"entries":null}`,
		},
		{"blanks are an empty body", nil, " \n", nothing + `"failedEntryCount":null,"entries":null}`},
		{"a body without them", nil, "{}", nothing + `"failedEntryCount":null,"entries":null}`},
		{"null entries", nil, `{"FailedEntryCount":0,"Entries":null}`, nothing + `"failedEntryCount":0,"entries":null}`},
		{"no entries", nil, `{"Entries":[]}`, nothing + `"failedEntryCount":null,"entries":[]}`},
		{
			"a rejected entry", nil, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"slow down"}]}`,
			nothing + `"failedEntryCount":1,"entries":[{"eventId":null,"errorCode":"ThrottlingException","errorMessage":"slow down"}]}`,
		},
		{
			"unknown fields are ignored", nil, `{"New":true,"Entries":[{"EventId":"e","Extra":[1]}],"FailedEntryCount":0}`,
			nothing + `"failedEntryCount":0,"entries":[{"eventId":"e","errorCode":null,"errorMessage":null}]}`,
		},
		{"a null among the entries", nil, `{"Entries":[null]}`, nothing + `"failedEntryCount":null,"entries":[null]}`},
		{"names are case-sensitive", nil, `{"entries":[],"failedEntryCount":1}`, nothing + `"failedEntryCount":null,"entries":null}`},
		{"a number for a text", nil, `{"Entries":[{"EventId":7,"ErrorCode":true}]}`, nothing + `"failedEntryCount":null,"entries":[{"eventId":"7","errorCode":"true","errorMessage":null}]}`},
		{"a count with a fraction", nil, `{"FailedEntryCount":1.0}`, nothing + `"failedEntryCount":1,"entries":null}`},
		{
			"headers as they are on the wire, the known ones first, the others sorted",
			http.Header{
				"Date": {"d"}, "X-Amzn-Requestid": {"id"}, "B": {"1", "2"}, "Content-Length": {"2"}, "A": {"3"}, "Content-Type": {"t", "u"}, "Empty": {},
			},
			"{}",
			`{"sdkResponseMetadata":{"requestId":"id"},"sdkHttpMetadata":{` +
				`"httpHeaders":{"x-amzn-RequestId":"id","Content-Type":"t","Content-Length":"2","Date":"d","A":"3","B":"1"},"httpStatusCode":200,` +
				`"allHttpHeaders":{"x-amzn-RequestId":["id"],"Content-Type":["t","u"],"Content-Length":["2"],"Date":["d"],"A":["3"],"B":["1","2"]}},` +
				`"failedEntryCount":null,"entries":null}`,
		},
		{
			"the other name of the request id",
			http.Header{"X-Amz-Request-Id": {"id"}},
			"",
			`{"sdkResponseMetadata":{"requestId":"id"},"sdkHttpMetadata":{"httpHeaders":{"X-Amz-Request-Id":"id"},"httpStatusCode":200,` +
				`"allHttpHeaders":{"X-Amz-Request-Id":["id"]}},"failedEntryCount":null,"entries":null}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := parseResponse(200, headers(tt.header), []byte(tt.body), 10)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(jsonvalue.Append(nil, r.Value())))
			assert.Same(t, r.Value(), r.Value(), "it is built once")
		})
	}
}

const nothing = `{"sdkResponseMetadata":{"requestId":null},"sdkHttpMetadata":{"httpHeaders":{},"httpStatusCode":200,"allHttpHeaders":{}},`

func TestUnreadableResponses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"<html>": "invalid JSON", "null": "found a JSON null, expected an object", `{"Entries":{}}`: "Entries is a JSON object, expected an array",
		`{"Entries":[1]}`: "Entries[0] is a JSON number, expected an object", `{"Entries":[{"ErrorCode":[]}]}`: "Entries[0].ErrorCode is a JSON array, expected a string",
		`{"FailedEntryCount":"0"}`: "FailedEntryCount is a JSON string, expected a number", `{"FailedEntryCount":1e99}`: "expected a whole number of 32 bits",
		"{} x": "invalid JSON",
	} {
		_, err := parseResponse(200, nil, []byte(body), 10)
		assert.ErrorContains(t, err, want, body)
	}
}

func TestResponseResults(t *testing.T) {
	t.Parallel()
	r, err := parseResponse(200, headers{"X-Amzn-Requestid": {"id"}},
		[]byte(`{"FailedEntryCount":1,"Entries":[{"EventId":"e"},{"ErrorCode":"X","ErrorMessage":"m"},null]}`), 10)
	require.NoError(t, err)
	n, ok := r.FailedEntryCount()
	assert.True(t, ok)
	assert.Equal(t, 1, n)
	assert.Equal(t, []EntryResult{{EventID: "e"}, {ErrorCode: "X", ErrorMessage: "m"}, {}}, r.Entries())
	assert.False(t, r.Entries()[0].Rejected())
	assert.True(t, r.Entries()[1].Rejected())
	assert.Equal(t, "id", r.RequestID())
	assert.Equal(t, 200, r.StatusCode())

	r, err = parseResponse(200, nil, nil, 10)
	require.NoError(t, err)
	_, ok = r.FailedEntryCount()
	assert.False(t, ok)
	assert.Nil(t, r.Entries())
}

func TestRequestBody(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	r := Request{EndpointID: "abc.veo", Entries: []Entry{
		{
			Source: "s\"1", DetailType: "d\n", EventBusName: "b", Detail: `{ "n":1.10, "u":"ü\u00fc" }`, Resources: []string{"r1", "r2"},
			Time: at, TraceHeader: "Root=1",
		},
		{},
		{Time: at.Add(7 * time.Millisecond)},
	}}
	got := string(appendBody([]*call{{request: &r}}))
	assert.Equal(t, `{"Entries":[{"Source":"s\"1","DetailType":"d\n","EventBusName":"b","Detail":"{ \"n\":1.10, \"u\":\"ü\\u00fc\" }",`+
		`"Resources":["r1","r2"],"Time":1793613600,"TraceHeader":"Root=1"},{},{"Time":1793613600.007}],"EndpointId":"abc.veo"}`, got)
	assert.LessOrEqual(t, len(got), r.size(), "the estimate spares growing")
}

func TestEpochSeconds(t *testing.T) {
	t.Parallel()
	for ms, want := range map[int64]string{0: "0", 1500: "1.5", 1050: "1.05", 1001: "1.001", 1120: "1.12", -1500: "-1.5", -1: "-0.001"} {
		assert.Equal(t, want, string(appendEpoch(nil, time.UnixMilli(ms))))
	}
}
