package connector

import "github.com/eventbridge-connector/eventbridge-connector/internal/job"

// Panicked returns how the worker ends a job where a panic got past [Handler.Handle]. Its texts are constant: a panic's own
// could hold a secret.
func Panicked() job.Fail {
	e := internalError()
	return job.Fail{Message: e.Message, Variables: e.variable()}
}

// NotWorkedOn is what the worker says of a job that it fails before [Handler.Handle] gets it.
const NotWorkedOn = "No event was sent."
