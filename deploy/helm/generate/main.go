// Command generate writes what the chart derives: values.schema.json from the comments of values.yaml, the list of the
// worker's keys, and the copies of dashboards and alert rules, as a chart can only use files that it holds. README.md is written by helm-docs.
//
//	generate CHART GRAFANA PROMETHEUS
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../eventbridge-connector ../../grafana ../../prometheus
//go:generate go tool -modfile=../../../go.dev.mod helm-docs --chart-search-root ../eventbridge-connector --template-files ../generate/README.md.gotmpl --sort-values-order file --log-level warning

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: generate CHART GRAFANA PROMETHEUS")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(chart, grafana, prometheus string) error {
	source, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return err
	}
	top, err := parse(source)
	if err != nil {
		return fmt.Errorf("values.yaml: %w", err)
	}
	others, err := otherNames(filepath.Join(chart, "files", "other-names.yaml"))
	if err != nil {
		return err
	}
	schema, err := json.MarshalIndent(document(top, others), "", "  ")
	if err != nil {
		return err
	}
	if err := write(filepath.Join(chart, "values.schema.json"), append(schema, '\n')); err != nil {
		return err
	}
	if err := write(filepath.Join(chart, "files", "keys.txt"), keys()); err != nil {
		return err
	}
	if err := copies(filepath.Join(grafana, "*.json"), filepath.Join(chart, "files", "dashboards"), isJSON); err != nil {
		return err
	}
	return copies(filepath.Join(prometheus, "*.y*ml"), filepath.Join(chart, "files", "alerts"), hasRules)
}

func write(path string, content []byte) error {
	return os.WriteFile(path, content, 0o644) //nolint:gosec // files of the repository are everyone's to read
}
