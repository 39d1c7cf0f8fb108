package cli

import (
	"context"
	"fmt"
)

func configCommand() *command {
	return &command{
		name:     "config",
		summary:  "print the effective configuration, secrets masked",
		doc:      "Prints what run would work with: every setting with its value and where it came from, as a YAML file that --config reads. Secrets are masked. Warnings go to standard error. Nothing is started or connected to.",
		examples: []string{Name + " config", "SERVER_PORT=9090 " + Name + " config --config /etc/connector.yaml"},
		settings: true,
		run: func(_ context.Context, s *session, args []string) error {
			c, warnings, err := s.load(args)
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
			return c.Print(s.stdout)
		},
	}
}
