// Package template writes the element templates with which Camunda Modeler shows an EventBridge task: which fields it
// has, in which groups, with which hints and constraints. What the fields mean is [connector.Fields]; what a modeler
// sees of them stands here.
//
// [AWSEventBridge] is the template to use. [Hybrid] is the same with a free task type, for a worker that runs beside
// Camunda's own connector. The files in element-templates are written from both by go generate; those in versioned are
// what earlier releases had, so that Camunda Modeler can upgrade a task from them.
package template
