// Package embedded has stand-ins for the two services around the connector, in this process: a [Gateway] that speaks
// Zeebe's real gRPC protocol, and REST v2 if asked to, and keeps jobs as a broker does, and an event [Bus] that takes PutEvents over real HTTP.
// Demos, trials, tests, load runs and benchmarks use them, so that they need neither a cluster nor an AWS account.
//
//	gw, err := embedded.StartGateway(embedded.GatewayOptions{})
//	bus, err := embedded.StartBus(embedded.BusOptions{})
//	keys := gw.AddJobs(embedded.Job{Type: "io.camunda:aws-eventbridge:1", Variables: `{"input":{…}}`})
//	// start a worker with gw.Address() as plaintext gateway and bus.URL() as endpoint
//	ending, err := gw.Wait(ctx, keys[0])
//
// The gateway has no processes: a job is added, given out, and ended. What a broker does with jobs it does: leases that
// run out, retries with backoff, incidents, pushing to open streams while a backlog waits for polls, back-pressure,
// refusals; and what the version in [GatewayOptions] knows: lease tokens, secrets and physical tenants from Camunda 8.10 on.
// Both can be told to misbehave. Both are made for load: they cost little beside what they serve, and keep no more than they
// are asked to.
package embedded
