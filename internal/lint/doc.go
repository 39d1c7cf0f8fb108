// Package lint finds mistakes in the EventBridge tasks of a BPMN model before it is deployed: what the connector would
// refuse, what would give null without a word, and what no event of the model catches.
//
// [Check] gives the findings of a model. [Rules] lists what is looked for, each with a bad and a good example that the
// tests run and docs/lint.md shows. What a field must be is asked of the connector itself, and expressions are read by
// the engine that evaluates them.
package lint
