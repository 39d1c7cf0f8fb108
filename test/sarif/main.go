// Command sarif validates a SARIF 2.1.0 log on standard input against OASIS's JSON schema, which the module go-sarif (public
// domain) carries in its source. It is a module of its own, so that the project does not depend on what it needs.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // whose source has the schema
	"github.com/xeipuuv/gojsonschema"
)

func main() {
	n, err := validate(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sarif:", err)
		os.Exit(1)
	}
	fmt.Printf("valid SARIF 2.1.0 with %d results\n", n)
}

// validate returns how many results a valid log has.
func validate(r io.Reader) (int, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	schema, err := schema()
	if err != nil {
		return 0, fmt.Errorf("find the schema: %w", err)
	}
	result, err := gojsonschema.Validate(gojsonschema.NewStringLoader(schema), gojsonschema.NewBytesLoader(data))
	if err != nil {
		return 0, err
	}
	if !result.Valid() {
		var all []error
		for _, e := range result.Errors() {
			all = append(all, errors.New(e.String()))
		}
		return 0, errors.Join(all...)
	}
	var log struct {
		Runs []struct{ Results []json.RawMessage }
	}
	if err := json.Unmarshal(data, &log); err != nil {
		return 0, err
	}
	n := 0
	for _, run := range log.Runs {
		n += len(run.Results)
	}
	if n == 0 {
		return 0, errors.New("the log has no results to validate")
	}
	return n, nil
}

// schema returns the text of the constant in go-sarif's source.
func schema() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		return "", err
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go"), nil, 0)
	if err != nil {
		return "", err
	}
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == "schema" {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				text, err = strconv.Unquote(literal.Value)
			}
		}
		return true
	})
	if text == "" && err == nil {
		err = errors.New("no constant of that name")
	}
	return text, err
}
