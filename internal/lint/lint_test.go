package lint

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

//go:generate go test -run TestReferenceIsUpToDate -update .

var update = flag.Bool("update", false, "write the reference anew")

// sound is a task in which nothing is found, as the pieces that samples replace.
var sound = []string{
	`<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="3" />`,
	`<zeebe:input source="credentials" target="authentication.type" />`,
	`<zeebe:input source="{{secrets.AWS_ACCESS_KEY}}" target="authentication.accessKey" />`,
	`<zeebe:input source="{{secrets.AWS_SECRET_KEY}}" target="authentication.secretKey" />`,
	`<zeebe:input source="eu-central-1" target="configuration.region" />`,
	`<zeebe:input source="default" target="input.eventBusName" />`,
	`<zeebe:input source="com.example.orders" target="input.source" />`,
	`<zeebe:input source="OrderPlaced" target="input.detailType" />`,
	`<zeebe:input source="={orderId: order.id}" target="input.detail" />`,
}

// elementLine is a piece that is the element itself.
var elementLine = regexp.MustCompile(`^<bpmn:(\w+) id="Send">$`)

var slot = regexp.MustCompile(`<zeebe:(taskDefinition)|target="([^"]+)"|key="([^"]+)"`)

// sample is a model with a task of sound pieces, some of them replaced.
func sample(pieces string) []byte {
	var boundary []string
	element := "serviceTask"
	said := map[string]bool{}
	var extensions []string
	for line := range strings.SplitSeq(pieces, "\n") {
		if strings.HasPrefix(line, "<bpmn:boundaryEvent") {
			boundary = append(boundary, line)
			continue
		}
		if m := elementLine.FindStringSubmatch(line); m != nil {
			element = m[1]
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		said[slot.FindString(line)] = true
		extensions = append(extensions, line)
	}
	for _, piece := range sound {
		if !said[slot.FindString(piece)] {
			extensions = append(extensions, piece)
		}
	}
	pick := func(prefix string) string {
		var out []string
		for _, e := range extensions {
			if strings.HasPrefix(e, prefix) {
				out = append(out, e)
			}
		}
		return strings.Join(out, "\n")
	}
	return []byte(`<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud">
<bpmn:process id="p" isExecutable="true">
<bpmn:` + element + ` id="Send">
<bpmn:extensionElements>
` + pick("<zeebe:taskDefinition") + `
<zeebe:ioMapping>
` + pick("<zeebe:input") + pick("<zeebe:output") + `
</zeebe:ioMapping>
<zeebe:taskHeaders>
` + pick("<zeebe:header") + `
</zeebe:taskHeaders>
</bpmn:extensionElements></bpmn:` + element + `>
` + strings.Join(boundary, "\n") + `
</bpmn:process>
<bpmn:error id="Error_Rejected" errorCode="REJECTED" />
</bpmn:definitions>`)
}

func check(t *testing.T, pieces string) []Finding {
	t.Helper()
	return checkFor(t, "", pieces)
}

// checkFor is check of a model for a version of Camunda.
func checkFor(t *testing.T, version, pieces string) []Finding {
	t.Helper()
	m, err := bpmn.Read(sample(pieces))
	require.NoError(t, err)
	m.PlatformVersion = version
	return Check(t.Context(), m, Options{})
}

// exceptOnSecrets leaves out what lint says of a secret by the version of the model alone.
var exceptOnSecrets = Options{Disabled: []string{"legacy-secret", "secret-too-new"}}

// TestTheFormOfASecretDependsOnTheVersionOfTheModel.
func TestTheFormOfASecretDependsOnTheVersionOfTheModel(t *testing.T) {
	t.Parallel()
	const legacy = `<zeebe:input source="{{secrets.KEY}}" target="authentication.accessKey" />` + "\n" + `<zeebe:input source="{{secrets.SECRET}}" target="authentication.secretKey" />`
	const cluster = `<zeebe:input source="=camunda.secrets.KEY" target="authentication.accessKey" />` + "\n" + `<zeebe:input source="=camunda.secrets.SECRET" target="authentication.secretKey" />`
	const detail = "\n" + `<zeebe:input source="PAYLOAD" target="input.detail" />`
	for _, tt := range []struct {
		name, version, pieces string
		want                  []string // rule field: part of the message
	}{
		{"the legacy form before 8.10", "8.9.0", legacy, nil},
		{"the legacy form where no version is told", "", legacy, nil},
		{"the legacy form from 8.10 on", "8.10.0", legacy, []string{"legacy-secret authentication.accessKey: =camunda.secrets.KEY", "legacy-secret authentication.secretKey: =camunda.secrets.SECRET"}},
		{"the new form from 8.10 on", "8.10.0", cluster, nil},
		{"later versions", "8.11.0-alpha1", cluster, nil},
		{"the new form before 8.10", "8.9.0", cluster, []string{"secret-too-new authentication.accessKey: the model is for 8.9.0", "secret-too-new authentication.secretKey: camunda.secrets.SECRET"}},
		{
			"in backticks, within a context and a text", "8.8.0", strings.Replace(legacy+detail, "PAYLOAD", "={t: &#34;Bearer &#34; + camunda.secrets.`db-password`}", 1),
			[]string{"secret-too-new input.detail: camunda.secrets.db-password"},
		},
		{"the same from 8.10 on", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={t: &#34;Bearer &#34; + camunda.secrets.`db-password`, u: {k: camunda.secrets.X}}", 1), nil},
		{
			"a legacy name with a dash", "8.10.1", strings.Replace(cluster+detail, "PAYLOAD", "={t: &#34;{{ secrets.db-password }}&#34;, u: &#34;{{secrets.a/b}}&#34;}", 1),
			[]string{"secret-not-resolved input.detail: ", "legacy-secret input.detail: {{ secrets.db-password }}", "legacy-secret input.detail: =camunda.secrets.`db-password`"},
		},
		{"in the condition of a filter", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={a: [1, 2][item = 1 and camunda.secrets.X != null]}", 1), nil},
		{"the same before 8.10", "8.9.0", strings.Replace(legacy+detail, "PAYLOAD", "={a: [1, 2][item = 1 and camunda.secrets.X != null]}", 1), []string{"secret-too-new input.detail: camunda.secrets.X is resolved by Camunda 8.10"}},
		{"a variable in the condition of a filter", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={a: [1, 2][item > limit]}", 1), nil},
		{"within a comment, a name of another context, a name without backticks that needs none", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={a: 1, camunda_secrets: camunda.secrets._1 /* &#34;camunda.secrets.a-b&#34; */}", 1), nil},
		{
			"a dash that is a minus", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={a: camunda.secrets.db-password}", 1),
			[]string{"malformed-secret input.detail: camunda.secrets.db-password is the secret db minus password, which gives null; the secret db-password is camunda.secrets.`db-password`"},
		},
		{
			"a name that the cluster does not take", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={a: camunda.secrets.`a.b`}", 1),
			[]string{`malformed-secret input.detail: the cluster has no secret "a.b"`},
		},
		{
			"in a text beside an expression", "8.10.0", strings.Replace(cluster+detail, "PAYLOAD", "={a: order.id, b: &#34;x camunda.secrets.`b-c`&#34;}", 1),
			[]string{"malformed-secret input.detail: camunda.secrets.`b-c` stands in a text, which the cluster does not resolve"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := checkFor(t, tt.version, tt.pieces)
			for _, want := range tt.want {
				where, message, _ := strings.Cut(want, ": ")
				assert.True(t, slices.ContainsFunc(found, func(f Finding) bool { return f.Rule+" "+f.Field == where && strings.Contains(f.Message, message) }), "%s in %v", want, found)
			}
			if tt.want == nil {
				assert.Empty(t, found)
			}
			for _, f := range found {
				if f.Rule == "legacy-secret" {
					assert.Equal(t, Hint, f.Severity)
				}
			}
		})
	}
}

func TestASoundTaskHasNoFindings(t *testing.T) {
	t.Parallel()
	assert.Empty(t, check(t, ""))
}

// Each rule finds its bad example, at the line that says it, and nothing in its good one.
func TestRules(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules() {
		assert.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			found := checkFor(t, r.Platform(), r.Bad)
			var of []Finding
			for _, f := range found {
				if f.Rule == r.ID {
					of = append(of, f)
				}
			}
			require.Len(t, of, 1, "found %v", found)
			assert.Equal(t, "Send", of[0].Task)
			assert.Equal(t, r.Severity, of[0].Severity)
			lines := strings.Split(string(sample(r.Bad)), "\n")
			assert.Contains(t, r.Bad, strings.TrimSpace(lines[of[0].Pos.Line-1]), "the finding stands where the model says it")
			assert.NotContains(t, of[0].Message, "wJalrXUtn", "no secret is printed")
			assert.Empty(t, checkFor(t, r.Platform(), r.Good), "the good example")
		})
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	const boundary = `<bpmn:boundaryEvent id="Rejected" attachedToRef="Send"><bpmn:errorEventDefinition errorRef="Error_Rejected" /></bpmn:boundaryEvent>`
	for _, tt := range []struct {
		name, pieces string
		want         []string // rule, and a part of the message; none = nothing is found
	}{
		{"a field that only the process knows", `<zeebe:input source="=source" target="input.source" />`, nil},
		{"an expression that is a blank text", `<zeebe:input source="=&#34; &#34;" target="input.source" />`, []string{"missing-field", "input.source must not be blank"}},
		{"a key by its form, anywhere", `<zeebe:input source="={key: &#34;AKIAIOSFODNN7EXAMPLE&#34;}" target="input.detail" />`, []string{"plain-secret", "input.detail"}},
		{"a secret outside of the authentication", `<zeebe:input source="={t: &#34;{{secrets.TOKEN}}&#34;}" target="input.detail" />`, []string{"secret-not-resolved", "camunda.client.rest-address"}},
		{"a secret whose name is put together", `<zeebe:input source="=&#34;{{ secrets.&#34; + stage + &#34;}}&#34;" target="authentication.accessKey" />`, []string{"secret-not-resolved", "put together"}},
		{"a text with a JSON object as the payload", `<zeebe:input source="{&#34;a&#34;: 1}" target="input.detail" />`, nil},
		{"a text as the payload", `<zeebe:input source="{a: 1}" target="input.detail" />`, []string{"payload-not-object", "begins with ="}},
		{"an expression that may be anything as the payload", `<zeebe:input source="=order" target="input.detail" />`, nil},
		{"an if with a context and null as the payload", `<zeebe:input source="=if order.id = null then null else {a: 1}" target="input.detail" />`, nil},
		{"several events take the place of one", `<zeebe:input source="=[{detail: {a: 1}}, {detail: {a: 2}}]" target="input.events" />`, nil},
		{"more than ten events", `<zeebe:input source="=for i in 1..11 return {detail: {a: i}}" target="input.events" />`, []string{"invalid-field", "1 to 10 events, but has 11"}},
		{"an endpoint that is none", `<zeebe:input source="http://" target="configuration.endpoint" />`, []string{"invalid-field", "configuration.endpoint must be a URL"}},
		{"a source that is too long", `<zeebe:input source="` + strings.Repeat("x", 257) + `" target="input.source" />`, []string{"invalid-field", "257 characters"}},
		{"the field of an entry that is misspelt, deep in an expression", `<zeebe:header key="errorExpression" value="=if count(response.entries[errorCod = 1]) &gt; 0 or response.entries.eventID = null then null else null" />`, []string{"unknown-response-field", "did you mean eventId?"}},
		{"a loop's own variables", `<zeebe:header key="resultExpression" value="={ids: for e in response.entries return e.eventId, n: count(ids)}" />`, nil},
		{"any header of HTTP", `<zeebe:header key="resultExpression" value="={date: sdkHttpMetadata.httpHeaders.Date}" />`, nil},
		{"the result variable in an error expression", `<zeebe:header key="resultVariable" value="answer" />` + "\n" + `<zeebe:header key="errorExpression" value="=if answer.failedEntryCount &gt; 0 then jobError(&#34;x&#34;) else null" />`, nil},
		{"a name that the result expression makes", `<zeebe:header key="resultExpression" value="={rejected: failedEntryCount}" />` + "\n" + `<zeebe:header key="errorExpression" value="=if rejected &gt; 0 then jobError(&#34;x&#34;) else null" />`, nil},
		{"a name that the result expression makes, asked on success", `<zeebe:header key="resultExpression" value="={eventId: entries[1].eventId}" />` + "\n" + `<zeebe:header key="errorExpression" value="=if error = null and eventId = null then jobError(&#34;x&#34;) else null" />`, nil},
		{"error in a result expression", `<zeebe:header key="resultExpression" value="={ok: error = null}" />`, nil},
		{"a code from the error itself", `<zeebe:header key="errorExpression" value="=if error != null then bpmnError(error.code) else null" />`, nil},
		{"a code that cannot be told keeps boundary events from being told of", `<zeebe:header key="errorExpression" value="=if error != null then bpmnError(error.code) else null" />` + "\n" + boundary, nil},
		{"a context without errorType", `<zeebe:header key="errorExpression" value="=if error != null then {code: 1} else null" />`, []string{"error-result", "without errorType"}},
		{"an error expression with an argument of a wrong type", `<zeebe:header key="errorExpression" value="=if error != null then bpmnError(404) else null" />`, []string{"error-result", "errorCode"}},
		{"jq", `<zeebe:header key="expressionLanguage" value="jq" />` + "\n" + `<zeebe:header key="resultExpression" value="{id: .entries[0].eventId}" />`, nil},
		{"jq that does not parse", `<zeebe:header key="expressionLanguage" value="jq" />` + "\n" + `<zeebe:header key="resultExpression" value="{id: " />`, []string{"expression-syntax", "resultExpression"}},
		{"jq that gives a number", `<zeebe:header key="expressionLanguage" value="jq" />` + "\n" + `<zeebe:header key="resultExpression" value=".failedEntryCount" />`, []string{"result-not-object", "gives a number"}},
		{"the default chain needs no keys", `<zeebe:input source="defaultCredentialsChain" target="authentication.type" />` + "\n" + `<zeebe:input source="" target="authentication.accessKey" />`, nil},
		{"a lone event that a boundary event waits for", boundary, []string{"never-thrown", `"REJECTED"`}},
		{"a payload that is not filled in", `<zeebe:input source="" target="input.detail" />`, []string{"missing-field", "input.detail must not be null"}},
		{"a payload of blanks", `<zeebe:input source="  " target="input.detail" />`, []string{"missing-field", "input.detail must not be blank"}},
		{"a payload that is a lone equals sign", `<zeebe:input source="=" target="input.detail" />`, []string{"doubtful-value", "expected an expression behind it"}},
		{"a function of the broker in a mapping", `<zeebe:input source="={id: fromAi(toolCall.id, &#34;the order&#34;, &#34;string&#34;), every: cycle(3, duration(&#34;PT1H&#34;))}" target="input.detail" />`, nil},
		{"a function of the broker in a header", `<zeebe:header key="resultExpression" value="={a: fromAi(entries[1].eventId)}" />`, []string{"unknown-function", "there is no function fromAi"}},
		{"a function of the connector in a mapping", `<zeebe:input source="={a: bpmnError(order.id)}" target="input.detail" />`, []string{"unknown-function", "there is no function bpmnError"}},
		{"cycle of no duration", `<zeebe:input source="={every: cycle(&#34;PT1H&#34;)}" target="input.detail" />`, []string{"gives-null", "the interval of cycle must be a duration"}},
		{"names of the broker", `<zeebe:input source="={b: camunda.processInstance.key, c: camunda.vars.env.Y}" target="input.detail" />`, nil},
		{"a date and time of the broker", `<zeebe:input source="=now()" target="input.time" />`, nil},
		{"a date and time with the name of a zone", `<zeebe:input source="=date and time(&#34;2026-11-29T10:30:00@Europe/Berlin&#34;)" target="input.time" />`, nil},
		{"a date and time without a zone", `<zeebe:input source="=date and time(&#34;2026-11-29T10:30:00&#34;)" target="input.time" />`, []string{"invalid-field", "input.time"}},
		{"a text with an escape that makes JSON", `<zeebe:input source="{&#34;a&#34;:\n1}" target="input.detail" />`, nil},
		{"a text with a quote behind a backslash", `<zeebe:input source="{&#34;a&#34;: &#34;say \&#34;hi\&#34;&#34;}" target="input.detail" />`, []string{"refused-by-broker", "a text may not end with"}},
		{"an output mapping that is a text", `<zeebe:output source="done" target="state" />`, []string{"refused-by-broker", "the source \"done\" is a text"}},
		{"an output mapping of nothing", `<zeebe:output source="" target="state" />`, []string{"refused-by-broker", "the source is empty"}},
		{"a target that is a word of FEEL", `<zeebe:output source="=1" target="then" />`, []string{"refused-by-broker", "a word of FEEL"}},
		{"two headers of one key", `<zeebe:header key="retryBackoff" value="PT1S" />` + "\n" + `<zeebe:header key="retryBackoff" value="PT2S" />`, []string{"refused-by-broker", "two headers of this key"}},
		{"a comment at the end", `<zeebe:input source="={a: 1} // one" target="input.detail" />`, []string{"refused-by-broker", "may not end with a comment"}},
		{"a field beside the mapping", `<zeebe:input source="com.example" target="input.source" />` + "\n" + `<zeebe:input source="={a: source}" target="input.detail" />`, []string{"version-dependent", "line 1, column 6: source is what the mapping to input.source gives up to Camunda 8.7.35 and 8.8.33, and the variable of this name in later versions"}},
		{"which several events make up for", `<zeebe:input source="" target="input.detail" />` + "\n" + `<zeebe:input source="=[{detail: {a: 1}}]" target="input.events" />`, nil},
		{"JSON with a comma too many as the payload", `<zeebe:input source="{&#34;a&#34;: 1,}" target="input.detail" />`, []string{"payload-not-object", "invalid JSON at byte 8"}},
		{"a payload that looks like a secret", `<zeebe:input source="{{order}}" target="input.detail" />`, []string{"payload-not-object", "begins with ="}},
		{"an expression that gives a text as the payload", `<zeebe:input source="=&#34;text&#34;" target="input.detail" />`, []string{"payload-not-object", "is a text"}},
		{"an expression that gives JSON as the payload", `<zeebe:input source="=&#34;{}&#34;" target="input.detail" />`, nil},
		{"a payload that is null is told once", `<zeebe:input source="=null" target="input.detail" />`, []string{"missing-field", "must not be null"}},
		{"a source that is reserved, by an expression", `<zeebe:input source="=&#34;aws.&#34; + &#34;x&#34;" target="input.source" />`, []string{"aws-source", `"aws.x"`}},
		{"a bus that has a blank in its name", `<zeebe:input source="my bus" target="input.eventBusName" />`, []string{"doubtful-value", "letters, digits"}},
		{"a bus of another account", `<zeebe:input source="arn:aws:events:eu-central-1:123456789012:event-bus/orders" target="input.eventBusName" />`, nil},
		{"a region that AWS may have one day", `<zeebe:input source="ua-east-1" target="configuration.region" />`, nil},
		{"a region behind which a blank stands", `<zeebe:input source="eu-central-1 " target="configuration.region" />`, []string{"doubtful-value", `"eu-central-1 "`}},
		{"a role that is no ARN", `<zeebe:input source="send-events" target="authentication.roleArn" />`, []string{"doubtful-value", "ARN of a role"}},
		{"a kind of authentication that is misspelt", `<zeebe:input source="defaultCredentialChain" target="authentication.type" />`, []string{"doubtful-value", "did you mean defaultCredentialsChain?"}},
		{"a result variable that is no name", `<zeebe:header key="resultVariable" value="my answer" />`, []string{"doubtful-value", "letters, digits and _"}},
		{"a key in an expression", `<zeebe:input source="=&#34;wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY&#34;" target="authentication.secretKey" />`, []string{"plain-secret", "authentication.secretKey"}},
		{"a secret's name in an expression", `<zeebe:input source="=&#34;{{secrets.KEY}}&#34;" target="authentication.secretKey" />`, nil},
		{"a secret that is read like a variable", `<zeebe:input source="=secrets.KEY" target="authentication.secretKey" />`, []string{"malformed-secret", "expected the text {{secrets.KEY}}"}},
		{"a placeholder in an expression", `<zeebe:input source="={{secrets.KEY}}" target="authentication.secretKey" />`, []string{"expression-syntax", "authentication.secretKey"}},
		{"a placeholder without its end", `<zeebe:input source="{{secrets.KEY" target="authentication.secretKey" />`, []string{"malformed-secret", "expected {{secrets.KEY}}"}},
		{"a placeholder with one brace", `<zeebe:input source="{secrets.KEY}" target="authentication.secretKey" />`, []string{"malformed-secret", "expected {{secrets.KEY}}"}},
		{"the broker's own secrets, of Camunda 8.10", `<zeebe:input source="=camunda.secrets.KEY" target="authentication.secretKey" />`, []string{"secret-too-new", "the model does not tell its version of Camunda"}},
		{"which are expressions", `<zeebe:input source="camunda.secrets.KEY" target="authentication.secretKey" />`, []string{"malformed-secret", "begins with ="}},
		{"a section that is misspelt", `<zeebe:input source="x" target="inptu.time" />`, []string{"unknown-field", "did you mean input.time?"}},
		{"a variable of the task's own", `<zeebe:input source="=order.id" target="orderId" />`, nil},
		{"an expression in a variable of the task's own", `<zeebe:input source="=order.[" target="orderId" />`, []string{"expression-syntax", "orderId"}},
		{"retries that are no number", `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="many" />`, []string{"invalid-field", `"many"`}},
		{"retries below 0", `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="-1" />`, []string{"invalid-field", "expected a whole number"}},
		{"retries that the process knows", `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="=order.tries" />`, nil},
		{"retries of 0 by an expression", `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="=1 - 1" />`, []string{"no-retries", "0 retries"}},
		{"a type beside the official runtime's is no mistake", `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1-go" retries="3" />` + "\n" + `<zeebe:input source="" target="input.source" />`, nil},
		{"another connector's type", `<zeebe:taskDefinition type="io.camunda:aws-sqs:1" retries="3" />` + "\n" + `<zeebe:input source="" target="input.source" />`, nil},
		{"a backoff that is blank", `<zeebe:header key="retryBackoff" value=" " />`, []string{"duration", "' ' is no duration"}},
		{"a backoff that is empty, which the broker leaves out", `<zeebe:header key="retryBackoff" value="" />`, nil},
		{"a job timeout of nothing", `<zeebe:header key="jobTimeout" value="PT0S" />`, []string{"duration", "above zero"}},
		{"a job timeout that leaves no time", `<zeebe:header key="jobTimeout" value="PT2S" />`, []string{"duration", "leaves no time to send"}},
		{"a job timeout that leaves time", `<zeebe:header key="jobTimeout" value="PT3S" />`, nil},
		{"too few arguments", `<zeebe:header key="errorExpression" value="=if error != null then bpmnError() else null" />`, []string{"unknown-function", "bpmnError(errorCode)"}},
		{"a branch for a code that is met nowhere else", `<zeebe:header key="errorExpression" value="=if error.code = &#34;MyProxyError&#34; then ignoreError(&#34;x&#34;) else null" />`, []string{"error-result", "the error MyProxyError"}},
		{"a code with quotes in it", `<zeebe:header key="errorExpression" value="=if error.code = &#34;a\&#34; b' c&#34; then true else null" />`, []string{"error-result", `on the error a" b' c the error expression gives a boolean; expected`}},
		{"a list", `<zeebe:header key="errorExpression" value="=if error.code = &#34;TIMEOUT&#34; then [1] else null" />`, []string{"error-result", "gives an array; expected null"}},
		{"a type that is a code", `<zeebe:header key="errorExpression" value="=if error.type = &#34;ThrottlingException&#34; then jobError(&#34;x&#34;) else null" />`, []string{"unknown-error-code", "did you mean error.code?"}},
		{"a code that is a type", `<zeebe:header key="errorExpression" value="=if error.code = &#34;eventbridge.TIMEOUT&#34; then jobError(&#34;x&#34;) else null" />`, []string{"unknown-error-code", `did you mean "TIMEOUT"?`}},
		{"types that errors have", `<zeebe:header key="errorExpression" value="=if error.type in (&#34;eventbridge.TIMEOUT&#34;, &#34;io.camunda.connector.api.error.ConnectorInputException&#34;) then jobError(&#34;x&#34;) else null" />`, nil},
		{"a code of AWS's that is known to nobody", `<zeebe:header key="errorExpression" value="=if error.code in (&#34;PolicyLengthExceededException&#34;, &#34;HTTP_502&#34;) then jobError(&#34;x&#34;) else null" />`, nil},
		{"as many retries as before", `<zeebe:header key="errorExpression" value="=if error.code = &#34;TIMEOUT&#34; then jobError(&#34;x&#34;, {}, 3) else null" />`, []string{"endless-retries", "leaves 3 of 3 retries"}},
		{"an event that catches all, and nothing to catch", strings.Replace(boundary, ` errorRef="Error_Rejected"`, "", 1), []string{"never-thrown", "waits for any BPMN error"}},
		{"an event that catches all of a code that cannot be told", `<zeebe:header key="errorExpression" value="=if error != null then bpmnError(error.code) else null" />` + "\n" + strings.Replace(boundary, ` errorRef="Error_Rejected"`, "", 1), nil},
		{"an output mapping that does not parse", `<zeebe:output source="={a: " target="a" />`, []string{"expression-syntax", "expression in a does not parse"}},
		{"an output mapping of the result variable", `<zeebe:header key="resultVariable" value="answer" />` + "\n" + `<zeebe:output source="=answer.entry[1].eventId" target="a" />`, []string{"unknown-response-field", "did you mean entries?"}},
		{"an output mapping of a variable", `<zeebe:output source="=order.entry[1].eventId" target="a" />`, nil},
		{"a field of an entry at top level", `<zeebe:header key="resultExpression" value="={id: eventID}" />`, []string{"unknown-name", "did you mean response.entries[1].eventId?"}},
		{"more codes than there is time for", `<zeebe:header key="errorExpression" value="=if error.code in (for i in 1..100 return &#34;E&#34;) or error.code in (` + strings.Repeat(`&#34;E&#34;,`, 100) + `&#34;F&#34;) then jobError(&#34;x&#34;) else null" />`, nil},
		{"an index of 0 in a payload", `<zeebe:input source="={sku: order.items[0].sku}" target="input.detail" />`, []string{"index-zero", "line 1, column 20"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := check(t, tt.pieces)
			if tt.want == nil {
				assert.Empty(t, found)
				return
			}
			require.NotEmpty(t, found)
			assert.Equal(t, tt.want[0], found[0].Rule, "%v", found)
			assert.Contains(t, found[0].Message, tt.want[1])
		})
	}
}

// The examples that come with the project are models to start from: nothing is found in them.
func TestExamplesAreSound(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../examples/*.bpmn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		m, err := bpmn.Read(data)
		require.NoError(t, err)
		assert.Empty(t, Check(t.Context(), m, Options{}), file)
	}
}

// Nor is anything found in what people rightly draw, on whatever version of Camunda 8.
func TestSoundModelsHaveNoFindings(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/sound.bpmn")
	require.NoError(t, err)
	for _, version := range []string{"8.5.0", "8.9.0", "8.10.0"} {
		m, err := bpmn.Read([]byte(strings.Replace(string(data), `executionPlatformVersion="8.9.0"`, `executionPlatformVersion="`+version+`"`, 1)))
		require.NoError(t, err)
		assert.Equal(t, version, m.PlatformVersion)
		assert.Equal(t, 47, Tasks(m, Options{}))
		assert.Empty(t, Check(t.Context(), m, exceptOnSecrets))
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	data := sample(`<zeebe:taskDefinition type="other" retries="3" />` + "\n" + `<zeebe:input source="aws.x" target="input.source" />`)
	m, err := bpmn.Read(data)
	require.NoError(t, err)
	assert.Empty(t, Check(t.Context(), m, Options{}), "a task of another type")
	assert.Len(t, Check(t.Context(), m, Options{TaskTypes: []string{"other"}}), 1)
	assert.Empty(t, Check(t.Context(), m, Options{TaskTypes: []string{"other"}, Disabled: []string{"aws-source"}}))
	for id, want := range map[string]int{
		"io.github.eventbridge-connector.aws-eventbridge.hybrid":             1,
		"io.github.eventbridge-connector.aws-eventbridge.hybrid.throw-event": 1,
		"io.camunda.connectors.AWSEventBridge.v1":                            2, // and its type is another one
		"io.camunda.connectors.AWSEventBridge.v1-hybrid":                     1,
		"io.camunda.connectors.AWSEventBridge.boundary.v1":                   0, // receives
	} {
		m, err = bpmn.Read([]byte(strings.Replace(string(data), `id="Send"`, `id="Send" zeebe:modelerTemplate="`+id+`"`, 1)))
		require.NoError(t, err)
		assert.Len(t, Check(t.Context(), m, Options{}), want, "a task with the template %s", id)
	}
}

func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	const file = "../../docs/lint.md"
	if *update {
		require.NoError(t, os.WriteFile(file, Reference(), 0o644))
		return
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(Reference()), string(got), "run make generate")
}
