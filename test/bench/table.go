package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// section is a part of the report: a title, and a table with a sentence around it.
type section struct {
	title  string
	intro  string
	header []string
	rows   [][]string
	note   string
}

// text is the section for a terminal.
func (s section) text() string {
	widths := make([]int, len(s.header))
	all := append([][]string{s.header}, s.rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range [...]string{s.title, s.intro} {
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	for _, row := range all {
		for i, cell := range row {
			if i == len(row)-1 {
				b.WriteString(cell + "\n")
				continue
			}
			b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
	}
	if s.note != "" {
		b.WriteString(s.note + "\n")
	}
	return b.String()
}

// markdown is the section for a page. The title is the page's own affair.
func (s section) markdown() string {
	var b strings.Builder
	if s.intro != "" {
		b.WriteString(s.intro + "\n\n")
	}
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(s.header)
	b.WriteString(strings.Repeat("| --- ", len(s.header)) + "|\n")
	for _, row := range s.rows {
		line(row)
	}
	if s.note != "" {
		b.WriteString("\n" + s.note + "\n")
	}
	return b.String()
}

// thousands formats a whole number as 12,345.
func thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// many formats a figure of whole numbers, with its spread.
func (f figure) many() string {
	switch {
	case !f.known():
		return "–"
	case f.rounds == 1:
		return thousands(f.median)
	}
	return fmt.Sprintf("%s (%s–%s)", thousands(f.median), thousands(f.low), thousands(f.high))
}

// manyPlain formats the median of whole numbers.
func (f figure) manyPlain() string {
	if !f.known() {
		return "–"
	}
	return thousands(f.median)
}
