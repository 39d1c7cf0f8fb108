package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// keys lists the keys that the worker accepts in its configuration file, one a line, as the templates spell them: in small
// letters, without dots, dashes and underscores. A star at the end stands for all keys that begin so.
func keys() []byte {
	spell := strings.NewReplacer(".", "", "-", "", "_", "")
	seen := map[string]bool{}
	for _, s := range config.Settings() {
		for _, name := range s.Names() {
			seen[strings.ToLower(spell.Replace(name))] = true
		}
	}
	for _, key := range config.Ignored() {
		line := strings.ToLower(spell.Replace(key))
		if strings.HasSuffix(key, ".") || strings.HasSuffix(key, "-") {
			line += "*"
		}
		seen[line] = true
	}
	all := make([]string, 0, len(seen))
	for line := range seen {
		all = append(all, line)
	}
	slices.Sort(all)
	var out bytes.Buffer
	for _, line := range all {
		fmt.Fprintln(&out, line)
	}
	return out.Bytes()
}

// otherNames reads what other charts call the values of this one.
func otherNames(path string) (map[string]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var names map[string]string
	return names, yaml.Unmarshal(content, &names)
}
