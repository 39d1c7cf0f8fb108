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
broker and no AWS, and reads only the files.

` + "```sh" + `
eventbridge-connector lint order.bpmn processes/         # a folder stands for the .bpmn files in it and below
eventbridge-connector lint --format sarif . > lint.sarif # for code scanning; json for everything else
eventbridge-connector lint --disable sends-again,no-retries order.bpmn
` + "```" + `

| exit code | meaning |
| --- | --- |
| 0 | nothing was found, or only warnings and hints |
| 1 | an error was found, or a warning with ` + "`--strict`" + ` |
| 2 | the command line is wrong |
| 3 | a file cannot be read or is no BPMN model for Camunda 8, or a folder has no model |

In a folder, models for Camunda 7 are skipped, and counted on standard error. A model for Camunda 7 that the command line names is an error. Files may
be in any encoding that their byte order mark or XML declaration names.

Lint looks at these tasks:

- tasks of type ` + "`" + TaskType + "`" + `,
- tasks of the types given with ` + "`--type`" + `,
- tasks with the connector's element template, or with Camunda's own for EventBridge.

Each finding starts with ` + "`file:line:column`" + `, the place of the element that it is about, and names the field. Lines and columns count from 1. A
column counts characters (Unicode code points): a tab and an emoji are one each. Places in an expression count in the expression as it is written, with
its ` + "`=`" + `. ` + "`--format json`" + ` writes an array of findings with
` + "`file`, `line`, `column`, `severity`, `rule`, `task`, `field` and `message`" + `; a finding about an expression that does not parse has an
` + "`excerpt`" + ` too. ` + "`--format sarif`" + ` writes SARIF 2.1.0.

Lint also runs as a hook of [pre-commit](https://pre-commit.com):

` + "```yaml" + `
repos:
  - repo: https://github.com/eventbridge-connector/eventbridge-connector
    rev: main
    hooks: [{id: eventbridge-connector-lint}]
` + "```" + `

## Rules

An *error* means that the connector or AWS refuses the task whenever it runs, or that a secret can be read in the model. A *warning* means that in
some case the task gives null, an incident or a second event, and that the model probably does not intend this. A *hint* shows a better way: it is no mistake, and
does not change the exit code.

`)
	for _, r := range Rules() {
		of := ""
		if r.Platform() != "" {
			of = ", in a model for " + r.Platform()
		}
		fmt.Fprintf(&b, "### %s\n\n*%s.* %s %s\n\n```xml\n<!-- found%s -->\n%s\n<!-- fine -->\n%s\n```\n\n", r.ID, r.Severity, r.Summary, r.Why, of, r.Bad, r.Good)
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}
