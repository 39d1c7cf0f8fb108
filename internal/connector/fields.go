package connector

import (
	"strings"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// The longest texts that AWS takes in an entry (API reference of PutEventsRequestEntry).
const (
	MaxSourceLength     = 256
	MaxDetailTypeLength = 128
)

// Fields returns the fields in the order in which a modeler meets them. The element templates, docs/fields.md, lint and the
// sample task are made of this table, and tests hold it against what the connector reads.
func Fields() []Field {
	return []Field{
		{
			Name: "authentication.type", Place: InVariable, Label: "Credentials", Group: GroupAuthentication, Guide: "authentication", Widget: Dropdown,
			Official: true, Unless: "awsCredential", Plausible: "defaultCredentialsChain", Choices: []Choice{{"Access key", "credentials"}, {"Temporary credentials, with session token", "temporaryCredentials"}, {"The worker's own (default chain)", "defaultCredentialsChain"}}, Default: "credentials",
			Doc:     "The kind of credentials: credentials (an access key), temporaryCredentials (an access key with a session token) or defaultCredentialsChain (the worker's own, from its environment, IRSA, pod identity or instance role). The default is credentials.",
			Example: "credentials",
		},
		{
			Name: "authentication.accessKey", Place: InVariable, Label: "Access key", Group: GroupAuthentication, Guide: "authentication", Widget: Text,
			Required: true, Secret: true, Official: true, Unless: "awsCredential", Plausible: "x",
			When:    &Condition{Field: "authentication.type", OneOf: []string{"credentials", "temporaryCredentials"}},
			Doc:     "The id of the access key. Name a secret instead of writing it into the model: {{secrets.NAME}}, or from Camunda 8.10 =camunda.secrets.NAME.",
			Example: "{{secrets.AWS_ACCESS_KEY}}",
		},
		{
			Name: "authentication.secretKey", Place: InVariable, Label: "Secret key", Group: GroupAuthentication, Guide: "authentication", Widget: Text,
			Required: true, Secret: true, Official: true, Unless: "awsCredential", Plausible: "x",
			When:    &Condition{Field: "authentication.type", OneOf: []string{"credentials", "temporaryCredentials"}},
			Doc:     "The secret access key. Name a secret instead of writing it into the model: {{secrets.NAME}}, or from Camunda 8.10 =camunda.secrets.NAME.",
			Example: "{{secrets.AWS_SECRET_KEY}}",
		},
		{
			Name: "authentication.sessionToken", Place: InVariable, Label: "Session token", Group: GroupAuthentication, Guide: "authentication", Widget: Text,
			Secret: true, Unless: "awsCredential", Plausible: "x",
			When:         &Condition{Field: "authentication.type", OneOf: []string{"credentials", "temporaryCredentials"}},
			RequiredWhen: &Condition{Field: "authentication.type", OneOf: []string{"temporaryCredentials"}},
			Doc:          "The session token that belongs to temporary credentials. Name a secret as for the keys.",
			Example:      "{{secrets.AWS_SESSION_TOKEN}}",
		},
		{
			Name: "awsCredential", Place: InVariable, Label: "Reusable credential", Group: GroupAuthentication, Guide: "authentication", Widget: FEEL,
			Official: true,
			Doc:      "A reusable AWS credential of the cluster (Camunda 8.10): an object with the fields authentication and region. It replaces the other credentials and the region of the task.",
			Example:  "= camunda.vars.env.AWS_ORDERS",
		},
		{
			Name: "authentication.roleArn", Place: InVariable, Label: "Role ARN", Group: GroupRole, Guide: "role", Widget: Text,
			Form: RoleForm, Plausible: "arn:aws:iam::123456789012:role/send-events",
			Doc:     "The ARN of a role to act as: the event is sent as that role (sts:AssumeRole).",
			Example: "arn:aws:iam::123456789012:role/send-events",
		},
		{
			Name: "authentication.externalId", Place: InVariable, Label: "External ID", Group: GroupRole, Guide: "role", Widget: Text,
			Secret: true, Plausible: "x",
			Doc:     "The external id that the role's trust policy requires. If it is a secret, name it as for the keys.",
			Example: "{{secrets.AWS_EXTERNAL_ID}}",
		},
		{
			Name: "authentication.roleSessionName", Place: InVariable, Label: "Session name", Group: GroupRole, Guide: "role", Widget: Text,
			Plausible: "x",
			Doc:       "The name of the session, as CloudTrail shows it.",
			Example:   "order-process",
		},
		{
			Name: "configuration.region", Place: InVariable, Label: "Region", Group: GroupDestination, Guide: "event-bus", Widget: Text,
			Form: RegionForm, Required: true, Official: true, Unless: "awsCredential", Plausible: "eu-central-1",
			Doc:     "The AWS region of the event bus.",
			Example: "eu-central-1",
		},
		{
			Name: "input.eventBusName", Place: InVariable, Label: "Event bus name", Group: GroupDestination, Guide: "event-bus", Widget: Text,
			Form: BusForm, Required: true, Official: true, Plausible: "x",
			Doc:     "The name or ARN of the event bus.",
			Example: "default",
		},
		{
			Name: "configuration.endpoint", Place: InVariable, Label: "Endpoint", Group: GroupDestination, Guide: "event-bus", Widget: Text,
			Form: EndpointForm, Official: true, Plausible: "http://localhost:4566",
			Doc:     "Another address than AWS's own: a VPC endpoint, or a local stack.",
			Example: "http://localhost:4566",
		},
		{
			Name: "input.source", Place: InVariable, Label: "Source", Group: GroupEvent, Guide: "event", Widget: Text,
			Form: SourceForm, Required: true, Official: true, Unless: "input.events", Plausible: "x",
			Doc:     "Who sends the event, as rules match it. Sources that begin with aws. belong to AWS.",
			Example: "com.example.orders",
		},
		{
			Name: "input.detailType", Place: InVariable, Label: "Detail type", Group: GroupEvent, Guide: "event", Widget: Text,
			Form: DetailTypeForm, Required: true, Official: true, Unless: "input.events", Plausible: "x",
			Doc:     "What kind of event it is, as rules match it.",
			Example: "OrderPlaced",
		},
		{
			Name: "input.detail", Place: InVariable, Label: "Payload", Group: GroupEvent, Guide: "event", Widget: JSON,
			Form: ObjectForm, Required: true, Official: true, Unless: "input.events", Plausible: jsonvalue.NewObject(0),
			Doc:     "The event's payload: a JSON object, as text or from an expression. Its keys, their order and its numbers arrive as they are.",
			Example: "= {orderId: order.id, total: order.total}",
		},
		{
			Name: "input.events", Place: InVariable, Label: "Several events", Group: GroupMore, Guide: "several-events", Widget: FEEL,
			Doc:     "A list of one to ten events instead of one. Each is a context with fields such as source, detailType and detail. A field that an event lacks is taken from the fields of the single event.",
			Example: `= for item in order.items return {detailType: "ItemOrdered", detail: item}`,
		},
		{
			Name: "input.resources", Place: InVariable, Label: "Resources", Group: GroupMore, Guide: "more-about-the-event", Widget: FEEL,
			Plausible: []jsonvalue.Value{},
			Doc:       "The ARNs of the resources that the event is about.",
			Example:   `= ["arn:aws:s3:::invoices"]`,
		},
		{
			Name: "input.time", Place: InVariable, Label: "Time", Group: GroupMore, Guide: "more-about-the-event", Widget: Text,
			Plausible: "2026-01-31T12:30:00Z",
			Doc:       "When it happened, by RFC 3339. Without it AWS takes the time of arrival.",
			Example:   `= "2026-01-31T12:30:00Z"`,
		},
		{
			Name: "input.traceHeader", Place: InVariable, Label: "Trace header", Group: GroupMore, Guide: "more-about-the-event", Widget: Text,
			Plausible: "x",
			Doc:       "The X-Ray trace that the event belongs to.",
			Example:   "Root=1-5759e988-bd862e3fe1be46a994272793",
		},
		{
			Name: "input.processContext", Place: InVariable, Label: "Process context", Group: GroupMore, Guide: "process-context", Widget: Text,
			Plausible: "x",
			Doc:       "The name of a member that is added to the event's detail, such as process. It has the keys of the process instance and of the job, the ids of process, element and tenant, and the business id. The job's key stays the same over retries, so a consumer can drop a second event.",
			Example:   "process",
		},
		{
			Name: "input.endpointId", Place: InVariable, Label: "Global endpoint ID", Group: GroupMore, Guide: "more-about-the-event", Widget: Text,
			Plausible: "abcde.veo",
			Doc:       "The id of a global endpoint, which sends to the healthy one of two regions.",
			Example:   "abcde.veo",
		},
		{
			Name: "input.failOnRejectedEntry", Place: InVariable, Label: "Fail on rejected entries", Group: GroupMore, Guide: "rejected-entries", Widget: Boolean,
			Plausible: true, Default: false,
			Doc:     "Whether an entry that AWS rejects is an error. Otherwise it is a response whose failedEntryCount says so.",
			Example: "= true",
		},
		{
			Name: "expressionLanguage", Place: InHeader, Label: "Language of expressions", Group: GroupMore, Guide: "languages", Widget: Dropdown,
			Choices: []Choice{{"FEEL", "feel"}, {"jq", "jq"}}, Default: "feel",
			Doc:     "The language of the result and the error expression: feel or jq. Absent means feel.",
			Example: "feel",
		},
		{
			Name: "resultVariable", Place: InHeader, Label: "Result variable", Group: GroupOutput, Guide: "result", Widget: Text,
			Form: VariableForm, Official: true,
			Doc:     "The name of the process variable that gets the whole response.",
			Example: "eventBridgeResponse",
		},
		{
			Name: "resultExpression", Place: InHeader, Label: "Result expression", Group: GroupOutput, Guide: "result", Widget: Expression,
			Official: true,
			Doc:      "An expression that gives an object of process variables. It sees response (and the response's fields by their names) and input, the task's own input ($input in jq).",
			Example:  "= {eventId: response.entries[1].eventId}",
		},
		{
			Name: "errorExpression", Place: InHeader, Label: "Error expression", Group: GroupError, Guide: "errors", Widget: Expression,
			Official: true,
			Doc:      "An expression that is evaluated after each try. It can throw a BPMN error (bpmnError), fail the job (jobError) or complete it (ignoreError). Null changes nothing. It sees error (type, code, message) or response and the result variables, job (retries, key, processInstanceKey, processDefinitionId, elementId, tenantId), and input, the task's own input ($input in jq).",
			Example:  `= if error.code = "AccessDeniedException" then bpmnError("NO_ACCESS", error.message) else null`,
		},
		{
			Name: "retries", Place: InTaskDefinition, Label: "Retries", Group: GroupRetries, Guide: "retries", Widget: Text,
			Form: RetriesForm, Official: true, Default: "3",
			Doc:     "How often the job is tried before it becomes an incident.",
			Example: "3",
		},
		{
			Name: "retryBackoff", Place: InHeader, Label: "Retry backoff", Group: GroupRetries, Guide: "retries", Widget: Text,
			Form: DurationForm, Official: true, Default: "PT30S", Former: []string{"PT0S"},
			Doc:     "How long to wait between tries, as an ISO 8601 duration.",
			Example: "PT10S",
		},
		{
			Name: "jobTimeout", Place: InHeader, Label: "Job timeout", Group: GroupRetries, Guide: "retries", Widget: Text,
			Form: DurationForm, Official: true,
			Doc:     "How long one try may take before the broker gives the job to another worker, as an ISO 8601 duration.",
			Example: "PT1M",
		},
	}
}

// sentFields returns the names of the fields of input that the connector reads.
var sentFields = sync.OnceValue(func() []string {
	var names []string
	for _, f := range Fields() {
		if name, ok := strings.CutPrefix(f.Name, "input."); ok {
			names = append(names, name)
		}
	}
	return names
})
