package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestTheLogHasTheLevelAndFormatAskedFor(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]string{
		"trace": "debug info warn error", "debug": "debug info warn error", "info": "info warn error", "warn": "warn error", "error": "error", "off": "",
	} {
		var out strings.Builder
		log := newLog(config.Log{Level: level, Format: "json"}, &out)
		log.Debug("debug")
		log.Info("info")
		log.Warn("warn")
		log.Error("error")
		var got []string
		for line := range strings.Lines(out.String()) {
			var record struct{ Msg string }
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			got = append(got, record.Msg)
		}
		assert.Equal(t, want, strings.Join(got, " "), level)
	}
	var out strings.Builder
	newLog(config.Log{Level: "info", Format: "text"}, &out).Info("hello", "a", 1)
	assert.Contains(t, out.String(), "level=INFO msg=hello a=1")
}
