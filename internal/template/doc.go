// Package template writes the element templates with which Camunda Modeler shows an EventBridge task: which fields it
// has, in which groups, with which hints and constraints. What the fields mean is [connector.Fields]; what a modeler
// sees of them stands here.
//
// [All] returns a template for each kind of element that sends: service task, send task, message throw event and message end
// event. Each comes a second time with a free task type (hybrid), for a worker that runs beside Camunda's own connector. The
// files in element-templates are written by go generate; those in versioned are what earlier releases had, so that Camunda
// Modeler can upgrade a task from them.
package template
