package main

import "regexp"

// What may hold a secret. Everything else may not.

// permitted tells whether all that leaves there may hold secrets.
func permitted(where string, _ []byte) bool {
	// Contract 1.3: what the model's own expressions build from AWS's answer on success is not masked.
	return where == "gRPC CompleteJob variables"
}

// credentials are the header fields by which the worker proves who it is: contract 5, authentication at the cluster, and
// the API key of the collector of traces, which the operator gives it for that.
var credentials = regexp.MustCompile(`(?i)(authorization:? ?\[?|api-key: )[^\r\n\]]*`)

// kept returns what of the data is searched; nil = nothing of it.
func kept(where string, data []byte) []byte {
	if permitted(where, data) {
		return nil
	}
	return withoutPermitted(where, data)
}

// withoutPermitted takes out of data what may leave there.
func withoutPermitted(where string, data []byte) []byte {
	switch where {
	case "gRPC metadata", "REST API head", "traces head":
		return credentials.ReplaceAll(data, []byte("$1"))
	default:
		return data
	}
}
