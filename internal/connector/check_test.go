package connector

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// TestCheckInputTakesSecretsAsTheModelNamesThem: in a model they are not resolved yet.
func TestCheckInputTakesSecretsAsTheModelNamesThem(t *testing.T) {
	t.Parallel()
	named := map[string][]byte{
		"authentication": []byte(`{"accessKey":"{{secrets.A}}","secretKey":"secrets.B"}`),
		"configuration":  []byte(`{"region":"{{secrets.REGION}}","endpoint":"https://stranger.example"}`),
		"input":          []byte(`{"eventBusName":"b","source":"s","detailType":"d","detail":{},"endpointId":"{{secrets.ID}}"}`),
		"other":          []byte(`[`),
	}
	assert.Empty(t, CheckInput(named))
	named["configuration"] = []byte(`{"region":"not a region"}`)
	assert.Equal(t, Violations{{
		Field: "configuration.region", Kind: InvalidValue, Found: "'not a region'", Want: "the name of a region such as eu-central-1, of letters, digits and dashes",
	}}, CheckInput(named))
}

// TestWhatIsWrongIsData: the kind, what was found and what is expected of each violation, and the message that is made of them.
func TestWhatIsWrongIsData(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, authentication, configuration, input string
		want                                       Violation
		message                                    string
	}{
		{"missing", "", "", `{"eventBusName":"b","source":"s","detailType":"d"}`, Violation{Field: "input.detail", Kind: MissingValue, Want: "the event's payload, a JSON object"}, "must not be null, expected the event's payload, a JSON object"},
		{"blank", "", "", `{"eventBusName":" ","source":"s","detailType":"d","detail":{}}`, Violation{Field: "input.eventBusName", Kind: BlankValue}, "must not be blank"},
		{"a blank endpoint", "", `{"region":"eu-central-1","endpoint":" "}`, "", Violation{Field: "configuration.endpoint", Kind: BlankValue, Want: "without this field the endpoint is AWS's own"}, "must not be blank; without this field the endpoint is AWS's own"},
		{"of a wrong type", "", "", `{"eventBusName":"b","source":[1,2],"detailType":"d","detail":{}}`, Violation{Field: "input.source", Kind: InvalidValue, Found: "an array", Want: "a string"}, "must be a string, but is an array"},
		{"with a reason", "", `{"region":"eu-central-1","endpoint":"ftp://x"}`, "", Violation{Field: "configuration.endpoint", Kind: InvalidValue, Found: "'ftp://x'", Want: "a URL such as http://localhost:4566", Why: "must be an http or https URL, but its scheme is ftp"}, "must be a URL such as http://localhost:4566, but is 'ftp://x': must be an http or https URL, but its scheme is ftp"},
		{"too many", "", "", `{"events":[]}`, Violation{Field: "input.events", Kind: WrongSize, Found: "0", Want: "1 to 10 events"}, "must have 1 to 10 events, but has 0"},
		{"refused", "", "", `{"eventBusName":"b","source":"s","detailType":"d","detail":{"p":1},"processContext":"p"}`, Violation{Field: "input.detail", Kind: RefusedValue, Found: "'p'", Why: "must not have the member 'p', which input.processContext names"}, "must not have the member 'p', which input.processContext names"},
		{"not JSON", "", "", `{"eventBusName":"b","source":"s","detailType":"d","detail":{"a":1e}}`, Violation{Field: "input", Kind: InvalidJSON}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			given := map[string]string{"authentication": `{"type":"defaultCredentialsChain"}`, "configuration": `{"region":"eu-central-1"}`, "input": `{"eventBusName":"b","source":"s","detailType":"d","detail":{}}`}
			variables := map[string][]byte{}
			for name, value := range map[string]string{"authentication": tt.authentication, "configuration": tt.configuration, "input": tt.input} {
				if value == "" {
					value = given[name]
				}
				variables[name] = []byte(value)
			}
			got := CheckInput(variables)
			require.NotEmpty(t, got)
			if tt.want.Kind == InvalidJSON {
				assert.Equal(t, InvalidJSON, got[0].Kind)
				assert.Contains(t, got[0].Message(), "must be JSON: ")
				assert.Contains(t, got.Error(), got[0].Field+": "+got[0].Message())
				return
			}
			assert.Equal(t, Violations{tt.want}, got)
			assert.Equal(t, tt.message, got[0].Message())
			assert.Equal(t, "Found constraints violated while validating input:\n - "+tt.want.Field+": "+tt.message, got.Error())
		})
	}
}

func TestAPlaceholderIsNoCredential(t *testing.T) {
	t.Parallel()
	for placeholder, why := range map[string]string{
		"{{ secrets.KEY }}":   "it was not resolved, since nothing that the worker reads names it for this field",
		"camunda.secrets.KEY": "it was not resolved by the cluster",
	} {
		b := &binder{}
		b.credential("authentication.accessKey", placeholder)
		assert.Equal(t, Violations{{Field: "authentication.accessKey", Kind: UnresolvedName, Found: "'" + placeholder + "'", Want: "a credential", Why: why}}, b.violations)
		assert.Equal(t, "must be a credential, but holds the placeholder '"+placeholder+"': "+why, b.violations[0].Message())
	}
}

// TestVerdicts holds what an error expression may give, by its functions or written out.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		json  string
		want  Verdict
		found string // empty = it is understood
	}{
		{json: `null`},
		{json: `{}`},
		{json: `{"errorType":"bpmnError","errorCode":7,"errorMessage":true}`, want: Verdict{Kind: "bpmnError", Code: "7"}},
		{json: `{"errorType":"bpmnError"}`},
		{json: `{"errorType":"bpmnError","errorCode":[]}`, found: "a errorCode that is an array and not a string"},
		{json: `{"errorType":"jobError","errorMessage":"m","retries":" 4 "}`, want: Verdict{Kind: "jobError", Retries: 4}},
		{json: `{"errorType":"jobError","errorMessage":"m","retryBackoff":"PT1S"}`, want: Verdict{Kind: "jobError"}},
		{json: `{"errorType":"jobError","retries":1e300}`, found: "a retries that is a number and not a number of at most 2147483647"},
		{json: `{"errorType":"jobError","retries":"many"}`, found: "a retries that is a string and not a number of at most 2147483647"},
		{json: `{"errorType":"jobError","retryBackoff":"1s"}`, found: "a retryBackoff that is a string and not a duration of days and time such as PT10S"},
		{json: `{"errorType":"jobError","retryBackoff":1}`, found: "a retryBackoff that is a number and not a duration of days and time such as PT10S"},
		{json: `{"errorType":"ignoreError","variables":null}`, want: Verdict{Kind: "ignoreError"}},
		{json: `{"errorType":"ignoreError","variables":[]}`, found: "a variables that is an array and not an object"},
		{json: `{"errorType":null}`, found: "the errorType null"},
		{json: `{"a":1}`, found: "an object without errorType"},
		{json: `"x"`, found: "a string"},
	} {
		t.Run(tt.json, func(t *testing.T) {
			t.Parallel()
			v, err := jsonvalue.ParseString(tt.json)
			require.NoError(t, err)
			got, err := CheckVerdict(v)
			assert.Equal(t, tt.want, got)
			if tt.found == "" {
				require.NoError(t, err)
				return
			}
			refused, ok := errors.AsType[*VerdictError](err)
			require.True(t, ok)
			assert.Equal(t, tt.found, refused.Found)
			assert.Equal(t, "gives "+tt.found+"; expected null, bpmnError(…), jobError(…) or ignoreError(…)", err.Error())
		})
	}
}

func TestReadDuration(t *testing.T) {
	t.Parallel()
	d, err := ReadDuration("PT10S")
	require.NoError(t, err)
	assert.Equal(t, 10*time.Second, d)
	_, err = ReadDuration("10s")
	assert.ErrorContains(t, err, "'10s'")
}

func TestAJobIsNotBegunWithTooLittleOfItsLease(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 13*time.Second, LeastLease(time.Minute, 7*time.Second), "one try and a tenth of the lease")
	assert.Equal(t, 5*time.Second, LeastLease(10*time.Second, 7*time.Second), "at most half of it")
}
