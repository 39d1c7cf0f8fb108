package cli

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// modelsOf is the filter of a cluster whose gateway tells what told gives.
func modelsOf(log *slog.Logger, told func() (string, error)) (*clusterModels, *int) {
	asked := 0
	return &clusterModels{
		ModelFilter: secret.NewModelFilter(secret.ModelOptions{}), log: log,
		version: func(context.Context) (string, error) { asked++; return told() },
	}, &asked
}

func TestAClusterOlderThanModelsIsAskedAgainAfterAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		version := "8.7.4"
		m, asked := modelsOf(slog.New(slog.NewTextHandler(&log, nil)), func() (string, error) { return version, nil })
		for range 3 {
			assert.True(t, m.none(t.Context()))
		}
		assert.Equal(t, 1, *asked, "not once per job")
		assert.Equal(t, 1, strings.Count(log.String(), "level=WARN"), log.String())
		assert.Contains(t, log.String(), "gateway_version=8.7.4")

		made, err := m.Made(t.Context(), secret.Context{})
		require.NoError(t, err)
		assert.Nil(t, made, "there is no model")
		rule, err := m.Rule(t.Context(), secret.Context{})
		require.NoError(t, err)
		assert.Equal(t, secret.Refuse, rule(secret.Placeholder{Name: "X", Variable: "input"}), "as without a REST address")

		version = "8.8.0"
		<-time.After(versionPause)
		assert.False(t, m.none(t.Context()), "it was upgraded")
		<-time.After(24 * time.Hour)
		assert.False(t, m.none(t.Context()))
		assert.Equal(t, 2, *asked, "a new one is not asked again")
		assert.Equal(t, 1, strings.Count(log.String(), "level=WARN"), log.String())
	})
}

func TestAClusterThatDoesNotTellItsVersionIsTakenForANewOne(t *testing.T) {
	t.Parallel()
	m, asked := modelsOf(slog.New(slog.DiscardHandler), func() (string, error) { return "", errors.New("no connection") })
	assert.False(t, m.none(t.Context()))
	assert.False(t, m.none(t.Context()))
	assert.Equal(t, 2, *asked, "it may tell it later")
	m, _ = modelsOf(slog.New(slog.DiscardHandler), func() (string, error) { return "", nil })
	assert.False(t, m.none(t.Context()))
}

func TestAWorkerOfAnOldClusterReadsNoModels(t *testing.T) {
	t.Parallel()
	bus := startBus(t)
	ending, asked := workOnVersion(t, "8.7.2", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the REST API was asked")
		w.WriteHeader(http.StatusNotFound)
	}), bus)
	assert.Equal(t, embedded.Fail, ending.Command.Kind)
	assert.Zero(t, ending.Command.Retries, "it is an input error, as without a REST address")
	assert.Contains(t, ending.Command.Message, "is not allowed here")
	assert.Empty(t, bus.Events())
	assert.Zero(t, asked)
}
