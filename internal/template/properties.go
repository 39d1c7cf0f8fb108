package template

import "strconv"

// Choices of the dropdowns.
const (
	accessKey    = "credentials"
	temporary    = "temporaryCredentials"
	defaultChain = "defaultCredentialsChain"
	assumeRole   = "assumeRole"
	no, yes      = "no", "yes"
)

func properties(t *Template) []Property {
	var all []Property
	for _, part := range [][]Property{authentication(), destination(), event(), more(), output(), errorHandling(), retries(), labels(t)} {
		all = append(all, part...)
	}
	return all
}

func authentication() []Property {
	kind := field("authentication.type", "Credentials", groupAuthentication, "authentication")
	kind.Type, kind.Feel, kind.Placeholder, kind.Value = "Dropdown", "", "", accessKey
	kind.Choices = []Choice{
		{"Access key", accessKey},
		{"Temporary credentials, with session token", temporary},
		{"The worker's own (default chain)", defaultChain},
	}
	kind.Description = "As whom the event is sent. The worker's own are what its environment, IRSA or pod identity gives it. " + link("authentication")
	role := Property{
		ID: assumeRole, Label: "Act as a role", Group: groupAuthentication, Type: "Dropdown", Value: no,
		Description: "Send the event as a role that these credentials may assume (sts:AssumeRole). " + link("authentication"),
		Choices:     []Choice{{"No", no}, {"Yes", yes}}, Binding: Binding{Type: "zeebe:property", Name: assumeRole},
	}
	return []Property{
		kind,
		field("authentication.accessKey", "Access key", groupAuthentication, "authentication").required(nil).when("authentication.type", accessKey, temporary),
		field("authentication.secretKey", "Secret key", groupAuthentication, "authentication").required(nil).when("authentication.type", accessKey, temporary),
		field("authentication.sessionToken", "Session token", groupAuthentication, "authentication").required(nil).when("authentication.type", temporary),
		role,
		field("authentication.roleArn", "Role ARN", groupAuthentication, "authentication").required(rolePattern).when(assumeRole, yes),
		field("authentication.externalId", "External ID", groupAuthentication, "authentication").optional(nil).when(assumeRole, yes),
		field("authentication.roleSessionName", "Session name", groupAuthentication, "authentication").optional(nil).when(assumeRole, yes),
	}
}

func destination() []Property {
	return []Property{
		field("configuration.region", "Region", groupDestination, "event-bus").required(regionPattern),
		field("input.eventBusName", "Event bus name", groupDestination, "event-bus").required(busPattern),
		field("configuration.endpoint", "Endpoint", groupDestination, "event-bus").optional(endpointPattern),
	}
}

// Fields that Camunda's own template has as well stand under no condition of ours: Modeler would drop their values when
// this template is applied to a task that does not know the condition's field yet.
func event() []Property {
	return []Property{
		field("input.source", "Source", groupEvent, "event").required(sourcePattern),
		field("input.detailType", "Detail type", groupEvent, "event").required(detailTypePattern),
		field("input.detail", "Payload", groupEvent, "event").required(nil).feel(),
	}
}

func more() []Property {
	fail := field("input.failOnRejectedEntry", "Fail on rejected entries", groupMore, "rejected-entries")
	fail.Type, fail.Feel, fail.Placeholder = "Boolean", "static", ""
	fail.Value = false
	language := field("expressionLanguage", "Language of expressions", groupMore, "languages")
	language.Type, language.Placeholder, language.Value = "Dropdown", "", "feel"
	language.Choices = []Choice{{"FEEL", "feel"}, {"jq", "jq"}}
	return []Property{
		field("input.events", "Several events", groupMore, "several-events").optional(nil).feel(),
		field("input.resources", "Resources", groupMore, "more-about-the-event").optional(nil).feel(),
		field("input.time", "Time", groupMore, "more-about-the-event").optional(nil),
		field("input.traceHeader", "Trace header", groupMore, "more-about-the-event").optional(nil),
		field("input.processContext", "Process context", groupMore, "more-about-the-event").optional(nil),
		field("input.endpointId", "Global endpoint ID", groupMore, "more-about-the-event").optional(nil),
		fail,
		language,
	}
}

func output() []Property {
	return []Property{
		field("resultVariable", "Result variable", groupOutput, "result").optional(variablePattern),
		expression("resultExpression", "Result expression", groupOutput, "result"),
	}
}

func errorHandling() []Property {
	p := expression("errorExpression", "Error expression", groupError, "errors")
	p.Tooltip = `For example<br><code>= if error.code = "ThrottlingException"<br>then jobError("bus is busy", {}, job.retries - 1, @"PT30S")<br>else if response.failedEntryCount > 0<br>then bpmnError("REJECTED", response.entries[1].errorMessage)<br>else null</code>`
	return []Property{p}
}

// expression is a field for FEEL, which begins with =, or for jq, which need not.
func expression(name, label, group, anchor string) Property {
	p := field(name, label, group, anchor).optional(nil)
	p.Type, p.Feel = "Text", "optional"
	return p
}

func retries() []Property {
	count := field("retries", "Retries", groupRetries, "retries").optional(retriesPattern)
	count.Value = "3"
	return []Property{
		count,
		field("retryBackoff", "Retry backoff", groupRetries, "retries").optional(durationPattern),
		field("jobTimeout", "Job timeout", groupRetries, "retries").optional(durationPattern),
	}
}

// labels are the headers by which the metrics tell templates apart.
func labels(t *Template) []Property {
	hidden := func(key, value string) Property {
		return Property{ID: key, Type: "Hidden", Value: value, Binding: Binding{Type: "zeebe:taskHeader", Key: key}}
	}
	return []Property{hidden("elementTemplateId", t.ID), hidden("elementTemplateVersion", strconv.Itoa(t.Version))}
}
