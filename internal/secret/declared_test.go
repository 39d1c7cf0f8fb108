package secret_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Each mapping is "source -> target"; each job is a value of input in which process data names secrets wherever it can.
func TestADeclaredSecretResolvesOnlyWhereItsMappingLetsItFlow(t *testing.T) {
	t.Parallel()
	const key = "{{secrets.A}}"
	type m = secret.Mapping
	credential := m{Source: key, Target: "authentication.secretKey"}
	tests := []struct {
		name       string
		mappings   []m
		json, want string // empty want = as it was
	}{
		{"a word of a text literal", []m{credential, {Source: `={kind: "authentication failed", who: user}`, Target: "input.detail"}}, `{"detail":{"kind":"authentication failed","who":"{{secrets.A}}"}}`, ""},
		{"the tail of a path", []m{credential, {Source: `=user.authentication`, Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"the key of a context", []m{credential, {Source: `={authentication: user}`, Target: "input.detail"}}, `{"detail":{"authentication":"{{secrets.A}}"}}`, ""},
		{"a parameter of that name", []m{credential, {Source: `=for authentication in users return authentication`, Target: "input.detail"}}, `{"detail":["{{secrets.A}}"]}`, ""},
		{"a comment", []m{credential, {Source: "=user // authentication", Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"a backquoted name", []m{{Source: key, Target: "token"}, {Source: "={t: `token`}", Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}"}}`, `{"detail":{"t":"<A>"}}`},
		{"a test", []m{{Source: key, Target: "token"}, {Source: `=if user = token then user else "none"`, Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"another field of the same variable", []m{{Source: key, Target: "input.token"}, {Source: `={u: input.user}`, Target: "input.detail"}}, `{"token":"{{secrets.A}}","detail":{"u":"{{secrets.A}}"}}`, `{"token":"<A>","detail":{"u":"{{secrets.A}}"}}`},
		{"a field by its path", []m{{Source: key, Target: "input.token"}, {Source: `={t: input.token, u: user}`, Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}","u":"{{secrets.A}}"}}`, `{"detail":{"t":"<A>","u":"{{secrets.A}}"}}`},
		{"the whole variable", []m{{Source: key, Target: "input.token"}, {Source: `={all: input, u: user}`, Target: "input.detail"}}, `{"detail":{"all":{"token":"{{secrets.A}}","x":"{{secrets.A}}"},"u":"{{secrets.A}}"}}`, `{"detail":{"all":{"token":"<A>","x":"{{secrets.A}}"},"u":"{{secrets.A}}"}}`},
		{"the field beside the target", []m{{Source: key, Target: "input.tok"}, {Source: `={t: tok}`, Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}"}}`, `{"detail":{"t":"<A>"}}`},
		{"a field beside an object around the target", []m{{Source: key, Target: "input.tok"}, {Source: `={t: tok}`, Target: "input.detail.deep.er"}}, `{"detail":{"deep":{"er":{"t":"{{secrets.A}}"}}}}`, `{"detail":{"deep":{"er":{"t":"<A>"}}}}`},
		{"a field of another object is not visible by its name", []m{credential, {Source: `={k: secretKey}`, Target: "input.detail"}}, `{"detail":{"k":"{{secrets.A}}"}}`, ""},
		{"a field that no target made is not visible by its name", []m{{Source: `={tok: "{{secrets.A}}"}`, Target: "input"}, {Source: `={t: tok}`, Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}"}}`, ""},
		{"a mapping in front of the declaring one", []m{{Source: `={t: token}`, Target: "input.detail"}, {Source: key, Target: "token"}}, `{"detail":{"t":"{{secrets.A}}"}}`, ""},
		{"an engine that makes one object after the other", []m{{Source: "x", Target: "late.a"}, {Source: `=late.b`, Target: "input.detail"}, {Source: key, Target: "late.b"}}, `{"detail":"{{secrets.A}}"}`, `{"detail":"<A>"}`},
		{"a value that is replaced", []m{{Source: key, Target: "input.detail"}, {Source: "=user", Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"an object that is replaced", []m{{Source: key, Target: "input.detail.t"}, {Source: "=user", Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}"}}`, ""},
		{"through three variables", []m{{Source: key, Target: "a"}, {Source: "={b: a}", Target: "c"}, {Source: "=c.b + user", Target: "d"}, {Source: "=[d]", Target: "input.resources"}}, `{"resources":["{{secrets.A}}","{{secrets.B}}"]}`, `{"resources":["<A>","{{secrets.B}}"]}`},
		{"another name beside the declared one", []m{{Source: `="{{secrets.A}}" + user`, Target: "input.detail"}}, `{"detail":"{{secrets.A}}{{secrets.B}}"}`, `{"detail":"<A>{{secrets.B}}"}`},
		{"a name made of pieces", []m{{Source: `="{{secrets." + user + "}}"`, Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"a name made of two literals", []m{{Source: `="{{secrets.A" + "}}"`, Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"a name made of pieces beside one that is written out", []m{{Source: `="{{secrets.B}}" + "{{secrets." + user + "}}"`, Target: "input.detail"}}, `{"detail":"{{secrets.B}}{{secrets.A}}"}`, `{"detail":"<B>{{secrets.A}}"}`},
		{"an expression that cannot be read", []m{{Source: `={a: "{{secrets.A}}"`, Target: "input.detail"}}, `{"detail":{"a":"{{secrets.A}}"}}`, ""},
		{"braces that are no expression", []m{{Source: `={{secrets.A}}`, Target: "input.detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"escaped in the expression", []m{{Source: `="{{\tsecrets.A}}"`, Target: "input.detail"}}, `{"detail":"{{\tsecrets.A}}"}`, `{"detail":"<A>"}`},
		{"get value", []m{{Source: key, Target: "input.tok"}, {Source: `={t: get value(input, "tok"), u: get value(input, "user")}`, Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}","u":"{{secrets.A}}"}}`, `{"detail":{"t":"<A>","u":"{{secrets.A}}"}}`},
		{"context put", []m{{Source: key, Target: "tok"}, {Source: `=context put(user, "t", tok)`, Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}","u":"{{secrets.A}}"}}`, `{"detail":{"t":"<A>","u":"{{secrets.A}}"}}`},
		{"a filter", []m{{Source: key, Target: "tok"}, {Source: `=users[name = tok]`, Target: "input.detail"}}, `{"detail":["{{secrets.A}}"]}`, ""},
		{"a target that no engine takes", []m{{Source: key, Target: "input..detail"}}, `{"detail":"{{secrets.A}}"}`, ""},
		{"blanks around the target", []m{{Source: key, Target: " input.detail "}}, `{"detail":"{{secrets.A}}"}`, `{"detail":"<A>"}`},
		{"a variable that the mappings do not make", []m{credential, {Source: `={t: tok, i: input}`, Target: "input.detail"}}, `{"detail":{"t":"{{secrets.A}}","i":{"secretKey":"{{secrets.A}}"}}}`, ""},
		{"a key that a placeholder makes", []m{{Source: `={"{{secrets.A}}": user}`, Target: "input.detail"}}, `{"detail":{"{{secrets.A}}":"{{secrets.A}}"}}`, `{"detail":{"<A>":"{{secrets.A}}"}}`},
		{"a list within lists", []m{{Source: `=[[{k: "{{secrets.A}}"}, user]]`, Target: "input.detail"}}, `{"detail":[[{"k":"{{secrets.A}}","l":"{{secrets.A}}"}]]}`, `{"detail":[[{"k":"<A>","l":"{{secrets.A}}"}]]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := secret.NewModelFilter(secret.ModelOptions{Definitions: &cluster{tasks: task(tt.mappings...)}, CacheSize: 10})
			defer f.Close()
			got, err := filtered(t, f, ofSend, "input", tt.json)
			require.NoError(t, err)
			want := tt.want
			if want == "" {
				want = tt.json
			}
			assert.Equal(t, want, got)
		})
	}
}

func TestInputsOfTheDeployedModel(t *testing.T) {
	t.Parallel()
	f := secret.NewModelFilter(secret.ModelOptions{CacheSize: 10, Definitions: &cluster{tasks: task(
		secret.Mapping{Source: "http://replaced", Target: "configuration.endpoint"},
		secret.Mapping{Source: "http://localstack:4566", Target: "configuration.endpoint"},
		secret.Mapping{Source: "=region", Target: "configuration.region"},
		secret.Mapping{Source: "eu-central-1", Target: "awsCredential.region"},
		secret.Mapping{Source: "=aws", Target: "awsCredential"},
		secret.Mapping{Source: "{{secrets.A}}", Target: "authentication.accessKey"},
	)}})
	defer f.Close()
	in, err := f.Made(t.Context(), ofSend)
	require.NoError(t, err)
	for path, want := range map[string]bool{
		"authentication": true, "authentication.accessKey": true, "authentication.secretKey": false, "awsCredential": true, "awsCredential.authentication": true,
		"input": false, "auth": false, "authentication.access": false, "configuration": true,
	} {
		assert.Equal(t, want, in.Part(strings.Split(path, ".")...), path)
	}
	text, ok := in.Literal("configuration", "endpoint")
	assert.True(t, ok)
	assert.Equal(t, "http://localstack:4566", text)
	_, ok = in.Literal("configuration", "region")
	assert.False(t, ok, "an expression is no text")
	_, ok = in.Literal("awsCredential", "region")
	assert.False(t, ok, "it is replaced")

	_, err = f.Inputs(t.Context(), secret.Context{ProcessDefinitionKey: 7, ElementID: "gone"})
	var fault *secret.ModelError
	require.ErrorAs(t, err, &fault)
}
