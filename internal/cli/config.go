package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

func configCommand(s *session) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "print the effective configuration, with secrets masked",
		Long: description("Prints the settings that run would use, each with its value and origin, as a YAML file that --config can read. Comments behind them say what became of each flag, " +
			"key and environment variable that was given: used, overridden, passed over or unknown, and why. Secrets are masked. Warnings go to standard error; if the configuration is wrong, the comments do too. " +
			"The command starts nothing and connects to nothing.\n\n" + planDoc),
		Example: exampleLines(Name+" config", "SERVER_PORT=9090 "+Name+" config --config /etc/connector.yaml", Name+" config --plan 2000 20ms 4KiB"),
	}
	planned := c.Flags().Bool("plan", false, "Print what a load asks for: jobs a second (RATE), the time in which the bus answers (LATENCY), and the bytes of an event (SIZE).")
	s.completeValues(c, "plan", "true", "false")
	c.Args = func(c *cobra.Command, args []string) error {
		if *planned {
			return nil
		}
		return onlySettings(c, args)
	}
	load := addSettingsWithAccounts(s, c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		var carried plan.Load
		if *planned {
			var err error
			if carried, err = planLoad(args); err != nil {
				return usage(err)
			}
		}
		loaded, warnings, accounts, err := load()
		for _, w := range warnings {
			kind := "warning"
			if w.Minor {
				kind = "note"
			}
			fmt.Fprintf(s.stderr, "%s: %s\n", kind, w.Text)
		}
		if err != nil {
			printAccounts(s.stderr, slices.DeleteFunc(accounts, func(a config.Account) bool { return a.Fate == config.Refused })) // the error says why
			return err
		}
		if *planned {
			printPlan(s.stdout, carried, planSettings(loaded))
			return nil
		}
		if err := loaded.Print(s.stdout); err != nil {
			return err
		}
		printAccounts(s.stdout, accounts)
		return nil
	}
	return c
}

// printAccounts writes what became of each name that was given, as comments of YAML.
func printAccounts(w io.Writer, accounts []config.Account) {
	if len(accounts) == 0 {
		return
	}
	lines := []string{"", "What became of what was given:"}
	for _, fate := range []config.Fate{config.Used, config.Overridden, config.PassedOver, config.Refused, config.Unknown} {
		for _, a := range accounts {
			if a.Fate != fate {
				continue
			}
			line := fmt.Sprintf("  %-11s  %s (%s)", fate, a.Name, a.Source)
			if a.Key != "" && a.Key != a.Name {
				line += ": " + a.Key
			}
			if a.Why != "" {
				line += "; " + a.Why
			}
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		fmt.Fprintln(w, strings.TrimRight("# "+line, " "))
	}
}
