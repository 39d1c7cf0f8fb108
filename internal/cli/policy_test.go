package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
)

const examples = "../../examples/"

// The output of one identity is a policy and nothing else, so that it can be piped to aws iam put-role-policy.
func TestPolicyWritesAPolicy(t *testing.T) {
	t.Parallel()
	got := call(t, nil, "policy", "--aws-account", "123456789012", examples+"order-placed.bpmn", examples+"several-events.bpmn")
	require.Equal(t, cli.ExitOK, got.code, got.stderr)
	assert.Equal(t, `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "SendEvents",
      "Effect": "Allow",
      "Action": "events:PutEvents",
      "Resource": [
        "arn:aws:events:eu-central-1:123456789012:event-bus/default"
      ],
      "Condition": {
        "StringEquals": {
          "events:detail-type": [
            "GiftOrdered",
            "ItemOrdered",
            "OrderPlaced"
          ],
          "events:source": "com.example.orders"
        }
      }
    }
  ]
}
`, got.stdout)
	assert.Equal(t, "note: the policy is for key:AWS_ACCESS_KEY: whoever the access key belongs to\n", got.stderr)
}

func TestPolicyOfSeveralIdentities(t *testing.T) {
	t.Parallel()
	several := call(t, nil, "policy", examples)
	require.Equal(t, cli.ExitOK, several.code, several.stderr)
	var report struct {
		Identities []struct {
			Name   string
			Policy struct{ Version string }
			Notes  []struct {
				File, Field, Message string
				Line                 int
			}
		}
		Tasks int
	}
	require.NoError(t, json.Unmarshal([]byte(several.stdout), &report))
	assert.Equal(t, 5, report.Tasks)
	require.Len(t, report.Identities, 2)
	assert.Equal(t, "2012-10-17", report.Identities[0].Policy.Version)
	assert.Equal(t, "authentication.roleArn", report.Identities[0].Notes[0].Field)
	assert.Equal(t, 16, report.Identities[0].Notes[0].Line)
	assert.Contains(t, several.stderr, "--identity writes the policy of one: key:AWS_ACCESS_KEY, role:*\n")
	assert.Contains(t, several.stderr, "assume-role.bpmn:16:11: Send: authentication.roleArn: is computed")
	assert.Equal(t, several.stdout, call(t, nil, "policy", "--json", examples).stdout)

	one := call(t, nil, "policy", "--identity", "role:*", examples)
	require.Equal(t, cli.ExitOK, one.code)
	assert.True(t, strings.HasPrefix(one.stdout, "{\n  \"Version\": \"2012-10-17\","), one.stdout)
	assert.Contains(t, one.stderr, "the role's trust policy must let key:AWS_ACCESS_KEY assume it")
}

func TestPolicyWithSecretsManager(t *testing.T) {
	t.Parallel()
	env := []string{"CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_ENABLED=true", "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_PREFIX=camunda/", "AWS_REGION=eu-north-1", "AWS_PROFILE=orders"}
	got := call(t, env, "policy", "--identity", "default-chain", "--aws-account", "123456789012", examples+"order-placed.bpmn")
	require.Equal(t, cli.ExitOK, got.code, got.stderr)
	assert.Contains(t, got.stdout, `"arn:aws:secretsmanager:eu-north-1:123456789012:secret:camunda/AWS_SECRET_KEY-??????"`)
	assert.NotContains(t, got.stdout, "events:PutEvents")
	assert.Contains(t, got.stderr, "kms:Decrypt")
	assert.Contains(t, got.stderr, `AWS_PROFILE is "orders" in this environment`)
}

func TestPolicyIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	model, err := os.ReadFile(examples + "order-placed.bpmn")
	require.NoError(t, err)
	broken := write("broken.bpmn", strings.Replace(string(model), `source="com.example.orders"`, `source="=1 +"`, 1))
	utf16 := write("utf16.bpmn", "\xff\xfe<\x00?\x00x\x00m\x00l\x00")
	strange := write("strange.bpmn", strings.Replace(string(model), "UTF-8", "KLINGON", 1))
	none := write("none.bpmn", strings.Replace(string(model), "io.camunda:aws-eventbridge:1", "other", 1))
	for _, tt := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"no model", nil, cli.ExitUsage, "a model is needed"},
		{"an account that is none", []string{"--aws-account", "12", broken}, cli.ExitUsage, `--aws-account: found "12", expected an account's number of 12 digits`},
		{"a region that is none", []string{"--aws-region", "eu central", broken}, cli.ExitUsage, `--aws-region: found "eu central"`},
		{"an identity that is none", []string{"--identity", "x", examples + "jq.bpmn"}, cli.ExitUsage, "the identities are key:AWS_ACCESS_KEY"},
		{"a setting", []string{"--port", "x", broken}, cli.ExitUsage, "server.port"},
		{"a broken expression", []string{broken}, cli.ExitFailure, "broken.bpmn:19:11: PublishOrder: input.source: the expression cannot be read"},
		{"a model of no task of ours", []string{none}, cli.ExitFailure, "the models have no task of the type io.camunda:aws-eventbridge:1"},
		{"files that are no models", []string{utf16, strange, examples + "jq.bpmn"}, cli.ExitUnreadable, "utf16.bpmn: line 1, column"},
		{"an encoding that nobody knows", []string{strange}, cli.ExitUnreadable, "strange.bpmn: line 1"},
		{"a file that is not there", []string{folder + "/no.bpmn"}, cli.ExitUnreadable, "no.bpmn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := call(t, nil, append([]string{"policy"}, tt.args...)...)
			assert.Equal(t, tt.code, got.code, got.stderr)
			assert.Contains(t, got.stderr, tt.stderr)
			assert.Empty(t, got.stdout)
			assert.NotContains(t, got.stderr, "goroutine")
		})
	}
}
