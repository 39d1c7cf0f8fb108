//go:build chart

package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatCannotWorkIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	without := func(i int) []string {
		settings := []string{gateway}
		settings = append(settings, client[:i]...)
		return append(settings, client[i+1:]...)
	}
	tests := []struct {
		name     string
		settings []string
		want     string
	}{
		{"no address", nil, "grpcAddress is not set: expected the gateway's address"},
		{"two clusters", append(client, gateway, "saas.clusterId=c", "saas.region=r"), "are both set; expected one cluster"},
		{"SaaS without a region", append(client, "saas.clusterId=c"), "saas.region is not set"},
		{"SaaS without OAuth", []string{"saas.clusterId=c", "saas.region=r"}, "expected oidc"},
		{"OAuth without a client", without(1), "oidc.clientId is not set"},
		{"OAuth without a token endpoint", without(2), "oidc.tokenUrl is not set"},
		{"OAuth with two", append(client, gateway, "security.authentication.oidc.issuerUrl=http://keycloak/realm"), "are both set; expected one of them"},
		{"OAuth without a secret", without(3), "expected camunda-platform's secret"},
		{"OAuth without a key", without(4), "expected camunda-platform's secret"},
		{"basic without a password", []string{gateway, "security.authentication.method=basic", "security.authentication.basic.username=u"}, "which method basic needs"},
		{"killed before the drain ends", []string{gateway, "gracePeriodSeconds=60", "terminationGracePeriodSeconds=60"}, "expected at least 65, or null"},
		{"two monitors", []string{gateway, "serviceMonitor.enabled=true", "podMonitor.enabled=true"}, "every metric would count twice"},
		{"a monitor without its service", []string{gateway, "serviceMonitor.enabled=true", "service.enabled=false"}, "needs service.enabled"},
		{"more at least than at most", []string{gateway, "autoscaling.enabled=true", "autoscaling.minReplicas=11"}, "autoscaling.minReplicas: 11 is more than autoscaling.maxReplicas: 10"},
		{"nothing to scale by", []string{gateway, "autoscaling.enabled=true", "autoscaling.hpaOnSlots=false"}, "has nothing to follow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, refused(t, tt.settings...), tt.want)
		})
	}
}

func TestTheSchemaNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, setting, path, want string
	}{
		{"unknown value", "grpcAdress=x", "", "'grpcAdress' not allowed"},
		{"unknown value within", "secrets.existingSecrets=x", "/secrets", "'existingSecrets' not allowed"},
		{"wrong type", "replicas=two", "/replicas", "want integer"},
		{"no member", "autoscaling.kind=vpa", "/autoscaling/kind", "'hpa', 'keda'"},
		{"out of range", "maxJobsActive=0", "/maxJobsActive", "minimum"},
		{"no address", "grpcAddress=http://a/path", "/grpcAddress", "does not match pattern"},
		{"no role", "aws.roleArn=eventbridge", "/aws/roleArn", "does not match pattern"},
		{"no port", "service.serverPort=99999", "/service/serverPort", "maximum"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			message := refused(t, gateway, tt.setting)
			assert.Contains(t, message, tt.want)
			assert.Contains(t, message, tt.path)
		})
	}
}
