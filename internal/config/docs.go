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

Every setting can be given as a flag, as an environment variable, or in a YAML file that ` + "`--config FILE`" + ` (or
` + "`CONNECTOR_AWS_EVENTBRIDGE_CONFIG`" + `) names. A flag wins over the environment, the environment over the file; a variable in
Camunda's spelling wins over one of the Zeebe Go client's (` + "`ZEEBE_…`" + `).

* **Keys** are Camunda's own, so that what you have for the bundled connector runtime serves here too. In the file they may be nested
  or dotted, with dashes or in camel case.
* **Variables** follow from the key by Spring's rule: dots become underscores, dashes are dropped, all in capitals
  (` + "`camunda.client.grpc-address` → `CAMUNDA_CLIENT_GRPCADDRESS`" + `); dashes as underscores are understood too. A variable that is empty counts as not set.
* **Flags** are short names; ` + "`--camunda.client.grpc-address=…`" + `, the key itself, works as well.
* **Durations** are ISO 8601 (` + "`PT5M`" + `), a number with a unit (` + "`5m`, `90s`, `2d`" + `), or milliseconds (` + "`300000`" + `). **Sizes** are bytes or have a
  unit (` + "`5MB`" + `). **Lists** are separated by commas; in the file they can be YAML lists.

An unknown key in the file and an unknown flag are errors that name the nearest known one; an unknown variable under
` + "`CAMUNDA_CLIENT_`, `CAMUNDA_CONNECTOR_`, `CONNECTOR_AWS_EVENTBRIDGE_` or `ZEEBE_`" + ` is a warning. Settings of Camunda's runtime that mean
nothing here (polling, webhooks, …) are passed over. ` + "`eventbridge-connector config`" + ` prints what is in effect and where each value came from, with
secrets masked.

Proxies and certificates for AWS follow the usual variables: ` + "`HTTPS_PROXY`, `NO_PROXY`, `AWS_CA_BUNDLE`, `AWS_REGION`, `AWS_PROFILE`" + ` and so on.
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
