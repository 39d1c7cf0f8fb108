package cli

import (
	"io"
	"log/slog"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// newLog returns the log that the configuration asks for, written to w.
func newLog(c config.Log, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{}
	switch c.Level {
	case "off":
		return slog.New(slog.DiscardHandler)
	case "trace", "debug":
		o.Level = slog.LevelDebug
	case "warn":
		o.Level = slog.LevelWarn
	case "error":
		o.Level = slog.LevelError
	default:
		o.Level = slog.LevelInfo
	}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
