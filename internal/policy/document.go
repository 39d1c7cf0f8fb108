package policy

import (
	"encoding/json"
	"strings"
)

// Document is an IAM policy.
type Document struct {
	Version   string      `json:"Version"`
	Statement []Statement `json:"Statement"`
}

// Statement is one permission of a policy.
type Statement struct {
	Sid       string                           `json:"Sid"`
	Effect    string                           `json:"Effect"`
	Action    string                           `json:"Action"`
	Resource  []string                         `json:"Resource"`
	Condition map[string]map[string]StringList `json:"Condition,omitempty"` // values by operator and key
}

// StringList is a list of texts. One alone is written without a list.
type StringList []string

// MarshalJSON implements json.Marshaler.
func (l StringList) MarshalJSON() ([]byte, error) {
	if len(l) == 1 {
		return encode(l[0])
	}
	return encode([]string(l))
}

// encode writes JSON with < > & as they are.
func encode(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return []byte(strings.TrimSuffix(b.String(), "\n")), err
}

// The limits of IAM for a policy, in characters without white space (IAM User Guide, IAM and AWS STS quotas).
const (
	maxInlineUser = 2048
	maxManaged    = 6144
	maxInlineRole = 10240
)

// size counts a policy as IAM does: white space does not count, but that within texts does.
func (d Document) size() int {
	text, err := encode(d)
	if err != nil {
		return 0 // texts alone cannot fail
	}
	return len([]rune(string(text)))
}

func allow(action string, resources []string) Statement {
	return Statement{Effect: "Allow", Action: action, Resource: resources}
}

// where adds a condition.
func (s *Statement) where(operator, key string, values []string) {
	if s.Condition == nil {
		s.Condition = map[string]map[string]StringList{}
	}
	if s.Condition[operator] == nil {
		s.Condition[operator] = map[string]StringList{}
	}
	s.Condition[operator][key] = values
}
