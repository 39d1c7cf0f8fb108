package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// exit is an exit code and what it means.
type exit struct {
	code    int
	meaning string
}

// description is what a command does, for its help, with its exit codes: those that every command has, and the command's
// own, which replace them where they are the same.
func description(doc string, own ...exit) string {
	all := []exit{{ExitOK, "done"}, {ExitFailure, "failed; the reason is on standard error"}, {ExitUsage, "the command line or the configuration is wrong; nothing was started"}}
	for _, e := range own {
		if i := slices.IndexFunc(all, func(a exit) bool { return a.code == e.code }); i >= 0 {
			all[i] = e
		} else {
			all = append(all, e)
		}
	}
	var b strings.Builder
	b.WriteString(doc + "\n\nExit codes:\n")
	for _, e := range all {
		fmt.Fprintf(&b, "\n* %d: %s", e.code, e.meaning)
	}
	return b.String()
}

// wrapped breaks the lines of a text so that none is longer than width characters: at blanks, and within a word that is
// longer by itself. A line that begins with a tab, a command to be copied, stays as it is.
func wrapped(long string, width int) string {
	lines := strings.Split(long, "\n")
	for i := range lines {
		if strings.HasPrefix(lines[i], "\t") {
			continue
		}
		wrapped := strings.Split(text.WrapSoft(lines[i], width), "\n") // of several lines it would make one
		for n := range wrapped {
			wrapped[n] = strings.TrimRight(wrapped[n], " ") // it fills them up
		}
		lines[i] = strings.Join(wrapped, "\n")
	}
	return strings.Join(lines, "\n")
}

// printHelp prints what a command does, and how it is called.
func printHelp(w io.Writer, c *cobra.Command, width int) {
	fmt.Fprintf(w, "%s\n\n%s", strings.TrimRight(wrapped(c.Long, width), "\n"), c.UsageString())
}

// printUsage prints how a command is called. It is cobra's own usage but for two things: long lines of flags are wrapped,
// and the flags of settings stand under the headings of the settings.
func printUsage(w io.Writer, c *cobra.Command, width int) error {
	var b strings.Builder
	b.WriteString("usage: " + c.UseLine() + "\n")
	for _, group := range c.Groups() {
		fmt.Fprintf(&b, "\n%s\n", group.Title)
		for _, sub := range c.Commands() {
			if sub.GroupID == group.ID {
				fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n  %s\n", strings.ReplaceAll(c.Example, "\n", "\n  "))
	}
	var headings []string
	flags := map[string]*pflag.FlagSet{}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		heading := "Flags"
		if group := f.Annotations[config.GroupAnnotation]; len(group) > 0 {
			heading = group[0]
		}
		if flags[heading] == nil {
			headings = append(headings, heading)
			flags[heading] = pflag.NewFlagSet("", pflag.ContinueOnError)
			flags[heading].SortFlags = false
		}
		flags[heading].AddFlag(f)
	})
	for _, heading := range headings {
		fmt.Fprintf(&b, "\n%s:\n%s", heading, flags[heading].FlagUsagesWrapped(width))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n'%s COMMAND --help' describes a command.\n", c.CommandPath())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
