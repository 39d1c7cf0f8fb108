// Package cli is the command line: it reads the arguments, builds every object of a command by hand, top to bottom,
// and owns signals and exit codes. [newRoot] lists the commands; to add one, write a file with its constructor and name
// it there. Help, completion and docs/cli.md follow from the commands.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// Name is that of the program.
const Name = "eventbridge-connector"

// The exit codes of every command.
const (
	ExitOK          = 0   // done; for run: ended as asked, all jobs settled or handed back
	ExitFailure     = 1   // it could not be done: the reason is on standard error
	ExitUsage       = 2   // the command line or the configuration is wrong; nothing was started
	ExitLeft        = 3   // run ended as asked, but jobs were left to their leases: the log says how many and why
	ExitInterrupted = 130 // a second signal ended run at once, jobs and all
)

// session is what a command has of the world.
type session struct {
	env      []string
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	terminal *os.File // standard error if that is a terminal, else nil

	// completes is whether a shell asks what a word may become. Only then do flags know: cobra holds on to flags that do.
	completes bool
	// serve is what a command leaves to be done when the command line is no longer needed; nil = nothing.
	serve func(context.Context) error
}

// exitError ends a command with a code of its own; its message, if any, is printed.
type exitError struct {
	code int
	err  error // nil = print nothing
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage is an error of the command line or the configuration.
func usage(err error) error { return &exitError{ExitUsage, err} }

// Run runs the command that args name (without the program's own name) and returns the exit code. It ends when the
// command does; for the commands that serve until they are told to stop, the end of ctx does as much as a first signal.
func Run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == jq.Argument {
		return serveJQ(args[1:], stdin, stdout, stderr) // its frames are no text
	}
	s := &session{env: env, stdin: stdin, stdout: outlet.Printer(stdout), stderr: outlet.Printer(stderr)}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal = f
	}
	who, err := s.execute(ctx, args)
	if err == nil && s.serve != nil {
		err = s.serve(ctx)
	}
	return report(s, who, err)
}

// execute runs the command that args name, and returns its path.
func (s *session) execute(ctx context.Context, args []string) (path string, err error) {
	s.completes = asksToComplete(args)
	root := newRoot(s) //nolint:contextcheck // commands get the context from cobra
	if len(args) == 0 {
		root.SetOut(s.stderr)
		return Name, errors.Join(root.Help(), &exitError{code: ExitUsage})
	}
	args, c, err := rewrite(root, args)
	if err != nil {
		return c.CommandPath(), err
	}
	root.SetArgs(args)
	c, err = root.ExecuteContextC(ctx)
	return c.CommandPath(), err
}

// newRoot returns the program's command with all others below it.
func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   Name + " COMMAND",
		Short: "the Amazon EventBridge connector for Camunda 8",
		Long:  Name + " takes the jobs of Camunda 8's EventBridge connector and sends their events to Amazon EventBridge.",

		SilenceErrors: true, SilenceUsage: true, SuggestionsMinimumDistance: 2, DisableAutoGenTag: true,
	}
	root.SetIn(s.stdin)
	root.SetOut(s.stdout)
	root.SetErr(s.stderr)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(c.OutOrStdout(), c, s.width()) })
	root.SetUsageFunc(func(c *cobra.Command) error { return printUsage(c.OutOrStderr(), c, s.width()) })
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(config.FlagError(c.Flags(), err)) })
	root.Flags().Bool("version", false, "Print the version.")
	for _, group := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Work on jobs:", []*cobra.Command{runCommand(s), configCommand(s), checkCommand(s), healthcheckCommand(s)}},
		{"Write models and expressions:", []*cobra.Command{lintCommand(s), tryCommand(s), evalCommand(s), playgroundCommand(s), policyCommand(s)}},
		{"More:", []*cobra.Command{demoCommand(s), versionCommand(s)}},
	} {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		for _, c := range group.commands {
			c.GroupID = group.title
			root.AddCommand(c)
		}
		root.SetHelpCommandGroupID(group.title)
		root.SetCompletionCommandGroupID(group.title)
	}
	root.InitDefaultHelpFlag()
	root.InitDefaultHelpCmd()
	below(root, "help").Short = "tell more of a command"
	root.InitDefaultCompletionCmd()
	describeCompletion(root)
	return root
}

// asksToComplete says whether args are a shell's question what a word may become.
func asksToComplete(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// rewrite finds the command that args name and writes args as cobra reads them. An error is about the command that it
// returns: a word behind it names no command below it.
func rewrite(root *cobra.Command, args []string) ([]string, *cobra.Command, error) {
	switch {
	case asksToComplete(args):
		if last := len(args) - 1; last > 1 {
			words, c, _ := rewrite(root, args[1:last]) // what no command begins with has no completion either
			return append(append(args[:1:1], words...), args[last]), c, nil
		}
		return args, root, nil
	case args[0] == "help":
		if len(args) > 1 {
			args = append(args[1:len(args):len(args)], "--help")
		}
	case args[0] == "--version", args[0] == "-version":
		args = append([]string{"version"}, args[1:]...)
	}
	c, n := root, 0
	for n < len(args) && below(c, args[n]) != nil {
		c, n = below(c, args[n]), n+1
	}
	c.InitDefaultHelpFlag()
	rest := config.LongFlags(c.Flags(), args[n:])
	if c.HasSubCommands() {
		what, names := "command", []string{}
		if c != root {
			what = "shell"
		}
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		switch {
		case len(rest) == 0:
			return args, c, usage(fmt.Errorf("one %s is needed: %s", what, strings.Join(names, ", ")))
		case !strings.HasPrefix(rest[0], "-"):
			nearest := append(c.SuggestionsFor(rest[0]), "")
			return args, c, usage(&config.UnknownError{What: what, Name: rest[0], Nearest: nearest[0]})
		}
	}
	return append(args[:n:n], rest...), c, nil
}

// below returns the command of this name directly below c; nil = none.
func below(c *cobra.Command, name string) *cobra.Command {
	for _, sub := range c.Commands() {
		if sub.Name() == name {
			return sub
		}
	}
	return nil
}

// report prints the error, each of its lines behind who says it, and returns the exit code.
func report(s *session, who string, err error) int {
	if err == nil {
		return ExitOK
	}
	code := ExitFailure
	if e, ok := errors.AsType[*exitError](err); ok {
		code, err = e.code, e.err
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintf(s.stderr, "%s: %s\n", who, strings.TrimSuffix(line, "\n"))
		}
		if code == ExitUsage {
			fmt.Fprintf(s.stderr, "Try '%s --help'.\n", who)
		}
	}
	return code
}

// noArguments refuses arguments that are not flags.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Errorf("unexpected argument %q", args[0]))
}
