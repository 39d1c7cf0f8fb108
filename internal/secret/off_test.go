package secret_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// unasked is a provider that nobody may ask.
type unasked struct{ t *testing.T }

func (u unasked) Secret(context.Context, secret.Context, string) (string, bool, error) {
	assert.Fail(u.t, "it was asked")
	return "value", true, nil
}

func TestAResolverWithoutSecretsAsksNobody(t *testing.T) {
	t.Parallel()
	r := secret.NewResolver([]secret.Provider{unasked{t}}, secret.AllowAll{}).WithoutSecrets()
	for _, written := range []string{"{{secrets.KEY}}", "secrets.KEY"} {
		_, mask, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "authentication", JSON: []byte(`{"secretKey":"` + written + `"}`)}})
		var off *secret.OffError
		require.ErrorAs(t, err, &off, written)
		assert.Equal(t, secret.OffError{Path: "authentication.secretKey", Written: written}, *off)
		assert.Nil(t, mask)
	}
	plain := []secret.Variable{{Name: "input", JSON: []byte(`{"detail":"keep your secrets.safely"}`)}}
	got, _, err := r.Resolve(t.Context(), secret.Context{}, plain)
	require.NoError(t, err)
	assert.Equal(t, plain, got)
}
