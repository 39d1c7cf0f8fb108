package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
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
func prove(out io.Writer, s *streams, marks []mark) error {
	var errs []error
	for _, e := range expected {
		if !bytes.Contains(s.of(e.outlet), []byte(e.text)) {
			errs = append(errs, fmt.Errorf("the stream %s does not hold %q: it is not listened to", e.outlet, e.text))
		}
	}
	for _, log := range []string{"text", "json"} {
		if len(s.of("stdout, log as "+log))+len(s.of("stderr, log as "+log)) < 10_000 {
			errs = append(errs, fmt.Errorf("the log as %s is missing", log))
		}
	}
	plants := 0
	for _, name := range s.names() {
		stream := s.of(name)
		before, after := stream[:min(len(stream), 2000)], stream[max(0, len(stream)-2000):]
		for i := range marks {
			m := &marks[i]
			for _, f := range append(m.forms, splits(m.value)...) {
				plants++
				leaking := bytes.Join([][]byte{before, []byte(f.text), after}, []byte("·"))
				if !found(search(name, leaking, marks[i:i+1]), m.name, f.name) {
					errs = append(errs, fmt.Errorf("the secret %q, planted into %s, was not found: %s", m.name, name, f.name))
				}
			}
		}
	}
	fmt.Fprintf(out, "proof: %d plants, each searched for and %d missed\n", plants, len(errs))
	return errors.Join(errs...)
}

// splits are ways to split a secret over attributes and lines.
func splits(secret string) []form {
	half := len(secret) / 2
	return []form{
		{"split", secret[:half] + `" b="` + secret[half:]},
		{"split", secret[:shortestPart] + "\ntime=2026-01-01T00:00:00Z level=INFO msg=\"" + secret[shortestPart:]},
		{"split", secret[:len(secret)-shortestPart] + `","error.message":"` + strings.Repeat("x", 200) + secret[len(secret)-shortestPart:]},
	}
}

func found(hits []hit, mark, form string) bool {
	for _, h := range hits {
		if h.mark == mark && h.form == form {
			return true
		}
	}
	return false
}
