//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSecretsOfAWSSecretsManager has moto keep the keys: one in a JSON secret, one as a secret of its own.
func TestSecretsOfAWSSecretsManager(t *testing.T) {
	t.Parallel()
	needsREST(t) // for the incident
	g, b, managedType := engine, newBus(0), typeOf("managed")
	manage := func(operation string, in map[string]any) {
		var out map[string]any
		require.NoError(t, aws.call(t.Context(), "secretsmanager", "secretsmanager."+operation, "application/x-amz-json-1.1", in, &out))
	}
	// Moto is of this run alone.
	manage("CreateSecret", map[string]any{"Name": "camunda/connectors", "SecretString": `{"MANAGED_ACCESS_KEY":"AKIAMANAGED000000001"}`})
	manage("CreateSecret", map[string]any{"Name": "camunda/one/MANAGED_SECRET_KEY", "SecretString": "managed-and-not-to-be-seen"})
	const manager = "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_"
	w := startWorker(t, "manager-worker", g, managedType, "AWS_ACCESS_KEY_ID=AKIAWORKER0000000001", "AWS_SECRET_ACCESS_KEY=worker",
		manager+"ENABLED=true", manager+"SECRETS=camunda/connectors", manager+"PREFIX=camunda/one/", manager+"REGION="+region, manager+"ENDPOINT="+aws.url, manager+"CACHETTL=PT1S")
	w.mustBeReady(t)

	m := model{id: "managed", jobType: managedType, inputs: [][2]string{
		{"authentication.accessKey", "{{secrets.MANAGED_ACCESS_KEY}}"}, {"authentication.secretKey", "{{secrets.MANAGED_SECRET_KEY}}"}, {"input.eventBusName", "managed"},
	}}
	g.deploy(t, m.id+".bpmn", m.xml())
	send := func() string {
		g.take(t, m.after(), g.mustCreate(t, m.process(), map[string]any{"orderId": m.id, "endpoint": b.url}))
		requests := b.seen("managed")
		key, _, _ := strings.Cut(requests[len(requests)-1].credential, "/")
		return key
	}
	assert.Equal(t, "AKIAMANAGED000000001", send())
	manage("PutSecretValue", map[string]any{"SecretId": "camunda/connectors", "SecretString": `{"MANAGED_ACCESS_KEY":"AKIAMANAGED000000002"}`})
	eventually(t, "a job signed with the rotated key, once the cache's time is over", func() (bool, string) {
		key := send()
		return key == "AKIAMANAGED000000002", key
	})

	missing := model{id: "unmanaged", jobType: managedType, inputs: [][2]string{{"authentication.accessKey", "{{secrets.UNMANAGED}}"}, {"input.eventBusName", "unmanaged"}}}
	g.deploy(t, missing.id+".bpmn", missing.xml())
	message := g.incident(t, g.mustCreate(t, missing.process(), map[string]any{"orderId": missing.id, "endpoint": b.url})).ErrorMessage
	assert.Contains(t, message, "Secret with name 'UNMANAGED' is not available")
	assert.NotContains(t, string(w.output()), "managed-and-not-to-be-seen")
	count("%-7s keys from AWS Secrets Manager sign, a rotated one is seen within its time", g.name+":")
}
