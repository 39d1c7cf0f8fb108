//go:build e2e

// Package e2e holds the built binary against real parts: the Zeebe broker with its state on disk, the Zeebe engine in
// memory behind its own gateway, and moto as AWS. Where thousands of events count, a small bus of ours counts them.
//
// make e2e runs it. The script fetch brings the parts into a cache folder; the rest of the harness starts them, waits
// until they are ready, and ends them. The environment variable EVENTBRIDGE_BINARY names the binary.
package e2e
