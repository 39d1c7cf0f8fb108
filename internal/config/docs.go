package config

import (
	"fmt"
	"strings"
)

// Markdown returns docs/configuration.md, the reference of all settings.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- DO NOT EDIT: written from internal/config/settings.go by "make generate" -->

You can set every setting by a flag, by an environment variable, or in a YAML file. ` + "`--config FILE`" + ` (or
` + "`CONNECTOR_AWS_EVENTBRIDGE_CONFIG`" + `) names the file. Flags win over the environment, and the environment wins over the file. A variable with
Camunda's name wins over one with the Zeebe Go client's name (` + "`ZEEBE_…`" + `).

* **Keys** are Camunda's own, so settings of the bundled connector runtime work here too. In the file they may be nested
  or dotted, with dashes or in camel case.
* **Variables** are made from the key by Spring's rule: dots become underscores, dashes are dropped, letters become capitals
  (` + "`camunda.client.grpc-address` → `CAMUNDA_CLIENT_GRPCADDRESS`" + `). Underscores for dashes also work. An empty variable counts as not set.
* **Flags** are short names; ` + "`--camunda.client.grpc-address=…`" + `, with the full key, also works.
* **Durations** are ISO 8601 (` + "`PT5M`" + `), a number with a unit (` + "`5m`, `90s`, `2d`" + `), or milliseconds (` + "`300000`" + `). **Sizes** are bytes or have a
  unit (` + "`5MB`" + `). **Lists** are separated by commas. In the file they can be YAML lists.

An unknown key in the file or an unknown flag is an error that names the nearest known one. An unknown variable that begins with
` + "`CAMUNDA_CLIENT_`, `CAMUNDA_CONNECTOR_`, `CONNECTOR_AWS_EVENTBRIDGE_` or `ZEEBE_`" + ` causes a warning. Settings of Camunda's runtime that mean
nothing here (polling, webhooks, …) are ignored. ` + "`eventbridge-connector config`" + ` prints the settings in use and the origin of each, with
secrets masked.

Proxies and certificates for AWS use the usual variables: ` + "`HTTPS_PROXY`, `NO_PROXY`, `AWS_CA_BUNDLE`, `AWS_REGION`, `AWS_PROFILE`" + ` and so on.
`)
	group := ""
	for _, s := range Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n", s.Key, s.Doc)
		b.WriteString("| | |\n| --- | --- |\n")
		row := func(name, value string) {
			if value != "" {
				fmt.Fprintf(&b, "| %s | %s |\n", name, value)
			}
		}
		row("Value", s.kindMarkdown())
		row("Default", code(s.Default))
		row("Example", code(s.Example))
		row("Flag", code("--"+s.Flag))
		names := s.Variables()
		row("Variable", code(names[0]))
		row("also", codes(names[1:]))
		row("Other keys", codes(append(append([]string(nil), s.Before...), s.Also...)))
		if s.Secret {
			row("Secret", "yes: never shown")
		}
	}
	return b.String()
}

func (s *Setting) kindMarkdown() string {
	if s.Enum != nil {
		return codes(s.Enum)
	}
	want, _, _ := strings.Cut(s.want(), ", such as")
	return want
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func codes(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = code(t)
	}
	return strings.Join(out, ", ")
}
