package template

import "github.com/eventbridge-connector/eventbridge-connector/internal/connector"

// A constraint must never refuse what only the worker can judge: an expression, or a text with a secret in it. Nor does it
// refuse an empty field: that is what notEmpty is for. Modeler asks the pattern of a field that is
// not in the file about the text "undefined", and puts the field's label before the message.
const computed = `=[\s\S]*|[\s\S]*\{\{\s*secrets\.[\s\S]*`

func pattern(accepts, message string) *Pattern {
	return &Pattern{Value: `^(|undefined|` + computed + `|` + accepts + `)$`, Message: message}
}

// duration accepts what the connector's headers take: days to seconds of ISO 8601.
const duration = `-?[Pp](?:\d+[Dd])?(?:[Tt](?=\d)(?:\d+[Hh])?(?:\d+[Mm])?(?:\d+(?:[.,]\d{1,9})?[Ss])?)?`

var (
	regionPattern     = pattern(`[a-z]{2,8}(?:-[a-z]+)+-\d{1,2}`, "must be a region such as eu-central-1, an expression that begins with =, or {{secrets.NAME}}")
	endpointPattern   = pattern(`(?:https?://)?(?:[^\s/:]+|\[[0-9a-fA-F:]+\])(?::\d+)?(?:/\S*)?`, "must be a URL such as http://localhost:4566")
	busPattern        = pattern(`[/.\-_A-Za-z0-9]{1,256}|arn:[\s\S]+`, "must be the name of an event bus (letters, digits, . - _ /) or its ARN")
	sourcePattern     = pattern(`(?!aws\.)[\s\S]{1,256}`, "must have at most 256 characters and not begin with aws., which is kept for AWS's own services")
	detailTypePattern = pattern(`[\s\S]{1,128}`, "must have at most 128 characters")
	objectPattern     = pattern(`\s*\{\s*(?:"[\s\S]*)?\}\s*`, `must be a JSON object such as {"orderId": 7}, or an expression that begins with =`)
	rolePattern       = pattern(`arn:aws[a-z\-]*:iam::\d{12}:role/[\s\S]+`, "must be the ARN of a role such as arn:aws:iam::123456789012:role/send-events")
	durationPattern   = pattern(duration, "must be a duration such as PT10S, PT5M or P1D")
	retriesPattern    = pattern(`\d{1,9}`, "must be a number such as 3")
	variablePattern   = pattern(`[A-Za-z_][A-Za-z0-9_]*`, "must be the name of a variable: letters, digits and _, not beginning with a digit")
)

// patterns are those of the forms of fields.
var patterns = map[connector.Form]*Pattern{
	connector.RegionForm:     regionPattern,
	connector.EndpointForm:   endpointPattern,
	connector.BusForm:        busPattern,
	connector.SourceForm:     sourcePattern,
	connector.DetailTypeForm: detailTypePattern,
	connector.ObjectForm:     objectPattern,
	connector.RoleForm:       rolePattern,
	connector.DurationForm:   durationPattern,
	connector.RetriesForm:    retriesPattern,
	connector.VariableForm:   variablePattern,
}
