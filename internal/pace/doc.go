// Package pace limits how often something is done: the tries of what failed ([Backoff]), the lines in the log about what goes
// wrong again and again ([Complaints]), and the requests for what many want at the same time ([Flights]).
package pace
