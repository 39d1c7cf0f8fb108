package lint

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// busARN is the ARN of an event bus.
var busARN = regexp.MustCompile(`^arn:aws[a-z-]*:events:([a-z0-9-]+):\d{12}:event-bus/[/.\-_A-Za-z0-9]{1,256}$`)

// place of AWS's endpoints in their names: events.eu-central-1.amazonaws.com.
var endpointRegion = regexp.MustCompile(`(?:^|\.)events(?:-fips)?\.([a-z0-9]+(?:-[a-z0-9]+)+)\.`)

// together checks fields whose values must fit each other. Known are those that do not depend on the process.
func (c *checker) together(mapped map[string]bpmn.Mapping, known map[string]jsonvalue.Value) {
	said := func(target string) string { text, _ := known[target].(string); return strings.TrimSpace(text) }
	region := said("configuration.region")
	if credential := said("awsCredential.region"); credential != "" {
		region = credential
	}
	if m := busARN.FindStringSubmatch(said("input.eventBusName")); m != nil && region != "" && m[1] != region && said("input.endpointId") == "" {
		at := mapped["input.eventBusName"]
		c.report("other-region", at.Pos, at.Target, "the bus is in the region %s, but the event is sent to %s (configuration.region): AWS refuses it", m[1], region)
	}
	c.endpoint(mapped["configuration.endpoint"], said("configuration.endpoint"), region)
	for _, section := range []string{"authentication.", "awsCredential.authentication."} {
		c.keyPair(mapped[section+"accessKey"], mapped[section+"secretKey"])
	}
}

// endpoint doubts an address of AWS that is not EventBridge's, or is that of another region.
func (c *checker) endpoint(m bpmn.Mapping, text, region string) {
	if text == "" {
		return
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return
	}
	host := strings.ToLower(u.Hostname())
	switch in := endpointRegion.FindStringSubmatch(host); {
	case strings.HasSuffix(host, ".endpoint.events.amazonaws.com"):
		c.report("doubtful-value", m.Pos, m.Target, "%s is that of a global endpoint, to which the connector sends if input.endpointId names it: expected the mapping %s to input.endpointId", m.Target, strings.TrimSuffix(host, ".endpoint.events.amazonaws.com"))
	case !endpoint.OfAWS(host):
		if strings.HasSuffix(host, ".amazonaws.com") && !strings.Contains(host, "vpce") {
			c.report("doubtful-value", m.Pos, m.Target, "%s is %s, which is not an address of EventBridge such as https://events.eu-central-1.amazonaws.com", m.Target, host)
		}
	case u.Scheme == "http":
		c.report("doubtful-value", m.Pos, m.Target, "%s is %s, where keys and events travel unencrypted; expected https", m.Target, text)
	case in != nil && region != "" && in[1] != region:
		c.report("other-region", m.Pos, m.Target, "the endpoint is in the region %s, but requests are signed for %s (configuration.region): AWS refuses them", in[1], region)
	}
}

// keyPair finds an access key and a secret key that were mixed up.
func (c *checker) keyPair(access, secretKey bpmn.Mapping) {
	id, key := placeholder.FindString(access.Source), placeholder.FindString(secretKey.Source)
	if id == "" || key == "" || access.Source != id || secretKey.Source != key {
		return
	}
	isSecret := func(name string) bool {
		return strings.Contains(strings.ToLower(strings.Replace(name, "secrets.", "", 1)), "secret")
	}
	switch {
	case id == key:
		c.report("doubtful-value", secretKey.Pos, secretKey.Target, "%s is the same secret as %s: %s", secretKey.Target, access.Target, key)
	case isSecret(id) && !isSecret(key):
		c.report("doubtful-value", access.Pos, access.Target, "%s is %s and %s is %s: they seem to be swapped", access.Target, id, secretKey.Target, key)
	}
}

// replaced finds mappings of which nothing is left, because a later one has the same target or one around it.
func (c *checker) replaced() {
	for _, all := range [][]bpmn.Mapping{c.task.Inputs, c.task.Outputs} {
		for i, m := range all {
			for _, later := range all[i+1:] {
				if m.Target != "" && (later.Target == m.Target || strings.HasPrefix(m.Target, later.Target+".") || strings.HasPrefix(later.Target, m.Target+".")) {
					c.report("replaced-mapping", m.Pos, m.Target, "the mapping to %s has no effect: that to %s in line %d replaces it", m.Target, later.Target, later.Pos.Line)
					break
				}
			}
		}
	}
}
