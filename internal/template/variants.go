package template

import (
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// Modeler removes the value of a property whose condition does not hold, also while it replaces one template by another, and
// replaces a value that is still the old template's default by the new one's. The properties of a field are made so that
// neither loses a value: a field that is only sometimes required has a property for each case, with the same binding.

// variants returns the properties of a field.
func variants(f connector.Field) []Property {
	p := property(f)
	switch {
	case f.Unless == "" && f.RequiredWhen == nil:
		p.Condition = all(holds(f.When))
		return keepFormer(p, f.Former...)
	case f.Widget == connector.Dropdown:
		return dropdowns(p, f)
	}
	required, optional := p, p
	required.require()
	when := f.RequiredWhen
	if when == nil {
		when = orAbsent(f.When)
	}
	required.Condition = all(holds(when), isEmpty(f.Unless))
	optional.ID += ".optional"
	optional.permitEmpty()
	optional.Condition = all(holds(f.When), inactive(required.ID))
	return []Property{required, optional}
}

// dropdowns returns the properties of a dropdown that another field makes needless: with a default, and with an entry for none.
func dropdowns(p Property, f connector.Field) []Property {
	given, none := p, p
	given.Condition = isEmpty(f.Unless)
	none.ID += ".optional"
	none.Value, none.Optional = nil, true
	none.Choices = append([]Choice{{"None: the reusable credential", ""}}, p.Choices...)
	none.Condition = all(inactive(given.ID))
	return []Property{given, none}
}

// keepFormer returns a property and one more for each value with which other templates begin. A task that still has such
// a value keeps it.
func keepFormer(p Property, values ...string) []Property {
	kept := []Property{p}
	for _, v := range values {
		former := p
		former.ID, former.Value = p.ID+".former", v
		former.Condition = all(p.Condition, &Condition{Property: p.ID, Equals: v})
		kept[0].Condition = all(kept[0].Condition, inactive(former.ID))
		kept = append(kept, former)
	}
	return kept
}

// holds is the condition of the template for one of fields.
func holds(c *connector.Condition) *Condition {
	switch {
	case c == nil:
		return nil
	case len(c.OneOf) == 1:
		return &Condition{Property: c.Field, Equals: c.OneOf[0]}
	}
	return &Condition{Property: c.Field, OneOf: c.OneOf}
}

// orAbsent lets a condition hold as well if the other field is absent: the templates before version 4 of Camunda's have no
// type of authentication.
func orAbsent(c *connector.Condition) *connector.Condition {
	if c == nil {
		return nil
	}
	return &connector.Condition{Field: c.Field, OneOf: append(slices.Clone(c.OneOf), "")}
}

// isEmpty holds while a field is not filled in; nil if there is none.
func isEmpty(field string) *Condition {
	if field == "" {
		return nil
	}
	return &Condition{Property: field, OneOf: []string{""}}
}

// inactive holds while a property is not there.
func inactive(id string) *Condition {
	no := false
	return &Condition{Property: id, IsActive: &no}
}

// all joins conditions. Nil ones hold.
func all(conditions ...*Condition) *Condition {
	var flat []Condition
	for _, c := range conditions {
		switch {
		case c == nil:
		case len(c.AllMatch) > 0:
			flat = append(flat, c.AllMatch...)
		default:
			flat = append(flat, *c)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return &flat[0]
	}
	return &Condition{AllMatch: flat}
}
