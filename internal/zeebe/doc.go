// Package zeebe speaks gRPC with a Camunda gateway: it polls and streams jobs, sends the commands that end them and
// asks for the topology. It is built on the generated stubs of Camunda's official Go module, but on nothing else of
// that module: its worker loses jobs, and its OAuth provider writes tokens to a file.
//
// A [Client] keeps two connections. The stream of jobs has one of its own, with a fixed window of 64 KiB: HTTP/2 flow
// control is what keeps a full worker from hoarding jobs whose lease runs meanwhile, and a window that grew with the
// load would let hundreds of them in. Polls and commands share the other, with normal windows, so that a stream nobody
// reads holds up nothing else.
//
// One call goes over the cluster's REST API, since gRPC has none for it: that for the XML of a deployed process definition.
// It shares the authentication, tokens included.
//
// Every call is tried once. Whoever calls decides from the [job.CommandError] whether to try again; nothing here or in
// gRPC retries behind their back, with one exception: a call that is refused as UNAUTHENTICATED (in REST 401) is repeated once with
// a new token, since a token can be revoked ahead of its end.
package zeebe
