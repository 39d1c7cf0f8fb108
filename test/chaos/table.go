package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The markers between which a document has the table.
const (
	tableBegin = "<!-- chaos:begin -->"
	tableEnd   = "<!-- chaos:end -->"
)

// summary says what a scenario showed, in one line.
func (r *result) summary() string {
	return fmt.Sprintf("%d jobs, lost %d, twice %s, incidents %s, back %s, silence %s", r.jobs, r.lost, r.twiceText(), r.incidentsText(), seconds(r.back), seconds(r.silence))
}

func (r *result) twiceText() string {
	var text strings.Builder
	text.WriteString(strconv.Itoa(r.twice))
	for _, why := range slices.Sorted(maps.Keys(r.allowed)) {
		fmt.Fprintf(&text, " (+%d: %s)", r.allowed[why], why)
	}
	return text.String()
}

func (r *result) incidentsText() string {
	if r.incidents > 0 && r.scenario.why != "" {
		return fmt.Sprintf("%d (%s)", r.incidents, r.scenario.why)
	}
	return strconv.Itoa(r.incidents)
}

func seconds(d time.Duration) string {
	if d < 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// table returns the results in Markdown.
func table(results []*result) string {
	var b strings.Builder
	b.WriteString("| scenario | what goes wrong | jobs | lost | twice | incidents | back after | silence | |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range results {
		verdict := "held"
		if len(r.problems) > 0 {
			verdict = "**failed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %s | %s | %s | %s | %s |\n", r.scenario.name, r.scenario.about, r.jobs, r.lost, r.twiceText(), r.incidentsText(), seconds(r.back), seconds(r.silence), verdict)
	}
	return b.String()
}

// machine says when and on what the run was made.
func machine(now time.Time, parallel int) string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %s, %d cores of %s, %s; %d scenarios at a time", now.UTC().Format("2006-01-02"), runtime.GOOS, runtime.NumCPU(), model, runtime.Version(), parallel)
}

// errMarkers says that a document has no place for the table.
var errMarkers = errors.New("the document has no two markers")

// writeTable replaces what a document has between its markers.
func writeTable(path string, results []*result, machine string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	before, rest, begins := bytes.Cut(document, []byte(tableBegin))
	_, after, ends := bytes.Cut(rest, []byte(tableEnd))
	if !begins || !ends {
		return fmt.Errorf("%s: %w: expected %s and %s", path, errMarkers, tableBegin, tableEnd)
	}
	text := fmt.Sprintf("%s%s\n\n%s.\n\n%s\n%s%s", before, tableBegin, machine, table(results), tableEnd, after)
	return os.WriteFile(path, []byte(text), 0o644) //nolint:gosec // a document that everybody may read
}
