//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSecretsOfAWSSecretsManager has moto keep the keys: one in a JSON secret, one as a secret of its own.
func TestSecretsOfAWSSecretsManager(t *testing.T) {
	t.Parallel()
	const managedType = "e2e:managed:1"
	g, b := broker, newBus(0)
	manage := func(operation string, in map[string]any) {
		var out map[string]any
		require.NoError(t, aws.call(t.Context(), "secretsmanager", "secretsmanager."+operation, "application/x-amz-json-1.1", in, &out))
	}
	manage("CreateSecret", map[string]any{"Name": "camunda/connectors", "SecretString": `{"MANAGED_ACCESS_KEY":"AKIAMANAGED000000001"}`})
	manage("CreateSecret", map[string]any{"Name": "camunda/one/MANAGED_SECRET_KEY", "SecretString": "managed-and-not-to-be-seen"})
	const manager = "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_"
	w := startWorker(t, "manager-worker", g.address, "CONNECTOR_AWS_EVENTBRIDGE_TYPE="+managedType, "AWS_ACCESS_KEY_ID=AKIAWORKER0000000001", "AWS_SECRET_ACCESS_KEY=worker",
		manager+"ENABLED=true", manager+"SECRETS=camunda/connectors", manager+"PREFIX=camunda/one/", manager+"REGION="+region, manager+"ENDPOINT="+aws.url, manager+"CACHETTL=PT1S")
	w.mustBeReady(t)

	send := func(id string) string {
		m := model{id: id, jobType: managedType, inputs: [][2]string{
			{"authentication.accessKey", "{{secrets.MANAGED_ACCESS_KEY}}"}, {"authentication.secretKey", "{{secrets.MANAGED_SECRET_KEY}}"}, {"input.eventBusName", id},
		}}
		g.deploy(t, m.id+".bpmn", m.xml())
		g.take(t, m.id+"-after", g.mustCreate(t, m.id, map[string]any{"orderId": m.id, "endpoint": b.url}))
		requests := b.seen(id)
		require.Len(t, requests, 1)
		key, _, _ := strings.Cut(requests[0].credential, "/")
		return key
	}
	assert.Equal(t, "AKIAMANAGED000000001", send("managed"))
	manage("PutSecretValue", map[string]any{"SecretId": "camunda/connectors", "SecretString": `{"MANAGED_ACCESS_KEY":"AKIAMANAGED000000002"}`})
	<-time.After(time.Second) // the cache's time
	assert.Equal(t, "AKIAMANAGED000000002", send("rotated"))

	missing := model{id: "unmanaged", jobType: managedType, inputs: [][2]string{{"authentication.accessKey", "{{secrets.UNMANAGED}}"}, {"input.eventBusName", "unmanaged"}}}
	g.deploy(t, missing.id+".bpmn", missing.xml())
	message := g.incident(t, g.mustCreate(t, missing.id, map[string]any{"orderId": missing.id, "endpoint": b.url})).Value.ErrorMessage
	assert.Contains(t, message, "Secret with name 'UNMANAGED' is not available")
	assert.NotContains(t, string(w.output()), "managed-and-not-to-be-seen")
	count("%-7s keys from AWS Secrets Manager sign, a rotated one is seen within its time", g.name+":")
}
