package jsonvalue_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestRawMemberIsTheLastOfItsKey(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"a": 1, "b": 2}`: "1", `{"a": 1, "a": [2]}`: "[2]", `{"\u0061": null}`: "null", `{"b": {"a": 1}}`: "", `[{"a": 1}]`: "", "": "", `{"a": 1`: "1",
	} {
		assert.Equal(t, want, string(jsonvalue.RawMember([]byte(data), "a")), data)
	}
}

func TestRawOnlyLooksIntoListsOfOne(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{`[[ "x" ]]`: `"x"`, `[1, 2]`: `[1, 2]`, `[]`: `[]`, `7`: `7`, ``: ``, `[1`: `[1`} {
		assert.Equal(t, want, string(jsonvalue.RawOnly([]byte(data))), data)
	}
}
