package policy

import (
	"context"
	"net/url"
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Target is one bus to which a task sends as one identity. What the model computes is empty.
type Target struct {
	Place     Note   // of the field that names the bus, without a message
	ProcessID string // of the task
	Identity  string // as in [Identity.Name]: of the caller, if there is a role
	Kind      Kind
	// Keys are the access key, secret key and session token as the model has them: secrets by their names.
	AccessKey, SecretKey, SessionToken string
	HasRole                            bool
	Role, ExternalID                   string
	Region, Endpoint, Bus              string
	Global                             bool // it sends to a global endpoint
	// Computed are the fields that are empty because the model computes them.
	Computed []string

	task *task
}

// At returns the place of the mapping that makes a field, without a message.
func (t Target) At(field string) Note {
	if t.task == nil {
		return Note{Field: field}
	}
	return t.task.note(field, "")
}

// Named is a secret that a task names.
type Named struct {
	Name, ProcessID string
	Place           Note // without a message
}

// Survey is what models say of where they send.
type Survey struct {
	Targets  []Target
	Secrets  []Named // each once for each process and field
	Findings []Note  // mistakes, for whose tasks there are no targets
	Tasks    int
}

// Look returns where the tasks of this type send, in the order of the models.
func Look(ctx context.Context, files []File, jobType string) *Survey {
	s := &Survey{}
	for _, f := range files {
		for _, p := range f.Model.Processes {
			for _, model := range p.Tasks {
				if model.JobType() == jobType {
					s.add(readTask(ctx, f.Name, model), p.ID)
				}
			}
		}
	}
	return s
}

func (s *Survey) add(t *task, processID string) {
	s.Tasks++
	entries, senders := t.entries(), t.senders(new([]string))
	for _, m := range t.Inputs {
		for _, name := range secretsIn(m) {
			n := Named{name, processID, Note{File: t.file, Line: m.Pos.Line, Column: m.Pos.Column, Task: t.ID, Field: m.Target}}
			if !slices.ContainsFunc(s.Secrets, func(o Named) bool { return o.Name == name && o.ProcessID == processID && o.Place.Field == m.Target }) {
				s.Secrets = append(s.Secrets, n)
			}
		}
	}
	if len(t.findings) > 0 {
		s.Findings = append(s.Findings, t.findings...)
		return
	}
	for _, from := range senders {
		for _, e := range entries {
			for _, bus := range e.bus.forms {
				s.Targets = append(s.Targets, t.targets(from, bus, processID)...)
			}
		}
	}
}

// targets returns those of one sender and one bus: without a role, and with each.
func (t *task) targets(from sender, bus form, processID string) []Target {
	field := "input.eventBusName"
	if !slices.ContainsFunc(textsOf(t.variable("input").Member("eventBusName")).forms, func(f form) bool { return f.key() == bus.key() }) {
		field = "input.events"
	}
	one := Target{task: t, Place: t.note(field, ""), ProcessID: processID, Identity: from.base, Kind: from.kind}
	set := func(field string, value texts) string {
		switch {
		case len(value.forms) == 0:
			return ""
		case len(value.forms) == 1 && value.forms[0].known() && !value.absent:
			return value.forms[0].parts[0]
		}
		one.Computed = append(one.Computed, field)
		return ""
	}
	one.Region = set(regionPath(from.path), from.region)
	one.Bus = set("input.eventBusName", texts{forms: []form{bus}})
	if t.made["configuration"] {
		one.Endpoint = set("configuration.endpoint", textsOf(t.variable("configuration").Member("endpoint")))
	}
	one.Global = len(t.endpointIDs().forms) > 0
	if from.kind == AccessKey {
		o := t.authentication(from.path)
		one.AccessKey, one.SecretKey, one.SessionToken = written(o.Member("accessKey")), written(o.Member("secretKey")), written(o.Member("sessionToken"))
	}
	var all []Target
	if from.direct {
		all = append(all, one)
	}
	for _, role := range from.roles {
		with := one
		with.Computed = slices.Clone(one.Computed)
		with.HasRole = true
		var known bool
		if with.Role, known = role.exact(); !known {
			with.Computed = append(with.Computed, from.path+".roleArn")
		}
		with.ExternalID = written(t.authentication(from.path).Member("externalId"))
		all = append(all, with)
	}
	return all
}

func (t *task) authentication(path string) feel.Outline {
	if path == "authentication" {
		return t.variable("authentication")
	}
	return t.variable("awsCredential").Member("authentication")
}

// written returns a text as the model has it, secrets by their names; empty = it is computed, or there is none.
func written(o feel.Outline) string {
	if len(o) != 1 || o[0].Kind != feel.TextShape || len(o[0].Parts) != 1 {
		return ""
	}
	return o[0].Parts[0]
}

// regionPath is the field of the region beside an authentication.
func regionPath(path string) string {
	if path == "authentication" {
		return "configuration.region"
	}
	return "awsCredential.region"
}

// URL returns the endpoint that the model writes; nil = it writes none.
func (t Target) URL() (*url.URL, error) {
	if t.Endpoint == "" {
		return nil, nil //nolint:nilnil // none
	}
	return eventbridge.ParseEndpoint(t.Endpoint)
}
