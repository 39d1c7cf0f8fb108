package simulate

import (
	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// maxShown is how many characters of a value a warning shows.
const maxShown = 120

// differenceText says where versions of the broker differ.
func differenceText(d mapping.Difference) string {
	if d.Read != nil {
		return d.Mapping.Target + ": versions of Camunda differ: up to 8.7.35 and 8.8.33 " + d.Read.Name + " is " + d.Read.Before + ", later it is " + d.Read.After
	}
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

// warnOfBrokerNames notes what of the broker's own names is null: it was not given, or the broker does not offer it. It returns the
// places of the latter two in the mapping, of which nothing else is to be told.
func (j *Job) warnOfBrokerNames(m bpmn.Mapping) map[feel.Pos]bool {
	told := map[feel.Pos]bool{}
	if _, hidden := j.scope.Variables.Get("camunda"); hidden {
		return told
	}
	for _, read := range mapping.BrokerReads(m) {
		version, platform := j.options.Version, j.options.Platform
		switch {
		case version != "" && !mapping.Offered(read.Kind, version):
			j.warnAt(m.Pos, "%s: %s is null: it is there from Camunda %s on", m.Target, read.Name(), read.Since)
		case version == "" && platform != "" && !mapping.Offered(read.Kind, platform):
			j.warnAt(m.Pos, "%s: versions of Camunda differ: %s is there from %s on, and null before; the model is for %s", m.Target, read.Name(), read.Since, platform)
		}
		if version != "" && !mapping.Offered(read.Kind, version) || j.notGiven(m, read) {
			for _, at := range read.Pos {
				told[at] = true
			}
		}
	}
	return told
}

// warnOfNewFunctions notes functions that a broker of the model's version may not know. Where the version of the broker is given,
// the evaluation tells it.
func (j *Job) warnOfNewFunctions(m bpmn.Mapping) {
	version, platform := j.options.Version, j.options.Platform
	for _, f := range mapping.NewFunctions(m) {
		if version == "" && platform != "" && mapping.Older(platform, f.Since) {
			j.warnAt(m.Pos, "%s: versions of Camunda differ: the function %s is there from %s on, and gives null before; the model is for %s", m.Target, f.Name, f.Since, platform)
		}
	}
}

// notGiven notes a secret or a variable of the cluster that was not given, and says whether it is one.
func (j *Job) notGiven(m bpmn.Mapping, read mapping.BrokerRead) bool {
	switch {
	case read.Kind == "secrets" && len(read.Path) > 0:
		if _, ok := j.options.Secrets[read.Path[0]]; ok {
			return false
		}
		j.warnAt(m.Pos, "%s: the secret %s is not given, so that %s is null here; the broker gives the job to no worker until it finds the secret, or raises an incident", m.Target, read.Path[0], read.Name())
		return true
	case read.Kind == "vars" && len(read.Path) > 1:
		if _, ok := j.options.ClusterVariables.Get(read.Path[1]); ok {
			return false
		}
		j.warnAt(m.Pos, "%s: the variable %s of the cluster is not given, so that %s is null here", m.Target, read.Path[1], read.Name())
		return true
	}
	return false
}
