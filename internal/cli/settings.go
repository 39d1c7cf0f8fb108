package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/trace"
)

// addSettings gives a command the flags of all settings. The function that it returns reads the configuration from the
// flags that were parsed, from the environment and from the file that they name.
func addSettings(s *session, c *cobra.Command) func() (*config.Config, []config.Warning, error) {
	load := addSettingsWithAccounts(s, c)
	return func() (*config.Config, []config.Warning, error) {
		loaded, warnings, _, err := load()
		return loaded, warnings, err
	}
}

// addSettingsWithAccounts is addSettings whose function tells also what became of each name that was given.
func addSettingsWithAccounts(s *session, c *cobra.Command) func() (*config.Config, []config.Warning, []config.Account, error) {
	parsed := config.AddFlags(c.Flags())
	for _, setting := range config.Settings() {
		switch key := setting.Key; {
		case setting.Enum != nil:
			s.completeValues(c, setting.Flag, setting.Enum...)
		case setting.Bool():
			s.completeValues(c, setting.Flag, "true", "false")
		case setting.Flag == "config":
			completeFiles(c, setting.Flag, "yaml", "yml", "properties")
		case strings.HasSuffix(key, ".directory"):
			must(c.MarkFlagDirname(setting.Flag))
		case strings.HasSuffix(key, "-path"): // any file
		default:
			s.completeValues(c, setting.Flag)
		}
	}
	return func() (*config.Config, []config.Warning, []config.Account, error) {
		loaded, warnings, accounts, err := config.LoadWithAccounts(parsed(), s.env, config.OnDisk())
		if err = errors.Join(err, trace.Check(s.lookup)); err != nil {
			err = usage(err)
		}
		return loaded, warnings, accounts, err
	}
}

// onlySettings refuses arguments that are not flags, for a command whose flags are the settings.
func onlySettings(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Errorf("unexpected argument %q: settings are given as flags, --port 9090", args[0]))
}

// completeValues has shells complete a flag's value with these, and with no file.
func (s *session) completeValues(c *cobra.Command, flag string, values ...string) {
	s.completeBy(c, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeBy has shells complete a flag's value with what a function finds.
func (s *session) completeBy(c *cobra.Command, flag string, find cobra.CompletionFunc) {
	if s.completes {
		must(c.RegisterFlagCompletionFunc(flag, find))
	}
}

// completeFiles has shells complete a flag's value with the files that end so, and with folders.
func completeFiles(c *cobra.Command, flag string, ends ...string) {
	must(c.MarkFlagFilename(flag, ends...))
}

// must panics if a constructor names a flag that its command does not have.
func must(err error) {
	if err != nil {
		panic(errors.Join(errors.New("cli: a command is put together wrongly"), err))
	}
}
