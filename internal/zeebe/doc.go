// Package zeebe speaks with a Camunda gateway: it takes jobs, sends the commands that end them and asks for the topology. There
// are two clients with the same methods and errors: [Client] speaks gRPC, [RESTClient] the Orchestration Cluster REST API.
//
// The gRPC client is built on the generated stubs of Camunda's official Go module, but on nothing else of
// that module: its worker loses jobs, and its OAuth provider writes tokens to a file.
//
// A [Client] keeps two connections. The stream of jobs has one of its own, with a fixed window of 64 KiB: HTTP/2 flow
// control is what keeps a full worker from hoarding jobs whose lease runs meanwhile, and a window that grew with the
// load would let hundreds of them in. Polls and commands share the other, with normal windows, so that a stream nobody
// reads holds up nothing else.
//
// Over REST there are no streams. HTTP is spoken by many servers that are no gateway, so an answer counts only in the form that
// Camunda gives it: problem details (RFC 9457) for a refusal, 204 for a command that was taken, jobs in JSON. All else
// is weather, and may pass. Jobs stay as they came: variables and headers are parts of the answer, byte for byte.
//
// Both clients read the XML of deployed process definitions over REST ([Definitions]); gRPC has no call for it.
//
// Every call is tried once. Whoever calls decides from the [job.CommandError] whether to try again; nothing here or in
// gRPC retries behind their back, with two exceptions: a call that is refused as UNAUTHENTICATED (in REST 401) is repeated once with
// a new token, since a token can be revoked ahead of its end; and Go's HTTP client repeats a request of which nothing was
// written.
package zeebe
