package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// helpWidth is where lines of help break.
const helpWidth = 100

// help prints the overview, or the help of the command that args name.
func help(s *session, table []*command, args []string) int {
	if len(args) == 0 {
		printOverview(s.stdout, table)
		return ExitOK
	}
	c, err := find(table, args[0])
	if err != nil {
		return report(s, Name, err)
	}
	c.printHelp(s.stdout)
	return ExitOK
}

func printOverview(w io.Writer, table []*command) {
	fmt.Fprintf(w, "%s works on the jobs of Camunda 8's EventBridge connector: it sends their events to Amazon EventBridge.\n\n", Name)
	fmt.Fprintf(w, "usage: %s COMMAND [FLAG...]\n\ncommands:\n", Name)
	for _, c := range table {
		fmt.Fprintf(w, "  %-12s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(w, "\n'%s help COMMAND' tells more of a command.\n", Name)
}

// usage is the command line in general.
func (c *command) usage() string {
	line := Name + " " + c.name
	if len(c.flags) > 0 || c.settings {
		line += " [FLAG...]"
	}
	if c.args != "" {
		line += " " + c.args
	}
	return line
}

// printHelp prints all that the table knows of the command.
func (c *command) printHelp(w io.Writer) {
	fmt.Fprintf(w, "usage: %s\n\n", c.usage())
	for line := range strings.Lines(c.doc) {
		printWrapped(w, "", strings.TrimSuffix(line, "\n"))
	}
	if len(c.examples) > 0 {
		fmt.Fprint(w, "\nexamples:\n")
		for _, e := range c.examples {
			fmt.Fprintf(w, "  %s\n", e)
		}
	}
	if len(c.flags) > 0 {
		fmt.Fprint(w, "\nflags:\n")
		for _, f := range c.flags {
			printFlag(w, f, "")
		}
	}
	if c.settings {
		printSettings(w)
	}
	fmt.Fprint(w, "\nexit codes:\n")
	for _, e := range c.exitCodes() {
		fmt.Fprintf(w, "  %-4d%s\n", e.code, e.meaning)
	}
}

func printFlag(w io.Writer, f config.Flag, note string) {
	name := "--" + f.Name
	if f.Short != "" {
		name = "-" + f.Short + ", " + name
	}
	if !f.Bool {
		name += " " + f.Value
	}
	fmt.Fprintf(w, "  %s\n", name)
	printWrapped(w, "        ", strings.ReplaceAll(f.Doc, "`", "")+note)
}

// printSettings prints the settings by their flags, each with its default and its variable.
func printSettings(w io.Writer) {
	flags, group := config.Flags(), ""
	for i, s := range config.Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(w, "\n%s:\n", strings.ToLower(group[:1])+group[1:])
		}
		note := " (" + s.Variables()[0]
		if s.Default != "" {
			note = " (default " + s.Default + "; " + s.Variables()[0]
		}
		printFlag(w, flags[i], note+")")
	}
	fmt.Fprint(w, "\nEach setting can also be given as an environment variable (in brackets) or in a YAML file.\n")
}

// printWrapped prints the text in lines of at most helpWidth, each behind the indent.
func printWrapped(w io.Writer, indent, text string) {
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > helpWidth && strings.TrimSpace(line) != "" {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}
