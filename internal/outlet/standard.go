package outlet

import (
	"log"
	"log/slog"
)

// TakeStandardLog has what libraries write by package log go to a log at the level DEBUG, masked and formatted as the rest: Go's
// HTTP client writes there what a server sends unasked. Nothing else in the process may use package log.
func TakeStandardLog(to *slog.Logger) {
	log.SetFlags(0)                                                          //nolint:forbidigo // it is closed here
	log.SetPrefix("")                                                        //nolint:forbidigo // as above
	log.SetOutput(slog.NewLogLogger(to.Handler(), slog.LevelDebug).Writer()) //nolint:forbidigo // as above
}
