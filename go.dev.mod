// Tools for development, apart from go.mod so that its list stays what the binary needs:
// go tool -modfile=go.dev.mod benchstat
module github.com/eventbridge-connector/eventbridge-connector

go 1.26.8

tool golang.org/x/perf/cmd/benchstat

require (
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // indirect
	golang.org/x/perf v0.0.0-20260908200009-22c9c6c9d4da // indirect
)
