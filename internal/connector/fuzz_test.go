package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// fickle accepts every other event and refuses the rest in words that quote the credentials.
type fickle struct{ calls atomic.Int64 }

func (f *fickle) Send(_ context.Context, r *eventbridge.Request) (*eventbridge.Response, error) {
	if f.calls.Add(1)%2 == 0 {
		return eventbridge.Given(&jsonvalue.Object{}), nil
	}
	return nil, &eventbridge.Error{Kind: eventbridge.KindAPI, Code: "X", Message: "refused " + r.Credentials.SecretKey + " " + r.Credentials.AccessKey}
}

// FuzzHandle: whatever a job carries, it ends in one outcome with valid variables, without a panic, and without a secret in
// any text.
func FuzzHandle(f *testing.F) {
	secret := strings.NewReplacer("AKIDLITERAL", "{{secrets.KEY}}", "literal", "{{secrets.SECRET}}").Replace(with(""))
	f.Add(`{"resultVariable":"r"}`, secret)
	f.Add(`{"resultExpression":"={a: response.entries[1].eventId}","errorExpression":"=if error != null then jobError(error.message,{a:1},2,@\"PT1S\") else null","retryBackoff":"PT1S","jobTimeout":"PT3M"}`, secret)
	f.Add(`{"errorExpression":"{errorType:\"bpmnError\",errorCode:$error.code}","expressionLanguage":"jq"}`, secret)
	f.Add(`{"errorExpression":"=bpmnError(\"{{secrets.KEY}}\",error.message)"}`, strings.Replace(secret, `"Placed"`, `"{{secrets.KEY}}"`, 1))
	f.Add(`{}`, `{"input":[{"events":[{"source":1,"detail":"\u0000\ud800"},{"detail":{"camunda.function.type":"base64","params":["{{secrets.KEY}}"]}}]}],"awsCredential":{"authentication":{"type":"x"}},"configuration":{"endpoint":"{{secrets.KEY}}"}}`)
	r := newRig(f, func(o *Options) { o.Sender = &fickle{} })
	f.Fuzz(func(t *testing.T, headers, variables string) {
		r.log.Reset()
		out := r.Handle(t.Context(), r.job(headers, variables))
		var text string
		var made []byte
		switch o := out.(type) {
		case nil:
			t.Fatal("no outcome")
		case job.Fail:
			text, made = o.Message, o.Variables
			if strings.Contains(text, internalError().Message) {
				t.Fatalf("a panic: %s", r.log)
			}
		case job.Throw:
			text, made = o.Code+o.Message, o.Variables
		case job.Complete:
			made = o.Variables
		}
		if len(made) > 0 && !json.Valid(made) {
			t.Fatalf("the variables are no JSON: %s", made)
		}
		for _, value := range []string{known["KEY"], `cret\of`} {
			if all := fmt.Sprint(text, string(made), r.log); strings.Contains(all, value) && !strings.Contains(headers+variables, value) {
				t.Fatalf("a secret in %s", all)
			}
		}
		r.Settled(r.job(headers, variables))
	})
}
