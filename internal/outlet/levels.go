package outlet

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Root is the logger whose level counts for every package without a level of its own.
const Root = "ROOT"

// Levels are the levels of the log. They can be changed while the process runs: one for all packages, and one for each
// package that is to say more or less than the others. Its methods are safe for concurrent use.
type Levels struct {
	configured slog.Level
	packages   []string

	changing sync.Mutex
	now      atomic.Pointer[thresholds]
}

// thresholds are the lowest levels that are written. They never change; a change makes new ones.
type thresholds struct {
	root   slog.Level
	own    map[string]slog.Level // by package
	lowest slog.Level            // of all of these
}

// Levels below and above those of slog.
const (
	levelTrace = slog.LevelDebug - 1
	levelOff   = slog.Level(math.MaxInt)
)

// levelNames are the levels by Spring Boot's names, which people send to its endpoint, from the highest to the lowest.
var levelNames = []struct {
	name  string
	level slog.Level
}{{"OFF", levelOff}, {"ERROR", slog.LevelError}, {"WARN", slog.LevelWarn}, {"INFO", slog.LevelInfo}, {"DEBUG", slog.LevelDebug}, {"TRACE", levelTrace}}

// NewLevels returns the levels of a log whose configured level has this name, in any case. The packages are those that can
// have a level of their own: folders below internal, such as "worker". The error names a level that does not exist.
func NewLevels(configured string, packages ...string) (*Levels, error) {
	level, err := parseLevel(configured)
	if err != nil {
		return nil, err
	}
	l := &Levels{configured: level, packages: slices.Sorted(slices.Values(packages))}
	l.now.Store(&thresholds{root: level, lowest: level})
	return l, nil
}

func parseLevel(text string) (slog.Level, error) {
	for _, l := range levelNames {
		if strings.EqualFold(l.name, text) {
			return l.level, nil
		}
	}
	return 0, fmt.Errorf("level: found %q, expected one of %s", Quoted(text), strings.Join(LevelNames(), ", "))
}

// LevelNames returns the names of all levels, from the highest to the lowest.
func LevelNames() []string {
	names := make([]string, len(levelNames))
	for i, l := range levelNames {
		names[i] = l.name
	}
	return names
}

func levelName(level slog.Level) string {
	for _, l := range levelNames {
		if l.level == level {
			return l.name
		}
	}
	return level.String()
}

// Names returns the names of all loggers: [Root], then the packages.
func (l *Levels) Names() []string { return append([]string{Root}, l.packages...) }

// Level returns the level that was set for a logger (empty = none) and the one that counts. It says whether there is such a
// logger.
func (l *Levels) Level(name string) (configured, effective string, ok bool) {
	t := l.now.Load()
	if name == Root {
		return levelName(t.root), levelName(t.root), true
	}
	if !slices.Contains(l.packages, name) {
		return "", "", false
	}
	if own, set := t.own[name]; set {
		return levelName(own), levelName(own), true
	}
	return "", levelName(t.root), true
}

// Set gives a logger a level, in any case. An empty level takes it back: a package has the level of [Root] again, and Root that
// of the configuration. The error names a logger or a level that does not exist.
func (l *Levels) Set(name, level string) error {
	l.changing.Lock()
	defer l.changing.Unlock()
	if name != Root && !slices.Contains(l.packages, name) {
		return fmt.Errorf("logger: found %q, expected one of %s", Quoted(name), strings.Join(l.Names(), ", "))
	}
	set := l.configured
	if level != "" {
		var err error
		if set, err = parseLevel(level); err != nil {
			return err
		}
	}
	old := l.now.Load()
	next := &thresholds{root: old.root, own: maps.Clone(old.own)}
	switch {
	case name == Root:
		next.root = set
	case level == "":
		delete(next.own, name)
	default:
		if next.own == nil {
			next.own = map[string]slog.Level{}
		}
		next.own[name] = set
	}
	next.lowest = next.root
	for _, own := range next.own {
		next.lowest = min(next.lowest, own)
	}
	l.now.Store(next)
	return nil
}

// Handler returns a handler in front of another one that drops the records below these levels.
func (l *Levels) Handler(h slog.Handler) slog.Handler { return &leveled{h, l} }

type leveled struct {
	slog.Handler
	levels *Levels
}

func (h *leveled) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.levels.now.Load().lowest
}

func (h *leveled) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &leveled{h.Handler.WithAttrs(attrs), h.levels}
}

func (h *leveled) WithGroup(name string) slog.Handler {
	return &leveled{h.Handler.WithGroup(name), h.levels}
}

// Handle writes a record whose package may write it.
func (h *leveled) Handle(ctx context.Context, record slog.Record) error {
	t := h.levels.now.Load()
	least := t.root
	if len(t.own) > 0 {
		if own, ok := t.own[packageOf(record.PC)]; ok {
			least = own
		}
	}
	if record.Level < least {
		return nil
	}
	return h.Handler.Handle(ctx, record)
}

// packageOf returns the folder below internal of the code that wrote a record; empty = unknown.
func packageOf(pc uintptr) string {
	if pc == 0 {
		return ""
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	_, path, found := strings.Cut(frame.Function, "/internal/") // …/internal/worker.(*Worker).run
	if !found {
		return ""
	}
	if i := strings.IndexAny(path, "./"); i >= 0 {
		path = path[:i]
	}
	return path
}
