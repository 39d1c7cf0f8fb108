package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// describeCompletion gives cobra's own command completion a description like those of the other commands.
func describeCompletion(root *cobra.Command) {
	c := below(root, "completion")
	c.Short = "print a script that completes commands, flags and values in a shell"
	c.Long = description("Prints a completion script for the given shell. It completes commands, flags, and values if there are few. " +
		"The script calls this program, so it stays current after an upgrade. In bash it needs the package bash-completion.")
	c.Example = exampleLines(
		"source <("+Name+" completion bash)",
		Name+" completion fish | source",
		Name+" completion powershell | Out-String | Invoke-Expression",
	)
	c.SuggestionsMinimumDistance = root.SuggestionsMinimumDistance
	for _, shell := range c.Commands() {
		shell.Short = "print the script for " + shell.Name()
	}
}

// exampleLines writes command lines as cobra wants them.
func exampleLines(lines ...string) string { return strings.Join(lines, "\n") }
