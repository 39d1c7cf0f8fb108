package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestARefusedTokenMeansThatAnotherActivationHoldsTheJob: without a token the same refusal says no more than that the job is gone.
func TestARefusedTokenMeansThatAnotherActivationHoldsTheJob(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		token, code string
		want        AbandonReason
	}{
		{"t1", "FAILED_PRECONDITION", AbandonSuperseded},
		{"t1", "NOT_FOUND", AbandonGone},
		{"", "FAILED_PRECONDITION", AbandonGone},
		{"", "NOT_FOUND", AbandonGone},
		{"t1", "UNAVAILABLE", ""},
		{"t1", "INVALID_ARGUMENT", ""},
		{"t1", "PERMISSION_DENIED", ""},
	} {
		assert.Equal(t, tt.want, Ref{Key: 1, LeaseToken: tt.token}.Lost(Refusal(tt.code, "no")), "%s with token %q", tt.code, tt.token)
	}
}
