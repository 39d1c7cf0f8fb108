package policy

import (
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// entry is what one event of a task can be: any of its buses, sources and detail types together.
type entry struct{ bus, source, detailType texts }

// entries returns the events that a task can send. A field that is missing is a finding: no event is sent without it.
func (t *task) entries() []entry {
	var all []entry
	for _, in := range objects(t.variable("input")) {
		several := in.Member("events")
		if isAbsent(several) {
			all = append(all, t.entry(in, nil))
		}
		for _, event := range objects(withoutAbsent(several)) {
			all = append(all, t.entry(event, &in))
		}
	}
	all = slices.DeleteFunc(all, func(e entry) bool {
		return len(e.bus.forms) == 0 || len(e.source.forms) == 0 || len(e.detailType.forms) == 0
	})
	if len(all) == 0 {
		t.missing()
	}
	return all
}

// missing finds the fields without which the task sends nothing.
func (t *task) missing() {
	found := false
	for _, name := range []string{"eventBusName", "source", "detailType"} {
		if len(textsOf(t.variable("input").Member(name)).forms) == 0 {
			t.find(t.at("input."+name), "input."+name, "is missing or blank, expected a text: the task cannot send an event")
			found = true
		}
	}
	if !found {
		t.find(t.at("input.events"), "input.events", "gives no event, expected a list of 1 to 10 contexts: the task cannot send an event")
	}
}

// entry reads one event. What it lacks it takes from the fields of input.
func (t *task) entry(event feel.Shape, input *feel.Shape) entry {
	field := func(name string) texts {
		own := event.Member(name)
		found := textsOf(own)
		if input != nil && own.CanBe(feel.NullShape) {
			for _, f := range textsOf(input.Member(name)).forms {
				found.add(f)
			}
		}
		return found
	}
	return entry{bus: field("eventBusName"), source: field("source"), detailType: field("detailType")}
}

// objects returns the contexts that a value can be: a list of one stands for its item, and a list of events for each of
// its items.
func objects(o feel.Outline) []feel.Shape {
	var all []feel.Shape
	for _, s := range o {
		switch s.Kind {
		case feel.AnyShape:
			all = append(all, feel.Shape{Kind: feel.ContextShape, Open: true})
		case feel.ContextShape:
			all = append(all, s)
		case feel.ListShape:
			all = append(all, objects(s.Items)...)
		case feel.NullShape, feel.TextShape, feel.ScalarShape:
		}
	}
	return all
}

// isAbsent says whether a field can be left out: null, or a blank text.
func isAbsent(o feel.Outline) bool { return textsOf(o).absent || len(o) == 0 }

// withoutAbsent returns what a value is where it is there.
func withoutAbsent(o feel.Outline) feel.Outline {
	return slices.DeleteFunc(slices.Clone(o), func(s feel.Shape) bool { return s.Kind == feel.NullShape })
}

// widened notes which fields of the events are computed.
func (t *task) widened(entries []entry) []Note {
	var notes []Note
	for _, f := range []struct {
		name, what string
		of         func(entry) texts
	}{
		{"eventBusName", "event bus", func(e entry) texts { return e.bus }},
		{"source", "source", func(e entry) texts { return e.source }},
		{"detailType", "detail type", func(e entry) texts { return e.detailType }},
	} {
		for _, e := range entries {
			if form, ok := f.of(e).computed(); ok {
				notes = append(notes, t.note(t.writer(f.name), allows(f.what, form)))
				break
			}
		}
	}
	return notes
}

// writer is the field whose mapping makes a field of an event.
func (t *task) writer(name string) string {
	if _, own := textsOf(t.variable("input").Member(name)).computed(); own {
		return "input." + name
	}
	return "input.events"
}

// allows says what a computed value makes of a policy.
func allows(what string, f form) string {
	if f.isAny() {
		return "is computed, or a secret: every " + what + " is allowed"
	}
	return "is computed in part: every " + what + " of the form " + f.String() + " is allowed"
}
