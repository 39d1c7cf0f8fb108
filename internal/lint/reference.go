package lint

import (
	"fmt"
	"strings"
)

// Reference writes the rules as a Markdown page.
func Reference() []byte {
	var b strings.Builder
	b.WriteString(`<!-- Written by go generate from the table of rules. DO NOT EDIT. -->

# lint

` + "`eventbridge-connector lint MODEL.bpmn…`" + ` finds mistakes in the EventBridge tasks of BPMN models before they are deployed. It needs no
broker and no AWS, and reads nothing but the files.

` + "```sh" + `
eventbridge-connector lint order.bpmn processes/         # a folder stands for the .bpmn files in it and below
eventbridge-connector lint --format sarif . > lint.sarif # for code scanning; json for everything else
eventbridge-connector lint --disable sends-again,no-retries order.bpmn
` + "```" + `

| exit code | meaning |
| --- | --- |
| 0 | nothing was found, or only warnings |
| 1 | an error was found, or a warning with ` + "`--strict`" + ` |
| 2 | the command line is wrong |
| 3 | a file cannot be read, or is no BPMN model for Camunda 8; a folder has no model |

In a folder, models for Camunda 7 are skipped, and counted on standard error. One that the command line names is an error. Files may be in any encoding
that their byte order mark or XML declaration names.

A finding stands at ` + "`file:line:column`" + ` of the element that says it, and names the field. Lines and columns count from 1. A column counts characters (Unicode code
points), a tab and an emoji as one. Places in an expression count in the expression as it is written, with its ` + "`=`" + `. Looked at are tasks of type ` + "`" + TaskType + "`" + `, of the types given with
` + "`--type`" + `, and those with the connector's element template or Camunda's own. ` + "`--format json`" + ` writes an array of findings, each with
` + "`file`, `line`, `column`, `severity`, `rule`, `task`, `field`, `message` and, of an expression that does not parse, `excerpt`" + `; ` + "`sarif`" + ` is SARIF 2.1.0.

As a hook of [pre-commit](https://pre-commit.com):

` + "```yaml" + `
repos:
  - repo: https://github.com/eventbridge-connector/eventbridge-connector
    rev: main
    hooks: [{id: eventbridge-connector-lint}]
` + "```" + `

## Rules

An *error* is refused by the connector or by AWS whenever the task runs, or leaves a secret in the open. A *warning* gives null, an incident or a
second event in some case that the model does not seem to mean.

`)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "### %s\n\n*%s.* %s %s\n\n```xml\n<!-- found -->\n%s\n<!-- fine -->\n%s\n```\n\n", r.ID, r.Severity, r.Summary, r.Why, r.Bad, r.Good)
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}
