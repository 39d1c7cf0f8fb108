package lint

// Rule is a kind of mistake that lint finds.
type Rule struct {
	ID       string
	Severity Severity
	Summary  string // what is found
	Why      string // what happens if it is left
	// Bad breaks the rule, Good breaks no rule. Each is a part of a task whose other parts are correct.
	Bad, Good string
}

// Platform is the version of Camunda that the models of Bad and Good are made for; empty = they do not say.
func (r Rule) Platform() string {
	if r.ID == "legacy-secret" {
		return "8.10.0"
	}
	return ""
}

func ruleNamed(id string) (Rule, bool) {
	for _, r := range Rules() {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Rules returns all rules, in the order in which they are documented.
func Rules() []Rule { return rules }

var rules = []Rule{
	{
		"missing-field", Error, "A required field is missing or blank.", "The connector refuses the job, and the job becomes an incident.",
		`<zeebe:input source="" target="input.source" />`,
		`<zeebe:input source="com.example.orders" target="input.source" />`,
	},
	{
		"invalid-field", Error, "A field has a value that the connector or AWS refuses.", "The job fails with the same message in production.",
		`<zeebe:input source="tomorrow" target="input.time" />`,
		`<zeebe:input source="2026-01-31T12:30:00Z" target="input.time" />`,
	},
	{
		"doubtful-value", Warning, "A value that neither AWS nor the connector is known to accept.", "It is sent unchanged, and AWS probably refuses it.",
		`<zeebe:input source="Frankfurt" target="configuration.region" />`,
		`<zeebe:input source="eu-central-1" target="configuration.region" />`,
	},
	{
		"other-region", Warning, "An event bus or an endpoint of another region than the one that the event is sent to.", "AWS refuses the request.",
		`<zeebe:input source="arn:aws:events:us-east-1:123456789012:event-bus/orders" target="input.eventBusName" />`,
		`<zeebe:input source="arn:aws:events:eu-central-1:123456789012:event-bus/orders" target="input.eventBusName" />`,
	},
	{
		"unknown-field", Warning, "A mapping or header that the connector does not read.", "It is ignored. Most such names are misspelt.",
		`<zeebe:input source="OrderPlaced" target="input.detailTyp" />`,
		`<zeebe:input source="OrderPlaced" target="input.detailType" />`,
	},
	{
		"expression-syntax", Error, "An expression does not parse.", "In an input mapping, the broker raises an incident. In a header, the connector refuses the job.",
		`<zeebe:header key="resultExpression" value="={eventId: response.entries[1.eventId}" />`,
		`<zeebe:header key="resultExpression" value="={eventId: response.entries[1].eventId}" />`,
	},
	{
		"unknown-function", Warning, "A function that FEEL does not have, or does not have with these arguments.", "It gives null.",
		`<zeebe:input source="={name: uppercase(order.name)}" target="input.detail" />`,
		`<zeebe:input source="={name: upper case(order.name)}" target="input.detail" />`,
	},
	{
		"refused-by-broker", Error, "A mapping or header that the broker does not take: a target that is no name, an output mapping without an expression, two headers of one key, a comment // at the end of an expression, an expression as the code of an event that catches errors.",
		"The model cannot be deployed.",
		`<zeebe:input source="com.example.orders" target="input.source system" />`,
		`<zeebe:input source="com.example.orders" target="input.source" />`,
	},
	{
		"version-dependent", Warning, "A mapping that gives another value in other versions of Camunda.",
		"Up to 8.7.35 and 8.8.33 the broker evaluates all input mappings of a task as one context, in which a mapping sees the fields beside its own (`source`). Later versions evaluate them one by one, and a mapping sees the variables that the ones before it made (`input.source`).",
		`<zeebe:input source="com.example.orders" target="input.source" />
<zeebe:input source="={source: input.source}" target="input.detail" />`,
		`<zeebe:input source="={source: &#34;com.example.orders&#34;}" target="input.detail" />`,
	},
	{
		"index-zero", Warning, "An index of 0.", "It gives null, because lists in FEEL start at 1.",
		`<zeebe:header key="resultExpression" value="={eventId: response.entries[0].eventId}" />`,
		`<zeebe:header key="resultExpression" value="={eventId: response.entries[1].eventId}" />`,
	},
	{
		"gives-null", Warning, "An expression that gives null or fails for all values of the variables, or that reads a name that nothing makes, such as True or response.", "A context gets a null value. If the expression fails, the broker raises an incident.",
		`<zeebe:input source="={due: date(&#34;2026-13-01&#34;)}" target="input.detail" />`,
		`<zeebe:input source="={due: date(&#34;2026-12-01&#34;)}" target="input.detail" />`,
	},
	{
		"type-mismatch", Warning, "An operation on values of types that do not fit, such as a comparison of a text with a number.", "It gives null or counts as false, whatever the values are.",
		`<zeebe:header key="errorExpression" value="=if error.code = 400 then jobError(&#34;rejected&#34;) else null" />`,
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;ValidationException&#34; then jobError(&#34;rejected&#34;) else null" />`,
	},
	{
		"unquoted-text", Warning, "A text that is written as an expression without quotes.", "It is read as the name of a variable that nothing in the model makes, and gives null.",
		`<zeebe:input source="=OrderPlaced" target="input.detailType" />`,
		`<zeebe:input source="OrderPlaced" target="input.detailType" />`,
	},
	{
		"unfilled-placeholder", Warning, "A placeholder of another language, such as {{order.id}}, ${order.id} or {order.id}, or an expression within a JSON text.", "Nothing fills it in. It stays as it stands.",
		`<zeebe:input source="={orderId: &#34;{{order.id}}&#34;}" target="input.detail" />`,
		`<zeebe:input source="={orderId: order.id}" target="input.detail" />`,
	},
	{
		"replaced-mapping", Warning, "A mapping whose target a later mapping has too.", "It has no effect.",
		`<zeebe:input source="com.example.shop" target="input.source" />
<zeebe:input source="com.example.orders" target="input.source" />`,
		`<zeebe:input source="com.example.orders" target="input.source" />`,
	},
	{
		"unknown-response-field", Warning, "A field that no response and no error has.", "It gives null.",
		`<zeebe:header key="resultExpression" value="={eventId: response.entry[1].eventId}" />`,
		`<zeebe:header key="resultExpression" value="={eventId: response.entries[1].eventId}" />`,
	},
	{
		"unknown-name", Warning, "A name that a result or error expression does not see.", "It gives null, because these expressions see the response and not the variables of the process.",
		`<zeebe:header key="resultExpression" value="={orderId: order.id}" />`,
		`<zeebe:header key="resultExpression" value="={eventId: entries[1].eventId}" />`,
	},
	{
		"expression-language", Error, "A language that is neither feel nor jq.", "The connector refuses the job.",
		`<zeebe:header key="expressionLanguage" value="groovy" />`,
		`<zeebe:header key="expressionLanguage" value="feel" />`,
	},
	{
		"plain-secret", Error, "A key that is written into the model.", "Everyone who can read the model, its deployment or its repository has the key.",
		`<zeebe:input source="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" target="authentication.secretKey" />`,
		`<zeebe:input source="{{secrets.AWS_SECRET_KEY}}" target="authentication.secretKey" />`,
	},
	{
		"malformed-secret", Error, "A text that looks like a secret but is not a valid placeholder.", "The text itself is sent to AWS, which refuses it.",
		`<zeebe:input source="{{secret.AWS_SECRET_KEY}}" target="authentication.secretKey" />`,
		`<zeebe:input source="{{secrets.AWS_SECRET_KEY}}" target="authentication.secretKey" />`,
	},
	{
		"deprecated-secret", Warning, "The old form of a secret, without braces.", "It resolves only if it is the whole text, and a later version may not support it.",
		`<zeebe:input source="secrets.AWS_SECRET_KEY" target="authentication.secretKey" />`,
		`<zeebe:input source="{{secrets.AWS_SECRET_KEY}}" target="authentication.secretKey" />`,
	},
	{
		"secret-not-resolved", Warning, "A secret outside the authentication, or a secret whose name an expression builds.",
		"A worker that reads deployed models (it has a REST address) resolves `{{secrets.NAME}}` only in the field where the model contains it. Any other worker refuses the job. Process data must not put secrets into an event.",
		`<zeebe:input source="{{secrets.BUS}}" target="input.eventBusName" />`,
		`<zeebe:input source="orders" target="input.eventBusName" />`,
	},
	{
		"secret-too-new", Warning, "A secret of the cluster, camunda.secrets.NAME, in a model for a version before Camunda 8.10, or in one that does not tell its version.",
		"An older cluster does not resolve it. The mapping gives null, and the connector refuses the job.",
		`<zeebe:input source="=camunda.secrets.AWS_SECRET_KEY" target="authentication.secretKey" />`,
		`<zeebe:input source="{{secrets.AWS_SECRET_KEY}}" target="authentication.secretKey" />`,
	},
	{
		"legacy-secret", Hint, "A secret of the worker, {{secrets.NAME}}, in a model for Camunda 8.10 or later.",
		"It works. But the cluster can resolve secrets itself: only in the field whose mapping names them, and without secrets in the worker.",
		`<zeebe:input source="{{secrets.AWS_SECRET_KEY}}" target="authentication.secretKey" />
<zeebe:input source="=camunda.secrets.AWS_ACCESS_KEY" target="authentication.accessKey" />`,
		`<zeebe:input source="=camunda.secrets.AWS_SECRET_KEY" target="authentication.secretKey" />
<zeebe:input source="=camunda.secrets.AWS_ACCESS_KEY" target="authentication.accessKey" />`,
	},
	{
		"aws-source", Error, "A source that begins with aws.", "AWS reserves such sources for its own services and rejects the entry.",
		`<zeebe:input source="aws.orders" target="input.source" />`,
		`<zeebe:input source="com.example.orders" target="input.source" />`,
	},
	{
		"payload-not-object", Error, "A payload that can never be a JSON object.", "AWS rejects the entry as malformed.",
		`<zeebe:input source="=[order.id, order.total]" target="input.detail" />`,
		`<zeebe:input source="={id: order.id, total: order.total}" target="input.detail" />`,
	},
	{
		"entry-too-large", Error, "Events of more than 1 MiB as they are written.", "The connector refuses the job, since AWS would refuse the request.",
		`<zeebe:input source="={text: string join(for i in 1..5500 return &#34;01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789&#34;)}" target="input.detail" />`,
		`<zeebe:input source="={text: string join(for i in 1..300 return &#34;0123456789&#34;)}" target="input.detail" />`,
	},
	{
		"result-not-object", Error, "A result expression that does not give a context.", "The job fails after the event was sent.",
		`<zeebe:header key="resultExpression" value="=response.entries[1].eventId" />`,
		`<zeebe:header key="resultExpression" value="={eventId: response.entries[1].eventId}" />`,
	},
	{
		"lost-result", Warning, "Output mappings that read nothing of the result, or a result with the name of a variable that an input mapping makes.", "A task with output mappings gives only what they read, and a variable of the task itself stays at the task. The result is lost.",
		`<zeebe:header key="resultVariable" value="answer" />
<zeebe:output source="=order.id" target="orderId" />`,
		`<zeebe:header key="resultVariable" value="answer" />
<zeebe:output source="=answer.entries[1].eventId" target="eventId" />`,
	},
	{
		"error-result", Error, "An error expression whose result the connector does not understand.", "The job fails with 0 retries, even after a success.",
		`<zeebe:header key="errorExpression" value="=response.failedEntryCount &gt; 0" />`,
		`<zeebe:header key="errorExpression" value="=if response.failedEntryCount &gt; 0 then jobError(&#34;rejected&#34;) else null" />`,
	},
	{
		"unknown-error-code", Warning, "A comparison with a code or type that no error has.", "Its branch is never taken.",
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;ThrotlingException&#34; then jobError(&#34;busy&#34;, {}, job.retries - 1) else null" />`,
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;ThrottlingException&#34; then jobError(&#34;busy&#34;, {}, job.retries - 1) else null" />`,
	},
	{
		"fails-on-success", Warning, "An error expression that gives an error even if AWS accepted the event.", "The task never completes normally, and each try sends the event again.",
		`<zeebe:header key="errorExpression" value="=jobError(&#34;not sent&#34;)" />`,
		`<zeebe:header key="errorExpression" value="=if error != null then jobError(&#34;not sent&#34;) else null" />`,
	},
	{
		"uncaught-error", Warning, "A BPMN error that no event of the model catches. In a process that a call activity of another model calls, an event there may catch it.", "The broker raises an incident.",
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;AccessDeniedException&#34; then bpmnError(&#34;NO_ACCESS&#34;) else null" />`,
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;AccessDeniedException&#34; then bpmnError(&#34;REJECTED&#34;) else null" />
<bpmn:boundaryEvent id="Rejected" attachedToRef="Send"><bpmn:errorEventDefinition errorRef="Error_Rejected" /></bpmn:boundaryEvent>`,
	},
	{
		"never-thrown", Warning, "A boundary event for a code that the task never throws.", "Its path is never taken.",
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;AccessDeniedException&#34; then jobError(&#34;no access&#34;) else null" />
<bpmn:boundaryEvent id="Rejected" attachedToRef="Send"><bpmn:errorEventDefinition errorRef="Error_Rejected" /></bpmn:boundaryEvent>`,
		`<zeebe:header key="errorExpression" value="=if response.failedEntryCount &gt; 0 then bpmnError(&#34;REJECTED&#34;) else null" />
<bpmn:boundaryEvent id="Rejected" attachedToRef="Send"><bpmn:errorEventDefinition errorRef="Error_Rejected" /></bpmn:boundaryEvent>`,
	},
	{
		"endless-retries", Warning, "An error expression that never uses up the retries.", "The job is retried forever and never becomes an incident.",
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;ThrottlingException&#34; then jobError(&#34;busy&#34;, {}, job.retries) else null" />`,
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;ThrottlingException&#34; then jobError(&#34;busy&#34;, {}, job.retries - 1) else null" />`,
	},
	{
		"sends-again", Warning, "An error expression that gives retries to every failure.", "If a result expression fails after AWS accepted the event, each retry sends the event again.",
		`<zeebe:header key="errorExpression" value="=if error != null then jobError(error.message, {}, job.retries - 1) else null" />`,
		`<zeebe:header key="errorExpression" value="=if error.code = &#34;ThrottlingException&#34; then jobError(error.message, {}, job.retries - 1) else null" />`,
	},
	{
		"no-retries", Warning, "Retries of 0 without an error expression.", "The first failure, such as a short network error, becomes an incident.",
		`<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="0" />`,
		`<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="3" />`,
	},
	{
		"duration", Error, "A header that is not a valid duration, or a job timeout of 2 seconds or less.", "The connector refuses the job, or has no time to send the event.",
		`<zeebe:header key="retryBackoff" value="10s" />`,
		`<zeebe:header key="retryBackoff" value="PT10S" />`,
	},
	{
		"makes-no-job", Error, "An element with the connector's type or template of which the broker makes no job, such as a task of no kind, an end event without a message, or a task of a process that is not executable.",
		"The process goes on, and no event is sent.",
		`<bpmn:task id="Send">`,
		`<bpmn:serviceTask id="Send">`,
	},
	{
		"task-type", Warning, "A task type that is nearly the connector's, or another one than the task's template sets.", "No worker takes its jobs, and the process waits forever.",
		`<zeebe:taskDefinition type="io.camunda:aws-eventbrige:1" retries="3" />`,
		`<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="3" />`,
	},
}
