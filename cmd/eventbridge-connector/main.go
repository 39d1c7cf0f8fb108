// Command eventbridge-connector works on Camunda 8's EventBridge connector jobs. See its help.
package main

import (
	"context"
	"os"

	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
)

func main() {
	cli.UseTimeZone(os.Environ())
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
