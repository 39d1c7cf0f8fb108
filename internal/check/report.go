package check

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// marks stand before the findings.
var marks = map[Verdict]string{OK: "✓", Failed: "✗", Unknown: "?", Skipped: "–"}

// WriteText writes the findings for people, in lines of their parts, and how many failed.
func WriteText(w io.Writer, all []Finding) error {
	var b strings.Builder
	width := 0
	for _, f := range all {
		width = max(width, utf8.RuneCountInString(f.Name))
	}
	part := ""
	for _, f := range all {
		heading := f.Part
		if f.Client != "" {
			heading += " of client " + f.Client
		}
		if heading != part {
			part = heading
			b.WriteString(part + "\n")
		}
		fmt.Fprintf(&b, "  %s %-*s  %s\n", marks[f.Verdict], width, f.Name, indented(f.Detail, width+6))
		if f.Cure != "" {
			fmt.Fprintf(&b, "    %*s  → %s\n", width, "", indented(f.Cure, width+8))
		}
	}
	switch n := Failures(all); n {
	case 0:
		b.WriteString("\nnothing failed\n")
	default:
		fmt.Fprintf(&b, "\n%d of %d checks failed\n", n, len(all))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// indented puts the lines behind the first of a text under it.
func indented(text string, by int) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", by))
}

// WriteJSON writes the findings for programs.
func WriteJSON(w io.Writer, all []Finding) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK     bool      `json:"ok"`
		Checks []Finding `json:"checks"`
	}{Failures(all) == 0, all})
}
