package connector

// FieldPlace says where a field stands in a task.
type FieldPlace string

// The places of fields.
const (
	InVariable       FieldPlace = "input"           // a zeebe:input mapping, which becomes a variable of the job
	InHeader         FieldPlace = "header"          // a zeebe:header
	InTaskDefinition FieldPlace = "task definition" // an attribute of zeebe:taskDefinition
)

// Field is one thing that a model can say about an EventBridge task. The element template, its reference and lint are
// made of this list, and tests hold it against what the connector reads.
type Field struct {
	Name     string     // the target of the mapping, such as input.source, or the key of the header
	Place    FieldPlace // where it stands
	Required bool       // whether a task of one event with an access key must have it
	Official bool       // whether Camunda's own connector knows it as well
	Doc      string     // what it says, in a sentence or two
	Example  string     // a value as a model has it
}

// The longest texts that AWS takes in an entry (API reference of PutEventsRequestEntry).
const (
	MaxSourceLength     = 256
	MaxDetailTypeLength = 128
)

// Fields returns the fields in the order in which a modeler meets them.
func Fields() []Field {
	return []Field{
		{"authentication.type", InVariable, false, true, "As whom the event is sent: credentials (an access key), temporaryCredentials (an access key with a session token) or defaultCredentialsChain (what the worker itself has: environment, IRSA, pod identity, instance role). Absent means credentials.", "credentials"},
		{"authentication.accessKey", InVariable, true, true, "The id of the access key. Name a secret instead of writing it into the model.", "{{secrets.AWS_ACCESS_KEY}}"},
		{"authentication.secretKey", InVariable, true, true, "The secret access key. Name a secret instead of writing it into the model.", "{{secrets.AWS_SECRET_KEY}}"},
		{"authentication.sessionToken", InVariable, false, false, "The session token that belongs to temporary credentials.", "{{secrets.AWS_SESSION_TOKEN}}"},
		{"authentication.roleArn", InVariable, false, false, "The ARN of a role to act as: the event is sent as that role (sts:AssumeRole).", "arn:aws:iam::123456789012:role/send-events"},
		{"authentication.externalId", InVariable, false, false, "The external id that the role's trust policy asks for.", "{{secrets.AWS_EXTERNAL_ID}}"},
		{"authentication.roleSessionName", InVariable, false, false, "The name of the session, as CloudTrail shows it.", "order-process"},
		{"configuration.region", InVariable, true, true, "The AWS region of the event bus.", "eu-central-1"},
		{"configuration.endpoint", InVariable, false, true, "Another address than AWS's own: a VPC endpoint, or a local stack.", "http://localhost:4566"},
		{"input.eventBusName", InVariable, true, true, "The name or ARN of the event bus.", "default"},
		{"input.endpointId", InVariable, false, false, "The id of a global endpoint, which sends to the healthy one of two regions.", "abcde.veo"},
		{"input.source", InVariable, true, true, "Who sends the event, as rules match it. Sources that begin with aws. belong to AWS.", "com.example.orders"},
		{"input.detailType", InVariable, true, true, "What kind of event it is, as rules match it.", "OrderPlaced"},
		{"input.detail", InVariable, true, true, "The event's payload: a JSON object. Its keys, their order and its numbers arrive as they are.", "= {orderId: order.id, total: order.total}"},
		{"input.resources", InVariable, false, false, "The ARNs of the resources that the event is about.", `= ["arn:aws:s3:::invoices"]`},
		{"input.time", InVariable, false, false, "When it happened, by RFC 3339. Without it AWS takes the time of arrival.", `= "2026-01-31T12:30:00Z"`},
		{"input.traceHeader", InVariable, false, false, "The X-Ray trace that the event belongs to.", "Root=1-5759e988-bd862e3fe1be46a994272793"},
		{"input.processContext", InVariable, false, false, "The name of a member that the event's detail gets, with the keys of the process instance and the job. The job's key stays the same over retries: a consumer can drop a second event by it.", "process"},
		{"input.events", InVariable, false, false, "A list of one to ten events instead of one. Each is a context with fields such as source, detailType and detail; what it lacks it takes from the fields of the one event.", `= for item in order.items return {detailType: "ItemOrdered", detail: item}`},
		{"input.failOnRejectedEntry", InVariable, false, false, "Whether an entry that AWS rejects is an error. Otherwise it is a response whose failedEntryCount says so.", "= true"},
		{"resultVariable", InHeader, false, true, "The name of the process variable that gets the whole response.", "eventBridgeResponse"},
		{"resultExpression", InHeader, false, true, "An expression over the response that gives a context of process variables.", "= {eventId: response.entries[1].eventId}"},
		{"errorExpression", InHeader, false, true, "An expression that makes a BPMN error, a failed job or a completed one of an error or a response; null leaves things as they are.", `= if error.code = "AccessDeniedException" then bpmnError("NO_ACCESS", error.message) else null`},
		{"expressionLanguage", InHeader, false, false, "The language of the result and the error expression: feel or jq. Absent means feel.", "feel"},
		{"retries", InTaskDefinition, false, true, "How often the job is tried before it becomes an incident.", "3"},
		{"retryBackoff", InHeader, false, true, "How long to wait between tries, as an ISO 8601 duration.", "PT10S"},
		{"jobTimeout", InHeader, false, true, "How long one try may take before the broker gives the job to another worker, as an ISO 8601 duration.", "PT1M"},
	}
}

// FieldNamed returns the field with this name, and whether there is one.
func FieldNamed(name string) (Field, bool) {
	for _, f := range Fields() {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
