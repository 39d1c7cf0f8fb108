package policy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

const (
	taskType = "io.camunda:aws-eventbridge:1"
	own      = "123456789012"
	partner  = "210987654321"
	orders   = "arn:aws:events:eu-central-1:123456789012:event-bus/orders"
	role     = "arn:aws:iam::210987654321:role/send"
)

// model returns a model with a task of these input mappings, as pairs of target and source; they come behind those of a task
// that is whole.
func model(pairs ...string) File {
	return only(append([]string{
		"authentication.type", "defaultCredentialsChain", "configuration.region", "eu-central-1",
		"input.eventBusName", "orders", "input.source", "com.example", "input.detailType", "Placed", "input.detail", "={a: 1}",
	}, pairs...)...)
}

// only returns a model with a task of these input mappings and no others.
func only(pairs ...string) File {
	t := &bpmn.Task{ID: "Send", Type: taskType, Pos: bpmn.Pos{Line: 1, Column: 1}, TypePos: bpmn.Pos{Line: 2, Column: 1}}
	for i := 0; i < len(pairs); i += 2 {
		t.Inputs = append(t.Inputs, bpmn.Mapping{Target: pairs[i], Source: pairs[i+1], Pos: bpmn.Pos{Line: 3 + i/2, Column: 5}})
	}
	return File{"order.bpmn", &bpmn.Model{Processes: []*bpmn.Process{{ID: "p", Tasks: []*bpmn.Task{t}}}}}
}

func write(t *testing.T, o Options, files ...File) *Report {
	t.Helper()
	o.JobType = taskType
	if o.Account == "" {
		o.Account = own
	}
	r, err := Write(t.Context(), files, o)
	require.NoError(t, err)
	return r
}

func identityNamed(t *testing.T, r *Report, name string) *Identity {
	t.Helper()
	var names []string
	for _, id := range r.Identities {
		if id.Name == name {
			return id
		}
		names = append(names, id.Name)
	}
	require.Contains(t, names, name)
	return nil
}

func names(r *Report) []string {
	var all []string
	for _, id := range r.Identities {
		all = append(all, id.Name)
	}
	return all
}

func notes(id *Identity) string {
	var all []string
	for _, n := range id.Notes {
		all = append(all, n.String())
	}
	return strings.Join(all, "\n")
}

// TestThePolicyIsTheLeastThatIsEnough holds for each model calls that its policy allows, and near ones that it denies.
func TestThePolicyIsTheLeastThatIsEnough(t *testing.T) {
	t.Parallel()
	bus := func(region, account, name string) string {
		return "arn:aws:events:" + region + ":" + account + ":event-bus/" + name
	}
	for _, tt := range []struct {
		name    string
		files   []File
		options Options
		as      string // default-chain if it is empty
		allows  []request
		denies  []request
		notes   []string // parts of the notes; none = there are no notes at all
	}{
		{
			name: "what is written out is allowed and nothing beside it", files: []File{model()},
			allows: []request{put(orders, "com.example", "Placed")},
			denies: []request{
				put(orders+"x", "com.example", "Placed"), put(orders, "com.example2", "Placed"), put(orders, "com.example", "placed"),
				put(bus("eu-west-1", own, "orders"), "com.example", "Placed"), put(bus("eu-central-1", partner, "orders"), "com.example", "Placed"),
				{"events:PutRule", orders, nil},
				{"sts:AssumeRole", role, nil},
			},
		},
		{
			name: "two tasks do not share their pairs of source and type", files: []File{model(), model("input.source", "b", "input.detailType", "B")},
			allows: []request{put(orders, "com.example", "Placed"), put(orders, "b", "B")},
			denies: []request{put(orders, "com.example", "B"), put(orders, "b", "Placed")},
		},
		{
			name: "a choice allows both and no third", files: []File{model("input.source", `=if order.vip then "vip" else "usual"`)},
			allows: []request{put(orders, "vip", "Placed"), put(orders, "usual", "Placed")},
			denies: []request{put(orders, "com.example", "Placed"), put(orders, "vi", "Placed")},
		},
		{
			name: "what is computed in part allows this part", files: []File{model("input.source", `="com." + order.shop + ".orders"`)},
			allows: []request{put(orders, "com.a.orders", "Placed"), put(orders, "com.a.b.orders", "Placed")},
			denies: []request{put(orders, "com.a.order", "Placed"), put(orders, "org.a.orders", "Placed")},
			notes:  []string{"order.bpmn:9:5: Send: input.source: is computed in part: every source of the form com.*.orders is allowed"},
		},
		{
			name: "what is computed allows all, with a note", files: []File{model("input.detailType", `=order.type`)},
			allows: []request{put(orders, "com.example", "x"), put(orders, "com.example", "")},
			denies: []request{put(orders, "x", "x")},
			notes:  []string{"input.detailType: is computed, or a secret: every detail type is allowed"},
		},
		{
			name: "characters that IAM knows as wildcards are themselves", files: []File{model("input.source", "a*b?${c}", "input.detailType", `="${x}*" + y`)},
			allows: []request{put(orders, "a*b?${c}", "${x}*z")},
			denies: []request{put(orders, "axb?${c}", "${x}*z"), put(orders, "a*bx${c}", "${x}*z"), put(orders, "a*b?${c}", "${x}z")},
			notes:  []string{"${x}**"},
		},
		{
			name: "an expression without variables is written out", files: []File{model("input.source", `=lower case("COM." + "Example")`)},
			allows: []request{put(orders, "com.example", "Placed")}, denies: []request{put(orders, "COM.Example", "Placed")},
		},
		{
			name: "a secret in a field is computed", files: []File{model("input.eventBusName", "team-{{secrets.BUS}}")},
			allows: []request{put(bus("eu-central-1", own, "team-a"), "com.example", "Placed")},
			denies: []request{put(orders, "com.example", "Placed")},
			notes:  []string{"input.eventBusName: is computed in part: every event bus of the form team-* is allowed"},
		},
		{
			name: "a text that can become a secret's name is computed whole", files: []File{model("input.source", `="{{secrets." + which + "}}"`)},
			allows: []request{put(orders, "anything", "Placed")}, denies: []request{put(orders, "x", "y")},
			notes: []string{"input.source: is computed, or a secret"},
		},
		{
			name: "a bus by its ARN is that bus", files: []File{model("input.eventBusName", bus("eu-central-1", partner, "b"))},
			allows: []request{put(bus("eu-central-1", partner, "b"), "com.example", "Placed")},
			denies: []request{put(bus("eu-central-1", own, "b"), "com.example", "Placed"), put(orders, "com.example", "Placed")},
			notes:  []string{"its own resource policy must allow these events, too"},
		},
		{
			name: "a bus that is computed can be one of any account, in the region", files: []File{model("input.eventBusName", "=bus")},
			allows: []request{put(orders, "com.example", "Placed"), put(bus("eu-central-1", partner, "b"), "com.example", "Placed")},
			denies: []request{put(bus("eu-west-1", own, "orders"), "com.example", "Placed"), put(orders, "x", "Placed")},
			notes:  []string{"input.eventBusName: is computed, or a secret: every event bus is allowed", "every account is allowed"},
		},
		{
			name: "several events are each their own", files: []File{model("input.events", `=[{source: "a", detailType: "A"}, {source: "b", detailType: "B"}, {detailType: "C"}]`)},
			allows: []request{put(orders, "a", "A"), put(orders, "b", "B"), put(orders, "com.example", "C")},
			denies: []request{put(orders, "a", "B"), put(orders, "b", "C"), put(orders, "com.example", "Placed")},
		},
		{
			name: "events of a loop", files: []File{model("input.events", `=for i in order.items return {detailType: if i.gift then "Gift" else "Item", source: "shop." + i.shop}`)},
			allows: []request{put(orders, "shop.a", "Gift"), put(orders, "shop.b", "Item"), put(orders, "com.example", "Item")}, // of an item without a shop
			denies: []request{put(orders, "shop.a", "Placed"), put(orders, "com.other", "Item")},
			notes:  []string{"input.events: is computed in part: every source of the form shop.*"},
		},
		{
			name: "events that are computed allow all buses, sources and types", files: []File{model("input.events", "=events")},
			allows: []request{put(orders, "x", "y")},
			denies: []request{{"events:PutRule", orders, nil}, put(bus("eu-west-1", own, "orders"), "x", "y")},
			notes:  []string{"input.events: is computed"},
		},
		{
			name: "a later mapping replaces an earlier one", files: []File{model("input", `={eventBusName: "b", source: "s", detailType: "d", detail: {}}`, "input.source", "t")},
			allows: []request{put(bus("eu-central-1", own, "b"), "t", "d")},
			denies: []request{put(bus("eu-central-1", own, "b"), "s", "d"), put(orders, "com.example", "Placed")},
		},
		{
			name: "a field beside a computed object", files: []File{model("input", "=event", "input.source", "t")},
			allows: []request{put(orders, "t", "x")}, denies: []request{},
			notes: []string{"input.eventBusName: is computed", "input.endpointId: is computed, so that it can name a global endpoint"},
		},
		{
			name: "a global endpoint needs the bus in both regions", files: []File{model("input.endpointId", "abcde.veo")}, options: Options{Regions: []string{"eu-west-1"}},
			allows: []request{put(orders, "com.example", "Placed"), put(bus("eu-west-1", own, "orders"), "com.example", "Placed")},
			denies: []request{put(bus("us-east-1", own, "orders"), "com.example", "Placed")},
			notes:  []string{"input.endpointId: names a global endpoint"},
		},
		{
			name: "a global endpoint whose regions are not known", files: []File{model("input.endpointId", "abcde.veo", "input.eventBusName", orders)},
			allows: []request{put(orders, "com.example", "Placed"), put(bus("us-east-1", own, "orders"), "com.example", "Placed")},
			denies: []request{put(bus("us-east-1", own, "other"), "com.example", "Placed"), put(bus("us-east-1", partner, "orders"), "com.example", "Placed")},
			notes:  []string{"--aws-region names the two"},
		},
		{
			name: "China is a partition of its own", files: []File{model("configuration.region", "cn-north-1")},
			allows: []request{put("arn:aws-cn:events:cn-north-1:123456789012:event-bus/orders", "com.example", "Placed")},
			denies: []request{put(orders, "com.example", "Placed")},
		},
		{
			name: "so is GovCloud", files: []File{model("configuration.region", "us-gov-west-1")},
			allows: []request{put("arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/orders", "com.example", "Placed")},
		},
		{
			name: "a region that is computed", files: []File{model("configuration.region", "=region")},
			allows: []request{put(orders, "com.example", "Placed"), put("arn:aws-cn:events:cn-north-1:123456789012:event-bus/orders", "com.example", "Placed")},
			denies: []request{put(bus("eu-central-1", own, "other"), "com.example", "Placed")},
			notes:  []string{"configuration.region: is computed, or a secret: every region is allowed; --aws-region names those to allow"},
		},
		{
			name: "a region that is computed and given", files: []File{model("configuration.region", "=region")}, options: Options{Regions: []string{"eu-central-1", "eu-west-1"}},
			allows: []request{put(orders, "com.example", "Placed"), put(bus("eu-west-1", own, "orders"), "com.example", "Placed")},
			denies: []request{put(bus("us-east-1", own, "orders"), "com.example", "Placed")},
			notes:  []string{"the regions of --aws-region are allowed"},
		},
		{
			name: "the keys of a secret", files: []File{model("authentication.type", "credentials", "authentication.accessKey", "{{ secrets.KEY }}", "authentication.secretKey", "{{secrets.SECRET}}")},
			as: "key:KEY", allows: []request{put(orders, "com.example", "Placed")},
		},
		{
			name: "the caller of a role may assume it and send nothing itself", files: []File{model("authentication.roleArn", role, "authentication.externalId", "id-7")},
			allows: []request{{"sts:AssumeRole", role, map[string]string{"sts:ExternalId": "id-7"}}},
			denies: []request{{"sts:AssumeRole", role, map[string]string{"sts:ExternalId": "id-8"}}, {"sts:AssumeRole", role, nil}, {"sts:AssumeRole", role + "2", map[string]string{"sts:ExternalId": "id-7"}}, put(orders, "com.example", "Placed")},
		},
		{
			name: "a role sends in its own account", files: []File{model("authentication.roleArn", role, "authentication.externalId", "id-7")}, as: "role:" + role,
			allows: []request{put(bus("eu-central-1", partner, "orders"), "com.example", "Placed")},
			denies: []request{put(orders, "com.example", "Placed"), {"sts:AssumeRole", role, nil}},
			notes:  []string{`the role's trust policy must let default-chain assume it, on the condition that sts:ExternalId is "id-7"`},
		},
		{
			name: "a role that is computed in part", files: []File{model("authentication.roleArn", `="arn:aws:iam::210987654321:role/team-" + team`)},
			allows: []request{{"sts:AssumeRole", "arn:aws:iam::210987654321:role/team-a", nil}},
			denies: []request{{"sts:AssumeRole", role, nil}, {"sts:AssumeRole", "arn:aws:iam::123456789012:role/team-a", nil}},
			notes:  []string{"authentication.roleArn: is computed in part: every role of the form arn:aws:iam::210987654321:role/team-* is allowed"},
		},
		{
			name: "a role that is computed", files: []File{model("authentication.roleArn", "=role", "authentication.externalId", "{{secrets.X}}")},
			allows: []request{{"sts:AssumeRole", role, nil}, put(orders, "com.example", "Placed")},
			denies: []request{{"sts:AssumeRole", "arn:aws:iam::210987654321:user/a", nil}},
			notes:  []string{"authentication.roleArn: is computed, or a secret: every role is allowed", "sts:AssumeRole is allowed with every external id"},
		},
		{
			name: "a reusable credential wins", files: []File{model("awsCredential.authentication.accessKey", "secrets.K", "awsCredential.authentication.secretKey", "{{secrets.S}}", "awsCredential.region", "eu-west-1")},
			as: "key:K", allows: []request{put(bus("eu-west-1", own, "orders"), "com.example", "Placed")}, denies: []request{put(orders, "com.example", "Placed")},
		},
		{
			name: "a secret of the cluster", files: []File{model("authentication.type", "", "authentication.accessKey", "=camunda.secrets.KEY", "authentication.secretKey", "=camunda.secrets.`S`")},
			as: "key:KEY", allows: []request{put(orders, "com.example", "Placed")},
		},
		{
			name: "numbers and lists of one are texts", files: []File{model("input.source", "=7", "input.detailType", `=["A"]`)},
			allows: []request{put(orders, "7", "A")}, denies: []request{put(orders, "77", "A")},
		},
		{
			name: "an endpoint that is not AWS's", files: []File{model("configuration.endpoint", "http://localhost:4566")},
			allows: []request{put(orders, "com.example", "Placed")}, notes: []string{"configuration.endpoint: is localhost:4566, which is not AWS's own"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := write(t, tt.options, tt.files...)
			if tt.as == "" {
				tt.as = "default-chain"
			}
			id := identityNamed(t, r, tt.as)
			text, err := encode(id.Policy)
			require.NoError(t, err)
			for _, q := range tt.allows {
				assert.True(t, allowed(t, id.Policy, q), "%v is allowed by %s", q, text)
			}
			for _, q := range tt.denies {
				assert.False(t, allowed(t, id.Policy, q), "%v is denied by %s", q, text)
			}
			for _, want := range tt.notes {
				assert.Contains(t, notes(id), want)
			}
			if tt.notes == nil {
				assert.Empty(t, notes(id))
			}
			assert.Len(t, []rune(string(text)), id.Size)
		})
	}
}

func TestEachIdentityHasAPolicyOfItsOwn(t *testing.T) {
	t.Parallel()
	key := []string{"authentication.type", "credentials", "authentication.accessKey"}
	r := write(t, Options{},
		model("authentication.roleArn", role),
		model(append(key, "{{secrets.B}}")...), model(append(key, "{{secrets.A}}")...), model(append(key, "{{secrets.A}}", "input.source", "two")...),
		model(append(key, "=myKey")...), model(append(key, "AKIAIOSFODNN7EXAMPLE")...),
		only("configuration.region", "eu-central-1", "input.eventBusName", "b", "input.source", "s", "input.detailType", "d"),
		model("authentication.type", "=kind", "authentication.accessKey", "{{secrets.A}}", "input.source", "three"),
	)
	assert.Equal(t, []string{"default-chain", "key:A", "key:B", "key:computed", "key:written-in-model-1", "role:" + role, "process-data"}, names(r))
	a := identityNamed(t, r, "key:A").Policy
	for _, source := range []string{"com.example", "two", "three"} {
		assert.True(t, allowed(t, a, put(orders, source, "Placed")), source)
	}
	assert.False(t, allowed(t, identityNamed(t, r, "key:B").Policy, put(orders, "two", "Placed")))
	assert.Contains(t, notes(identityNamed(t, r, "key:A")), "authentication.type: is computed")
	assert.Contains(t, notes(identityNamed(t, r, "key:computed")), "authentication.accessKey: is computed")
	assert.Contains(t, notes(identityNamed(t, r, "process-data")), "the task maps no identity")
	text, err := encode(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "AKIAIOSFODNN7EXAMPLE")
}

func TestStatementsAreAsFewAsTheyCanBe(t *testing.T) {
	t.Parallel()
	var files []File
	for _, bus := range []string{"a", "b"} {
		for _, source := range []string{"s", "t"} {
			for _, kind := range []string{"X", "Y"} {
				files = append(files, model("input.eventBusName", bus, "input.source", source, "input.detailType", kind))
			}
		}
	}
	d := identityNamed(t, write(t, Options{}, files...), "default-chain").Policy
	require.Len(t, d.Statement, 1)
	assert.Len(t, d.Statement[0].Resource, 2)
	d = identityNamed(t, write(t, Options{}, append(files, model("input.eventBusName", "a", "input.source", "=x", "input.detailType", "=y"))...), "default-chain").Policy
	require.Len(t, d.Statement, 2, "what a wider permission covers is left out")
	assert.Empty(t, d.Statement[0].Condition)
	assert.Equal(t, []string{"arn:aws:events:eu-central-1:123456789012:event-bus/b"}, d.Statement[1].Resource)
}

func TestSecretsOfSecretsManager(t *testing.T) {
	t.Parallel()
	key := []string{"authentication.type", "credentials", "authentication.accessKey", "{{secrets.KEY}}", "authentication.secretKey", "{{secrets.a b}}"}
	read := func(name string) request {
		return request{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + name, nil}
	}
	o := Options{ModelsRead: true, Manager: &Manager{Secrets: []string{"json", "arn:aws:secretsmanager:eu-north-1:1:secret:x-AbCdEf"}, Prefix: "camunda/", Region: "eu-west-1"}}
	chain := identityNamed(t, write(t, o, model(key...)), "default-chain")
	for _, name := range []string{"camunda/KEY-a1B2c3", "json-a1B2c3"} {
		assert.True(t, allowed(t, chain.Policy, read(name)), name)
	}
	assert.True(t, allowed(t, chain.Policy, request{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-north-1:1:secret:x-AbCdEf", nil}))
	for _, name := range []string{"camunda/KEY2-a1B2c3", "camunda/OTHER-a1B2c3", "json2-a1B2c3", "camunda/KEY-more-a1B2c3"} {
		assert.False(t, allowed(t, chain.Policy, read(name)), name)
	}
	assert.NotContains(t, names(write(t, o, model())), "role", "who names no secret reads none")
	assert.Len(t, identityNamed(t, write(t, o, model()), "default-chain").Policy.Statement, 1)

	for name, o := range map[string]Options{"DISABLED": {TrustedInputs: true, Manager: o.Manager}, "computed credentials without a REST address": {Manager: o.Manager}} {
		r := write(t, o, model("authentication.type", "credentials", "authentication.accessKey", "=k", "authentication.secretKey", "=s"))
		chain := identityNamed(t, r, "default-chain")
		assert.True(t, allowed(t, chain.Policy, read("camunda/ANY-a1B2c3")), name)
		assert.Contains(t, notes(chain), "every secret whose name begins with camunda/ is allowed", name)
	}
	o.Manager.Region = ""
	assert.Contains(t, notes(identityNamed(t, write(t, o, model(key...)), "default-chain")), "every region")
}

func TestAnUnknownAccountIsSaid(t *testing.T) {
	t.Parallel()
	r, err := Write(t.Context(), []File{model()}, Options{JobType: taskType})
	require.NoError(t, err)
	assert.Equal(t, "the AWS account is not known, so that the policy allows every account: --aws-account names it", notes(r.Identities[0]))
	assert.Equal(t, []string{"arn:aws:events:eu-central-1:*:event-bus/orders"}, r.Identities[0].Policy.Statement[0].Resource)
}

func TestAPolicyThatIsTooLargeIsSaid(t *testing.T) {
	t.Parallel()
	var files []File
	size := func() string { return notes(identityNamed(t, write(t, Options{}, files...), "default-chain")) }
	for i := range 120 {
		files = append(files, model("input.eventBusName", "bus"+strings.Repeat("x", i), "input.source", "s"+strings.Repeat("y", i)))
		switch i {
		case 5:
			assert.Empty(t, size())
		case 12:
			assert.Contains(t, size(), "but not inline in a user (2048)")
		case 27:
			assert.Contains(t, size(), "but not as a managed policy (6144)")
		}
	}
	assert.Contains(t, size(), "more than IAM takes")
}

func TestMistakesAreFindingsWithTheirPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		file File
		want string
	}{
		{"an expression that does not parse", model("input.source", "=1 +"), "order.bpmn:9:5: Send: input.source: the expression cannot be read: "},
		{"a blank field", model("input.source", " "), "order.bpmn:9:5: Send: input.source: is missing or blank"},
		{"a missing bus", only("authentication.type", "defaultCredentialsChain", "configuration.region", "r", "input.source", "s", "input.detailType", "d"), "input.eventBusName: is missing or blank"},
		{"no region", model("configuration", "={}"), "configuration.region: is missing or blank"},
		{"no access key", model("authentication.type", "credentials"), "authentication.accessKey: is missing or blank"},
		{"an identity that is none", model("authentication", "none"), "authentication: gives no identity"},
		{"no events", model("input.events", "=[]"), "input.events: gives no event"},
		{"a target that is no path", model("input..x", "a"), `the target "input..x" of an input mapping is no path of names`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Write(t.Context(), []File{tt.file, model()}, Options{JobType: taskType})
			var findings *FindingsError
			require.ErrorAs(t, err, &findings)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}

func TestTasksOfOthers(t *testing.T) {
	t.Parallel()
	other := model()
	other.Model.Processes[0].Tasks[0].Type = "elsewhere"
	other.Model.Processes[0].Tasks[0].TemplateID = "io.github.eventbridge-connector.aws-eventbridge.v1"
	_, err := Write(t.Context(), []File{other}, Options{JobType: taskType})
	var none *NoTaskError
	require.ErrorAs(t, err, &none)
	assert.Contains(t, err.Error(), `order.bpmn:2:1: Send: type: is "elsewhere", which this worker does not take`)
	computed := model()
	computed.Model.Processes[0].Tasks[0].Type = "=type"
	computed.Model.Processes[0].Tasks[0].TemplateID = "io.github.eventbridge-connector.aws-eventbridge.v1"
	r := write(t, Options{}, computed, other)
	assert.Equal(t, 1, r.Tasks)
	assert.Len(t, r.Notes, 2)
}

// The broker, and not the connector, evaluates the mappings and the type of a task.
func TestATaskIsReadAsTheBrokerReadsIt(t *testing.T) {
	t.Parallel()
	f := model("input.source", `com\\example`, "input.detailType", `=fromAi("Placed", "what happened")`)
	f.Model.Processes[0].Tasks[0].Type = `="` + taskType + `"`
	d := identityNamed(t, write(t, Options{}, f), "default-chain").Policy
	require.Len(t, d.Statement, 1)
	assert.Equal(t, map[string]map[string]StringList{"StringEquals": {"events:detail-type": {"Placed"}, "events:source": {`com\example`}}}, d.Statement[0].Condition)
	assert.Len(t, Look(t.Context(), []File{f}, taskType).Targets, 1)
}
