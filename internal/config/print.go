package config

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Print writes the effective configuration as a file that [Load] would read again, one line per setting, with its
// source as a comment. Secrets are masked; settings without a value are left out.
func (c *Config) Print(w io.Writer) error {
	width := 0
	lines := make([][2]string, 0, len(c.values))
	for _, v := range slices.Concat(c.values, c.ofClients()) {
		if v.Setting.flagOnly || (v.Text == "" && !v.Setting.keepEmpty) {
			continue
		}
		text, err := yaml.Marshal(strings.ReplaceAll(v.Text, "${", `\${`)) // no placeholder is left in it
		if err != nil {
			return err
		}
		line := v.Key + ": " + unquote(strings.TrimSuffix(string(text), "\n"), v.Text)
		width = max(width, min(len(line), 80))
		lines = append(lines, [2]string{line, v.Source})
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%-*s  # %s\n", width, l[0], l[1])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// unquote drops the quotes that YAML puts around the texts of numbers and booleans, which here are read as texts.
func unquote(marshalled, text string) string {
	if strings.Trim(text, "0123456789") == "" && text != "" || text == "true" || text == "false" {
		return text
	}
	return marshalled
}

// SecretTexts returns the values of all settings that are secrets, so that they can be kept out of texts. They are not to be
// printed.
func (c *Config) SecretTexts() []string {
	var all []string
	for _, one := range append([]*Config{c}, c.clients...) {
		for _, s := range Settings() {
			if text := s.text(one); s.Secret && text != "" && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// ofClients returns what the named clients have of their own.
func (c *Config) ofClients() []Value {
	var all []Value
	for _, client := range c.clients {
		for _, v := range client.values {
			if key := ofClient(client.Client, v.Setting.Key); key != v.Setting.Key && (v.Key == key || v.Text != c.text(v.Setting.Key)) {
				v.Key = key
				all = append(all, v)
			}
		}
	}
	return all
}

// text is a setting's value as it is shown.
func (c *Config) text(key string) string {
	for _, v := range c.values {
		if v.Setting.Key == key {
			return v.Text
		}
	}
	return ""
}
