package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxEntry is how large an entry may be that AWS takes, in bytes: source, detail type, detail and resources together.
const maxEntry = 256 << 10

// sections are the variables that the connector reads.
var sections = []string{"authentication", "configuration", "input", "awsCredential"}

// inputs checks the input mappings: their expressions, and what the connector makes of what is known of their values.
func (c *checker) inputs() {
	variables := jsonvalue.NewObject(4)
	mapped := map[string]bpmn.Mapping{}
	size, large := 0, bpmn.Mapping{}
	for _, m := range c.task.Inputs {
		section, name, _ := strings.Cut(m.Target, ".")
		if !slices.Contains(sections, section) {
			continue
		}
		mapped[m.Target] = m
		c.knownField(m, section, name)
		v, known := c.value(m)
		if !known {
			v = plausible(m.Target)
		} else if section == "input" {
			if n := len(jsonvalue.Append(nil, v)); n > 0 {
				size += n
				if large.Target == "" || n > len(large.Source) {
					large = m
				}
			}
		}
		put(variables, strings.Split(m.Target, "."), v)
	}
	if size > maxEntry {
		c.report("entry-too-large", large.Pos, large.Target, "the entry has %d bytes as it is written here, AWS takes at most %d", size, maxEntry)
	}
	c.violations(variables, mapped)
	c.source(mapped["input.source"])
	c.lengths(mapped)
	c.payload(mapped["input.detail"])
}

// put sets a value at a path of names.
func put(o *jsonvalue.Object, path []string, v jsonvalue.Value) {
	for len(path) > 1 {
		inner, ok := func() (*jsonvalue.Object, bool) { v, _ := o.Get(path[0]); i, ok := v.(*jsonvalue.Object); return i, ok }()
		if !ok {
			inner = jsonvalue.NewObject(4)
			o.Set(path[0], inner)
		}
		o, path = inner, path[1:]
	}
	o.Set(path[0], v)
}

// value returns what a mapping gives, if that does not depend on the process.
func (c *checker) value(m bpmn.Mapping) (jsonvalue.Value, bool) {
	source, isExpression := m.Expression()
	if !isExpression {
		return m.Source, true
	}
	program := c.compile(source, m.Pos, m.Target)
	if program == nil {
		return nil, false
	}
	seen := program.Inspect()
	c.calls(source, seen, m.Pos, m.Target)
	if len(seen.References) > 0 {
		return nil, false
	}
	r, err := program.Eval(c.ctx, feel.Context(jsonvalue.NewObject(0)))
	if err != nil {
		return nil, false
	}
	return feel.ToJSON(r.Value), true
}

// plausible is a value that the connector takes, for a field whose value only the process knows.
func plausible(target string) jsonvalue.Value {
	switch target {
	case "authentication", "awsCredential.authentication":
		return jsonvalue.ObjectOf(jsonvalue.Member{Key: "type", Value: "defaultCredentialsChain"})
	case "configuration":
		return jsonvalue.ObjectOf(jsonvalue.Member{Key: "region", Value: "eu-central-1"})
	case "awsCredential":
		return jsonvalue.ObjectOf(jsonvalue.Member{Key: "authentication", Value: plausible("authentication")}, jsonvalue.Member{Key: "region", Value: "eu-central-1"})
	case "input":
		o := jsonvalue.NewObject(4)
		for _, name := range []string{"eventBusName", "source", "detailType", "detail"} {
			o.Set(name, "x")
		}
		return o
	case "configuration.region":
		return "eu-central-1"
	case "configuration.endpoint":
		return "http://localhost:4566"
	case "authentication.type":
		return "defaultCredentialsChain"
	case "input.detail":
		return jsonvalue.NewObject(0)
	case "input.time":
		return "2026-01-31T12:30:00Z"
	case "input.failOnRejectedEntry":
		return true
	case "input.resources":
		return []jsonvalue.Value{}
	case "input.events":
		o := jsonvalue.NewObject(4)
		for _, name := range []string{"eventBusName", "source", "detailType", "detail"} {
			o.Set(name, "x")
		}
		return []jsonvalue.Value{o}
	}
	return "x"
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
		rule := "invalid-field"
		if strings.HasPrefix(v.Message, "must not be blank") || strings.HasPrefix(v.Message, "must not be null") {
			rule = "missing-field"
		}
		c.report(rule, pos, v.Field, "%s %s", v.Field, v.Message)
	}
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

func (c *checker) source(m bpmn.Mapping) {
	if strings.HasPrefix(m.Source, "aws.") {
		c.report("aws-source", m.Pos, m.Target, "the source %q begins with aws., which AWS keeps for its own services and rejects", m.Source)
	}
}

func (c *checker) lengths(mapped map[string]bpmn.Mapping) {
	for _, limit := range []struct {
		target string
		most   int
	}{{"input.source", connector.MaxSourceLength}, {"input.detailType", connector.MaxDetailTypeLength}} {
		m := mapped[limit.target]
		if _, isExpression := m.Expression(); !isExpression && !strings.Contains(m.Source, "{{") && len([]rune(m.Source)) > limit.most {
			c.report("invalid-field", m.Pos, m.Target, "%s has %d characters, AWS takes at most %d", m.Target, len([]rune(m.Source)), limit.most)
		}
	}
}

// payload finds a detail that can never be a JSON object, which is all that AWS takes.
func (c *checker) payload(m bpmn.Mapping) {
	source, isExpression := m.Expression()
	if m.Target == "" || strings.TrimSpace(m.Source) == "" {
		return
	}
	if !isExpression {
		v, err := jsonvalue.ParseString(m.Source)
		if strings.Contains(m.Source, "{{") && err != nil {
			return // a secret may make an object of it
		}
		if _, isObject := v.(*jsonvalue.Object); !isObject {
			c.report("payload-not-object", m.Pos, m.Target, "the payload is a text that is no JSON object; an expression begins with =")
		}
		return
	}
	program, err := feel.Compile(source)
	if err != nil {
		return
	}
	if kinds := program.Inspect().Kinds; kinds != nil && !slices.Contains(kinds, jsonvalue.KindObject) && !slices.Contains(kinds, jsonvalue.KindString) {
		c.report("payload-not-object", m.Pos, m.Target, "the payload can only be %s, AWS takes nothing but a JSON object", kindsInWords(kinds))
	}
}

func kindsInWords(kinds []jsonvalue.Kind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = k.String()
	}
	return strings.Join(words, " or ")
}

// Secrets in plain text: the forms of AWS's access keys, and whatever stands in the fields that hold secrets.
var (
	accessKeyID = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`)
	bareSecret  = regexp.MustCompile(`^\s*secrets\.[A-Za-z0-9/._-]+\s*$`)
	placeholder = regexp.MustCompile(`\{\{\s*secrets\.[A-Za-z0-9/._-]+\s*\}\}`)
)

// secrets finds secrets that are written out, in their deprecated form, or where they are not resolved.
func (c *checker) secrets() {
	for _, m := range c.task.Inputs {
		field := m.Target[strings.LastIndexByte(m.Target, '.')+1:]
		_, isExpression := m.Expression()
		text := strings.TrimSpace(m.Source)
		switch {
		case accessKeyID.MatchString(m.Source), slices.Contains([]string{"accessKey", "secretKey", "sessionToken"}, field) && text != "" && !isExpression && !placeholder.MatchString(text) && !bareSecret.MatchString(text):
			c.report("plain-secret", m.Pos, m.Target, "%s holds a key in plain text, for whoever reads the model; expected {{secrets.NAME}}", m.Target)
		case bareSecret.MatchString(m.Source):
			c.report("deprecated-secret", m.Pos, m.Target, "%s is the old form of a secret, expected {{%s}}", text, text)
		case placeholder.MatchString(m.Source) && !strings.Contains(m.Target, "authentication"):
			c.report("secret-not-resolved", m.Pos, m.Target, "%s stands outside of authentication, where secrets are resolved only if the worker is set up for it", placeholder.FindString(m.Source))
		}
	}
	for _, h := range c.task.Headers {
		if accessKeyID.MatchString(h.Value) {
			c.report("plain-secret", h.Pos, h.Key, "the header %s holds a key in plain text, for whoever reads the model", h.Key)
		}
	}
}
