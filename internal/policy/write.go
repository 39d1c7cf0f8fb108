package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/lint"
)

// Write returns the policies that the models need. The error is a *[FindingsError] or a *[NoTaskError].
func Write(ctx context.Context, files []File, o Options) (*Report, error) {
	w := &writer{options: o, byName: map[string]*Identity{}}
	var passed []Note
	for _, f := range files {
		for _, p := range f.Model.Processes {
			for _, t := range p.Tasks {
				switch {
				case t.JobType() == o.JobType:
					w.task(ctx, f.Name, t)
				case strings.HasPrefix(t.JobType(), "="):
					if lint.Ours(t, lint.Options{TaskTypes: []string{o.JobType}}) {
						w.report.Notes = append(w.report.Notes, Note{f.Name, t.TypePos.Line, t.TypePos.Column, t.ID, "type", "is computed: the task is taken for one of this worker, by its template"})
						w.task(ctx, f.Name, t)
					}
				case lint.Ours(t, lint.Options{TaskTypes: []string{o.JobType}}):
					passed = append(passed, Note{f.Name, t.TypePos.Line, t.TypePos.Column, t.ID, "type", fmt.Sprintf("is %q, which this worker does not take: the task is left out", t.Type)})
				}
			}
		}
	}
	switch {
	case len(w.findings) > 0:
		return nil, &FindingsError{w.findings}
	case w.report.Tasks == 0:
		return nil, &NoTaskError{o.JobType, passed}
	}
	w.report.Notes = append(w.report.Notes, passed...)
	if o.TrustedInputs {
		w.report.Notes = append(w.report.Notes, Note{
			Field: "camunda.connector.secret-resolver.secret-filter.mode", Message: "is DISABLED: process data can bring an awsCredential that replaces the identity of a task; these policies know only what the models map",
		})
	}
	w.secrets()
	w.finish()
	return &w.report, nil
}

// writer collects what the identities need.
type writer struct {
	options      Options
	report       Report
	byName       map[string]*Identity
	findings     []Note
	keysInModels []string
	secretNames  []string
	anySecret    bool
	whyAnySecret string
}

func (w *writer) identity(name string, kind Kind) *Identity {
	id := w.byName[name]
	if id == nil {
		id = &Identity{Name: name, Kind: kind}
		w.byName[name] = id
		w.report.Identities = append(w.report.Identities, id)
	}
	return id
}

// note adds a note that the identity does not have yet.
func (id *Identity) note(all ...Note) {
	for _, n := range all {
		if !slices.Contains(id.Notes, n) {
			id.Notes = append(id.Notes, n)
		}
	}
}

var unknownAccount = Note{Message: "the AWS account is not known, so that the policy allows every account: --aws-account names it"}

func (w *writer) accountOr(other string) string {
	if w.options.Account != "" {
		return w.options.Account
	}
	return other
}

// task adds what one task needs.
func (w *writer) task(ctx context.Context, file string, model *bpmn.Task) {
	w.report.Tasks++
	t := readTask(ctx, file, model)
	entries, senders := t.entries(), t.senders(&w.keysInModels)
	for _, s := range senders {
		if len(s.region.forms) == 0 {
			field := regionPath(s.path)
			t.find(t.at(field), field, "is missing or blank, expected a region such as eu-central-1: the task cannot send an event")
			break
		}
	}
	if len(t.findings) > 0 {
		w.findings = append(w.findings, t.findings...)
		return
	}
	w.secretNames = append(w.secretNames, t.secretNames()...)
	switch {
	case w.options.TrustedInputs:
		w.anySecret, w.whyAnySecret = true, "the secret filter is DISABLED, so that process data can name secrets"
	case !w.options.ModelsRead && t.takesSecretsOfData():
		w.anySecret, w.whyAnySecret = true, "there is no camunda.client.rest-address, and credentials are computed, so that process data can name secrets"
	}
	for _, s := range senders {
		w.sender(t, s, entries)
	}
}

// sender adds what a task needs that sends as this one.
func (w *writer) sender(t *task, s sender, entries []entry) {
	notes := slices.Concat(s.notes, t.widened(entries))
	p, more := w.placeOf(t, s)
	notes = append(notes, more...)
	base := w.identity(s.base, s.kind)
	base.note(s.notes...)
	if s.direct {
		base.note(notes...)
		p.account = w.accountOr("*")
		w.send(base, p, entries)
	}
	for _, role := range s.roles {
		w.assume(base, s, role, p.partitionOfAll())
		name := "role:" + role.String()
		id := w.identity(name, Role)
		id.note(notes...)
		id.note(Note{Message: fmt.Sprintf("the role's trust policy must let %s assume it%s", s.base, s.onCondition())})
		at := p
		at.account = accountOfRole(role)
		if at.account == "" {
			at.account = "*"
		}
		if m := roleARN.FindStringSubmatch(role.String()); m != nil {
			at.partition = m[1]
		}
		w.send(id, at, entries)
	}
}

// onCondition says which external id a role's trust policy can ask for.
func (s sender) onCondition() string {
	switch id, known := s.externalID(); {
	case known && id != "":
		return fmt.Sprintf(", on the condition that sts:ExternalId is %q", id)
	case len(s.externalIDs.forms) > 0:
		return ", on the condition that sts:ExternalId is what the task gives"
	}
	return ""
}

// externalID returns the external id if it is always the same; empty = there is none.
func (s sender) externalID() (string, bool) {
	switch {
	case len(s.externalIDs.forms) == 0:
		return "", true
	case len(s.externalIDs.forms) > 1 || s.externalIDs.absent:
		return "", false
	}
	return s.externalIDs.forms[0].exact()
}

// assume lets an identity assume a role.
func (w *writer) assume(base *Identity, s sender, role form, partition string) {
	id, _ := s.externalID()
	if text, known := role.exact(); !known && strings.Count(role.parts[0], ":") < colonsOfARN {
		role = wild("arn:" + partition + ":iam::*:role/*")
	} else if known && !roleARN.MatchString(text) {
		base.note(Note{Message: fmt.Sprintf("%q is no ARN of a role such as arn:aws:iam::123456789012:role/send-events", text)})
	}
	a := assumption{role, id}
	if !slices.ContainsFunc(base.needs.assume, func(b assumption) bool { return b.role.key() == a.role.key() && b.externalID == a.externalID }) {
		base.needs.assume = append(base.needs.assume, a)
	}
}

// send lets an identity send events.
func (w *writer) send(id *Identity, p place, entries []entry) {
	unknown := false
	for _, e := range entries {
		for _, bus := range e.bus.forms {
			for _, arn := range p.buses(bus) {
				unknown = unknown || p.account == "*" && !strings.HasPrefix(bus.parts[0], "arn:")
				for _, source := range e.source.forms {
					for _, kind := range e.detailType.forms {
						id.needs.send = append(id.needs.send, permission{arn, source, kind})
					}
				}
			}
			if m := busARN.FindStringSubmatch(bus.String()); m != nil && bus.known() && m[3] != p.account {
				id.note(Note{Message: fmt.Sprintf("if the event bus %s belongs to another account, its own resource policy must allow these events, too", bus)})
			}
			if bus.isAny() {
				id.note(Note{Message: "an event bus that is computed can be one of another account: every account is allowed, in the region of the task"})
			}
		}
	}
	if unknown {
		id.note(unknownAccount)
	}
}

// placeOf returns the regions that a task sends to.
func (w *writer) placeOf(t *task, s sender) (place, []Note) {
	var notes []Note
	p := place{partition: "*"}
	var given []form
	for _, r := range w.options.Regions {
		given = append(given, exactly(strings.TrimSpace(r)))
	}
	path := regionPath(s.path)
	for _, r := range s.region.forms {
		switch _, known := r.exact(); {
		case known:
			p.regions = append(p.regions, r)
		case given != nil:
			p.regions = append(p.regions, given...)
			notes = append(notes, t.note(path, "is computed: the regions of --aws-region are allowed"))
		default:
			p.regions = append(p.regions, r)
			notes = append(notes, t.note(path, allows("region", r)+"; --aws-region names those to allow"))
		}
	}
	if ids := t.endpointIDs(); len(ids.forms) > 0 {
		is := "names a global endpoint"
		if _, computed := ids.computed(); computed {
			is = "is computed, so that it can name a global endpoint"
		}
		p.global = true
		if given != nil {
			p.regions = append(p.regions, given...)
			notes = append(notes, t.note("input.endpointId", is+": the event bus is allowed in the model's region and in those of --aws-region; together they must be both regions of the endpoint"))
		} else {
			p.regions = append(p.regions, anyText)
			notes = append(notes, t.note("input.endpointId", is+", whose regions no model says: the event bus is allowed in every region; --aws-region names the two"))
		}
	}
	if note, ok := t.elsewhere(); ok {
		notes = append(notes, note)
	}
	p.regions = distinct(p.regions)
	return p, notes
}

func distinct(forms []form) []form {
	var t texts
	for _, f := range forms {
		t.add(f)
	}
	return t.forms
}

// endpointIDs are the global endpoints that the task can name.
func (t *task) endpointIDs() texts { return textsOf(t.variable("input").Member("endpointId")) }

// elsewhere notes that a task sends to an endpoint that is not AWS's own.
func (t *task) elsewhere() (Note, bool) {
	if !t.made["configuration"] {
		return Note{}, false
	}
	for _, f := range textsOf(t.variable("configuration").Member("endpoint")).forms {
		text, known := f.exact()
		u, err := eventbridge.ParseEndpoint(text)
		if known && err == nil && !endpoint.OfAWS(u.Hostname()) {
			return t.note("configuration.endpoint", "is "+u.Host+", which is not AWS's own: the policy matters only if AWS is behind it"), true
		}
	}
	return Note{}, false
}
