package play

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// faults collects what differs.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

func (f *faults) same(what string, found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		f.add("%s: found %v, expected %v", what, found, expected)
	}
}

func (f *faults) has(what, text string, parts []string) {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			f.add("%s: found %s, expected %q in it", what, shorten(text), part)
		}
	}
}

func (f *faults) lacks(what, text string, parts []string) {
	for _, part := range parts {
		if strings.Contains(text, part) {
			f.add("%s: found %s, expected no %q in it", what, shorten(text), part)
		}
	}
}

func shorten(text string) string {
	if len(text) > 600 {
		text = text[:600] + "…"
	}
	return fmt.Sprintf("%q", text)
}

// compare returns what differs between what became of the job and what the case wants.
func (p *played) compare(g *gateway, log string) []string {
	var f faults
	if p.failed != "" {
		f.add("%s", p.failed)
		if p.record == nil {
			return f
		}
	}
	r := g.read(p.record)
	w := &p.c.Want
	var last command
	if n := len(r.taken); n > 0 {
		last = r.taken[n-1]
	}
	kind := last.kind
	if kind == "" {
		kind = none
	}
	if w.Command != either || kind != complete && kind != fail {
		f.same("command", kind, w.Command)
	}
	if w.Command != either && !slices.Equal(w.Calls, []string{anyValue}) && !slices.Equal(r.calls, w.Calls) {
		f.add("commands sent: found %v, expected %v", r.calls, w.Calls)
	}
	if kind == w.Command {
		f.command(w, &last)
	}
	if found := leasesOf(&r); w.Leases != nil && !slices.Equal(found, w.Leases) {
		f.add("UpdateJobTimeout: found %v, expected %v", found, w.Leases)
	}
	f.requests(w, p.bus.seen())
	for _, text := range w.Log {
		if !strings.Contains(log, text) {
			f.add("log: expected %q in it", text)
		}
	}
	if len(f) > 0 && last.message != "" {
		f.add("for information, the message: %s", shorten(last.message))
	}
	return f
}

// handBack is the lease by which a worker gives a job back. It may do so at any time before it sends the event: the job
// comes again.
const handBack = time.Millisecond

// leasesOf returns the leases that were asked for, but for hand-backs.
func leasesOf(r *record) []string {
	var leases []string
	for _, lease := range r.leases {
		if lease != handBack {
			leases = append(leases, lease.String())
		}
	}
	return leases
}

func (f *faults) command(w *Want, c *command) {
	switch c.kind {
	case fail:
		f.same("retries", c.retries, w.Retries)
		backoff := time.Duration(0)
		if w.Backoff == anyValue {
			break
		}
		if w.Backoff != "" {
			var err error
			if backoff, err = time.ParseDuration(w.Backoff); err != nil {
				f.add("backoff: the case has no duration: %v", err)
			}
		}
		f.same("backoff", c.backoff, backoff)
	case throw:
		f.same("error code", c.code, w.Code)
	}
	f.has("message", c.message, w.Message)
	f.lacks("message", c.message, w.MessageLacks)
	if n := utf8.RuneCountInString(c.message); w.Longest > 0 && n > w.Longest {
		f.add("message: found %d characters, expected at most %d", n, w.Longest)
	}
	if w.MessageIs != nil {
		f.same("message", c.message, *w.MessageIs)
	}
	if w.Variables != nil {
		f.json("variables", c.variables, *w.Variables)
	}
	if w.Error != nil {
		f.errorVariable(w.Error, c.variables)
	}
}

func (f *faults) errorVariable(w *ErrorVar, variables string) {
	var v struct {
		Error struct {
			Code, Type, Message string
			Variables           json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(variables), &v); err != nil {
		f.add("variables: found %s, expected an object with error: %v", shorten(variables), err)
		return
	}
	f.same("error.code", v.Error.Code, w.Code)
	if w.Type != "" {
		f.same("error.type", v.Error.Type, w.Type)
	}
	f.has("error.message", v.Error.Message, w.Message)
	f.lacks("error.message", v.Error.Message, w.Lacks)
	if w.Variables != nil {
		f.json("error.variables", string(v.Error.Variables), *w.Variables)
	}
}

func (f *faults) requests(w *Want, seen []request) {
	f.same("requests to the bus", len(seen), *w.Requests)
	for _, r := range seen {
		f.has("a request", string(r.body), w.SentHas)
		f.lacks("a request", string(r.body), w.SentLacks)
	}
	if len(seen) == 0 {
		return
	}
	first := seen[0]
	if w.Sent != nil {
		if len(first.entries) != len(w.Sent) {
			f.add("entries sent: found %d, expected %d", len(first.entries), len(w.Sent))
			return
		}
		for i := range w.Sent {
			found := fieldsOf(&first.entries[i])
			for name, value := range w.Sent[i] {
				f.same(fmt.Sprintf("entry %d, %s", i, name), found[name], value)
			}
		}
	}
	if w.Credential != "" && len(first.entries) > 0 {
		f.same("signed by", first.entries[0].AccessKey+"/"+first.entries[0].Region, w.Credential)
	}
	if w.Token != "" {
		f.same("session token", first.header.Get("X-Amz-Security-Token"), w.Token)
	}
}

func fieldsOf(e *embedded.Event) map[string]string {
	return map[string]string{
		"Source": e.Source, "DetailType": e.DetailType, "EventBusName": e.EventBusName, "Detail": e.Detail,
		"Resources": strings.Join(e.Resources, " "), "Time": e.Time, "TraceHeader": e.TraceHeader,
	}
}

// anyValue stands for any value in expected JSON.
const anyValue = "<any>"

func (f *faults) json(what, found, expected string) {
	if found == "" {
		found = "{}"
	}
	a, err := decode(found)
	if err != nil {
		f.add("%s: found %s, which is no JSON: %v", what, shorten(found), err)
		return
	}
	b, err := decode(expected)
	if err != nil {
		f.add("%s: the case has no JSON: %v", what, err)
		return
	}
	if !alike(a, b) {
		f.add("%s: found %s, expected %s", what, shorten(found), shorten(expected))
	}
}

func decode(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber() // 1.10 is not 1.1 here
	err = d.Decode(&v)
	return v, err
}

func alike(found, expected any) bool {
	if expected == anyValue {
		return true
	}
	switch expected := expected.(type) {
	case map[string]any:
		object, ok := found.(map[string]any)
		if !ok || len(object) != len(expected) {
			return false
		}
		for name, value := range expected {
			if member, has := object[name]; !has || !alike(member, value) {
				return false
			}
		}
		return true
	case []any:
		list, ok := found.([]any)
		return ok && len(list) == len(expected) && slices.EqualFunc(list, expected, alike)
	default:
		return found == expected
	}
}
