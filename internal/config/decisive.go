package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// decision is what becomes of some of the [decisive] names.
type decision struct {
	keys     []string
	harmless []string // values that ask for what the worker does anyway
	refused  string   // what is expected instead; empty = a warning is enough
	warning  string
}

// is says whether a name is one of the decision's.
func (d decision) is(name spelt) bool {
	return slices.ContainsFunc(d.keys, func(key string) bool { return matches(name, key) })
}

const takesJobs = "this worker takes jobs all the same; to take none, do not start it"

// decisive are names that decide which jobs are taken, what becomes of them, or how the worker is reached, and that this worker cannot
// follow. They are never passed over in silence. The first entry with a name counts.
var decisive = []decision{
	{
		keys: []string{
			"camunda.client.enabled", "camunda.client.zeebe.enabled", "zeebe.client.enabled", "camunda.client.worker.defaults.enabled", "camunda.client.zeebe.defaults.enabled",
		},
		harmless: []string{"", "true"},
		warning:  takesJobs,
	},
	{
		keys:     []string{"camunda.client.worker.defaults.type", "camunda.client.zeebe.defaults.type", "zeebe.client.worker.default-type"},
		harmless: []string{""},
		warning:  "the job type is connector.aws-eventbridge.type",
	},
	{
		keys:    []string{"camunda.client.worker.override.", "camunda.client.zeebe.override.", "zeebe.client.worker.override."},
		warning: "there is one worker, and camunda.client.worker.defaults is its",
	},
	{
		keys:     []string{"server.ssl.", "management.server.ssl."},
		harmless: []string{"", "false"},
		warning:  "health and metrics are served without TLS",
	},
	{
		keys:     []string{"connector.outbound.discovery.disabled"},
		harmless: []string{"", "false"},
		warning:  "it switches off the discovery of Camunda's connectors, not this worker, which takes the jobs of connector.aws-eventbridge.type",
	},
}

// decides tells whether a name is one of those that decide which jobs are taken, and says what becomes of it.
func (l *loader) decides(e entry) bool {
	name := spell(e.general())
	for _, d := range decisive {
		if !d.is(name) {
			continue
		}
		value, err := l.resolve(e.text)
		switch {
		case err == nil && slices.Contains(d.harmless, strings.ToLower(value)):
			l.passed(e, "it asks for what this worker does anyway")
			l.warn(Warning{Text: e.what() + " has no effect here", Minor: true})
		case d.refused != "":
			l.fail(&ValueError{Key: shownKey(e.name), Found: strconv.Quote(shortened(redact(value))), Source: e.source, Expected: d.refused})
			l.account(Account{Name: shownKey(e.name), Source: e.where(), Fate: Refused})
		default:
			l.passed(e, d.warning)
			l.warnf("%s has no effect here: %s", e.what(), d.warning)
		}
		return true
	}
	return false
}

// warnOfDisabledType says what the variable that switches a connector of Camunda's runtime off means here, if it names the
// job type of this worker.
func (l *loader) warnOfDisabledType() {
	const key = "connector.outbound.disabled"
	value, _ := l.property(key)
	if slices.Contains(splitList(value+","+l.springElements(key)), l.config.Connector.JobType) {
		l.warn(Warning{Text: fmt.Sprintf("%s names %s: it switches off Camunda's connector, not this worker, which takes these jobs", key, l.config.Connector.JobType)})
	}
}
