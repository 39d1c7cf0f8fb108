// Package limit holds how large a request of PutEvents may be. The connector refuses what is larger, and so does the bus of the
// demo and the tests.
package limit

// RequestSize is how many bytes AWS takes in one request, all entries together, since 2026-01-29.
const RequestSize = 1 << 20

// Entries is how many entries AWS takes in one request.
const Entries = 10

// timeSize is what AWS counts for the time of an entry.
const timeSize = 14

// EntrySize returns the bytes of an entry as AWS counts them for [RequestSize]: texts by their UTF-8, a time by a fixed number,
// and nothing for the bus and the trace header.
func EntrySize(source, detailType, detail string, resources []string, hasTime bool) int {
	n := len(source) + len(detailType) + len(detail)
	if hasTime {
		n += timeSize
	}
	for _, r := range resources {
		n += len(r)
	}
	return n
}
