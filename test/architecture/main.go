// Command architecture writes the import rules of .golangci.yml from the table of packages in docs/architecture.md, so that
// there is one list of who may import whom.
package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

//go:generate go run . ../../docs/architecture.md ../../.golangci.yml

const (
	module = "github.com/eventbridge-connector/eventbridge-connector/internal"
	begin  = "        # BEGIN rules of docs/architecture.md: make generate writes them\n"
	end    = "        # END rules of docs/architecture.md\n"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "architecture:", err)
		os.Exit(1)
	}
}

// run takes the path of the page and that of golangci-lint's configuration.
func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: architecture PAGE CONFIGURATION")
	}
	page, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	packages, err := read(string(page))
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	configuration, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(configuration), begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return fmt.Errorf("%s: expected the lines %q and %q", args[1], strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return os.WriteFile(args[1], []byte(before+begin+rules(packages)+end+after), 0o600)
}

// pkg is a package of the table.
type pkg struct {
	name    string
	imports []string // in the order of the table
}

// row is a line of the table: the package, what it is, and what it may import.
var row = regexp.MustCompile("(?m)^\\| `internal/([a-z]+)` \\| .* \\| ([^|]+) \\|$")

// read returns the packages of the page that have a list of imports. "–" stands for an empty one, "all below" for no rule.
func read(page string) ([]pkg, error) {
	found := row.FindAllStringSubmatch(page, -1)
	known := map[string]bool{}
	for _, m := range found {
		known[m[1]] = true
	}
	var packages []pkg
	for _, m := range found {
		p := pkg{name: m[1]}
		switch m[2] {
		case "all below":
			continue
		case "–":
		default:
			p.imports = strings.Split(m[2], ", ")
		}
		for _, i := range p.imports {
			if !known[i] {
				return nil, fmt.Errorf("%s may import %q: expected a package of the table", p.name, i)
			}
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		return nil, errors.New("expected a table of packages, found none")
	}
	return packages, nil
}

// rules returns a rule of depguard for each package: of this module it may import what its row names and its own subpackages.
func rules(packages []pkg) string {
	var out strings.Builder
	for _, p := range packages {
		fmt.Fprintf(&out, "        %s:\n          files: [\"**/internal/%s/**\", \"!$test\"]\n          list-mode: lax\n          allow:\n", p.name, p.name)
		for _, i := range append([]string{p.name}, p.imports...) {
			fmt.Fprintf(&out, "            - %s/%s\n", module, i)
		}
		names := strings.Join(p.imports, ", ")
		if names == "" {
			names = "none"
		}
		fmt.Fprintf(&out, "          deny:\n            - pkg: %s\n              desc: \"imports of this module: %s; see docs/architecture.md\"\n", module, names)
	}
	return out.String()
}
