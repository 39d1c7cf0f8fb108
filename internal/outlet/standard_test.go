package outlet_test

import (
	"bytes"
	"log"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// TestWhatLibrariesLogIsMasked: it changes package log, so nothing runs beside it.
func TestWhatLibrariesLogIsMasked(t *testing.T) { //nolint:paralleltest // as above
	flags, to := log.Flags(), log.Writer()                       //nolint:forbidigo // it is what is tested
	t.Cleanup(func() { log.SetFlags(flags); log.SetOutput(to) }) //nolint:forbidigo // as above
	secrets := outlet.New()
	secrets.Keep("hush-hush")
	var out bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	outlet.TakeStandardLog(slog.New(secrets.Handler(slog.NewJSONHandler(&out, options))))
	log.Printf("Unsolicited response received on idle HTTP channel starting with %q", "Bearer hush-hush") //nolint:forbidigo // as above
	assert.JSONEq(t, `{"level":"DEBUG","msg":"Unsolicited response received on idle HTTP channel starting with \"Bearer ***\""}`, out.String())
}
