package connector

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// FetchVariables are the variables that a job needs (contract 1.1).
func FetchVariables() []string {
	return []string{"authentication", "awsCredential", "configuration", "input"}
}

// Input is what a job asks for: a request, and whether a rejected entry fails it.
type Input struct {
	Request             eventbridge.Request
	FailOnRejectedEntry bool
}

// maxEvents is how many entries AWS takes in one request.
const maxEvents = 10

// readVariables cuts a job's variables into those that matter, as their raw JSON.
func readVariables(raw string) ([]secret.Variable, *Error) {
	names := FetchVariables()
	variables := make([]secret.Variable, len(names))
	err := jsonvalue.TextMembersNamed(raw, names, func(name string, value []byte) error {
		variables[slices.Index(names, name)] = secret.Variable{Name: name, JSON: value}
		return nil
	})
	if err != nil {
		return nil, inputError("the job's variables must be a JSON object: %s", err)
	}
	return slices.DeleteFunc(variables, func(v secret.Variable) bool { return v.Name == "" }), nil
}

// binder makes an [Input] of variables and collects all violations on the way.
type binder struct {
	rules      rules
	warn       func(format string, args ...any)
	mask       func(text string) string // nil = there is nothing to mask
	job        *job.Job                 // what input.processContext tells of; nil = none
	violations Violations
}

// bindInput reads and validates the variables of a job, with secrets resolved. All violations are in the error.
func (b *binder) bindInput(variables []secret.Variable) (*Input, *Error) {
	in := b.bind(variables)
	if len(b.violations) == 0 {
		return in, nil
	}
	return nil, inputError("%s", b.violations)
}

func (b *binder) bind(variables []secret.Variable) *Input {
	in := &Input{}
	b.target(&in.Request, variables)
	b.events(in, secret.RawOf(variables, "input"))
	return in
}

func (b *binder) violate(v Violation) { b.violations = append(b.violations, v) }

func (b *binder) missing(path, want string) {
	b.violate(Violation{Field: path, Kind: MissingValue, Want: want})
}

func (b *binder) invalid(path, want, found string) {
	b.violate(Violation{Field: path, Kind: InvalidValue, Want: want, Found: found})
}

func (b *binder) invalidJSON(path string, err error) {
	b.violate(Violation{Field: path, Kind: InvalidJSON, Why: err.Error()})
}

func (b *binder) refuse(path, found, want, why string) {
	b.violate(Violation{Field: path, Kind: RefusedValue, Found: found, Want: want, Why: why})
}

// quote shows a value that was found: masked first, since half a secret is not found, then shortened.
func (b *binder) quote(text string) string {
	if b.mask != nil {
		text = b.mask(text)
	}
	return quote(text)
}

// fields is an object's raw fields, as far as any field of the connector has their name; of equal keys the last.
// They are few: a look through them is cheaper than a map.
type fields []field

type field struct {
	name string
	raw  []byte
}

// get returns the raw field; nil = there is none.
func (f fields) get(name string) []byte {
	for i := range f {
		if f[i].name == name {
			return f[i].raw
		}
	}
	return nil
}

func (f *fields) set(name string, raw []byte) {
	for i := range *f {
		if (*f)[i].name == name {
			(*f)[i].raw = raw
			return
		}
	}
	*f = append(*f, field{name, raw})
}

// object reads an object, or a list of exactly one. It is nil, with a violation, for anything else, and nil without one
// for null and for nothing.
func (b *binder) object(path string, raw []byte) fields {
	raw = jsonvalue.RawOnly(raw)
	switch kind := jsonvalue.RawKind(raw); {
	case isNull(raw):
		return nil
	case kind != jsonvalue.KindObject:
		b.invalid(path, "an object", withArticle(kind))
		return fields{}
	}
	f := make(fields, 0, 4) // as many as most objects have
	if err := jsonvalue.MembersNamed(raw, names().keys, func(name string, value []byte) error { f.set(name, value); return nil }); err != nil {
		b.invalidJSON(path, err)
	}
	return f
}

func isNull(raw []byte) bool {
	return len(raw) == 0 || jsonvalue.RawKind(raw) == jsonvalue.KindNull
}

// text reads a string; a number or boolean counts as its text. It is false for null and nothing, and with a violation for
// anything else.
func (b *binder) text(path string, raw []byte) (string, bool) {
	raw = jsonvalue.RawOnly(raw)
	if isNull(raw) {
		return "", false
	}
	switch kind := jsonvalue.RawKind(raw); kind {
	case jsonvalue.KindString:
		s, err := jsonvalue.Unquote(raw)
		if err != nil {
			b.invalidJSON(path, err)
		}
		return s, true
	case jsonvalue.KindNumber:
		return jsonvalue.Number(bytes.TrimSpace(raw)).Text(), true
	case jsonvalue.KindBoolean:
		return string(bytes.TrimSpace(raw)), true
	default:
		b.invalid(path, "a string", withArticle(kind))
		return "invalid", true
	}
}

// required reads a string that must not be blank.
func (b *binder) required(path string, raw []byte) string {
	s, _ := b.text(path, raw)
	if strings.TrimSpace(s) == "" {
		b.violate(Violation{Field: path, Kind: BlankValue})
	}
	return s
}

// optional reads a string for which blank is the same as none: Modeler writes "" for an emptied field.
func (b *binder) optional(path string, raw []byte) string {
	s, _ := b.text(path, raw)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return s
}

// events reads the entries of the request: one from the fields of input, or those of events with input's as defaults.
func (b *binder) events(in *Input, raw []byte) {
	f := b.object("input", raw)
	if f == nil {
		b.missing("input", "an object with the fields eventBusName, source, detailType and detail")
		return
	}
	in.Request.EndpointID = b.endpointID("input.endpointId", f.get("endpointId"))
	in.FailOnRejectedEntry = b.flag("input.failOnRejectedEntry", f.get("failOnRejectedEntry"))
	several := f.get("events")
	if isAbsent(several) {
		in.Request.Entries = []eventbridge.Entry{b.entry("input", f, nil)}
		b.size("input", in.Request.Entries)
		return
	}
	elements := [][]byte{several}
	if jsonvalue.RawKind(several) == jsonvalue.KindArray {
		elements = elements[:0]
		_ = jsonvalue.Elements(several, func(e []byte) error { elements = append(elements, e); return nil })
	}
	if n := len(elements); n == 0 || n > maxEvents {
		b.violate(Violation{Field: "input.events", Kind: WrongSize, Want: fmt.Sprintf("1 to %d events", maxEvents), Found: strconv.Itoa(n)})
		return
	}
	for i, e := range elements {
		path := fmt.Sprintf("input.events[%d]", i)
		event := b.object(path, e)
		if event == nil {
			b.invalid(path, "an object", "null")
			continue
		}
		in.Request.Entries = append(in.Request.Entries, b.entry(path, event, f))
	}
	b.size("input.events", in.Request.Entries)
}

// size refuses entries that are together larger than AWS takes.
func (b *binder) size(path string, entries []eventbridge.Entry) {
	total := 0
	for i := range entries {
		total += entries[i].Size()
	}
	if total > eventbridge.MaxRequestSize {
		b.violate(Violation{Field: path, Kind: TooLarge, Want: fmt.Sprintf("at most %d bytes as AWS counts them", eventbridge.MaxRequestSize), Found: strconv.Itoa(total)})
	}
}

// isAbsent says whether an optional field has no value: none, null or a blank string.
func isAbsent(raw []byte) bool {
	if isNull(raw) {
		return true
	}
	if jsonvalue.RawKind(raw) != jsonvalue.KindString {
		return false
	}
	s, err := jsonvalue.Unquote(raw)
	return err == nil && strings.TrimSpace(s) == ""
}

// entry reads one event; what it lacks it takes from the defaults. A message names the field where it was looked for
// first.
func (b *binder) entry(path string, f, defaults fields) eventbridge.Entry {
	given := func(name string) (string, []byte) {
		if isNull(f.get(name)) && !isNull(defaults.get(name)) {
			return pathOf("input", name), defaults.get(name)
		}
		return pathOf(path, name), f.get(name)
	}
	required := func(name string) string { p, raw := given(name); return b.required(p, raw) }
	optional := func(name string) (string, []byte) {
		if isAbsent(f.get(name)) && !isAbsent(defaults.get(name)) {
			return pathOf("input", name), defaults.get(name)
		}
		return pathOf(path, name), f.get(name)
	}
	e := eventbridge.Entry{EventBusName: required("eventBusName"), Source: required("source"), DetailType: required("detailType")}
	p, raw := given("detail")
	e.Detail = b.detail(p, raw)
	if name := b.optional(optional("processContext")); name != "" {
		e.Detail = b.withProcess(p, e.Detail, name)
	}
	p, raw = optional("resources")
	e.Resources = b.texts(p, raw)
	p, raw = optional("time")
	e.Time = b.time(p, raw)
	p, raw = optional("traceHeader")
	e.TraceHeader = b.optional(p, raw)
	return e
}

// withProcess returns a detail with a member of the given name that says which job the event is of. Its job key stays the
// same over retries, so that a consumer can drop a second event.
func (b *binder) withProcess(path, detail, name string) string {
	v, err := jsonvalue.ParseString(detail)
	o, ok := v.(*jsonvalue.Object)
	switch {
	case detail == "":
		return detail // that is told already
	case err != nil || !ok:
		b.invalid(path, "an object to take the member "+b.quote(name)+" of input.processContext", withArticle(jsonvalue.KindOf(v)))
		return detail
	}
	if _, there := o.Get(name); there {
		b.refuse(path, b.quote(name), "", "must not have the member "+b.quote(name)+", which input.processContext names")
		return detail
	}
	member := append(jsonvalue.AppendString(nil, name), ':')
	member = jsonvalue.Append(member, processOf(b.job))
	if o.Len() > 0 {
		member = append([]byte{','}, member...)
	}
	return detail[:len(detail)-1] + string(member) + "}"
}

// processOf is what an event can say of the job that it is of; nothing of none.
func processOf(j *job.Job) *jsonvalue.Object {
	o := &jsonvalue.Object{}
	if j == nil {
		return o
	}
	text := func(name, value string) {
		if value != "" {
			o.Set(name, value)
		}
	}
	key := func(name string, value int64) {
		if value != 0 {
			o.Set(name, strconv.FormatInt(value, 10))
		}
	}
	key("processInstanceKey", j.ProcessInstanceKey)
	text("processDefinitionId", j.ProcessID)
	text("elementId", j.ElementID)
	key("jobKey", j.Key)
	text("tenantId", j.TenantID)
	text("businessId", j.BusinessID)
	return o
}

// texts reads a list of strings; one string alone is a list of it. Blank ones are left out.
func (b *binder) texts(path string, raw []byte) []string {
	if isAbsent(raw) {
		return nil
	}
	if jsonvalue.RawKind(raw) != jsonvalue.KindArray {
		return []string{b.required(path, raw)}
	}
	var all []string
	i := 0
	_ = jsonvalue.Elements(raw, func(e []byte) error {
		if s := b.optional(fmt.Sprintf("%s[%d]", path, i), e); s != "" {
			all = append(all, s)
		}
		i++
		return nil
	})
	return all
}

func (b *binder) time(path string, raw []byte) time.Time {
	text := b.optional(path, raw)
	if text == "" {
		return time.Time{}
	}
	t, err := readTime(strings.TrimSpace(text))
	if err != nil {
		b.invalid(path, "a time by RFC 3339 such as 2026-01-31T12:30:00Z", b.quote(text))
	}
	return t
}

// readTime reads a time by RFC 3339, or as the broker writes FEEL's date and time: 2026-01-31T12:30:00Z[Etc/UTC], and
// 2026-01-31T12:30:00@Etc/UTC for string(now()).
func readTime(text string) (time.Time, error) {
	if at := strings.LastIndexByte(text, '['); at > 0 && strings.HasSuffix(text, "]") {
		return time.Parse(time.RFC3339, text[:at])
	}
	local, id, found := strings.Cut(text, "@")
	if !found {
		return time.Parse(time.RFC3339, text)
	}
	zone, err := time.LoadLocation(id)
	if err != nil || id == "" || id == "Local" {
		return time.Time{}, fmt.Errorf("there is no time zone %q", id)
	}
	return time.ParseInLocation("2006-01-02T15:04:05", local, zone)
}

func (b *binder) flag(path string, raw []byte) bool {
	text := b.optional(path, raw)
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "false":
		return false
	case "true":
		return true
	default:
		b.invalid(path, "true or false", b.quote(text))
		return false
	}
}
