package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

// soundChanges are things that people rightly draw, as changes of a task in which nothing is found.
var soundChanges = [][]string{
	{"input.detail", `=order`},
	{"input.detail", `=order.payload`},
	{"input.detail", `={a: "{\"b\": 1}", note: "Dear {{name}}"}`},
	{"input.detail", `{"a": 1, "b": [true, null]}`},
	{"input.detail", `=context merge(order, {at: now()})`},
	{"input.detail", `={text: "Order " + order.id + " of " + string(count(order.items))}`},
	{"input.detail", `={n: count(order.items) + 1, days: duration("P1D") * 2, due: today() + duration("P1D")}`},
	{"input.detail", `={skus: order.items.sku, first: order.items[1].sku, dear: order.items[price > 100], some: some i in order.items satisfies i.price > 5}`},
	{"input.detail", `=if order.total > 100 then {big: true} else {big: false}`},
	{"input.detail", `={a: get or else(order.name, "none"), b: is defined(order.x), c: order.when = date("2026-11-29")}`},
	{"input.detail", `={a: order.count in [1..5], b: order.state in ("NEW", "PAID"), c: order.state = null}`},
	{"input.detail", `={key: camunda.processInstance.key, env: camunda.vars.env.STAGE}`},
	{"input.detail", `=from json(order.text)`},
	{"input.detail", `=order.text + order.more`},
	{"input.detail", `={every: cycle(3, duration("PT1H"))}`},
	{"input.detail", "={\n  // the order\n  id: order.id\n}"},
	{"input.detailType", `=order.type`},
	{"input.detailType", `="Order" + order.state`},
	{"input.detailType", `Order Placed`},
	{"input.detailType", `order.placed`},
	{"input.detailType", `order-placed/v2`},
	{"input.detailType", `=eventType`},
	{"input.source", `=source`},
	{"input.source", `my-shop`},
	{"input.source", `awsome.shop`},
	{"input.source", `="com.example." + tenant`},
	{"input.eventBusName", `=bus`},
	{"input.eventBusName", `default`},
	{"input.eventBusName", `arn:aws:events:eu-central-1:123456789012:event-bus/orders`},
	{"input.eventBusName", `arn:aws:events:us-east-1:123456789012:event-bus/orders`, "configuration.region", "us-east-1"},
	{"input.eventBusName", `arn:aws:events:us-east-1:123456789012:event-bus/orders`, "configuration.region", "=region"},
	{"configuration.region", `=region`},
	{"configuration.region", `ua-east-1`},
	{"configuration.region", `eu-central-3`},
	{"configuration.region", `us-gov-west-1`},
	{"configuration.region", `cn-north-1`},
	{"configuration.endpoint", `https://events.eu-central-1.amazonaws.com`},
	{"configuration.endpoint", `https://vpce-1a2b.events.eu-central-1.vpce.amazonaws.com`},
	{"configuration.endpoint", `http://localhost:4566`},
	{"configuration.endpoint", `localstack:4566`},
	{"input.resources", `=["arn:aws:s3:::invoices", order.arn]`},
	{"input.time", `=now()`},
	{"input.time", `2026-11-29T10:00:00Z`},
	{"input.processContext", `process`},
	{"input.events", `=for i in order.items return {detailType: "ItemOrdered", detail: i}`},
	{"authentication.roleArn", `arn:aws:iam::123456789012:role/send-events`, "authentication.externalId", "{{secrets.EXTERNAL_ID}}"},
	{"authentication.accessKey", `{{ secrets.AWS_ACCESS_KEY }}`, "authentication.secretKey", "{{secrets.AWS_SECRET_ACCESS_KEY}}"},
	{"authentication.accessKey", `=camunda.secrets.KEY`},
	{"retries", `=order.tries`},
	{"retries", `=1 + 2`},
	{"retries", `5`, "retryBackoff", "PT1M", "jobTimeout", "PT2M"},
	{"resultVariable", `answer`, "<eventId", `=answer.entries[1].eventId`},
	{"resultExpression", `={eventId: response.entries[1].eventId}`, "<eventId", `=eventId`},
	{"resultExpression", `={eventId: entries[1].eventId, orderId: input.detail.orderId}`},
	{"resultExpression", `{eventId: response.entries[1].eventId, ok: failedEntryCount = 0, at: response.sdkHttpMetadata.httpHeaders.Date}`},
	{"resultExpression", `={text: "failed: " + string(response.failedEntryCount), codes: response.entries.errorCode}`},
	{"errorExpression", `=if error != null and contains(error.message, "Status Code: 400") then jobError("refused") else null`},
	{"errorExpression", `=if error.code in ("ThrottlingException", "TIMEOUT") then jobError(error.message, {}, job.retries - 1, duration("PT10S")) else null`},
	{"errorExpression", `=if response.failedEntryCount > 0 then jobError("rejected: " + response.entries[1].errorCode) else null`},
	{"errorExpression", `=if starts with(error.code, "HTTP_5") then jobError("busy", {}, job.retries - 1, backoff(4 - job.retries)) else null`},
	{"errorExpression", `=if some e in response.entries satisfies e.errorCode = "ThrottlingException" then jobError("busy") else null`},
	{"errorExpression", `=if error.code = "TIMEOUT" then jobError("Order " + input.detail.orderId, {}, job.retries - 1) else null`},
	{"errorExpression", `=if error.code = "TIMEOUT" then jobError("late", {}, job.retries - 1, duration(input.detail.wait)) else null`},
	{"errorExpression", `=if error.code = "TIMEOUT" then bpmnError(input.detail.code, "late") else null`},
	{"errorExpression", `if $error.code == "TIMEOUT" then {errorType: "jobError", errorMessage: ("late: " + ($input.detail.total * 2 | tostring)), retries: ($job.retries - 1)} else null end`, "expressionLanguage", "jq"},
	{"resultExpression", `{skus: ($input.detail.items | map(.sku))}`, "expressionLanguage", "jq"},
	{"resultExpression", `{total: ($input.detail.total * 2), id: $response.entries[0].eventId}`, "expressionLanguage", "jq"},
	{"resultExpression", `=context merge(input.detail, {eventId: response.entries[1].eventId})`},
	{"resultExpression", `={text: "Order " + input.detail.orderId, n: count(input.detail.items)}`},
	{"errorExpression", `=if error.code in ("HTTP_502", "HTTP_503", "ServiceUnavailableException") then jobError(error.message, {}, job.retries - 1) else null`},
	{"input.detail", `={price: "$5", percent: "10%", path: "/a/{id}", q: "{\"x\": 1}", regex: "^[a-z]{2,3}$", css: "a { color: red }", list: "[[1]]"}`},
	{"input.detail", `{"path": "/orders/{id}", "expression": "= 1 + 2", "template": "Dear {{name}}"}`},
	{"input.detail", `={kind: fromAi(toolCall.kind, "the kind", "string", {enum: ["A", "B"]})}`},
	{"input.events", `=[{detail: {a: 1}}, {detail: order, source: "x"}, {detail: "{\"a\": 1}"}]`},
	{"input.events", `=for o in orders return {detail: o, detailType: o.kind}`},
	{"input.resources", `arn:aws:s3:::invoices`},
	{"retries", `3.0`},
	{"resultExpression", `={orderId: response.entries[1].eventId}`, ">order.id", `=order.id`},
	{"owner", `team orders`, "docs", "https://example.com/{{page}}"},
	{">orderId", `=order.id`, "input.detail", "={id: orderId}"},
	{"type", `="io.camunda:aws-eventbridge:1"`},
}

// mistakes are changes of a sound task, and what is found: rules with the fields that they are about.
var mistakes = []struct {
	changes []string
	want    []string // "rule field"
}{
	{[]string{"type", "io.camunda:aws-eventbridge:1 "}, []string{"task-type type"}},
	{[]string{"type", " io.camunda:aws-eventbridge:1"}, []string{"task-type type"}},
	{[]string{"type", "io.camunda:aws-eventbridge"}, []string{"task-type type"}},
	{[]string{"type", "io.camunda:aws-eventbridge:2"}, []string{"task-type type"}},
	{[]string{"type", "io.camunda:aws-eventbrige:1"}, []string{"task-type type"}},
	{[]string{"type", "IO.Camunda:AWS-EventBridge:1"}, []string{"task-type type"}},
	{[]string{"type", "io.camunda.aws-eventbridge:1"}, []string{"task-type type"}},
	{[]string{"type", "aws-eventbridge:1"}, []string{"task-type type"}},
	{[]string{"type", `="io.camunda:aws-eventbridge:1 "`}, []string{"task-type type"}},
	{[]string{"errorExpression", `=if error.code = 400 then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "400" then jobError("x") else null`}, []string{"unknown-error-code errorExpression"}},
	{[]string{"errorExpression", `=if error.code in (500, 503) then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if error.code > 399 then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if response.failedEntryCount = "1" then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if response.failedEntryCount then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if response.entries = "failed" then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if response.entries.errorCode = "ThrottlingException" then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" or "CONNECTION_ERROR" then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if job.retries = "0" then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" then null else if error.kode = "A" then null else null`}, []string{"unknown-response-field errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "AccessDenied" then jobError("x") else null`}, []string{"unknown-error-code errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "throttlingexception" then jobError("x") else null`}, []string{"unknown-error-code errorExpression"}},
	{[]string{"errorExpression", `=if error != null then bpmnError(404) else null`}, []string{"error-result errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" then jobError("x", {}, 1, "PT5S") else null`}, []string{"error-result errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" then "TIMEOUT" else null`}, []string{"error-result errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" then bpmnError("NOBODY") else null`}, []string{"uncaught-error errorExpression"}},
	{[]string{"errorExpression", `=if error.code == "TIMEOUT" then null else null`}, []string{"expression-syntax errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" then jobErorr("x") else null`}, []string{"unknown-function errorExpression"}},
	{[]string{"errorExpression", `=if order.total > 5 then jobError("x") else null`}, []string{"unknown-name errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "{{secrets.CODE}}" then jobError("x") else null`}, []string{"secret-not-resolved errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "TIMEOUT" then jobError("x", {}, job.retries) else null`}, []string{"endless-retries errorExpression"}},
	{[]string{"resultExpression", `={text: "failed: " + response.failedEntryCount}`}, []string{"type-mismatch resultExpression"}},
	{[]string{"resultExpression", `={ok: response.sdkHttpMetadata.httpStatusCode = "200"}`}, []string{"type-mismatch resultExpression"}},
	{[]string{"resultExpression", `={n: count(response.entries) + "1"}`}, []string{"type-mismatch resultExpression"}},
	{[]string{"resultExpression", `={id: response.sdkHttpMetadata.httpHeaders["x-amzn-RequestId"]}`}, []string{"type-mismatch resultExpression"}},
	{[]string{"resultExpression", `={id: response.entries[0].eventId}`}, []string{"index-zero resultExpression"}},
	{[]string{"resultExpression", `={id: response.Entries[1].EventId}`}, []string{"unknown-response-field resultExpression"}},
	{[]string{"resultExpression", `={id: order.id}`}, []string{"unknown-name resultExpression"}},
	{[]string{"resultExpression", `=eventId`}, []string{"unknown-name resultExpression"}},
	{[]string{"resultExpression", `=response.entries[1].eventId`}, []string{"result-not-object resultExpression"}},
	{[]string{"resultExpression", `={id: "${response.eventId}"}`}, []string{"unfilled-placeholder resultExpression"}},
	{[]string{"resultVariable", "answer", "<total", "=order.total"}, []string{"lost-result resultVariable"}},
	{[]string{"resultExpression", `={eventId: entries[1].eventId}`, "<total", "=order.total"}, []string{"lost-result resultExpression"}},
	{[]string{"<eventId", "=response.entries[1].eventId"}, []string{"unknown-name eventId"}},
	{[]string{"resultVariable", "=answer"}, []string{"doubtful-value resultVariable"}},
	{[]string{"resultVariable", "my answer"}, []string{"doubtful-value resultVariable"}},
	{[]string{"configuration.region", "=eu-central-1"}, []string{"unquoted-text configuration.region"}},
	{[]string{"configuration.region", "eu-centrl-1"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "eu-wset-1"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "ue-central-1"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "eu-central1"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "eu_central_1"}, []string{"invalid-field configuration.region"}},
	{[]string{"configuration.region", "EU-CENTRAL-1"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "eu-central-1a"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "Frankfurt"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "eu-central-1 "}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", `"eu-central-1"`}, []string{"invalid-field configuration.region"}},
	{[]string{"configuration.region", ""}, []string{"missing-field configuration.region"}},
	{[]string{"configuration.region", "-"}, []string{"missing-field configuration @Send"}},
	{[]string{"input.detail", `={a: "{{order.id}}"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `={a: "Order {{orderId}} is placed"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `={a: "Order ${order.id}"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `={a: "#{order.id}"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `{"id": "{{order.id}}"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detailType", `{{order.type}}`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.detailType", `${orderType}`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.detailType", `=OrderPlaced`}, []string{"unquoted-text input.detailType"}},
	{[]string{"input.detailType", `=Order`}, []string{"unquoted-text input.detailType"}},
	{[]string{"input.detailType", `=order-placed`}, []string{"unquoted-text input.detailType"}},
	{[]string{"input.detailType", `=Order Placed`}, []string{"expression-syntax input.detailType"}},
	{[]string{"input.detailType", `"OrderPlaced"`}, []string{"doubtful-value input.detailType"}},
	{[]string{"input.detailType", `OrderPlaced `}, []string{"doubtful-value input.detailType"}},
	{[]string{"input.detailType", ` =order.type`}, []string{"doubtful-value input.detailType"}},
	{[]string{"input.detailType", `"Order" + order.state`}, []string{"doubtful-value input.detailType"}},
	{[]string{"input.detailType", `upper case(order.type)`}, []string{"doubtful-value input.detailType"}},
	{[]string{"input.detailType", `={type: order.type}`}, []string{"invalid-field input.detailType"}},
	{[]string{"input.source", `=com.example.orders`}, []string{"unquoted-text input.source"}},
	{[]string{"input.source", `aws.orders`}, []string{"aws-source input.source"}},
	{[]string{"input.source", ``}, []string{"missing-field input.source"}},
	{[]string{"input.source", `com.example.orders `}, []string{"doubtful-value input.source"}},
	{[]string{"input.eventBusName", `=default`}, []string{"unquoted-text input.eventBusName"}},
	{[]string{"input.eventBusName", `=my-bus`}, []string{"unquoted-text input.eventBusName"}},
	{[]string{"input.eventBusName", `my bus`}, []string{"doubtful-value input.eventBusName"}},
	{[]string{"input.eventBusName", `arn:aws:events:us-east-1:123456789012:event-bus/orders`}, []string{"other-region input.eventBusName"}},
	{[]string{"input.eventBusName", `arn:aws:events:eu-central-1:123456789012:rule/orders`}, []string{"doubtful-value input.eventBusName"}},
	{[]string{"input.eventBusName", `arn:aws:events:eu-central-1::event-bus/orders`}, []string{"doubtful-value input.eventBusName"}},
	{[]string{"configuration.endpoint", `https://events.us-east-1.amazonaws.com`}, []string{"other-region configuration.endpoint"}},
	{[]string{"configuration.endpoint", `https://sqs.eu-central-1.amazonaws.com`}, []string{"doubtful-value configuration.endpoint"}},
	{[]string{"configuration.endpoint", `http://events.eu-central-1.amazonaws.com`}, []string{"doubtful-value configuration.endpoint"}},
	{[]string{"input.detail", `{orderId: order.id}`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `order`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `="order"`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `="Order " + order.id`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `=count(order.items)`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `=now()`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `=order.items[price > 5]`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `=[order]`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `={a: "n: " + count(order.items)}`}, []string{"type-mismatch input.detail"}},
	{[]string{"input.detail", `={a: "now: " + now()}`}, []string{"type-mismatch input.detail"}},
	{[]string{"input.detail", `={late: today() > "2026-01-01"}`}, []string{"type-mismatch input.detail"}},
	{[]string{"input.detail", `={a: uppercase(order.name)}`}, []string{"unknown-function input.detail"}},
	{[]string{"input.detail", `={a: order.items[0]}`}, []string{"index-zero input.detail"}},
	{[]string{"input.detail", `={token: "{{secret.TOKEN}}"}`}, []string{"malformed-secret input.detail"}},
	{[]string{"input.detail", `={token: secrets.TOKEN}`}, []string{"malformed-secret input.detail"}},
	{[]string{"input.detail", `={token: "${secrets.TOKEN}"}`}, []string{"malformed-secret input.detail"}},
	{[]string{"input.detail", `={token: "{{secrets.MY TOKEN}}"}`}, []string{"malformed-secret input.detail"}},
	{[]string{"input.detail", `={token: "{{secrets.TOKEN}}"}`}, []string{"secret-not-resolved input.detail"}},
	{[]string{"<token", `=camunda.secrets.TOKEN`}, []string{"secret-not-resolved token"}},
	{[]string{"input.detail", `={token: "Bearer camunda.secrets.TOKEN"}`}, []string{"malformed-secret input.detail"}},
	{[]string{"input.detail", `={"camunda.secrets.TOKEN": 1}`}, []string{"malformed-secret input.detail"}},
	{[]string{"input.detail", `{"token": "camunda.secrets.TOKEN"}`}, []string{"malformed-secret input.detail"}},
	{[]string{"authentication.secretKey", `="camunda.secrets.KEY"`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `{{Secrets.KEY}}`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `{{AWS_SECRET_KEY}}`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `{{secrets:KEY}}`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `{{camunda.secrets.KEY}}`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `${AWS_SECRET_KEY}`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `$AWS_SECRET_KEY`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `=secrets.KEY`}, []string{"malformed-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `={{secrets.KEY}}`}, []string{"expression-syntax authentication.secretKey"}},
	{[]string{"authentication.secretKey", `secrets.KEY`}, []string{"deprecated-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `wJalrXUtnFEMI/K7MDENG`}, []string{"plain-secret authentication.secretKey"}},
	{[]string{"authentication.secretKey", `{{secrets.AWS_ACCESS_KEY}}`}, []string{"doubtful-value authentication.secretKey"}},
	{[]string{"authentication.accessKey", `{{secrets.AWS_SECRET}}`, "authentication.secretKey", "{{secrets.AWS_ACCESS}}"}, []string{"doubtful-value authentication.accessKey"}},
	{[]string{"authentication.type", `temporaryCredentials`}, []string{"missing-field authentication.sessionToken @Send"}},
	{[]string{"authentication.type", `credential`}, []string{"doubtful-value authentication.type"}},
	{[]string{"authentication.type", `=credentials`}, []string{"unquoted-text authentication.type"}},
	{[]string{"authentication.roleArn", `send-events`}, []string{"doubtful-value authentication.roleArn"}},
	{[]string{"input.detailtype", `x`}, []string{"unknown-field input.detailtype"}},
	{[]string{"input.source", "-", ">source", "com.example"}, []string{"missing-field input.source @Send", "unknown-field source"}},
	{[]string{">jobTimeout", "PT1M"}, []string{"unknown-field jobTimeout"}},
	{[]string{"input.time", "tomorrow"}, []string{"invalid-field input.time"}},
	{[]string{"input.events", `=[{source: "a", detailtype: "b", detail: {}}]`}, []string{"unknown-field input.events"}},
	{[]string{">input.source", "com.example.shop"}, []string{"replaced-mapping input.source"}},
	{[]string{"resultExpr", "={a: 1}"}, []string{"unknown-field resultExpr"}},
	{[]string{"result_expression", "={a: 1}"}, []string{"unknown-field result_expression"}},
	{[]string{"ErrorExpression", "=null"}, []string{"unknown-field ErrorExpression"}},
	{[]string{"retryBackof", "PT1S"}, []string{"unknown-field retryBackof"}},
	{[]string{"retryBackoff", "10s"}, []string{"duration retryBackoff"}},
	{[]string{"retryBackoff", `=duration("PT1S")`}, []string{"duration retryBackoff"}},
	{[]string{"jobTimeout", "PT1S"}, []string{"duration jobTimeout"}},
	{[]string{"expressionLanguage", "jsonata"}, []string{"expression-language expressionLanguage"}},
	{[]string{"retries", "three"}, []string{"invalid-field retries"}},
	{[]string{"retries", "3.5"}, []string{"doubtful-value retries"}},
	{[]string{"retries", `="3"`}, []string{"invalid-field retries"}},
	{[]string{"retries", `="x" + order.tries`}, []string{"invalid-field retries"}},
	{[]string{"retries", "0"}, []string{"no-retries retries"}},
	{[]string{"+jobTimeout", "PT1M", "+jobTimeout", "PT2M"}, []string{"refused-by-broker jobTimeout #2"}},
	{[]string{"<done", "yes"}, []string{"refused-by-broker done"}},
	{[]string{"type", "io.camunda:eventbridge:1"}, []string{"task-type type"}},
	{[]string{"type", "=io.camunda:aws-eventbridge:1"}, []string{"expression-syntax type"}},
	{[]string{"type", `="io.camunda:aws-eventbridge:" + 1`}, []string{"invalid-field type"}},
	{[]string{"retries", " 3"}, []string{"invalid-field retries"}},
	{[]string{"errorExpression", `=if error.code in [400..499] then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if list contains([400, 500], error.code) then jobError("x") else null`}, []string{"type-mismatch errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "ACCESS_DENIED" then jobError("x") else null`}, []string{"unknown-error-code errorExpression"}},
	{[]string{"errorExpression", `=if error.code = "HTTP503" then jobError("x") else null`}, []string{"unknown-error-code errorExpression"}},
	{[]string{"resultExpression", `={code: error.code}`}, []string{"unknown-response-field resultExpression"}},
	{[]string{"resultVariable", "input"}, []string{"lost-result resultVariable"}},
	{[]string{"resultVariable", "orderId", ">orderId", "=order.id"}, []string{"lost-result resultVariable"}},
	{[]string{"resultExpression", "={orderId: response.entries[1].eventId}", ">orderId", "=order.id"}, []string{"lost-result resultExpression"}},
	{[]string{"configuration.region", "eu-central-01"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.region", "=1"}, []string{"doubtful-value configuration.region"}},
	{[]string{"configuration.endpoint", "https://abcde.veo.endpoint.events.amazonaws.com"}, []string{"doubtful-value configuration.endpoint"}},
	{[]string{"input.detailType", `=ORDER_PLACED`}, []string{"unquoted-text input.detailType"}},
	{[]string{"input.detailType", `=OrderPlaced.v1`}, []string{"unquoted-text input.detailType"}},
	{[]string{"input.detailType", `=Order_Placed`}, []string{"unquoted-text input.detailType"}},
	{[]string{"input.detailType", `{order.type}`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.detailType", `$order.type`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.detailType", `%order.type%`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.detailType", `[[order.type]]`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.detailType", `<order.type>`}, []string{"unfilled-placeholder input.detailType"}},
	{[]string{"input.source", `com.example.${stage}`}, []string{"unfilled-placeholder input.source"}},
	{[]string{"input.source", `="aws." + stage`}, []string{"aws-source input.source"}},
	{[]string{"input.source", `=aws.orders`}, []string{"unquoted-text input.source"}},
	{[]string{"input.eventBusName", `Default`}, []string{"doubtful-value input.eventBusName"}},
	{[]string{"input.detail", `{"orderId": "=order.id"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `=string({a: order.id})`}, []string{"payload-not-object input.detail"}},
	{[]string{"input.detail", `={a: "Order {order.id}"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `={a: "Order $orderId"}`}, []string{"unfilled-placeholder input.detail"}},
	{[]string{"input.detail", `={a: True, b: order.b}`}, []string{"gives-null input.detail"}},
	{[]string{"input.detail", `={a: if order.a = undefined then 1 else 2}`}, []string{"gives-null input.detail"}},
	{[]string{"input.detail", `={a: not order.paid}`}, []string{"gives-null input.detail"}},
	{[]string{"input.detail", `={a: response.entries[1].eventId}`}, []string{"gives-null input.detail"}},
	{[]string{"input.detail", `={a: camunda.secret.KEY}`}, []string{"gives-null input.detail"}},
	{[]string{"input.events", `=[{source: "aws.x", detail: {}}]`}, []string{"aws-source input.events"}},
	{[]string{"input.events", `=[{detail: "x"}]`}, []string{"payload-not-object input.events"}},
	{[]string{"input.events", `=for o in orders return {detail: [o]}`}, []string{"payload-not-object input.events"}},
	{[]string{"input.resources", `["arn:aws:s3:::a"]`}, []string{"doubtful-value input.resources"}},
	{[]string{"input.resources", `arn:aws:s3:::a,arn:aws:s3:::b`}, []string{"doubtful-value input.resources"}},
	{[]string{"input.time", `=now`}, []string{"gives-null input.time"}},
	{[]string{">awsCredentials", `=camunda.vars.cluster.AWS`}, []string{"unknown-field awsCredentials"}},
	{[]string{"backoff", "PT5S"}, []string{"unknown-field backoff"}},
	{[]string{"retryBackoff", "{{backoff}}"}, []string{"duration retryBackoff"}},
	{[]string{"event", boundaryEvent("Oops", "Error_1")}, []string{"never-thrown errorExpression @Oops"}},
	{[]string{"event", boundaryEvent("Oops", "Error_1"), "errorExpression", `=if error.code = "TIMEOUT" then bpmnError("REJECTD") else null`}, []string{"uncaught-error errorExpression", "never-thrown errorExpression @Oops"}},
}

func boundaryEvent(id, ref string) string {
	return fmt.Sprintf(`<bpmn:boundaryEvent id="%s" attachedToRef="Send"><bpmn:errorEventDefinition id="E_%s" errorRef="%s" /></bpmn:boundaryEvent>`, id, id, ref)
}

const errorsOfModels = `<bpmn:error id="Error_1" name="rejected" errorCode="REJECTED" />` + "\n"

// drawn writes a model of a task in a shape, in the style of a tool.
func drawn(shape, style string, d drawnTask) string {
	return styles[style](errorsOfModels + shapes[shape](d))
}

// lineOf returns the line of a model that says a field.
func lineOf(t *testing.T, model, want string) int {
	t.Helper()
	parts := strings.Fields(want)
	form, nth := `"`+parts[1]+`" />`, 1
	for _, p := range parts[2:] {
		if id, ok := strings.CutPrefix(p, "@"); ok {
			form = ` id="` + id + `"`
		} else {
			nth = 2
		}
	}
	for i, line := range strings.Split(model, "\n") {
		line = strings.TrimSpace(line)
		found := strings.Contains(line, form) || strings.Contains(line, ` key="`+parts[1]+`" `)
		if len(parts) > 2 && strings.HasPrefix(parts[2], "@") {
			found = strings.Contains(line, form)
		}
		if parts[1] == "type" || parts[1] == "retries" {
			found = strings.Contains(line, ":taskDefinition ")
		}
		if found {
			if nth--; nth == 0 {
				return i + 1
			}
		}
	}
	require.Fail(t, "no line has "+want, model)
	return 0
}

// TestCorpus draws models as people do, and holds the findings against those that are expected: rule, element, field and line.
func TestCorpus(t *testing.T) {
	t.Parallel()
	sound, broken := 0, 0
	shapeNames, styleNames := slices.Sorted(maps.Keys(shapes)), slices.Sorted(maps.Keys(styles))
	silent := func(name, model string) {
		sound++
		m, err := bpmn.Read([]byte(model))
		require.NoError(t, err, name)
		require.Positive(t, Tasks(m, Options{}), name)
		assert.Empty(t, Check(t.Context(), m, exceptOnSecrets), name)
	}
	for _, binding := range slices.Sorted(maps.Keys(bindings())) {
		for i, shape := range shapeNames {
			silent(binding+" as "+shape, drawn(shape, styleNames[i%len(styleNames)], bindings()[binding]))
		}
	}
	task := bindings()["official, later"]
	for i, changes := range soundChanges {
		shape := shapeNames[i%len(shapeNames)]
		if shape == "tools of an agent" {
			shape = "service task"
		}
		silent(fmt.Sprint(changes), drawn(shape, styleNames[i%len(styleNames)], task.with(changes...)))
	}
	for i, mistake := range mistakes {
		broken++
		shape := []string{"service task", "send task", "sub-process", "throw event", "multi-instance", "two pools"}[i%6]
		if slices.Contains(mistake.changes, "event") {
			shape = "service task"
		}
		model := drawn(shape, styleNames[i%len(styleNames)], task.with(mistake.changes...))
		m, err := bpmn.Read([]byte(model))
		require.NoError(t, err, "%v", mistake.changes)
		var want, got []string
		for _, w := range mistake.want {
			parts := strings.Fields(w)
			want = append(want, fmt.Sprintf("%s Send %s line %d", parts[0], parts[1], lineOf(t, model, w)))
		}
		for _, f := range Check(t.Context(), m, exceptOnSecrets) {
			got = append(got, fmt.Sprintf("%s %s %s line %d", f.Rule, f.Task, f.Field, f.Pos.Line))
			assert.Contains(t, f.Text(), f.Field)
		}
		assert.ElementsMatch(t, want, got, "%v", mistake.changes)
	}
	t.Logf("%d sound models without a finding, %d with mistakes", sound, broken)
	assert.Greater(t, sound+broken, 250)
}

// TestCorpus_Encodings finds the same at the same place whatever bytes stand for the characters.
func TestCorpus_Encodings(t *testing.T) {
	t.Parallel()
	inside := shapes["service task"](bindings()["by hand"].with("input.detail", `={Größe: "ä€", a: order.items[0]}`))
	text := styles["Desktop Modeler"](strings.Replace(inside, "<bpmn:startEvent", `<bpmn:documentation>Maße</bpmn:documentation> <bpmn:startEvent`, 1))
	for name, e := range map[string]encoding.Encoding{
		"UTF-8": encoding.Nop, "ISO-8859-15": charmap.ISO8859_15, "windows-1252": charmap.Windows1252,
		"UTF-16": unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16BE": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"UTF-16 with the byte order mark of little endian": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"UTF-8 with a byte order mark":                     unicode.UTF8BOM,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared, _, _ := strings.Cut(name, " ")
			data, err := e.NewEncoder().Bytes([]byte(strings.Replace(text, `encoding="UTF-8"`, `encoding="`+declared+`"`, 1)))
			require.NoError(t, err)
			m, err := bpmn.Read(data)
			require.NoError(t, err)
			assert.Equal(t, "Größe prüfen", m.Processes[0].Name)
			found := Check(t.Context(), m, Options{})
			require.Len(t, found, 1)
			assert.Equal(t, "index-zero", found[0].Rule)
			assert.Contains(t, found[0].Message, "line 1, column 31:")
			assert.Equal(t, lineOf(t, text, "index-zero input.detail"), found[0].Pos.Line)
		})
	}
}
