package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func configCommand(s *session) *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "print the effective configuration, with secrets masked",
		Long:    description("Prints the settings that run would use, each with its value and origin, as a YAML file that --config can read. Secrets are masked. Warnings go to standard error. The command starts nothing and connects to nothing."),
		Example: exampleLines(Name+" config", "SERVER_PORT=9090 "+Name+" config --config /etc/connector.yaml"),
		Args:    onlySettings,
	}
	load := addSettings(s, c)
	c.RunE = func(*cobra.Command, []string) error {
		loaded, warnings, err := load()
		for _, w := range warnings {
			kind := "warning"
			if w.Minor {
				kind = "note"
			}
			fmt.Fprintf(s.stderr, "%s: %s\n", kind, w.Text)
		}
		if err != nil {
			return err
		}
		return loaded.Print(s.stdout)
	}
	return c
}
