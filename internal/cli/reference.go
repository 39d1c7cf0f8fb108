package cli

import (
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// Reference returns the page docs/cli.md: what help says of every command, from the same table.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Commands\n\n<!-- DO NOT EDIT: written from the commands in internal/cli by \"make generate\" -->\n\n")
	fmt.Fprintf(&b, "`%s COMMAND --help` says the same. Flags are `--name value` or `--name=value`; one dash does as well as two, and `--no-name`\n", Name)
	b.WriteString("switches one without a value off. `completion` makes a shell complete all of it.\n\n| command | |\n| --- | --- |\n")
	table := commands()
	for _, c := range table {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", c.name, c.name, c.summary)
	}
	for _, c := range table {
		c.document(&b)
	}
	b.WriteString("\n## Settings\n\nThe flags of commands that take the settings; [configuration.md](configuration.md) says more of each, and how a file names it.\n")
	flags, group := config.Flags(), ""
	for i, s := range config.Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n### %s\n\n| flag | default | environment variable |\n| --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", flagCode(flags[i]), code(s.Default), s.Variables()[0])
	}
	return b.String()
}

// document writes the command's part of the page.
func (c *command) document(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n```sh\n%s\n```\n\n%s\n", c.name, c.usage(), c.doc)
	if len(c.flags) > 0 {
		b.WriteString("\n| flag | meaning |\n| --- | --- |\n")
		for _, f := range c.flags {
			fmt.Fprintf(b, "| %s | %s |\n", flagCode(f), strings.ReplaceAll(f.Doc, "|", `\|`))
		}
	}
	if c.settings {
		b.WriteString("\nIts flags are the [settings](#settings).\n")
	}
	b.WriteString("\n| exit code | meaning |\n| --- | --- |\n")
	for _, e := range c.exitCodes() {
		fmt.Fprintf(b, "| %d | %s |\n", e.code, e.meaning)
	}
	if len(c.examples) > 0 {
		fmt.Fprintf(b, "\n```sh\n%s\n```\n", strings.Join(c.examples, "\n"))
	}
}

func flagCode(f config.Flag) string {
	text := "--" + f.Name
	if !f.Bool {
		text += " " + f.Value
	}
	if f.Short != "" {
		return code("-"+f.Short) + ", " + code(text)
	}
	return code(text)
}

// code sets a text as code within a table.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}
