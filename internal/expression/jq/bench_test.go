package jq

import (
	"testing"

	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

const (
	benchSource = `{eventId: .entries[0].eventId, accepted: (.failedEntryCount == 0)}`
	benchInput  = `{"sdkResponseMetadata":{"requestId":"7bf73129-1428-4cd3-a780-95db273d1602"},"sdkHttpMetadata":{"httpHeaders":{"x-amzn-RequestId":"7bf73129-1428-4cd3-a780-95db273d1602","Content-Length":"85","Date":"Mon, 07 Nov 2022 20:24:16 GMT","Content-Type":"application/x-amz-json-1.1"},"httpStatusCode":200,"allHttpHeaders":{"x-amzn-RequestId":["7bf73129-1428-4cd3-a780-95db273d1602"]}},"failedEntryCount":0,"entries":[{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860","errorCode":null,"errorMessage":null}]}`
)

// BenchmarkWarm evaluates in a child that has the program already. Compare it with BenchmarkInProcess.
func BenchmarkWarm(b *testing.B) {
	e := New(Self)
	b.Cleanup(e.Close)
	input, err := jsonvalue.ParseString(benchInput)
	require.NoError(b, err)
	p, err := e.Compile(b.Context(), benchSource)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Eval(b.Context(), input); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInProcess evaluates without a child, and without a limit.
func BenchmarkInProcess(b *testing.B) {
	query, err := gojq.Parse(benchSource)
	require.NoError(b, err)
	code, err := gojq.Compile(query)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		in, err := readValues([]byte("[" + benchInput + "]"))
		if err != nil {
			b.Fatal(err)
		}
		out, _ := code.Run(in[0]).Next()
		text, err := gojq.Marshal(out)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := jsonvalue.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCold starts a child for each evaluation.
func BenchmarkCold(b *testing.B) {
	for b.Loop() {
		e := New(Self)
		if _, err := e.Compile(b.Context(), benchSource); err != nil {
			b.Fatal(err)
		}
		e.Close()
	}
}
