package policy

import (
	"slices"
	"strings"
)

// permission is one kind of event that is sent to one bus.
type permission struct{ bus, source, detailType form }

func (p permission) covers(o permission) bool {
	return p.bus.covers(o.bus) && p.source.covers(o.source) && p.detailType.covers(o.detailType)
}

func (p permission) key() string {
	return strings.Join([]string{p.bus.key(), p.source.key(), p.detailType.key()}, "\x01")
}

// maxCompared bounds the permissions that are compared with one another.
const maxCompared = 2000

// least returns the permissions without those that others cover, each once.
func least(all []permission) []permission {
	seen := map[string]bool{}
	all = slices.DeleteFunc(slices.Clone(all), func(p permission) bool {
		k := p.key()
		there := seen[k]
		seen[k] = true
		return there
	})
	if len(all) > maxCompared {
		return all
	}
	var out []permission
	for i, p := range all {
		covered := slices.ContainsFunc(all, func(q permission) bool {
			return q.key() != p.key() && q.covers(p) && (!p.covers(q) || q.key() < p.key())
		})
		if !covered {
			out = append(out, all[i])
		}
	}
	return out
}

// sendStatements makes the fewest statements that allow just these permissions: sources with the same detail types, and
// buses with the same sources, stand together. A statement allows each of its sources with each of its detail types.
func sendStatements(all []permission) []Statement {
	type set struct{ buses, sources, types []form }
	grouped := map[string]*set{}
	group := func(sets []*set, key func(*set) string, join func(into, s *set)) []*set {
		clear(grouped)
		var out []*set
		for _, s := range sets {
			k := key(s)
			if there := grouped[k]; there != nil {
				join(there, s)
			} else {
				grouped[k] = s
				out = append(out, s)
			}
		}
		return out
	}
	var sets []*set
	for _, p := range least(all) {
		sets = append(sets, &set{[]form{p.bus}, []form{p.source}, []form{p.detailType}})
	}
	sets = group(sets, func(s *set) string { return keys(s.buses) + "\x02" + keys(s.sources) }, func(into, s *set) { into.types = append(into.types, s.types...) })
	sets = group(sets, func(s *set) string { return keys(s.buses) + "\x02" + keys(s.types) }, func(into, s *set) { into.sources = append(into.sources, s.sources...) })
	sets = group(sets, func(s *set) string { return keys(s.sources) + "\x02" + keys(s.types) }, func(into, s *set) { into.buses = append(into.buses, s.buses...) })
	var statements []Statement
	for _, s := range sets {
		statement := allow("events:PutEvents", iamAll(s.buses))
		condition(&statement, "events:source", s.sources)
		condition(&statement, "events:detail-type", s.types)
		statements = append(statements, statement)
	}
	slices.SortFunc(statements, compareStatements)
	return statements
}

// condition limits a key to these forms; to nothing if one of them is every text.
func condition(s *Statement, key string, forms []form) {
	if slices.ContainsFunc(forms, form.isAny) {
		return
	}
	if !slices.ContainsFunc(forms, func(f form) bool { return !f.known() }) {
		var values []string
		for _, f := range forms {
			values = append(values, iamExact(f.parts[0]))
		}
		slices.Sort(values)
		s.where("StringEquals", key, values)
		return
	}
	s.where("StringLike", key, iamAll(forms))
}

// iamAll writes forms for a policy, sorted, each once.
func iamAll(forms []form) []string {
	var all []string
	for _, f := range forms {
		all = append(all, f.iam())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func keys(forms []form) string {
	all := make([]string, len(forms))
	for i, f := range forms {
		all[i] = f.key()
	}
	slices.Sort(all)
	return strings.Join(all, "\x01")
}

func compareStatements(a, b Statement) int {
	if c := slices.Compare(a.Resource, b.Resource); c != 0 {
		return c
	}
	return strings.Compare(conditionText(a), conditionText(b))
}

func conditionText(s Statement) string {
	text, _ := encode(s.Condition) // texts alone cannot fail
	return string(text)
}
