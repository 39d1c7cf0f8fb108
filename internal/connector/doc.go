// Package connector is the meaning of one job: what its headers and variables ask for, the event that is sent for it, and
// how it ends. It follows the connector contract of Camunda's EventBridge connector and goes beyond it where that harms.
//
// [Handler.Handle] reads as the steps of a job in their order. A step that fails gives an [Error], which the job's error
// expression sees, and which becomes the job's outcome if the expression makes nothing else of it.
package connector
