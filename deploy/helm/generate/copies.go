package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// copies makes folder hold exactly the files of pattern that are wanted.
func copies(pattern, folder string, wanted func([]byte) (bool, error)) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // folders of the repository are everyone's to read
		return err
	}
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		ok, err := wanted(content)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !ok {
			continue
		}
		name := filepath.Base(path)
		if ext := filepath.Ext(name); ext == ".yml" {
			name = name[:len(name)-len(ext)] + ".yaml"
		}
		if err := write(filepath.Join(folder, name), content); err != nil {
			return err
		}
	}
	return nil
}

func isJSON(content []byte) (bool, error) {
	var any json.RawMessage
	return true, json.Unmarshal(content, &any)
}

// hasRules tells a file of rules from one of their tests, or of a server's configuration.
func hasRules(content []byte) (bool, error) {
	var file struct {
		Groups []any `yaml:"groups"`
	}
	err := yaml.Unmarshal(content, &file)
	return len(file.Groups) > 0, err
}
