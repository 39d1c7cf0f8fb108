package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// sections are the variables that the connector reads.
var sections = connector.FetchVariables()

// inputs checks the input mappings: their expressions, and what the connector makes of what is known of their values.
func (c *checker) inputs() {
	variables, contexts := jsonvalue.NewObject(4), map[*jsonvalue.Object]bool{}
	mapped, known := map[string]bpmn.Mapping{}, map[string]jsonvalue.Value{}
	for _, m := range c.task.Inputs {
		section, name, _ := strings.Cut(m.Target, ".")
		if !slices.Contains(sections, section) {
			c.nearSection(m, section, name)
			if near := feel.NearestName(m.Target, []string{"awsCredential"}); near != "" {
				c.report("unknown-field", m.Pos, m.Target, "the connector does not read %s, did you mean %s?", m.Target, near)
			}
			c.misplaced(m)
			c.value(m)
			continue
		}
		mapped[m.Target] = m
		c.knownField(m, section, name)
		v, ok := c.value(m)
		if !ok {
			v = connector.PlausibleInput(m.Target)
		} else {
			known[m.Target] = v
		}
		put(variables, contexts, strings.Split(m.Target, "."), v)
	}
	c.violations(variables, mapped)
	for target, m := range mapped {
		if text, ok := asText(known[target], target); ok && !placeholder.MatchString(text) && !c.refused(target) {
			c.text(m, text)
		}
	}
	c.together(mapped, known)
	c.events(mapped["input.events"], known["input.events"])
	c.resources(mapped["input.resources"], known["input.resources"])
	_, several := mapped["input.events"]
	c.payload(mapped["input.detail"], several)
}

// put sets a value at a path of names. Contexts are those that it made: as in the broker, any other value on the way is replaced.
func put(o *jsonvalue.Object, contexts map[*jsonvalue.Object]bool, path []string, v jsonvalue.Value) {
	for len(path) > 1 {
		there, _ := o.Get(path[0])
		inner, _ := there.(*jsonvalue.Object)
		if !contexts[inner] {
			inner = jsonvalue.NewObject(4)
			contexts[inner] = true
			o.Set(path[0], inner)
		}
		o, path = inner, path[1:]
	}
	o.Set(path[0], v)
}

// value returns what a mapping gives, if that does not depend on the process.
func (c *checker) value(m bpmn.Mapping) (jsonvalue.Value, bool) {
	_, isExpression := m.Expression()
	if isObject, _ := objectIn(mapping.Text(c.ctx, m)); !holdsKey(m.Target) && (m.Target != "input.detail" || isExpression || isObject) {
		c.placeholders(m.Source, m.Pos, m.Target)
	}
	switch {
	case isExpression:
	case m.Source == "":
		return nil, true
	case m.Source == "=":
		c.report("doubtful-value", m.Pos, m.Target, "%s is the text =, expected an expression behind it", m.Target)
		return m.Source, true
	default:
		return mapping.Text(c.ctx, m), true
	}
	program := c.compileForBroker(m.Source, m.Pos, m.Target)
	if program == nil {
		return nil, false
	}
	seen := program.Inspect()
	c.calls(m.Source, seen, m.Pos, m.Target)
	c.textResult(m, c.kinds(m.Source, program, c.loopNames(), m.Pos, m.Target))
	c.unquoted(m, seen)
	c.foreignNames(m, seen)
	if len(program.FreeNames()) > 0 { // also those in the condition of a filter, which are no references
		return nil, false
	}
	r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
	if err != nil {
		c.report("gives-null", m.Pos, m.Target, "the expression in %s fails whatever the process is: %s", m.Target, firstLine(err))
		return nil, false
	}
	if sound := !slices.ContainsFunc(seen.Calls, func(call feel.Call) bool { return !call.Known || call.Misfit != "" }); sound && len(r.Warnings) > 0 && len(seen.ZeroIndexes) == 0 {
		w := r.Warnings[0]
		if !slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Rule == "type-mismatch" && f.Field == m.Target }) {
			c.reportIn("gives-null", m.Source, w.Pos, m.Pos, m.Target, "%s", w.Text)
		}
	}
	return feel.ToVariable(r.Value, nil, nil), true
}

// violations asks the connector what is wrong with the variables.
func (c *checker) violations(variables *jsonvalue.Object, mapped map[string]bpmn.Mapping) {
	raw := map[string][]byte{}
	for name, v := range variables.All() {
		raw[name] = jsonvalue.Append(nil, v)
	}
	for _, v := range connector.CheckInput(raw) {
		pos := c.task.Pos
		if m, ok := mapped[strings.SplitN(v.Field, "[", 2)[0]]; ok {
			pos = m.Pos
		}
		var rule string
		switch v.Kind {
		case connector.MissingValue, connector.BlankValue:
			rule = "missing-field"
		case connector.TooLarge:
			rule = "entry-too-large"
			for _, target := range []string{"input.events", "input.detail"} { // most of it is there
				if m, ok := mapped[target]; ok {
					pos, v.Field = m.Pos, target
				}
			}
		default:
			rule = "invalid-field"
		}
		hint := ""
		if m := mapped[v.Field]; rule == "invalid-field" && strings.HasSuffix(v.Field, "region") {
			hint = meant(nearRegion(strings.Trim(m.Source, `"' `)))
		}
		c.report(rule, pos, v.Field, "%s %s%s", v.Field, v.Message(), hint)
	}
}

// refused says whether the value of a field was found to be refused.
func (c *checker) refused(field string) bool {
	return slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Field == field && f.Rule == "invalid-field" })
}

// knownField finds targets that the connector does not read.
func (c *checker) knownField(m bpmn.Mapping, section, name string) {
	if section == "awsCredential" || name == "" {
		return
	}
	var names []string
	for _, f := range connector.Fields() {
		if f.Place == connector.InVariable {
			names = append(names, f.Name)
		}
	}
	for _, known := range names {
		if m.Target == known || strings.HasPrefix(m.Target, known+".") {
			return
		}
	}
	hint := ""
	if near := feel.NearestName(m.Target, names); near != "" {
		hint = ", did you mean " + near + "?"
	}
	c.report("unknown-field", m.Pos, m.Target, "the connector does not read %s%s", m.Target, hint)
}

// nearSection finds targets whose first name is a misspelt one of ours, such as inptu.source.
func (c *checker) nearSection(m bpmn.Mapping, section, name string) {
	near := feel.NearestName(section, sections)
	if near == "" || name == "" {
		return
	}
	if _, ok := connector.FieldNamed(near + "." + name); ok {
		c.report("unknown-field", m.Pos, m.Target, "the connector does not read %s, did you mean %s.%s?", m.Target, near, name)
	}
}

// misplaced finds a header that is written as an input mapping, and a field without its section, such as source for input.source.
func (c *checker) misplaced(m bpmn.Mapping) {
	for _, f := range connector.Fields() {
		_, name, _ := strings.Cut(f.Name, ".")
		has := func(target string) bool {
			return slices.ContainsFunc(c.task.Inputs, func(o bpmn.Mapping) bool { return o.Target == target || target == o.Target+"."+name })
		}
		switch {
		case f.Place == connector.InHeader && f.Name == m.Target:
			if _, ok := c.header(f.Name); !ok {
				c.report("unknown-field", m.Pos, m.Target, "the connector does not read the input mapping %s: it is a task header", m.Target)
			}
		case f.Place == connector.InVariable && f.Required && f.Official && name == m.Target:
			section, _, _ := strings.Cut(f.Name, ".")
			if !has(f.Name) && !has(section) {
				c.report("unknown-field", m.Pos, m.Target, "the connector does not read %s, did you mean %s?", m.Target, f.Name)
			}
		}
	}
}

// asText returns the text that the connector makes of a value in a field for a text.
func asText(v jsonvalue.Value, target string) (string, bool) {
	if n, ok := v.(jsonvalue.Number); ok && textField(target) {
		return string(n), true
	}
	text, ok := v.(string)
	return text, ok
}

// resources finds several resources in one text.
func (c *checker) resources(m bpmn.Mapping, known jsonvalue.Value) {
	text, _ := known.(string)
	if strings.HasPrefix(strings.TrimSpace(text), "[") || strings.Contains(text, ",arn:") || strings.Contains(text, ", arn:") {
		c.report("doubtful-value", m.Pos, m.Target, "%s is one text, which is sent as one resource; several are a list: =[\"arn:…\", \"arn:…\"]", m.Target)
	}
}

// knownEvents checks the events of a list that does not depend on the process.
func (c *checker) knownEvents(m bpmn.Mapping, known jsonvalue.Value) {
	list, ok := known.([]jsonvalue.Value)
	if !ok {
		list = []jsonvalue.Value{known}
	}
	for _, item := range list {
		event, ok := item.(*jsonvalue.Object)
		if !ok {
			return // told as what it must be
		}
		if source, _ := event.Get("source"); source != nil {
			if text, _ := source.(string); strings.HasPrefix(text, "aws.") {
				c.report("aws-source", m.Pos, m.Target, "the source %q of an event begins with aws., which AWS keeps for its own services and rejects", text)
			}
		}
		switch detail, _ := event.Get("detail"); detail := detail.(type) {
		case nil, *jsonvalue.Object:
		case string:
			if isObject, _ := objectIn(detail); !isObject && !placeholder.MatchString(detail) {
				c.report("payload-not-object", m.Pos, m.Target, "the payload of an event is a text that is no JSON object; expected a context such as {orderId: order.id}")
			}
		default:
			c.report("payload-not-object", m.Pos, m.Target, "the payload of an event is %s, AWS takes nothing but a JSON object; expected a context such as {orderId: order.id}", kindInWords(jsonvalue.KindOf(detail)))
		}
	}
}

// events finds misspelt fields of the events in a list, and payloads that are never an object.
func (c *checker) events(m bpmn.Mapping, value jsonvalue.Value) {
	if value != nil {
		c.knownEvents(m, value)
	}
	source, isExpression := m.Expression()
	if !isExpression {
		return
	}
	program, err := mapping.Compile(strings.TrimSpace(source))
	if err != nil {
		return
	}
	of, _ := program.Types(nil)
	if of != nil && of.Kinds.Only(feel.ListKind) {
		of = of.Item
	}
	if of == nil || !of.Kinds.Only(feel.ContextKind) {
		return
	}
	var known []string
	for _, f := range connector.Fields() {
		if name, ok := strings.CutPrefix(f.Name, "input."); ok {
			known = append(known, name)
		}
	}
	if detail := of.Members["detail"]; value == nil && detail != nil && detail.Kinds != feel.NoKind && detail.Kinds&(feel.ContextKind|feel.StringKind) == 0 {
		c.report("payload-not-object", m.Pos, m.Target, "the payload of an event can only be a %s, AWS takes nothing but a JSON object; expected a context such as {orderId: order.id}", detail.Kinds)
	}
	for _, name := range slices.Sorted(maps.Keys(of.Members)) {
		if near := feel.NearestName(name, known); near != "" && near != name {
			c.report("unknown-field", m.Pos, m.Target, "the connector does not read %s of an event in %s, did you mean %s?", name, m.Target, near)
		}
	}
}
