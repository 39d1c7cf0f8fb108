// Package cli is the command line: it reads the arguments, builds every object of a command by hand, top to bottom,
// and owns signals and exit codes. The commands stand in one table ([commands]), each with the text from which help is
// made; to add one, write a file with its constructor and name it there.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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

// commands returns the table of commands in the order of the help.
func commands() []*command {
	return []*command{
		runCommand(),
		demoCommand(),
		evalCommand(),
		tryCommand(),
		playgroundCommand(),
		lintCommand(),
		configCommand(),
		healthcheckCommand(),
		completionCommand(),
		versionCommand(),
	}
}

// command is one command of the program. Its flags write into variables of its constructor, so each is used once.
type command struct {
	name     string
	args     string   // the arguments after the flags, as the usage line shows them
	summary  string   // one line, for the list of commands
	doc      string   // what it does, for its own help
	words    []string // what an argument may be, where that is one of few words
	exits    []exit   // what its exit codes mean beside those that every command has
	examples []string
	flags    []config.Flag
	settings bool // its flags are the settings of config.Load, which run hands its arguments to
	run      func(ctx context.Context, s *session, args []string) error
}

// exit is an exit code and what it means.
type exit struct {
	code    int
	meaning string
}

// exitCodes returns all of the command's, those that every command has first; what the command says of one replaces it.
func (c *command) exitCodes() []exit {
	all := []exit{{ExitOK, "done"}, {ExitFailure, "it could not be done: the reason is on standard error"}, {ExitUsage, "the command line or the configuration is wrong; nothing was started"}}
	for _, e := range c.exits {
		if i := slices.IndexFunc(all, func(a exit) bool { return a.code == e.code }); i >= 0 {
			all[i] = e
		} else {
			all = append(all, e)
		}
	}
	return all
}

// session is what a command has of the world.
type session struct {
	env    []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
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
	stdout, stderr = outlet.Printer(stdout), outlet.Printer(stderr)
	s := &session{env: env, stdin: stdin, stdout: stdout, stderr: stderr}
	table := commands()
	if len(args) == 0 {
		printOverview(stderr, table)
		return ExitUsage
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "--help", "-h", "-help":
		return help(s, table, args)
	case "--version", "-version":
		name = "version"
	case completeName:
		printCandidates(stdout, table, args)
		return ExitOK
	}
	c, err := find(table, name)
	if err != nil {
		return report(s, Name, err)
	}
	if !c.settings {
		if args, err = config.ParseFlags(c.flags, args); err == nil && c.args == "" && len(args) > 0 {
			err = fmt.Errorf("unexpected argument %q", args[0])
		}
		if err != nil && !errors.Is(err, config.ErrHelp) {
			err = usage(err)
		}
	}
	if err == nil {
		err = c.run(ctx, s, args)
	}
	if errors.Is(err, config.ErrHelp) {
		c.printHelp(stdout)
		return ExitOK
	}
	return report(s, Name+" "+c.name, err)
}

func find(table []*command, name string) (*command, error) {
	names := make([]string, len(table))
	for i, c := range table {
		if c.name == name {
			return c, nil
		}
		names[i] = c.name
	}
	return nil, usage(&config.UnknownError{What: "command", Name: name, Nearest: config.Nearest(name, names)})
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

// load reads the configuration of a command that takes the settings.
func (s *session) load(args []string) (*config.Config, []config.Warning, error) {
	c, warnings, err := config.Load(args, s.env, config.ReadFile)
	if err != nil && !errors.Is(err, config.ErrHelp) {
		err = usage(err)
	}
	return c, warnings, err
}
