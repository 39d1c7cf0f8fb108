// Package bpmn reads BPMN models as Camunda 8 deploys them, as far as work on jobs needs it: the tasks that make jobs,
// with their type, input and output mappings, headers and template, and the events that catch the errors they throw.
// Gateways, sequence flows and the drawing are not looked at.
//
// [Read] gives a [Model]. Everything in it knows its [Pos], so that messages can point into the file. The reader
// expands no entities, refuses a DOCTYPE, and bounds size and nesting: a model is input like any other.
package bpmn
