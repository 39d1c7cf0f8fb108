package policy

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// request is a call that IAM decides on.
type request struct {
	action, resource string
	context          map[string]string // condition keys
}

func put(bus, source, detailType string) request {
	return request{"events:PutEvents", bus, map[string]string{"events:source": source, "events:detail-type": detailType}}
}

// allowed evaluates the JSON of a policy as IAM does (IAM User Guide, "IAM JSON policy reference"), as far as the policies here
// go: Allow alone, one action, wildcards in resources, StringEquals and StringLike, policy variables. What it does not know
// fails the test.
func allowed(t *testing.T, d Document, r request) bool {
	t.Helper()
	text, err := encode(d)
	require.NoError(t, err)
	var read struct {
		Version   string
		Statement []struct {
			Sid, Effect, Action string
			Resource            []string
			Condition           map[string]map[string]any
		}
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&read))
	require.Equal(t, "2012-10-17", read.Version)
	ids := map[string]bool{}
	ok := false
	for _, s := range read.Statement {
		require.Regexp(t, `^[A-Za-z0-9]+$`, s.Sid)
		require.False(t, ids[s.Sid], "the Sid %s is there twice", s.Sid)
		ids[s.Sid] = true
		require.Equal(t, "Allow", s.Effect)
		require.NotEmpty(t, s.Resource)
		matches := s.Action == r.action
		any := false
		for _, pattern := range s.Resource {
			require.GreaterOrEqual(t, strings.Count(pattern, ":"), 5, "%s is an ARN", pattern)
			any = any || iamMatch(t, pattern, r.resource, true)
		}
		matches = matches && any
		for operator, keys := range s.Condition {
			for key, values := range keys {
				have, there := r.context[key]
				any := false
				for _, want := range list(values) {
					any = any || iamMatch(t, want, have, operator == "StringLike")
				}
				require.Contains(t, []string{"StringEquals", "StringLike"}, operator)
				matches = matches && there && any
			}
		}
		ok = ok || matches
	}
	return ok
}

func list(v any) []string {
	if text, ok := v.(string); ok {
		return []string{text}
	}
	var all []string
	for _, e := range v.([]any) {
		all = append(all, e.(string))
	}
	return all
}

// iamMatch compares a value of a policy with a text. ${*}, ${?} and ${$} are these characters themselves.
func iamMatch(t *testing.T, pattern, text string, like bool) bool {
	t.Helper()
	var b strings.Builder
	for rest := pattern; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "${"):
			name, behind, closed := strings.Cut(rest[2:], "}")
			require.True(t, closed, pattern)
			require.Contains(t, []string{"*", "?", "$"}, name, "no variable of IAM is in %s", pattern)
			b.WriteString(regexp.QuoteMeta(name))
			rest = behind
			continue
		case like && rest[0] == '*':
			b.WriteString("(?s:.*)")
		case like && rest[0] == '?':
			b.WriteString("(?s:.)")
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
		}
		rest = rest[1:]
	}
	return regexp.MustCompile("^(?:" + b.String() + ")$").MatchString(text)
}

func TestTheEvaluatorTellsAllowedFromDenied(t *testing.T) {
	t.Parallel()
	d := Document{Version: "2012-10-17", Statement: []Statement{{
		Sid: "A", Effect: "Allow", Action: "events:PutEvents", Resource: []string{"arn:aws:events:eu-central-1:1:event-bus/a*"},
		Condition: map[string]map[string]StringList{"StringEquals": {"events:source": {"a*", "x${$}{y}"}}, "StringLike": {"events:detail-type": {"b*", "${*}"}}},
	}}}
	bus := "arn:aws:events:eu-central-1:1:event-bus/abc"
	assert.True(t, allowed(t, d, put(bus, "a*", "bcd")))
	assert.True(t, allowed(t, d, put(bus, "x${y}", "*")))
	assert.False(t, allowed(t, d, put(bus, "ab", "bcd")), "a star is a character for StringEquals")
	assert.False(t, allowed(t, d, put(bus, "a*", "cd")))
	assert.False(t, allowed(t, d, put("arn:aws:events:eu-central-1:1:event-bus/b", "a*", "b")))
	assert.False(t, allowed(t, d, request{"events:PutRule", bus, nil}))
	assert.False(t, allowed(t, d, request{"events:PutEvents", bus, nil}), "a key that is not there matches nothing")
}
