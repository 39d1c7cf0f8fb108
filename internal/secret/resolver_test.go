package secret_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// store is a provider over a map; it counts how often each name is asked for.
type store struct {
	values map[string]string
	asked  map[string]int
	err    error
}

func (s *store) Secret(_ context.Context, _ secret.Context, name string) (string, bool, error) {
	if s.asked != nil {
		s.asked[name]++
	}
	v, ok := s.values[name]
	return v, ok, s.err
}

var samples = map[string]string{
	"KEY": "AKIA1", "QUOTED": "va\"l\\ue", "MULTILINE": "line1\nline2", "EMPTY": "", "NESTED": "pre-{{secrets.KEY}}-post",
	"A:SUB": "colon", "a@b": "at", "ключ": "cyrillic", "A+B": "plus", "a}b": "brace", `q"\`: "quote", "🚀": "rocket", "$(x)": "shell", "<K>": "tag",
	"SELF": "secrets.SELF", "HALF": "{{secrets.", "my.dotted": "dotted", "a/b_c-d": "path", "UNI": "ключ-ü-🚀",
}

func resolve(t *testing.T, filter secret.Filter, variable, json string) (string, *secret.Mask, error) {
	t.Helper()
	r := secret.NewResolver([]secret.Provider{&store{values: samples}}, filter)
	got, mask, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: variable, JSON: []byte(json)}})
	if err != nil {
		return "", mask, err
	}
	require.Len(t, got, 1)
	require.Equal(t, variable, got[0].Name)
	return string(got[0].JSON), mask, nil
}

func TestResolveReplacesPlaceholders(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, json, want string }{
		{"the whole string", `"{{secrets.KEY}}"`, `"AKIA1"`},
		{"within a longer text", `"a {{secrets.KEY}} b"`, `"a AKIA1 b"`},
		{"several times in one string", `"{{secrets.KEY}}/{{secrets.my.dotted}}/{{secrets.KEY}}"`, `"AKIA1/dotted/AKIA1"`},
		{"blanks are allowed inside the braces", `"{{ secrets.KEY\t}}"`, `"AKIA1"`},
		{"of three braces the inner two count", `"{{{secrets.KEY}}}"`, `"{AKIA1}"`},
		{"an opening that leads nowhere before one that does", `"{{ x {{secrets.KEY}}"`, `"{{ x AKIA1"`},
		{"names have letters, digits and / . _ -", `"{{secrets.a/b_c-d}}"`, `"path"`},
		{"a name with a colon", `"{{secrets.A:SUB}}"`, `"colon"`},
		{"a name with an at sign", `"x {{ secrets.a@b }} y"`, `"x at y"`},
		{"a name beyond ASCII", `"{{secrets.ключ}}{{secrets.🚀}}"`, `"cyrillicrocket"`},
		{"a name with a plus sign", `"{{secrets.A+B}}"`, `"plus"`},
		{"a name with a brace", `"{{secrets.a}b}}"`, `"brace"`},
		{"a name with signs of the shell and of XML", `"{{secrets.$(x)}}{{secrets.<K>}}"`, `"shelltag"`},
		{"a name with escaped characters", `"{{secrets.q\"\\}}"`, `"quote"`},
		{"the bare form has the small alphabet", `["secrets.A:SUB","secrets.a@b","secrets.ключ","secrets.A+B"]`, `["secrets.A:SUB","secrets.a@b","secrets.ключ","secrets.A+B"]`},
		{"a name ends at the first closing braces", `"{{secrets.KEY}}}}"`, `"AKIA1}}"`},
		{"of opening braces the last count", `"{{secrets.x{{secrets.KEY}}"`, `"{{secrets.xAKIA1"`},
		{"object keys included", `{"{{secrets.KEY}}":1}`, `{"AKIA1":1}`},
		{"deep inside", `{"a":[1,{"b":["x","{{secrets.KEY}}"]}]}`, `{"a":[1,{"b":["x","AKIA1"]}]}`},
		{"the bare form where it is the whole string", `"secrets.KEY"`, `"AKIA1"`},
		{"the bare form within a text is text", `"keep your secrets.safely"`, `"keep your secrets.safely"`},
		{"the bare form with a blank is text", `" secrets.KEY"`, `" secrets.KEY"`},
		{"no name is no placeholder", `"{{secrets}} and {{ secrets. }}"`, `"{{secrets}} and {{ secrets. }}"`},
		{"a name with a blank is no placeholder", `"{{secrets.KEY x}}"`, `"{{secrets.KEY x}}"`},
		{"an unclosed placeholder is text", `"{{secrets.KEY}"`, `"{{secrets.KEY}"`},
		{"a value with quotes cannot break the JSON", `"{{secrets.QUOTED}}"`, `"va\"l\\ue"`},
		{"a value with newlines cannot break the JSON", `"{{secrets.MULTILINE}}"`, `"line1\nline2"`},
		{"an empty value is an empty string", `"{{secrets.EMPTY}}x"`, `"x"`},
		{"a value beyond ASCII", `"{{secrets.UNI}}"`, `"ключ-ü-🚀"`},
		{"a value that looks like a placeholder is not resolved again", `"{{secrets.NESTED}}"`, `"pre-{{secrets.KEY}}-post"`},
		{"a value that looks like the bare form is not resolved again", `"{{secrets.SELF}}"`, `"secrets.SELF"`},
		{"a value and the text behind it make no new placeholder", `"{{secrets.HALF}}KEY}}"`, `"{{secrets.KEY}}"`},
		{"strings are decoded first", `"{{\u0073ecrets.KEY}}"`, `"AKIA1"`},
		{"escapes anywhere in the placeholder", `"\u007b{\u0020secr\u0065ts\u002eK\u0045Y}\u007d"`, `"AKIA1"`},
		{"an escaped key", `{"\u007b{\u0073ecrets.KEY}}":2}`, `{"AKIA1":2}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := resolve(t, secret.AllowAll{}, "input", tt.json)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestResolveLeavesTheRestByteForByte(t *testing.T) {
	t.Parallel()
	const before = "{ \"n\" :\t1.10, \"big\":12345678901234567890,\"e\":1E+2, \"\\u0061\": \"\\u00fc\\/\\ud800\", \"s\":\""
	got, _, err := resolve(t, secret.AllowAll{}, "input", before+`{{secrets.KEY}}" , "t":[ ] }`)
	require.NoError(t, err)
	assert.Equal(t, before+`AKIA1" , "t":[ ] }`, got)
}

func TestResolveReturnsAVariableWithoutSecretsAsItIs(t *testing.T) {
	t.Parallel()
	for _, json := range []string{`{"a":"b"}`, `"secret"`, `{"a":"\u0041 and secrets. no"}`, `not json at all`} {
		r := secret.NewResolver(nil, secret.AllowAll{})
		in := []secret.Variable{{Name: "input", JSON: []byte(json)}}
		got, mask, err := r.Resolve(t.Context(), secret.Context{}, in)
		require.NoError(t, err)
		assert.Same(t, &in[0].JSON[0], &got[0].JSON[0], "not even copied")
		assert.Nil(t, mask)
	}
}

func TestResolveDoesNotChangeItsInput(t *testing.T) {
	t.Parallel()
	r := secret.NewResolver([]secret.Provider{&store{values: samples}}, secret.AllowAll{})
	in := []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.KEY}}"`)}}
	_, _, err := r.Resolve(t.Context(), secret.Context{}, in)
	require.NoError(t, err)
	assert.Equal(t, `"{{secrets.KEY}}"`, string(in[0].JSON))
}

func TestResolveErrors(t *testing.T) {
	t.Parallel()

	t.Run("a name that no provider has", func(t *testing.T) {
		t.Parallel()
		_, mask, err := resolve(t, secret.AllowAll{}, "input", `["{{secrets.KEY}}","{{secrets.NOPE}}"]`)
		missing, ok := errors.AsType[*secret.NotAvailableError](err)
		require.True(t, ok)
		assert.Equal(t, "NOPE", missing.Name)
		require.EqualError(t, err, "Secret with name 'NOPE' is not available")
		assert.Equal(t, "***", mask.Apply("AKIA1"), "what was resolved before the error is masked in its message")
	})
	t.Run("a provider that cannot be asked", func(t *testing.T) {
		t.Parallel()
		r := secret.NewResolver([]secret.Provider{&store{err: errors.New("disk on fire")}}, secret.AllowAll{})
		_, _, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.A}}"`)}})
		_, ok := errors.AsType[*secret.ProviderError](err)
		require.True(t, ok)
		require.EqualError(t, err, "Secret with name 'A' cannot be read: disk on fire")
	})
	t.Run("JSON that is none", func(t *testing.T) {
		t.Parallel()
		_, _, err := resolve(t, secret.AllowAll{}, "input", `{"a":"{{secrets.KEY}}"`)
		require.ErrorContains(t, err, "invalid JSON")
	})
}

func TestProvidersAreAskedInOrderAndOncePerName(t *testing.T) {
	t.Parallel()
	first := &store{values: map[string]string{"A": "first"}, asked: map[string]int{}}
	second := &store{values: map[string]string{"A": "second", "B": "second"}, asked: map[string]int{}}
	r := secret.NewResolver([]secret.Provider{first, second}, secret.AllowAll{})
	got, _, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{
		{Name: "authentication", JSON: []byte(`"{{secrets.A}}{{secrets.B}}"`)},
		{Name: "input", JSON: []byte(`"{{secrets.A}}{{secrets.B}}"`)},
	})
	require.NoError(t, err)
	assert.Equal(t, `"firstsecond"`, string(got[1].JSON))
	assert.Equal(t, map[string]int{"A": 1, "B": 1}, first.asked)
	assert.Equal(t, map[string]int{"B": 1}, second.asked)
}

func TestWithoutARESTAddressSecretsResolveInCredentialsOnly(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, variable, json, want, wantPath string }{
		{"authentication", "authentication", `{"accessKey":"{{secrets.KEY}}"}`, `{"accessKey":"AKIA1"}`, ""},
		{"the bare form in authentication", "authentication", `{"accessKey":"secrets.KEY"}`, `{"accessKey":"AKIA1"}`, ""},
		{"awsCredential.authentication", "awsCredential", `{"authentication":{"secretKey":"{{secrets.KEY}}"}}`, `{"authentication":{"secretKey":"AKIA1"}}`, ""},
		{
			"a list of one stands for its element", "awsCredential", `[{"authentication":{"secretKey":"{{secrets.KEY}}"}}]`,
			`[{"authentication":{"secretKey":"AKIA1"}}]`, "",
		},
		{"a session token", "authentication", `{"sessionToken":"{{secrets.KEY}}"}`, `{"sessionToken":"AKIA1"}`, ""},
		{"lists of one around a secret key", "authentication", `[{"secretKey":["{{secrets.KEY}}"]}]`, `[{"secretKey":["AKIA1"]}]`, ""},
		{"a role", "authentication", `{"roleArn":"{{secrets.KEY}}"}`, "", "authentication.roleArn"},
		{"an external id", "authentication", `{"externalId":"{{secrets.KEY}}"}`, "", "authentication.externalId"},
		{"the name of a session", "authentication", `{"roleSessionName":"{{secrets.KEY}}"}`, "", "authentication.roleSessionName"},
		{"an external id of the reusable credential", "awsCredential", `{"authentication":{"externalId":"x{{secrets.KEY}}"}}`, "", "awsCredential.authentication.externalId"},
		{"a key of authentication", "authentication", `{"{{secrets.KEY}}":"x"}`, "", "authentication"},
		{"below a key of authentication", "authentication", `{"accessKey":{"accessKey":"{{secrets.KEY}}"}}`, "", "authentication.accessKey.accessKey"},
		{"below a key of the reusable credential's authentication", "awsCredential", `{"authentication":{"x":{"secretKey":"{{secrets.KEY}}"}}}`, "", "awsCredential.authentication.x.secretKey"},
		{"a secret key beside the authentication", "awsCredential", `{"secretKey":"{{secrets.KEY}}"}`, "", "awsCredential.secretKey"},
		{"the region", "configuration", `{"region":"{{secrets.KEY}}"}`, "", "configuration.region"},
		{"the bare form in a role is plain text", "authentication", `{"roleArn":"secrets.KEY"}`, `{"roleArn":"secrets.KEY"}`, ""},
		{"the rest of awsCredential", "awsCredential", `{"authentication":{},"region":"{{secrets.KEY}}"}`, "", "awsCredential.region"},
		{"a key of awsCredential", "awsCredential", `{"{{secrets.KEY}}":{}}`, "", "awsCredential"},
		{"a key behind its authentication", "awsCredential", `{"authentication":{},"{{secrets.KEY}}":{}}`, "", "awsCredential"},
		{
			"an authentication further down", "awsCredential", `{"x":{"authentication":"{{secrets.KEY}}"}}`, "",
			"awsCredential.x.authentication",
		},
		{"the endpoint", "configuration", `{"region":"r","endpoint":"{{secrets.KEY}}"}`, "", "configuration.endpoint"},
		{"an event's source", "input", `{"events":[{},{"source":"x{{secrets.KEY}}"}]}`, "", "input.events[1].source"},
		{"an authentication in input", "input", `{"authentication":{"x":"{{secrets.KEY}}"}}`, "", "input.authentication.x"},
		{"the bare form elsewhere is plain text", "input", `{"source":"secrets.KEY"}`, `{"source":"secrets.KEY"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := resolve(t, secret.CredentialsOnly{}, tt.variable, tt.json)
			if tt.wantPath == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.want, got)
				return
			}
			refused, ok := errors.AsType[*secret.NotAllowedError](err)
			require.True(t, ok, "got %v", err)
			assert.Equal(t, tt.wantPath, refused.Path)
			assert.Equal(t, "KEY", refused.Name)
			assert.ErrorContains(t, err, "secret-filter.mode to DISABLED")
		})
	}
}

// literal is a filter as the deployed model will give one: known names resolve, others stay.
type literal struct {
	names map[string]bool
	asked *int
	err   error
}

func (f literal) Rule(context.Context, secret.Context) (secret.Rule, error) {
	*f.asked++
	return func(p secret.Placeholder) secret.Decision {
		if f.names[p.Name] {
			return secret.Allow
		}
		return secret.Keep
	}, f.err
}

func TestAFilterMayLetPlaceholdersStay(t *testing.T) {
	t.Parallel()
	asked := 0
	f := literal{names: map[string]bool{"KEY": true}, asked: &asked}
	got, _, err := resolve(t, f, "input", `["{{secrets.KEY}} {{secrets.NOPE}}","secrets.NOPE"]`)
	require.NoError(t, err)
	assert.Equal(t, `["AKIA1 {{secrets.NOPE}}","secrets.NOPE"]`, got)
	assert.Equal(t, 1, asked, "the filter is asked once per job")

	_, _, err = resolve(t, f, "input", `["no placeholder, but secrets. all the same"]`)
	require.NoError(t, err)
	assert.Equal(t, 1, asked, "and not for a job without placeholders")

	f.err = errors.New("no model")
	_, _, err = resolve(t, f, "input", `"{{secrets.KEY}}"`)
	require.EqualError(t, err, "filter secrets: no model")
}

func ExampleResolver_Resolve() {
	r := secret.NewResolver([]secret.Provider{&store{values: map[string]string{"AWS_KEY": "AKIA1"}}}, secret.CredentialsOnly{})
	variables, mask, err := r.Resolve(context.Background(), secret.Context{}, []secret.Variable{
		{Name: "authentication", JSON: []byte(`{"accessKey": "{{secrets.AWS_KEY}}"}`)},
	})
	fmt.Println(string(variables[0].JSON), err)
	fmt.Println(mask.Apply("the key AKIA1 is not known"))
	// Output:
	// {"accessKey": "AKIA1"} <nil>
	// the key *** is not known
}
