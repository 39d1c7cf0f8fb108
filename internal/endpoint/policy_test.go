package endpoint

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

func TestRequestsGoToAWSAndLoopbackAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		url  string
		want bool
	}{
		{"https://events.eu-central-1.amazonaws.com", true},
		{"https://EVENTS.EU-CENTRAL-1.AmazonAWS.com:443", true},
		{"https://events.eu-central-1.amazonaws.com.", true},
		{"https://events-fips.us-east-1.amazonaws.com", true},
		{"https://events.us-gov-west-1.amazonaws.com", true},
		{"https://events.cn-north-1.amazonaws.com.cn", true},
		{"https://events.eusc-de-east-1.amazonaws.eu", true},
		{"https://events.us-iso-east-1.c2s.ic.gov", true},
		{"https://events.us-isob-east-1.sc2s.sgov.gov", true},
		{"https://events.eu-isoe-west-1.cloud.adc-e.uk", true},
		{"https://events.us-isof-south-1.csp.hci.ic.gov", true},
		{"https://events.eu-west-1.api.aws", true},
		{"https://events-fips.us-west-2.api.aws", true},
		{"https://events.cn-north-1.api.amazonwebservices.com.cn", true},
		{"https://abcde.veo.endpoint.events.amazonaws.com", true},
		{"https://vpce-0123-abcd.events.eu-central-1.vpce.amazonaws.com", true},
		{"https://vpce-0123-abcd-eu-central-1a.events.eu-central-1.vpce.amazonaws.com/", true},
		{"https://vpce-0123-abcd.events.cn-north-1.vpce.amazonaws.com.cn", true},
		{"http://localhost:4566", true},
		{"http://LocalHost.:4566", true},
		{"http://127.0.0.1:1", true},
		{"http://127.8.9.10", true},
		{"http://[::1]:4566", true},
		{"http://[::ffff:127.0.0.1]:4566", true},

		{"https://stranger.example", false},
		{"https://amazonaws.com", false},
		{"https://amazonaws.com.evil.com", false},
		{"https://events.eu-central-1.amazonaws.com.evil.com", false},
		{"https://evil-amazonaws.com", false},
		{"https://events.eu-central-1.evil-amazonaws.com", false},
		{"https://bucket.s3.amazonaws.com", false},
		{"https://x1.execute-api.eu-central-1.amazonaws.com", false},
		{"https://evil-123.eu-central-1.elb.amazonaws.com", false},
		{"https://vpce-1.vpce-svc-2.eu-central-1.vpce.amazonaws.com", false},
		{"https://vpce-1.s3.eu-central-1.vpce.amazonaws.com", false},
		{"https://events.evil.s3.amazonaws.com", false},
		{"https://events..amazonaws.com", false},
		{"https://xn--events-9za.eu-central-1.amazonaws.com", false},
		{"https://events.eu-central-1.amazonaws\u3002com", false}, // a full stop that some resolvers take for a dot
		{"https://\u24D4vents.eu-central-1.amazonaws.com", false},
		{"https://events.eu-central-1.amazonaws.com@evil.com", false},
		{"https://key@events.eu-central-1.amazonaws.com", false},
		{"http://localhost.evil.com", false},
		{"http://evil.localhost", false},
		{"http://localhost%2eevil.com", false},
		{"http://2130706433", false},
		{"http://0177.0.0.1", false},
		{"http://127.1", false},
		{"http://0x7f000001", false},
		{"http://0.0.0.0", false},
		{"http://[::]", false},
		{"http://[::1%25eth0]", false},
		{"http://[fe80::1%25eth0]", false},
		{"http://169.254.169.254", false},
		{"http://[fd00:ec2::254]", false},
		{"http://169.254.170.2", false},
		{"http://metadata.google.internal", false},
		{"http://10.0.0.7", false},
		{"ftp://localhost", false},
		{"http:localhost", false},
	} {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			var p *Policy
			u, err := url.Parse(tt.url)
			if err != nil {
				assert.False(t, tt.want, "a text that is no URL: %v", err)
				return
			}
			assert.Equal(t, tt.want, p.Allows(u))
		})
	}
}

func TestOperatorAllowsFurtherHosts(t *testing.T) {
	t.Parallel()
	p, err := NewPolicy([]string{"aws:5000", "*.corp.example", "https://gate.example", "10.0.0.7", "[fd00::7]:80", "Proxy.Example."})
	require.NoError(t, err)
	for _, tt := range []struct {
		url  string
		want bool
	}{
		{"http://aws:5000", true},
		{"http://aws:5001", false},
		{"http://aws", false},
		{"https://a.corp.example", true},
		{"https://a.b.corp.example:8443", true},
		{"https://corp.example", false},
		{"https://.corp.example", false},
		{"https://a.corp.example.evil.com", false},
		{"https://evilcorp.example", false},
		{"https://gate.example", true},
		{"http://gate.example", false},
		{"http://10.0.0.7:9", true},
		{"http://10.0.0.70", false},
		{"http://[fd00:0::7]", true},
		{"https://[fd00::7]", false},
		{"https://PROXY.example", true},
		{"https://u@proxy.example", false},
		{"http://localhost:1", true},
	} {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, p.Allows(parse(t, tt.url)))
		})
	}
	for _, text := range []string{"", "http://", "a b", "host/path", "user@host", "ftp://host", "host:", "a..b", "ho%73t", "?"} {
		_, err := NewPolicy([]string{text})
		assert.Error(t, err, text)
	}
}

func TestEveryPatternThatIsOneStarAllowsAllHosts(t *testing.T) {
	t.Parallel()
	p, err := NewPolicy([]string{"*"})
	require.NoError(t, err)
	assert.True(t, p.Allows(parse(t, "http://stranger.example:1")))
	assert.False(t, p.Allows(parse(t, "http://u:p@stranger.example:1")))
}

func TestPartsOfHostNames(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]bool{
		"eu-central-1": true, "ua-east-1": true, "EU-CENTRAL-1": true, "aws-global": true,
		"x.evil.com/": false, "x.evil.com": false, "eu-central-1\t": false, "a@b": false, "a:1": false, "a#": false, "-a": false, "a-": false, "a\nb": false, "a\n": false, "é": false, "": false,
	} {
		assert.Equal(t, want, ValidRegion(region), "%q", region)
	}
	for id, want := range map[string]bool{"abcde.veo": true, "a-b.c": true, "evil": false, "a.b.c": false, "a/b.c": false, "a.b\n": false, "a.b@c": false, "": false} {
		assert.Equal(t, want, ValidID(id), "%q", id)
	}
}

func TestPlainEndpoints(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"http://aws:5000": true, "HTTP://events.eu-central-1.amazonaws.com": true, "https://aws:5000": false, "http://localhost:1": false, "http://127.0.0.1": false,
	} {
		assert.Equal(t, want, Plain(parse(t, text)), text)
	}
}

func TestAURLThatIsAllowedAllowsItsOwnPortAlone(t *testing.T) {
	t.Parallel()
	for allowed, other := range map[string]string{
		"http://stack.example:4566": "http://stack.example:8080",
		"http://stack.example":      "http://stack.example:8080",
		"https://stack.example":     "https://stack.example:8443",
		"https://stack.example:443": "http://stack.example:443", // which others on the way can read
	} {
		p := (*Policy)(nil).Allow(parse(t, allowed))
		assert.True(t, p.Allows(parse(t, allowed)))
		assert.False(t, p.Allows(parse(t, other)), "%s is not %s", other, allowed)
	}
}
