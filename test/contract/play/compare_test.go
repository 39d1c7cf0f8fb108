package play

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A comparison that finds nothing wrong with anything would let every worker pass.
func TestComparisonFindsEachDifference(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	done := command{kind: complete, variables: `{"a":1.10,"b":[null,{"c":"x"}]}`}
	failed := command{kind: fail, variables: `{"error":{"code":"INPUT_ERROR","type":"T","message":"no source"}}`, retries: 2, backoff: time.Second, message: "no source"}
	thrown := command{kind: throw, code: "A", message: "m"}
	for _, tt := range []struct {
		name string
		c    command
		w    Want
		want string // a part of what is found; empty = nothing
	}{
		{"variables", done, Want{Variables: text(`{"b":["<any>",{"c":"x"}],"a":1.10}`)}, ""},
		{"number", done, Want{Variables: text(`{"b":["<any>",{"c":"x"}],"a":1.1}`)}, "variables"},
		{"member", done, Want{Variables: text(`{"a":1.10}`)}, "variables"},
		{"item", done, Want{Variables: text(`{"a":1.10,"b":[null]}`)}, "variables"},
		{"fail", failed, Want{Retries: 2, Backoff: "1s", Message: []string{"source"}, Error: &ErrorVar{Code: "INPUT_ERROR", Type: "T", Message: []string{"no"}}}, ""},
		{"retries", failed, Want{Retries: 1, Backoff: "1s"}, "retries"},
		{"backoff", failed, Want{Retries: 2}, "backoff"},
		{"message", failed, Want{Retries: 2, Backoff: "1s", Message: []string{"target"}}, "message"},
		{"message lacks", failed, Want{Retries: 2, Backoff: "1s", MessageLacks: []string{"source"}}, "message"},
		{"message is", failed, Want{Retries: 2, Backoff: "1s", MessageIs: text("no")}, "message"},
		{"longest", failed, Want{Retries: 2, Backoff: "1s", Longest: 5}, "characters"},
		{"code", failed, Want{Retries: 2, Backoff: "1s", Error: &ErrorVar{Code: "TIMEOUT"}}, "error.code"},
		{"type", failed, Want{Retries: 2, Backoff: "1s", Error: &ErrorVar{Code: "INPUT_ERROR", Type: "U"}}, "error.type"},
		{"throw", thrown, Want{Code: "A", MessageIs: text("m")}, ""},
		{"thrown code", thrown, Want{Code: "B"}, "error code"},
	} {
		var f faults
		f.command(&tt.w, &tt.c)
		if tt.want == "" {
			assert.Empty(t, f, tt.name)
		} else {
			assert.Contains(t, strings.Join(f, "\n"), tt.want, tt.name)
		}
	}
}

func TestRequestsThatDifferAreFound(t *testing.T) {
	t.Parallel()
	one := 1
	var f faults
	f.requests(&Want{Requests: &one}, nil)
	assert.Contains(t, strings.Join(f, "\n"), "requests to the bus: found 0, expected 1")
	f = nil
	f.requests(&Want{Requests: &one, SentLacks: []string{"secret"}, SentHas: []string{"order"}, Sent: []map[string]string{{}}}, []request{{body: []byte("a secret")}})
	assert.Len(t, f, 3, "%q", f)
}

func TestCasesThatAreWrongAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"section: s\nprofile: p\ncases: [{name: n, want: {command: explode}}]":                                        "command",
		"section: s\nprofile: p\ncases: [{name: n, colour: red, want: {command: complete}}]":                          "colour",
		"section: s\nprofile: p\ncases: [{name: n, want: {command: complete}}, {name: n, want: {command: complete}}]": "the name is taken",
		"section: s\nprofile: p\ncases: [{name: n, drop: [input.colour], want: {command: complete}}]":                 "there is no input.colour",
		"section: s\nprofile: p\ncases: [{name: n, want: {command: none}}]":                                           "expected leases or calls",
		"section: s\nprofile: p\ncases: [{name: n, answers: [{error: Throttling}], want: {command: complete}}]":       "CODE: message",
		"section: s\nprofile: p\ncases: [{name: n, want: {refused: [a], command: fail}}]":                             "refused says",
		"section: s\ncases: [{name: n, want: {command: complete}}]":                                                   "profile",
		"profile: p\ncases: [{name: n, want: {command: complete}}]":                                                   "section",
	} {
		_, err := ReadCases(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		assert.ErrorContains(t, err, want, text)
	}
}

func TestVariablesOfACase(t *testing.T) {
	t.Parallel()
	c := Case{Set: map[string]string{"input.detail": `{ "a" : 1.10 }`, "configuration": `null`}, Drop: []string{"authentication", "input.eventBusName"}}
	text, err := c.variables("127.0.0.1:9")
	require.NoError(t, err)
	assert.Equal(t, `{"configuration":null,"input":{"detail":{ "a" : 1.10 },"detailType":"Order Placed","source":"shop.checkout"}}`, text)
	text, err = (&Case{}).variables("127.0.0.1:9")
	require.NoError(t, err)
	assert.Contains(t, text, `"endpoint":"http://127.0.0.1:9"`)
}
