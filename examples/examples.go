// Package examples holds the example models and variables, for the commands that show them at work.
package examples

import _ "embed" // for the files below

// OrderPlaced is a process with one task that sends an event when an order was placed (order-placed.bpmn).
//
//go:embed order-placed.bpmn
var OrderPlaced []byte

// OrderPlacedVariables are variables with which [OrderPlaced] can be started, a JSON object
// (order-placed.variables.json).
//
//go:embed order-placed.variables.json
var OrderPlacedVariables []byte
