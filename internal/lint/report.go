package lint

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// File is what was found in one file.
type File struct {
	Name     string
	Tasks    int // EventBridge tasks in it
	Findings []Finding
	// Unreadable says why the file is no model, nil if it is one; then there are no findings.
	Unreadable error
}

// Unreadable is the id under which reports have a file that is no model.
const Unreadable = "unreadable"

// all returns the findings of a file, of which one that cannot be read has one.
func (f *File) all() []Finding {
	if f.Unreadable == nil {
		return f.Findings
	}
	finding := Finding{Rule: Unreadable, Severity: Error, Pos: bpmn.Pos{Line: 1, Column: 1}, Message: f.Unreadable.Error()}
	if e, ok := f.Unreadable.(*bpmn.Error); ok { //nolint:errorlint // what bpmn.Read returns, unwrapped
		finding.Pos, finding.Message = e.Pos, e.Reason
	}
	return []Finding{finding}
}

// Text is the message, with the field that it is about if the message does not name it.
func (f *Finding) Text() string {
	if f.Field == "" || strings.Contains(f.Message, f.Field) {
		return f.Message
	}
	return f.Field + ": " + f.Message
}

// WriteText writes a line for each finding, with the source of an expression that does not parse, and a summary. What names of
// files and texts of models say is quoted, and no line begins with it: it could pass for a command to the system that runs a
// build.
func WriteText(w io.Writer, files []File) error {
	var b strings.Builder
	found, tasks := map[Severity]int{}, 0
	for _, file := range files {
		tasks += file.Tasks
		for _, f := range file.all() {
			found[f.Severity]++
			where := ""
			if f.Task != "" {
				where = f.Task + ": "
			}
			fmt.Fprintf(&b, "%s:%d:%d: %s: %s%s [%s]\n", outlet.Quoted(file.Name), f.Pos.Line, f.Pos.Column, f.Severity, outlet.Quoted(where), outlet.Quoted(f.Text()), f.Rule)
			for line := range strings.Lines(f.Excerpt) {
				b.WriteString("  | " + outlet.Quoted(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", " ")) + "\n")
			}
		}
	}
	fmt.Fprintf(&b, "%s with %s: %s, %s", count(len(files), "file"), count(tasks, "EventBridge task"), count(found[Error], "error"), count(found[Warning], "warning"))
	if found[Hint] > 0 {
		b.WriteString(", " + count(found[Hint], "hint"))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// jsonFinding is a finding in the JSON format.
type jsonFinding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"`
	Task     string   `json:"task,omitempty"`
	Field    string   `json:"field,omitempty"`
	Message  string   `json:"message"`
	Excerpt  string   `json:"excerpt,omitempty"`
}

// WriteJSON writes an array of all findings, one object each.
func WriteJSON(w io.Writer, files []File) error {
	all := []jsonFinding{}
	for _, file := range files {
		for _, f := range file.all() {
			all = append(all, jsonFinding{file.Name, f.Pos.Line, f.Pos.Column, f.Severity, f.Rule, f.Task, f.Field, f.Message, f.Excerpt})
		}
	}
	return write(w, all)
}

func write(w io.Writer, v any) error {
	e := json.NewEncoder(outlet.Printer(w))
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
