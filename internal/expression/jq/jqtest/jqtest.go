// Package jqtest lets the tests of a package evaluate jq, whose child process is the test binary itself.
package jqtest

import (
	"fmt"
	"os"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

// Runner runs the tests of a package, as *testing.M does.
type Runner interface{ Run() int }

// Main returns what runs the tests of m and then ends the child process. In the child process itself it serves instead and
// never returns. It is the first call of TestMain: goleak.VerifyTestMain(jqtest.Main(m)) or os.Exit(jqtest.Main(m).Run()).
func Main(m Runner) Runner {
	if len(os.Args) > 1 && os.Args[1] == jq.Argument {
		if err := jq.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	return closing{m}
}

type closing struct{ Runner }

func (c closing) Run() int {
	defer jq.Close()
	return c.Runner.Run()
}
