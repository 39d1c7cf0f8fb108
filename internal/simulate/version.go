package simulate

import (
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// maxShown is how many characters of a value a warning shows.
const maxShown = 120

// differenceText says where versions of the broker differ.
func differenceText(d mapping.Difference) string {
	after := "gives " + shown(d.After)
	if d.Err != nil {
		after = "fails: " + d.Err.Error()
	}
	return d.Mapping.Target + ": versions of Camunda differ: up to 8.7.35 and 8.8.33 the mapping gives " + shown(d.Before) +
		", later the broker evaluates one mapping after the other, and it " + after
}

// shown writes a value, cut if it is long.
func shown(v jsonvalue.Value) string {
	text := []rune(string(jsonvalue.Append(nil, v)))
	if len(text) > maxShown {
		return string(text[:maxShown]) + "…"
	}
	return string(text)
}

// warnOfVersions notes names that only later versions of the broker offer than the one that is tried, or that the model was made
// for.
func (j *Job) warnOfVersions() {
	for _, m := range append(slices.Clip(j.task.Inputs), j.task.Outputs...) {
		for _, use := range mapping.BrokerNames(m) {
			switch version, platform := j.options.Version, j.options.Platform; {
			case version != "" && mapping.Older(version, use.Since):
				j.warn("%s: %s is null: it is there from Camunda %s on", m.Target, use.Name, use.Since)
			case version == "" && platform != "" && mapping.Older(platform, use.Since):
				j.warn("%s: versions of Camunda differ: %s is there from %s on, and null before; the model is for %s", m.Target, use.Name, use.Since, platform)
			}
		}
	}
}
