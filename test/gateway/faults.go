package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// faultsRequest says what goes wrong from now on, in place of what did before. The empty object clears all faults.
type faultsRequest struct {
	Faults []faultRule `json:"faults"`
}

// methods are the calls that a fault may be for.
var methods = []string{"ActivateJobs", "StreamActivatedJobs", "CompleteJob", "FailJob", "ThrowError", "UpdateJobTimeout", "Topology", "GetProcessDefinitionXML", "ResolveSecrets"}

// faultRule is a fault and the calls that it meets. A call meets the first rule that it matches.
type faultRule struct {
	Calls      []string `json:"calls"`      // as gRPC names them, such as CompleteJob; "commands" = all for a job; empty = every call
	Every      int64    `json:"every"`      // only each so-manieth of the calls that match; 0 = 1 = each of them
	Times      int64    `json:"times"`      // only so many times; 0 = until cleared
	Partition  int64    `json:"partition"`  // only commands for jobs of this partition; 0 = any
	Code       string   `json:"code"`       // the call is refused with this code, such as UNAVAILABLE, and has no effect
	Message    string   `json:"message"`    // of the refusal
	HTTP       int      `json:"http"`       // the call is refused as by something on the way that answers with this HTTP status
	LoseAnswer bool     `json:"loseAnswer"` // the call has its effect, and is answered UNAVAILABLE; over REST not at all
	DelayMs    int64    `json:"delayMs"`    // before the effect
	AnswerMs   int64    `json:"answerMs"`   // between the effect and the answer
	Hold       bool     `json:"hold"`       // the call waits until the faults change, or its caller goes away, before its effect

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
func (s *faultSet) set(rules []faultRule) error {
	hold := make(chan struct{})
	for i := range rules {
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

// faultsAnswer tells how often the fault of each rule in force happened.
type faultsAnswer struct {
	Met []int64 `json:"met"`
}

func (s *faultSet) counts() faultsAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := faultsAnswer{Met: []int64{}}
	for i := range s.rules {
		a.Met = append(a.Met, s.rules[i].met)
	}
	return a
}

func (c *gatewayControl) setFaults(_ *http.Request, r faultsRequest) (any, error) {
	if err := c.faults.set(r.Faults); err != nil {
		return nil, err
	}
	return c.faults.counts(), nil
}
