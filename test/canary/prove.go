package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
)

// expected are streams that must be there, and a text that must be in them: a stream that is not listened to holds no
// secret either.
var expected = []struct{ outlet, text string }{
	{"gRPC FailJob", "AccessDeniedException"},
	{"gRPC ThrowError", "errorCode"},
	{"gRPC CompleteJob", "jobKey"},
	{"gRPC UpdateJobTimeout", "timeout"},
	{"gRPC StreamActivatedJobs", "io.camunda:aws-eventbridge:1"},
	{"gRPC ActivateJobs", "io.camunda:aws-eventbridge:1"},
	{"gRPC metadata", "user-agent"},
	{"REST API head", "/v2/process-definitions/"},
	{"traces head", "/v1/traces"},
	{"traces body", "AccessDeniedException"},
	{"HTTP /actuator/prometheus", "camunda_connector_outbound_invocations_total"},
	{"HTTP /actuator/health", "UP"},
	{"command config", "client-secret"},
	{"command try", "shop-bus"},
	{"command lint", "order.bpmn"},
	{"command eval", "null"},
}

// prove plants every secret in every form into every stream, between what really stands there, and fails if the search
// misses one. It also fails if a stream is missing.
func prove(out io.Writer, s *leak.Streams, marks []leak.Mark) error {
	var errs []error
	for _, e := range expected {
		if !bytes.Contains(s.Of(e.outlet), []byte(e.text)) {
			errs = append(errs, fmt.Errorf("the stream %s does not hold %q: it is not listened to", e.outlet, e.text))
		}
	}
	for _, log := range []string{"text", "json"} {
		if len(s.Of("stdout, log as "+log))+len(s.Of("stderr, log as "+log)) < 10_000 {
			errs = append(errs, fmt.Errorf("the log as %s is missing", log))
		}
	}
	plants, missed := leak.Plant(s, marks)
	fmt.Fprintf(out, "proof: %d plants, each searched for and %d missed\n", plants, len(missed))
	return errors.Join(append(errs, missed...)...)
}
