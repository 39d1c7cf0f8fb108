package lint

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// What the values of some fields look like. The connector sends others as they are, for AWS may know better: that is why
// they are doubted and not refused.
var (
	busForm      = regexp.MustCompile(`^(?:[/.\-_A-Za-z0-9]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus/[/.\-_A-Za-z0-9]{1,256})$`)
	roleForm     = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/\S+$`)
	variableForm = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)
	kindsOfAuth  = []string{"credentials", "temporaryCredentials", "defaultCredentialsChain"}
)

// text checks a field whose text does not depend on the process.
func (c *checker) text(m bpmn.Mapping, text string) {
	if strings.TrimSpace(text) == "" {
		return // told as blank, if it must not be
	}
	doubt := func(form *regexp.Regexp, what string) {
		if !form.MatchString(text) {
			c.report("doubtful-value", m.Pos, m.Target, "%s is %q, expected %s", m.Target, text, what)
		}
	}
	atMost := func(most int) {
		if n := utf8.RuneCountInString(text); n > most {
			c.report("invalid-field", m.Pos, m.Target, "%s has %d characters, AWS takes at most %d", m.Target, n, most)
		}
	}
	if text != strings.TrimSpace(text) && (m.Target == "input.eventBusName" || strings.HasSuffix(m.Target, "region")) {
		c.report("doubtful-value", m.Pos, m.Target, "%s is %q, expected no blanks around it", m.Target, text)
		return
	}
	before := len(c.findings)
	if c.plainly(m, text); len(c.findings) > before {
		return
	}
	switch m.Target {
	case "input.source":
		if strings.HasPrefix(text, "aws.") {
			c.report("aws-source", m.Pos, m.Target, "the source %q begins with aws., which AWS keeps for its own services and rejects", text)
		}
		atMost(connector.MaxSourceLength)
	case "input.detailType":
		atMost(connector.MaxDetailTypeLength)
	case "configuration.region", "awsCredential.region":
		if near := nearRegion(text); near != "" {
			c.report("doubtful-value", m.Pos, m.Target, "%s is %q, which is no region of AWS that is known, did you mean %s?", m.Target, text, near)
		} else {
			doubt(regionForm, "a region such as eu-central-1")
		}
	case "input.eventBusName":
		if text != "default" && strings.EqualFold(text, "default") {
			c.report("doubtful-value", m.Pos, m.Target, "%s is %q, did you mean default? Names of event buses are case-sensitive", m.Target, text)
			return
		}
		doubt(busForm, "the name of an event bus (letters, digits, . - _ /) or its ARN")
	case "authentication.roleArn", "awsCredential.authentication.roleArn":
		doubt(roleForm, "the ARN of a role such as arn:aws:iam::123456789012:role/send-events")
	case "authentication.type", "awsCredential.authentication.type":
		if !slices.Contains(kindsOfAuth, text) {
			c.report("doubtful-value", m.Pos, m.Target, "%s is %q, which counts as credentials; expected %s%s", m.Target, text, strings.Join(kindsOfAuth, ", "), meant(feel.NearestName(text, kindsOfAuth)))
		}
	}
}

// resultVariable checks the name of the variable that gets the response.
func (c *checker) resultVariable() {
	h, ok := c.header("resultVariable")
	if ok && !variableForm.MatchString(h.Value) {
		c.report("doubtful-value", h.Pos, h.Key, "resultVariable is %q, expected the name of a variable: letters, digits and _, not beginning with a digit", h.Value)
	}
}
