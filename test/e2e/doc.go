//go:build e2e

// Package e2e holds the built binary against real parts: the Zeebe engine in memory behind its own gateway, and moto as AWS.
// What needs a gateway that dies and comes back runs on the embedded one, as a process of its own. Where many events count, the
// embedded bus counts them.
//
// make e2e runs it. The script fetch brings the parts into a cache folder; the rest of the harness starts them, waits
// until they are ready, and ends them. The environment variable EVENTBRIDGE_BINARY names the binary. E2E_GRPC_ADDRESS names a
// cluster to use in place of the engine, E2E_REST_ADDRESS its REST API; the worker's own variables tell the credentials. With
// E2E_TRANSPORT=rest the workers take the jobs of that cluster over REST: the engine in memory has no REST API for jobs.
package e2e
