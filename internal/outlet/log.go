package outlet

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Handler returns a handler of log records in front of another one: secrets are taken out of the message, of all keys and of
// all values, in groups and in attributes that a logger was made with too. A secret that is split over texts of a record which
// follow each other is found, and all of these texts are replaced. Pieces of a secret with other texts between them are not.
func (r *Registry) Handler(h slog.Handler) slog.Handler {
	return &handler{plain: h, base: h, registry: r}
}

type handler struct {
	registry *Registry
	base     slog.Handler
	// What the logger was made with. It is masked when a record is written: a secret may be known only later.
	steps []step
	plain slog.Handler // base with these, unmasked, for records in which there is nothing to mask
}

// step is a call of WithGroup or WithAttrs.
type step struct {
	group string
	attrs []slog.Attr
}

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.base.Enabled(ctx, level)
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &handler{h.registry, h.base, append(slices.Clip(h.steps), step{group: name}), h.plain.WithGroup(name)}
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	return &handler{h.registry, h.base, append(slices.Clip(h.steps), step{attrs: attrs}), h.plain.WithAttrs(attrs)}
}

// Handle writes a record.
func (h *handler) Handle(ctx context.Context, record slog.Record) error {
	if h.registry == nil || h.registry.live.Load() == 0 {
		return h.plain.Handle(ctx, record)
	}
	m := &masking{registry: h.registry}
	message := m.text(record.Message)
	inMessage := m.changed
	m.changed = false
	steps := make([]step, len(h.steps))
	for i, s := range h.steps {
		steps[i] = step{group: m.text(s.group), attrs: m.attrs(s.attrs)}
	}
	inSteps := m.changed
	var attrs []slog.Attr
	record.Attrs(func(a slog.Attr) bool { attrs = append(attrs, m.attr(a)); return true })
	if m.split() {
		inSteps = true
		steps, message, attrs = m.blankSteps(steps), m.blank(message), m.blankAttrs(attrs)
	}
	if !m.changed && !inMessage {
		return h.plain.Handle(ctx, record)
	}
	masked := slog.NewRecord(record.Time, record.Level, message, record.PC)
	masked.AddAttrs(attrs...)
	if !inSteps {
		return h.plain.Handle(ctx, masked)
	}
	target := h.base
	for _, s := range steps {
		if s.group != "" {
			target = target.WithGroup(s.group)
		} else {
			target = target.WithAttrs(s.attrs)
		}
	}
	return target.Handle(ctx, masked)
}

// masking is one record on its way out.
type masking struct {
	registry *Registry
	changed  bool
	texts    []string // what the record says, in its order, masked
	pieces   map[string]bool
}

// text masks a text of the record.
func (m *masking) text(text string) string {
	masked := m.registry.Mask(text)
	m.changed = m.changed || masked != text
	m.texts = append(m.texts, masked)
	return masked
}

func (m *masking) attrs(all []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(all))
	for i, a := range all {
		out[i] = m.attr(a)
	}
	return out
}

func (m *masking) attr(a slog.Attr) slog.Attr {
	if key := m.registry.Mask(a.Key); key != a.Key {
		a.Key, m.changed = key, true
	}
	a.Value = m.value(a.Value)
	return a
}

func (m *masking) value(v slog.Value) slog.Value {
	if v.Kind() == slog.KindLogValuer {
		v, m.changed = v.Resolve(), true // resolved once: it may say something else the next time
	}
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(m.text(v.String()))
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64:
		if text := v.String(); m.registry.masked(text) {
			m.changed = true
			return slog.StringValue(m.registry.Mask(text))
		}
	case slog.KindGroup:
		return slog.GroupValue(m.attrs(v.Group())...)
	case slog.KindAny:
		return m.any(v)
	case slog.KindBool, slog.KindDuration, slog.KindTime, slog.KindLogValuer:
	}
	return v
}

// any masks a value that handlers write in ways of their own: where it would show a secret in any of them, its masked text
// takes its place.
func (m *masking) any(v slog.Value) slog.Value {
	switch x := v.Any().(type) {
	case nil:
		return v
	case error:
		return m.shown(v, rendered(x.Error))
	case []string:
		out := make([]string, len(x))
		for i, text := range x {
			out[i] = m.text(text)
		}
		return slog.AnyValue(out)
	}
	return m.shown(v, rendered(func() string { return fmt.Sprintf("%+v", v.Any()) }))
}

// shown returns the value, or its masked text if that or another form of the value shows a secret.
func (m *masking) shown(v slog.Value, text string) slog.Value {
	before := m.changed
	m.changed = false
	masked := m.text(text)
	hit := m.changed || m.registry.masked(rendered(func() string {
		b, _ := json.Marshal(v.Any())
		return string(b)
	}))
	if t, ok := v.Any().(encoding.TextMarshaler); ok && !hit {
		hit = m.registry.masked(rendered(func() string {
			b, _ := t.MarshalText()
			return string(b)
		}))
	}
	m.changed = before || hit
	if hit {
		if masked == text {
			masked = stars // the secret is in a form that the text does not have
		}
		return slog.StringValue(masked)
	}
	return v
}

// rendered returns a value's text; a method of the value that panics must not take the process down.
func rendered(render func() string) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprintf("!PANIC: %T", p)
		}
	}()
	return render()
}

// split looks for secrets that are split over texts of the record, and notes their pieces.
func (m *masking) split() bool {
	if !m.registry.masked(strings.ReplaceAll(strings.Join(m.texts, ""), stars, "\x00")) {
		return false
	}
	m.pieces = map[string]bool{}
	for from := range m.texts {
		for to := from + 2; to <= len(m.texts); to++ {
			if m.registry.masked(strings.ReplaceAll(strings.Join(m.texts[from:to], ""), stars, "\x00")) {
				if last := m.registry.masked(strings.Join(m.texts[from+1:to], "")); !last { // the window is as narrow as can be
					for _, piece := range m.texts[from:to] {
						m.pieces[piece] = piece != ""
					}
				}
				break
			}
		}
	}
	m.changed = true
	return true
}

func (m *masking) blank(text string) string {
	if m.pieces[text] {
		return stars
	}
	return text
}

func (m *masking) blankSteps(all []step) []step {
	for i := range all {
		all[i] = step{m.blank(all[i].group), m.blankAttrs(all[i].attrs)}
	}
	return all
}

func (m *masking) blankAttrs(all []slog.Attr) []slog.Attr {
	for i, a := range all {
		switch a.Value.Kind() { //nolint:exhaustive // the others are no texts
		case slog.KindString:
			all[i].Value = slog.StringValue(m.blank(a.Value.String()))
		case slog.KindGroup:
			all[i].Value = slog.GroupValue(m.blankAttrs(slices.Clone(a.Value.Group()))...)
		case slog.KindAny:
			switch x := a.Value.Any().(type) {
			case []string:
				for j := range x {
					x[j] = m.blank(x[j])
				}
			case error:
				if m.pieces[rendered(x.Error)] {
					all[i].Value = slog.StringValue(stars)
				}
			}
		}
	}
	return all
}
