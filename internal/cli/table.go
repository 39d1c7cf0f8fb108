package cli

import (
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/schollz/progressbar/v3"
)

// storyTable is the table of the demo's story, with lines between its cells, for a terminal of so many characters.
func storyTable(width int) table.Writer {
	const order = 6
	t := table.NewWriter()
	t.AppendHeader(table.Row{"order", "the bus", "the job", "the process gets"})
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Options.SeparateRows = true
	columns := []table.ColumnConfig{{Number: 1, WidthMax: order}}
	for n := 2; n <= 4; n++ {
		columns = append(columns, table.ColumnConfig{Number: n, WidthMax: (width - order - len("|  |  |  |  |")) / 3, WidthMaxEnforcer: wrapped})
	}
	t.SetColumnConfigs(columns)
	return t
}

// plainTable is a table without lines, indented by two characters.
func plainTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleDefault)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Box.PaddingLeft = "  "
	t.Style().Box.PaddingRight = ""
	t.SuppressTrailingSpaces()
	return t
}

// newProgress is a line on the terminal that shows how much of a total is done, and that goes away at the end. Where
// standard error is no terminal it shows nothing.
func newProgress(s *session, total int, what string) *progressbar.ProgressBar {
	if s.terminal == nil {
		return progressbar.DefaultSilent(int64(total))
	}
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(s.terminal), progressbar.OptionSetWidth(40), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(what), progressbar.OptionThrottle(50*time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetRenderBlankState(false))
}

// width is how many characters a line may have: the terminal's as COLUMNS tells it, within reason.
func (s *session) width() int {
	if columns, ok := s.lookup("COLUMNS"); ok {
		if n, err := strconv.Atoi(columns); err == nil {
			return min(max(n, 72), 140)
		}
	}
	return 104
}
