package cli

import (
	"fmt"
	"io"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

// serveJQ is the child process in which the program evaluates jq. It is in no help: only the program itself starts it. Its
// argument, if there is one, is the name of the time zone.
func serveJQ(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		UseTimeZone([]string{"TZ=" + args[0]})
	}
	if err := jq.Serve(stdin, stdout); err != nil {
		fmt.Fprintf(stderr, "%s %s: %s\n", Name, jq.Argument, err)
		return ExitFailure
	}
	return ExitOK
}
