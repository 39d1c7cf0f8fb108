//go:build chart

package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheServiceAccountTakesARole(t *testing.T) {
	t.Parallel()
	role := "arn:aws:iam::123456789012:role/events"
	all := render(t, "aws.roleArn="+role, "serviceAccount.annotations.note=text")
	account := get(t, all, "ServiceAccount")
	assert.Equal(t, map[string]any{"eks.amazonaws.com/role-arn": role, "note": "text"}, at(account, "metadata/annotations"))
	assert.Equal(t, false, account["automountServiceAccountToken"])
	spec, _ := pod(t, all)
	assert.Equal(t, at(account, "metadata/name"), at(spec, "serviceAccountName"))
	assert.Nil(t, at(get(t, render(t), "ServiceAccount"), "metadata/annotations"))
}

func TestAServiceAccountThatExistsIsUsed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "default", "associated": "associated"} {
		all := render(t, "serviceAccount.enabled=false", "serviceAccount.name="+name)
		assert.Nil(t, find(t, all, "ServiceAccount"))
		spec, _ := pod(t, all)
		assert.Equal(t, want, at(spec, "serviceAccountName"))
	}
}

func TestNamesFollowTheRelease(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		settings []string
		want     string
	}{
		{"release and chart", nil, "camunda-eventbridge-connector"},
		{"another name", []string{"nameOverride=events"}, "camunda-events"},
		{"a release that holds it", []string{"nameOverride=camunda"}, "camunda"},
		{"no more than leaves room for the names of pods", []string{"nameOverride=a-name-that-is-much-longer-than-names-should-be"}, "camunda-a-name-that-is-much-longer-than-names"},
		{"a whole name", []string{"fullnameOverride=events"}, "events"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, o := range render(t, tt.settings...) {
				want := tt.want
				if o["kind"] == "Pod" { // of helm test
					want += "-check"
				}
				assert.Equal(t, want, at(o, "metadata/name"), "%s", o["kind"])
			}
		})
	}
}
