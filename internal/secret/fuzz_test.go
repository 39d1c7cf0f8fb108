package secret_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// FuzzResolve: whatever the JSON and the secret's value are, JSON stays JSON, each string is the one that replacing in
// the decoded string gives, and a value is never resolved again.
func FuzzResolve(f *testing.F) {
	for _, json := range []string{
		`{"a":"{{secrets.A}}"}`, `["x{{ secrets.A }}y","secrets.A",1.10,{"{{secrets.A}}":null}]`, `"{{{secrets.A}}}{{secrets.}}"`,
		`"\u007b{\u0073ecrets.A}}"`, `"{{secrets.A}}{{secrets.A}}"`, `{"\ud800":"secrets.A"}`, `"{{secrets.A"`, `{"a":{"b":[[],{}]}}`,
	} {
		for _, value := range []string{"v", "", "\"\\\n", "{{secrets.A}}", "secrets.A", "{{secrets.", "}}", "\xff", "ü\u2028"} {
			f.Add(json, value)
		}
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		before, err := jsonvalue.ParseString(text)
		r := secret.NewResolver([]secret.Provider{&store{values: map[string]string{"A": value}}}, onlyA{})
		got, mask, resolveErr := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "input", JSON: []byte(text)}})
		if err != nil {
			if resolveErr == nil {
				assert.Equal(t, text, string(got[0].JSON), "what is no JSON is left alone or refused")
			}
			return
		}
		require.NoError(t, resolveErr)
		after, err := jsonvalue.Parse(got[0].JSON)
		require.NoError(t, err, "replacing broke the JSON: %s", got[0].JSON)
		want := replaced(before, func(s string) string { return inText(s, value) })
		assert.Equal(t, string(jsonvalue.Append(nil, want)), string(jsonvalue.Append(nil, after)))
		if mask == nil {
			assert.Equal(t, text, string(got[0].JSON), "nothing was resolved, so nothing changes")
		}
	})
}

// onlyA is a filter that lets every other name stay.
type onlyA struct{ secret.AllowAll }

func (onlyA) Rule(context.Context, secret.Context) (secret.Rule, error) {
	return func(p secret.Placeholder) secret.Decision {
		if p.Name == "A" {
			return secret.Allow
		}
		return secret.Keep
	}, nil
}

// replaced applies f to each string and key.
func replaced(v jsonvalue.Value, f func(string) string) jsonvalue.Value {
	switch v := v.(type) {
	case string:
		return f(v)
	case []jsonvalue.Value:
		list := make([]jsonvalue.Value, len(v))
		for i := range v {
			list[i] = replaced(v[i], f)
		}
		return list
	case *jsonvalue.Object:
		o := jsonvalue.NewObject(v.Len())
		for k, m := range v.All() {
			o.Set(f(k), replaced(m, f))
		}
		return o
	}
	return v
}

// inText is the rule said another way: cut at every "{{", and look whether what follows up to "}}" is the name.
func inText(s, value string) string {
	value = string([]rune(value)) // JSON carries characters, not bytes
	if s == "secrets.A" {
		return value
	}
	var b strings.Builder
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "{{"); ok {
			inner, behind, closed := strings.Cut(rest, "}}")
			if closed && strings.Trim(inner, " \t\r\n\f\v") == "secrets.A" {
				b.WriteString(value)
				s = behind
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

// FuzzMask: after masking, no value is left in the text, in any of the forms that it takes inside JSON.
func FuzzMask(f *testing.F) {
	f.Add("key AKIA is bad", "AKIA", "KI")
	f.Add("aaaa", "aa", "aaa")
	f.Add("abcd", "abc", "bcd")
	f.Add(`{"x":"a\"b"}`, `a"b`, "")
	f.Add("x***y", "*", "**")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		mask := secret.NewMask(one, two)
		asJSON, err := json.Marshal(map[string]string{"before": "<", "value": one, "after": text})
		require.NoError(t, err)
		for _, s := range []string{text, text + one + text, one + two, string(jsonvalue.AppendString(nil, one+text)), string(asJSON)} {
			got := mask.Apply(s)
			for _, value := range []string{one, two} {
				if value != "" && !strings.Contains(value, "*") { // stars may come to stand for a value made of stars
					assert.NotContains(t, got, value)
				}
			}
			if !strings.Contains(got, "***") {
				assert.Equal(t, s, got, "without a value the text stays")
			}
		}
		if one != "" {
			assert.Equal(t, "***", secret.NewMask(one).Apply(one))
		}
	})
}
