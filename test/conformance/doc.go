// Package conformance has clients that others wrote drive the embedded gateway over the network: what they refuse is a fault of
// the gateway. Its tests need a JDK, Maven, Node and Python, and the first time on a machine their package indexes.
//
//	make conformance
//
// The clients are Camunda's own for Java (gRPC and REST), Python and JavaScript (REST), and pyzeebe (gRPC), each in a fixed version.
// Each reads the topology, polls, opens a stream where it can, sends every command, meets the errors that a gateway gives, and has
// its own worker work. Jobs and faults come by the control of test/gateway.
package conformance
