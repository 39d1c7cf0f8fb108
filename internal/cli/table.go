package cli

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// table lays texts out in columns between lines, wrapped to a width.
type table struct {
	width  int
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String draws the table.
func (t *table) String() string {
	widths := t.columns()
	var b strings.Builder
	rule := func(left, middle, right string) {
		b.WriteString(left)
		for i, w := range widths {
			if i > 0 {
				b.WriteString(middle)
			}
			b.WriteString(strings.Repeat("─", w+2))
		}
		b.WriteString(right + "\n")
	}
	row := func(cells []string) {
		lines := make([][]string, len(cells))
		height := 0
		for i, c := range cells {
			lines[i] = wrap(c, widths[i])
			height = max(height, len(lines[i]))
		}
		for n := range height {
			for i := range cells {
				text := ""
				if n < len(lines[i]) {
					text = lines[i][n]
				}
				b.WriteString("│ " + text + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)+1))
			}
			b.WriteString("│\n")
		}
	}
	rule("┌", "┬", "┐")
	row(t.header)
	for _, cells := range t.rows {
		rule("├", "┼", "┤")
		row(cells)
	}
	rule("└", "┴", "┘")
	return b.String()
}

// columns gives each column the width of its widest line, and takes from the widest until all fit.
func (t *table) columns() []int {
	widths := make([]int, len(t.header))
	for _, cells := range append([][]string{t.header}, t.rows...) {
		for i, c := range cells {
			for line := range strings.SplitSeq(c, "\n") {
				widths[i] = max(widths[i], utf8.RuneCountInString(line))
			}
		}
	}
	for {
		total, widest := 3*len(widths)+1, 0
		for i, w := range widths {
			total += w
			if w > widths[widest] {
				widest = i
			}
		}
		if total <= t.width || widths[widest] <= 8 {
			return widths
		}
		widths[widest]--
	}
}

// wrap cuts a text into lines of at most so many characters: at blanks where there are any, within a word where not.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			if utf8.RuneCountInString(word) > width && line != "" {
				lines, line = append(lines, line), ""
			}
			for runes := []rune(word); len(runes) > width; runes = []rune(word) {
				lines, word = append(lines, string(runes[:width])), string(runes[width:])
			}
			switch {
			case line == "":
				line = word
			case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
				line += " " + word
			default:
				lines, line = append(lines, line), word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// wrapped is a paragraph behind a label, its further lines indented as far.
func wrapped(label, text string, width int) string {
	indent := strings.Repeat(" ", utf8.RuneCountInString(label))
	return label + strings.Join(wrap(text, max(20, width-len(indent))), "\n"+indent)
}

// width is how many characters a line may have: the terminal's as COLUMNS tells it, within reason.
func (s *session) width() int {
	if text, ok := s.lookup("COLUMNS"); ok {
		if n, err := strconv.Atoi(text); err == nil {
			return min(max(n, 72), 140)
		}
	}
	return 104
}
