package cli

import (
	"io"
	"log/slog"
	"math"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// loggers are the packages that write log lines, and whose level can be changed on its own while the process runs.
var loggers = []string{"actuator", "cli", "connector", "eventbridge", "secret", "trace", "worker", "zeebe"}

// newLog returns the log that the configuration asks for, written to w, without the secrets that the registry knows; and its
// levels, which can be changed while the process runs.
func newLog(c config.Log, w io.Writer, secrets *outlet.Registry) (*slog.Logger, *outlet.Levels) {
	levels, err := outlet.NewLevels(c.Level, loggers...)
	if err != nil { // the configuration allows no other levels
		panic(err)
	}
	o := &slog.HandlerOptions{Level: slog.Level(math.MinInt)} // the levels decide
	if c.Format == "json" {
		o.ReplaceAttr = ecs
		log := slog.New(levels.Handler(secrets.Handler(slog.NewJSONHandler(w, o))))
		return log.With("ecs.version", "8.17.0", "service.name", Name, "service.version", thisBuild().version), levels
	}
	return slog.New(levels.Handler(secrets.Handler(slog.NewTextHandler(w, o)))), levels
}

// ecsNames are the fields of the Elastic Common Schema in which our attributes have their meaning; the others are no field
// names of that schema and stay as they are (https://www.elastic.co/docs/reference/ecs).
var ecsNames = map[string]string{
	slog.TimeKey: "@timestamp", slog.LevelKey: "log.level", slog.MessageKey: "message",
	"error": "error.message", "error_code": "error.code", "stack": "error.stack_trace", "panic_type": "error.type", "panic": "error.message",
	"trace_id": "trace.id", "span_id": "span.id",
	attrClient: "camunda_client", // client is an object of that schema
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
