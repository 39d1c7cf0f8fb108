//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cloud is moto in the place of AWS.
type cloud struct {
	url     string
	python  string // the interpreter that moto is installed for
	process *child
}

func startMoto() (*cloud, error) {
	fetch := exec.Command("./fetch", "moto") //nolint:noctx // it ends by itself, and the run with it
	fetch.Stderr = os.Stderr
	out, err := fetch.Output()
	if err != nil {
		return nil, fmt.Errorf("fetch moto: %w", err)
	}
	program, found := strings.CutPrefix(strings.TrimSpace(string(out)), "MOTO=")
	if !found {
		return nil, fmt.Errorf("fetch moto: found %q, expected MOTO=FILE", out)
	}
	p := freePorts(1)
	c := &cloud{url: fmt.Sprintf("http://127.0.0.1:%d", p), python: filepath.Join(filepath.Dir(program), "python3")}
	if c.process, err = start("moto", os.Environ(), program, "-H", "127.0.0.1", "-p", strconv.Itoa(p)); err != nil {
		return nil, err
	}
	return c, c.process.ready(c.url + "/moto-api/")
}

// call calls an operation of AWS. The test signs nothing: moto reads only the service from the header.
func (c *cloud) call(ctx context.Context, service, target, contentType string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		var text bytes.Buffer
		_, _ = text.ReadFrom(response.Body)
		return fmt.Errorf("%s: %s: %s", target, response.Status, text.String())
	}
	return json.NewDecoder(response.Body).Decode(out)
}

// queue is an SQS queue behind a rule: it shows what arrived.
type queue struct {
	cloud *cloud
	url   string
}

// follow puts a rule on the default bus that sends what comes from a source to a new queue.
func (c *cloud) follow(t *testing.T, name, source string) *queue {
	t.Helper()
	ctx := t.Context()
	events := func(operation string, in any) {
		var out map[string]any
		require.NoError(t, c.call(ctx, "events", "AWSEvents."+operation, "application/x-amz-json-1.1", in, &out))
		require.Zero(t, out["FailedEntryCount"], "%v", out)
	}
	var made struct {
		QueueURL string `json:"QueueUrl"`
	}
	require.NoError(t, c.call(ctx, "sqs", "AmazonSQS.CreateQueue", "application/x-amz-json-1.0", map[string]any{"QueueName": name}, &made))
	events("PutRule", map[string]any{"Name": name, "EventPattern": fmt.Sprintf(`{"source":[%q]}`, source), "State": "ENABLED"})
	events("PutTargets", map[string]any{
		"Rule":    name,
		"Targets": []any{map[string]any{"Id": "queue", "Arn": "arn:aws:sqs:" + region + ":123456789012:" + name}},
	})
	return &queue{cloud: c, url: made.QueueURL}
}

// delivered is an event as EventBridge delivers it.
type delivered struct {
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Region     string          `json:"region"`
	Detail     json.RawMessage `json:"detail"`
}

// receive returns the events that wait in the queue, and takes them out of it.
func (q *queue) receive(t *testing.T) []delivered {
	t.Helper()
	var out struct{ Messages []struct{ Body string } }
	require.NoError(t, q.cloud.call(t.Context(), "sqs", "AmazonSQS.ReceiveMessage", "application/x-amz-json-1.0",
		map[string]any{"QueueUrl": q.url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600}, &out))
	events := make([]delivered, len(out.Messages))
	for i, m := range out.Messages {
		require.NoError(t, json.Unmarshal([]byte(m.Body), &events[i]), m.Body)
	}
	return events
}
