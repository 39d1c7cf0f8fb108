package connector

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// keepAll resolves nothing.
type keepAll struct{}

func (keepAll) Rule(context.Context, secret.Context) (secret.Rule, error) {
	return func(secret.Placeholder) secret.Decision { return secret.Keep }, nil
}

// TestWhatIsSent holds the rules of contract 1.1 for what is taken.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, variables string
		details         []string
		source          string
		resources       []string
		accessKey       string
		region          string
	}{
		{name: "detail is sent byte for byte but for white space", variables: strings.Replace(with(""), `{"a":1}`, `{ "z": 1.10, "a": 12345678901234567890, "e":"\u00e9\/" }`, 1), details: []string{`{"z":1.10,"a":12345678901234567890,"e":"\u00e9\/"}`}},
		{name: "a text that is a JSON object is sent as that object", variables: strings.Replace(with(""), `{"a":1}`, `"{ \"a\": 1.0 }"`, 1), details: []string{`{"a":1.0}`}},
		{name: "a number is taken as its text", variables: strings.Replace(with(""), `"com.example"`, `7`, 1), source: "7"},
		{name: "a fraction is taken as Java writes it", variables: strings.Replace(with(""), `"com.example"`, `1.10`, 1), source: "1.1"},
		{name: "a list of one stands for its element", variables: strings.Replace(with(""), `"com.example"`, `[["a"]]`, 1), source: "a"},
		{name: "blank optional fields are absent", variables: with(`,"resources":"","time":" ","traceHeader":"","endpointId":"","events":"","failOnRejectedEntry":""`), details: []string{`{"a":1}`}},
		{name: "one resource is a list of it", variables: with(`,"resources":"arn:aws:s3:::b"`), resources: []string{"arn:aws:s3:::b"}},
		{name: "resources", variables: with(`,"resources":["a","",7]`), resources: []string{"a", "7"}},
		{name: "several events take what they lack from input", variables: with(`,"events":[{"detail":{"n":1}},{"source":"other","detail":{"n":2}},{"detail":null}]`), details: []string{`{"n":1}`, `{"n":2}`, `{"a":1}`}},
		{name: "a lone event is a list of one", variables: with(`,"events":{"detail":{"n":1}}`), details: []string{`{"n":1}`}},
		{name: "a reusable credential wins over authentication and region", variables: strings.Replace(with(""), `"input":`, `"awsCredential":{"authentication":{"accessKey":"AKIDREUSED","secretKey":"s"},"region":"eu-west-1"},"input":`, 1), accessKey: "AKIDREUSED", region: "eu-west-1"},
		{name: "with a reusable credential authentication is not needed", variables: `{"awsCredential":{"authentication":{"accessKey":"AKIDREUSED","secretKey":"s"},"region":"eu-west-1"},"configuration":{"endpoint":"BUS"},"input":{"eventBusName":"b","source":"s","detailType":"d","detail":{}}}`, accessKey: "AKIDREUSED"},
		{name: "a region of an unknown name is fine", variables: strings.Replace(with(""), "eu-central-1", "ua-east-1", 1), region: "ua-east-1"},
		{name: "base64 of a number and of a boolean", variables: strings.Replace(with(""), `{"a":1}`, `{"n":{"camunda.function.type":"base64","params":[1.50]},"b":{"camunda.function.type":"base64","params":[true]}}`, 1), details: []string{`{"n":"MS41","b":"dHJ1ZQ=="}`}},
		{name: "an escape that hides no function", variables: strings.Replace(with(""), `{"a":1}`, `{"a":"\u0041","n":1.50}`, 1), details: []string{`{"a":"\u0041","n":1.50}`}},
		{name: "a time as FEEL's string() writes it", variables: with(`,"time":"2026-01-31T12:30:00.123456@Europe/Paris"`), details: []string{`{"a":1}`}},
		{name: "a time as the broker writes it", variables: with(`,"time":"2026-01-31T12:30:00Z[Etc/UTC]"`), details: []string{`{"a":1}`}},
		{name: "an event's own time wins", variables: with(`,"time":"2026-01-31T12:30:00Z","traceHeader":"t","events":[{"time":""}]`), details: []string{`{"a":1}`}},
		{name: "the process beside an empty payload", variables: strings.Replace(with(`,"processContext":"p"`), `{"a":1}`, `{}`, 1), details: []string{`{"p":{"processDefinitionId":"process","elementId":"task","jobKey":"1","tenantId":"<default>"}}`}},
		{name: "base64 is computed, at any depth", variables: strings.Replace(with(""), `{"a":1}`, `{"x":[{"camunda.function.type":"base64","params":["hello"]}],"n":1.50}`, 1), details: []string{`{"x":["aGVsbG8="],"n":1.50}`}},
		{name: "a document reference is sent as it stands", variables: strings.Replace(with(""), `{"a":1}`, `{"camunda.document.type":"camunda","id":"1"}`, 1), details: []string{`{"camunda.document.type":"camunda","id":"1"}`}},
		{name: "secrets are resolved on decoded strings", variables: strings.Replace(with(""), `{"a":1}`, `{"{{secrets.EBUS}}":"{{ secrets.SECRET }}!","n":1.0}`, 1), details: []string{`{"orders-bus":"se\"cret\\of-test!","n":1.0}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.TrustedInputs = true })
			completed(t, r.Handle(t.Context(), r.job("{}", tt.variables)))
			events := r.bus.Events()
			require.NotEmpty(t, events)
			if tt.details != nil {
				var details []string
				for _, e := range events {
					details = append(details, e.Detail)
				}
				assert.Equal(t, tt.details, details)
			}
			if tt.source != "" {
				assert.Equal(t, tt.source, events[0].Source)
			}
			if tt.resources != nil {
				assert.Equal(t, tt.resources, events[0].Resources)
			}
			if tt.accessKey != "" {
				assert.Equal(t, tt.accessKey, events[0].AccessKey)
			}
			if tt.region != "" {
				assert.Equal(t, tt.region, events[0].Region)
			}
		})
	}
}

// TestInputErrors holds the rules of contract 1.1 for what is refused: a message that names the field, what was found and
// what is expected, no event, and no retry.
func TestInputErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, headers, variables string
		want                     []string
		saas                     bool
		filter                   secret.Filter
		ambient, tokens, allowed string
	}{
		{name: "all violations together", variables: `{}`, want: []string{"Found constraints violated while validating input:", "configuration: must not be null", "authentication: must not be null", "input: must not be null"}},
		{name: "blank and missing", variables: `{"authentication":{"accessKey":" "},"configuration":{"region":""},"input":{"source":""}}`, want: []string{"authentication.accessKey: must not be blank", "authentication.secretKey: must not be blank", "configuration.region: must not be blank", "input.eventBusName: must not be blank", "input.source: must not be blank", "input.detailType: must not be blank", "input.detail: must not be null"}},
		{name: "an object for a string", variables: strings.Replace(with(""), `"com.example"`, `{"a":1}`, 1), want: []string{"input.source: must be a string, but is an object"}},
		{name: "a longer list for a string", variables: strings.Replace(with(""), `"com.example"`, `["a","b"]`, 1), want: []string{"input.source: must be a string, but is an array"}},
		{name: "a string for an object", variables: `{"authentication":"x","configuration":5,"input":[]}`, want: []string{"authentication: must be an object, but is a string", "configuration: must be an object, but is a number", "input: must be an object, but is an array"}},
		{name: "a blank endpoint", variables: strings.Replace(with(""), `"BUS"`, `" "`, 1), want: []string{"configuration.endpoint: must not be blank"}},
		{name: "an endpoint that is no URL", variables: strings.Replace(with(""), `"BUS"`, `"http://[::"`, 1), want: []string{"configuration.endpoint: must be a URL", "http://[::"}},
		{name: "an endpoint of a stranger", variables: strings.Replace(with(""), `"BUS"`, `"https://stranger.example:8443/x"`, 1), want: []string{`configuration.endpoint: the host "stranger.example:8443" is neither`, "add it to connector.aws-eventbridge.allowed-endpoints"}},
		{name: "an endpoint that only looks like AWS's", variables: strings.Replace(with(""), `"BUS"`, `"events.eu-central-1.amazonaws.com.evil.example"`, 1), want: []string{"configuration.endpoint: the host"}},
		{name: "an address of a cloud's metadata", variables: strings.Replace(with(""), `"BUS"`, `"http://169.254.169.254/"`, 1), want: []string{`configuration.endpoint: the host "169.254.169.254"`}},
		{name: "a region that would lead elsewhere", variables: strings.Replace(with(""), "eu-central-1", "x.evil.example/", 1), want: []string{"configuration.region: must be the name of a region", "'x.evil.example/'"}},
		{name: "an endpoint id that is none", variables: with(`,"endpointId":"evil/x"`), want: []string{"input.endpointId: must be the id of a global endpoint", "'evil/x'"}},
		{name: "a placeholder that was not resolved is no access key", variables: strings.Replace(with(""), "AKIDLITERAL", "{{ secrets.}x}} {{ secrets.KE:Y }}", 1), filter: keepAll{}, want: []string{"authentication.accessKey: found {{secrets.}x}}, which is not resolved"}},
		{name: "nor is the bare form a secret key", variables: strings.Replace(with(""), `"literal"`, `"secrets.SECRET"`, 1), filter: keepAll{}, want: []string{"authentication.secretKey: found secrets.SECRET, which is not resolved"}},
		{name: "nor a secret of the cluster", variables: strings.Replace(with(""), `"literal"`, `"camunda.secrets.AWS_KEY"`, 1), want: []string{"camunda.secrets.AWS_KEY was not resolved by the cluster"}},
		{name: "a secret of the cluster is no region", variables: strings.Replace(with(""), "eu-central-1", "camunda.secrets.R", 1), want: []string{"configuration.region: found camunda.secrets.R"}},
		{name: "nor an endpoint", variables: strings.Replace(with(""), `"BUS"`, `"https://camunda.secrets.HOST"`, 1), want: []string{"configuration.endpoint: found camunda.secrets.HOST"}},
		{name: "nor an event bus", variables: strings.Replace(with(""), `"default"`, `"camunda.secrets.BUS"`, 1), want: []string{"input.eventBusName: found camunda.secrets.BUS"}},
		{name: "nor a source", variables: strings.Replace(with(""), "com.example", "camunda.secrets.S", 1), want: []string{"input.source: found camunda.secrets.S"}},
		{name: "nor a detail type", variables: strings.Replace(with(""), "Placed", "camunda.secrets.T", 1), want: []string{"input.detailType: found camunda.secrets.T"}},
		{name: "nor deep in a payload", variables: strings.Replace(with(""), `{"a":1}`, `{"a":[{"b":"Bearer camunda.secrets.TOKEN"}]}`, 1), want: []string{"input.detail.a[0].b: found camunda.secrets.TOKEN", "camunda.secrets.TOKEN was not resolved by the cluster"}},
		{name: "nor a resource", variables: with(`,"resources":["arn:x","camunda.secrets.R"]`), want: []string{"input.resources[1]: found camunda.secrets.R"}},
		{name: "nor a field of an event of several", variables: with(`,"events":[{"source":"camunda.secrets.S"}]`), want: []string{"input.events[0].source: found camunda.secrets.S"}},
		{name: "nor part of what a role asks for", variables: strings.Replace(with(""), `"secretKey"`, `"externalId":"x{{secrets.SECRET}}","secretKey"`, 1), filter: keepAll{}, want: []string{"authentication.externalId: found {{secrets.SECRET}}, which is not resolved"}},
		{name: "the worker's own credentials over plain http", ambient: "http://aws:5000", variables: `{"authentication":{"type":"defaultCredentialsChain"},"configuration":{"region":"eu-central-1"},"input":{"eventBusName":"b","source":"s","detailType":"d","detail":{}}}`, want: []string{"authentication.type: must not be defaultCredentialsChain with the endpoint 'http://aws:5000'", "https"}},
		{name: "the worker's own credentials to an allowed host over plain http", allowed: "aws", variables: `{"authentication":{"type":"defaultCredentialsChain"},"configuration":{"region":"eu-central-1","endpoint":"http://aws:5000"},"input":{"eventBusName":"b","source":"s","detailType":"d","detail":{}}}`, want: []string{"authentication.type: must not be defaultCredentialsChain"}},
		{name: "a role that is asked for with the worker's own credentials over plain http", tokens: "http://sts:5000", variables: `{"authentication":{"type":"defaultCredentialsChain","roleArn":"arn:aws:iam::1:role/r"},"configuration":{"region":"eu-central-1"},"input":{"eventBusName":"b","source":"s","detailType":"d","detail":{}}}`, want: []string{"authentication.type: must not be defaultCredentialsChain with the endpoint 'http://sts:5000'"}},
		{name: "a time that is none", variables: with(`,"time":"yesterday"`), want: []string{"input.time", "RFC 3339", "'yesterday'"}},
		{name: "no events", variables: with(`,"events":[]`), want: []string{"input.events: must have 1 to 10 events, but has 0"}},
		{name: "too many events", variables: with(`,"events":[{},{},{},{},{},{},{},{},{},{},{}]`), want: []string{"input.events: must have 1 to 10 events, but has 11"}},
		{name: "the path of a broken event counts from 0", variables: with(`,"events":[{},{"source":{}},null]`), want: []string{"input.events[1].source: must be a string", "input.events[2]: must be an object, but is null"}},
		{name: "a flag that is none", variables: with(`,"failOnRejectedEntry":"maybe"`), want: []string{"input.failOnRejectedEntry: must be true or false, but is 'maybe'"}},
		{name: "an unknown intrinsic function", variables: strings.Replace(with(""), `{"a":1}`, `{"x":{"camunda.function.type":"getText"}}`, 1), want: []string{"input.detail.x", "getText", "expected base64"}},
		{name: "an intrinsic function without a parameter", variables: strings.Replace(with(""), `{"a":1}`, `{"camunda.function.type":"base64","params":[]}`, 1), want: []string{"input.detail: the intrinsic function base64 takes one parameter, but params has 0"}},
		{name: "an intrinsic function of an object", variables: strings.Replace(with(""), `{"a":1}`, `{"x":{"camunda.function.type":"base64","params":[{}]}}`, 1), want: []string{"input.detail.x: the intrinsic function base64 takes a string, but params[0] is an object"}},
		{name: "a process context in a payload that is no object", variables: strings.Replace(with(`,"processContext":"p"`), `{"a":1}`, `[1]`, 1), want: []string{"input.detail: must be an object to take the member 'p' of input.processContext, but is an array"}},
		{name: "a process context over a member of the payload", variables: with(`,"processContext":"a"`), want: []string{"input.detail: must not have the member 'a', which input.processContext names"}},
		{name: "a process context without a payload", variables: strings.Replace(with(`,"processContext":"p"`), `{"a":1}`, `null`, 1), want: []string{"input.detail: must not be null"}},
		{name: "entries that are too large", variables: strings.Replace(with(""), `{"a":1}`, `{"a":"`+strings.Repeat("x", 1<<20)+`"}`, 1), want: []string{"input: must have at most 1048576 bytes as AWS counts them, but has 10486"}},
		{name: "the default chain in SaaS", saas: true, variables: strings.Replace(with(""), `"type":"credentials"`, `"type":"defaultCredentialsChain"`, 1), want: []string{"authentication.type", "SaaS"}},
		{name: "an unknown secret", variables: strings.Replace(with(""), `"AKIDLITERAL"`, `"{{secrets.NOPE}}"`, 1), want: []string{"Secret with name 'NOPE' is not available"}},
		{name: "variables that are a list", variables: `[1]`, want: []string{"variables must be a JSON object", "'['"}},
		{name: "variables that are null", variables: `null`, want: []string{"variables must be a JSON object"}},
		{name: "variables that break off", variables: `{"authentication":{"type":`, want: []string{"variables must be a JSON object", "the end of the text"}},
		{name: "no variables", variables: ``, want: []string{"variables must be a JSON object"}},
		{name: "nesting without end", variables: strings.Replace(with(""), `{"a":1}`, strings.Repeat(`{"a":`, 1200)+"1"+strings.Repeat("}", 1200), 1), want: []string{"more than 1000 levels"}},
		{name: "headers that break off", headers: `{"a":`, variables: with(""), want: []string{"task headers must be a JSON object"}},
		{name: "a header that is a list", headers: `{"resultVariable":[1]}`, variables: with(""), want: []string{"header resultVariable: must be a string, but is an array"}},
		{name: "a backoff that is none", headers: `{"retryBackoff":"10s"}`, variables: with(""), want: []string{"retryBackoff", "'10s'", "PT10S"}},
		{name: "a backoff in years", headers: `{"retryBackoff":"P1Y"}`, variables: with(""), want: []string{"retryBackoff", "'P1Y'"}},
		{name: "a job timeout of nothing", headers: `{"jobTimeout":"PT0S"}`, variables: with(""), want: []string{"jobTimeout", "above zero"}},
		{name: "a job timeout without end", headers: `{"jobTimeout":"PT9999999999999H"}`, variables: with(""), want: []string{"jobTimeout", "too long"}},
		{name: "headers without a value", headers: `{"resultVariable":null,"retryBackoff":5,"other":[]}`, variables: with(""), want: []string{"retryBackoff", "'5'"}},
		{name: "a header that is null in a list", headers: `{"errorExpression":{"a":null}}`, variables: with(""), want: []string{"header errorExpression: must be a string, but is an object"}},
		{name: "an unknown language", headers: `{"expressionLanguage":"python","resultExpression":"=1"}`, variables: with(""), want: []string{"expressionLanguage: must be feel or jq, but is 'python'"}},
		{name: "a result expression that does not parse", headers: `{"resultExpression":"={a: 1 == 2}"}`, variables: with(""), want: []string{"resultExpression", "={a: 1 == 2}", "line 1, column 8", "FEEL compares with a single ="}},
		{name: "an error expression that does not parse", headers: `{"errorExpression":"=bpmnError("}`, variables: with(""), want: []string{"errorExpression", "bpmnError(", "the end of the expression"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) {
				o.SaaS = tt.saas
				if tt.filter != nil {
					o.Secrets = secret.NewResolver([]secret.Provider{provider(known)}, tt.filter)
				}
				if tt.ambient != "" {
					u, err := url.Parse(tt.ambient)
					require.NoError(t, err)
					o.Ambient = Ambient{Events: u}
				}
				if tt.tokens != "" {
					u, err := url.Parse(tt.tokens)
					require.NoError(t, err)
					o.Ambient = Ambient{Tokens: u}
				}
				if tt.allowed != "" {
					var err error
					o.Endpoints, err = endpoint.NewPolicy([]string{tt.allowed})
					require.NoError(t, err)
				}
			})
			f, e := failed(t, r.Handle(t.Context(), r.job(tt.headers, tt.variables)))
			assert.Zero(t, f.Retries, "it cannot succeed")
			assert.Equal(t, "INPUT_ERROR", e["code"])
			assert.Equal(t, inputType, e["type"])
			assert.Equal(t, f.Message, e["message"])
			for _, want := range tt.want {
				assert.Contains(t, f.Message, want)
			}
			assert.Zero(t, r.bus.Counts().Requests, "nothing was sent")
			assert.False(t, f.EffectDone)
		})
	}
}

func TestAnUnknownAuthenticationIsTakenForCredentials(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	completed(t, r.Handle(t.Context(), r.job("{}", strings.Replace(with(""), `"type":"credentials"`, `"type":"magic"`, 1))))
	assert.Contains(t, r.log.String(), "magic", "with a warning")
}
