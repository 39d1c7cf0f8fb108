package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
)

// values are the secrets that take the places of those of the profiles.
var values = leak.Secrets()

// headerSafe are those that may be credentials of AWS and values of HTTP header fields.
var headerSafe = []string{"plain", "short", "long"}

func valueOf(name string) string {
	for _, v := range values {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// literals are the credentials that cases write themselves: what lies in secretKey and sessionToken is a secret too.
var literals = []string{
	"played-secret-key-000000000000000001", "played-session-token", "reused-secret-key",
	"chained-secret-key-0000000000000000000001", "chained-secret-key-0000000000000000000002",
}

// Secrets of the worker's own.
const (
	gatewayPassword = "cnry-gateway-Pw5&8<x"
	collectorKey    = "cnry-collector-Key77"
)

func allMarks() []leak.Mark {
	var all []leak.Mark
	for _, v := range values {
		all = append(all, leak.NewMark(v.Name, v.Value))
	}
	for _, text := range literals {
		all = append(all, leak.NewMark("credential "+text[:7], text))
	}
	return append(all, leak.NewMark("the gateway's password", gatewayPassword), leak.NewMark("the collector's key", collectorKey))
}

// exchange puts marked secrets in the places of a profile's own, and returns what takes the place of what.
func exchange(p *play.Profile) map[string]string {
	instead := map[string]string{}
	next := 0
	replace := func(secrets map[string]string) map[string]string {
		out := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(secrets)) {
			old := secrets[name]
			value := values[next%len(values)].Value
			switch {
			case strings.Contains(name, "ACCESS") || strings.HasSuffix(name, "AWS_KEY"):
				value = valueOf("plain")
			case strings.Contains(name, "SESSION"):
				value = valueOf("long")
			case name == "SECRET_SECRET" || strings.HasSuffix(name, "AWS_SECRET"):
				value = valueOf("percent")
			case strings.Contains(old, "secrets.") || old == "":
				value = old // it is about what it says
			default:
				next++
			}
			out[name] = value
			if len(old) >= 8 {
				instead[old] = value
			}
		}
		return out
	}
	p.Secrets, p.Files = replace(p.Secrets), replace(p.Files)
	if p.Cluster != nil { // nil stands for a cluster that is too old
		p.Cluster = replace(p.Cluster)
	}
	return instead
}

// exchangeIn puts the marked secrets into what a case's bus answers, and has any command do.
func exchangeIn(c *play.Case, instead map[string]string) {
	c.Answers = slices.Clone(c.Answers)
	for _, old := range slices.Sorted(maps.Keys(instead)) {
		value := instead[old]
		quoted := jsonvalue.AppendString(nil, value)
		for i := range c.Answers {
			a := &c.Answers[i]
			a.Error = strings.ReplaceAll(a.Error, old, value)
			a.Body = strings.ReplaceAll(a.Body, old, string(quoted[1:len(quoted)-1]))
			headers := map[string]string{}
			for name, text := range a.Headers {
				headers[name] = strings.ReplaceAll(text, old, headerText(value))
			}
			a.Headers = headers
		}
	}
	if c.Want.Command != "none" {
		c.Want = play.Want{Command: "any", Requests: c.Want.Requests}
	}
}

// headerText makes a value that a header field may have: the line breaks are gone.
func headerText(value string) string { return strings.NewReplacer("\n", " ", "\t", " ").Replace(value) }
