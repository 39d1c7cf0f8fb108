package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// methods are the calls that a fault may be for.
var methods = []string{"ActivateJobs", "StreamActivatedJobs", "CompleteJob", "FailJob", "ThrowError", "UpdateJobTimeout", "Topology", "GetProcessDefinitionXML", "ResolveSecrets"}

// faultRule is a rule in force.
type faultRule struct {
	control.Rule

	seen, met int64
	fault     embedded.Fault
}

// prepare checks the rule and makes its fault.
func (r *faultRule) prepare(hold <-chan struct{}) error {
	for _, name := range r.Calls {
		if name != "commands" && !slices.Contains(methods, name) {
			return fmt.Errorf("calls: found %q, expected commands or one of %q", name, methods)
		}
	}
	if r.Every < 0 || r.Times < 0 || r.DelayMs < 0 || r.AnswerMs < 0 {
		return fmt.Errorf("every, times, delayMs, answerMs: found %d, %d, %d, %d, expected no negative number", r.Every, r.Times, r.DelayMs, r.AnswerMs)
	}
	if r.HTTP != 0 {
		if r.Code != "" || http.StatusText(r.HTTP) == "" {
			return fmt.Errorf("http: found %d with code %q, expected an HTTP status and no code", r.HTTP, r.Code)
		}
		r.fault = embedded.HTTPFault(r.HTTP)
	}
	if r.Code != "" {
		if err := r.fault.Code.UnmarshalJSON([]byte(`"` + r.Code + `"`)); err != nil || r.fault.Code == codes.OK {
			return fmt.Errorf("code: found %q, expected the name of a gRPC code but OK, such as UNAVAILABLE", r.Code)
		}
		r.fault.Message = r.Message
	}
	r.fault.LoseAnswer = r.LoseAnswer
	r.fault.Delay, r.fault.AnswerDelay = time.Duration(r.DelayMs)*time.Millisecond, time.Duration(r.AnswerMs)*time.Millisecond
	if r.Hold {
		r.fault.Hold = hold
	}
	return nil
}

func (r *faultRule) matches(c embedded.Call) bool {
	named := len(r.Calls) == 0 || slices.Contains(r.Calls, c.Method) || c.IsCommand() && slices.Contains(r.Calls, "commands")
	return named && (r.Partition == 0 || c.IsCommand() && c.Partition() == r.Partition)
}

// due counts a call that matches, and tells whether the fault happens to it.
func (r *faultRule) due() bool {
	r.seen++
	if r.Every > 1 && r.seen%r.Every != 0 || r.Times > 0 && r.met == r.Times {
		return false
	}
	r.met++
	return true
}

// faultSet holds the rules in force.
type faultSet struct {
	mu    sync.Mutex
	rules []faultRule
	hold  chan struct{} // closed as the rules change
}

func newFaultSet() *faultSet { return &faultSet{hold: make(chan struct{})} }

// next decides on a call.
func (s *faultSet) next(c embedded.Call) embedded.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.rules {
		if r := &s.rules[i]; r.matches(c) {
			if r.due() {
				return r.fault
			}
			return embedded.Fault{}
		}
	}
	return embedded.Fault{}
}

// set puts other rules in force, and lets go of the calls that a rule holds. A rule that is none leaves all as it was.
func (s *faultSet) set(asked []control.Rule) error {
	hold := make(chan struct{})
	rules := make([]faultRule, len(asked))
	for i := range rules {
		rules[i].Rule = asked[i]
		if err := rules[i].prepare(hold); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.hold)
	s.rules, s.hold = rules, hold
	return nil
}

func (s *faultSet) clear() { _ = s.set(nil) } // no rule, no error

func (s *faultSet) counts() control.FaultsAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := control.FaultsAnswer{Met: []int64{}}
	for i := range s.rules {
		a.Met = append(a.Met, s.rules[i].met)
	}
	return a
}

func (c *gatewayControl) setFaults(_ *http.Request, r control.FaultsRequest) (any, error) {
	if err := c.faults.set(r.Faults); err != nil {
		return nil, err
	}
	return c.faults.counts(), nil
}
