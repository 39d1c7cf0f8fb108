package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func configCommand(s *session) *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "print the effective configuration, secrets masked",
		Long:    description("Prints what run would work with: every setting with its value and where it came from, as a YAML file that --config reads. Secrets are masked. Warnings go to standard error. Nothing is started or connected to."),
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
