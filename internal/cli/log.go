package cli

import (
	"io"
	"log/slog"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// newLog returns the log that the configuration asks for, written to w, without the secrets that the registry knows.
func newLog(c config.Log, w io.Writer, secrets *outlet.Registry) *slog.Logger {
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
		o.ReplaceAttr = ecs
		return slog.New(secrets.Handler(slog.NewJSONHandler(w, o))).With("ecs.version", "8.17.0", "service.name", Name, "service.version", thisBuild().version)
	}
	return slog.New(secrets.Handler(slog.NewTextHandler(w, o)))
}

// ecsNames are the fields of the Elastic Common Schema in which our attributes have their meaning; the others are no field
// names of that schema and stay as they are (https://www.elastic.co/docs/reference/ecs).
var ecsNames = map[string]string{
	slog.TimeKey: "@timestamp", slog.LevelKey: "log.level", slog.MessageKey: "message",
	"error": "error.message", "error_code": "error.code", "stack": "error.stack_trace", "panic_type": "error.type", "panic": "error.message",
	"trace_id": "trace.id", "span_id": "span.id",
}

// ecs renames an attribute for a log in JSON.
func ecs(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	if name, ok := ecsNames[a.Key]; ok {
		if a.Key == slog.LevelKey {
			a.Value = slog.StringValue(strings.ToLower(a.Value.String()))
		}
		a.Key = name
	}
	return a
}
