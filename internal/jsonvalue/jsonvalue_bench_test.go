package jsonvalue_test

import (
	"encoding/json"
	"testing"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// response is an answer as a process sees it, of 560 bytes as they are common.
const response = `{"sdkResponseMetadata":{"requestId":"7d1c5e9a-0000-4000-8000-0000000000ff"},"sdkHttpMetadata":{"httpHeaders":` +
	`{"x-amzn-RequestId":"7d1c5e9a-0000-4000-8000-0000000000ff","Content-Type":"application/x-amz-json-1.1","Content-Length":"85",` +
	`"Date":"Mon, 02 Nov 2026 10:00:00 GMT"},"httpStatusCode":200,"allHttpHeaders":{"x-amzn-RequestId":["7d1c5e9a-0000-4000-8000-0000000000ff"],` +
	`"Content-Type":["application/x-amz-json-1.1"],"Content-Length":["85"],"Date":["Mon, 02 Nov 2026 10:00:00 GMT"]}},"failedEntryCount":0,` +
	`"entries":[{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860","errorCode":null,"errorMessage":null}]}`

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(response)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonvalue.ParseString(response); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseStandardLibrary(b *testing.B) {
	b.SetBytes(int64(len(response)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal([]byte(response), &v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	v, err := jsonvalue.ParseString(response)
	if err != nil {
		b.Fatal(err)
	}
	room := make([]byte, 0, 1024)
	b.SetBytes(int64(len(response)))
	b.ReportAllocs()
	for b.Loop() {
		room = jsonvalue.Append(room[:0], v)
	}
}

func BenchmarkMembers(b *testing.B) {
	data := []byte(response)
	b.SetBytes(int64(len(response)))
	b.ReportAllocs()
	for b.Loop() {
		if err := jsonvalue.Members(data, func(string, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendCompact(b *testing.B) {
	data := []byte(response)
	room := make([]byte, 0, 1024)
	b.SetBytes(int64(len(response)))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if room, err = jsonvalue.AppendCompact(room[:0], data); err != nil {
			b.Fatal(err)
		}
	}
}
