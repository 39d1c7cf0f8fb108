package control

// FaultsRequest says what goes wrong from now on, in place of what did before: POST /faults. The empty object clears all faults.
type FaultsRequest struct {
	Faults []Rule `json:"faults"`
}

// Rule is a fault and the calls that it meets. A call meets the first rule that it matches.
type Rule struct {
	Calls      []string `json:"calls,omitempty"`      // as gRPC names them, such as CompleteJob; "commands" = all for a job; empty = every call
	Every      int64    `json:"every,omitempty"`      // only each so-manieth of the calls that match; 0 = 1 = each of them
	Times      int64    `json:"times,omitempty"`      // only so many times; 0 = until cleared
	Partition  int64    `json:"partition,omitempty"`  // only commands for jobs of this partition; 0 = any
	Code       string   `json:"code,omitempty"`       // the call is refused with this code, such as UNAVAILABLE, and has no effect
	Message    string   `json:"message,omitempty"`    // of the refusal
	HTTP       int      `json:"http,omitempty"`       // the call is refused as by something on the way that answers with this HTTP status
	LoseAnswer bool     `json:"loseAnswer,omitempty"` // the call has its effect, and is answered UNAVAILABLE; over REST not at all
	DelayMs    int64    `json:"delayMs,omitempty"`    // before the effect
	AnswerMs   int64    `json:"answerMs,omitempty"`   // between the effect and the answer
	Hold       bool     `json:"hold,omitempty"`       // the call waits until the faults change, or its caller goes away, before its effect
}

// FaultsAnswer tells how often the fault of each rule in force happened.
type FaultsAnswer struct {
	Met []int64 `json:"met"`
}

// ClockRequest steps the clock of a partition, or of all: POST /clock.
type ClockRequest struct {
	Partition int64 `json:"partition"` // 0 = all
	OffsetMs  int64 `json:"offsetMs"`  // ahead of the machine's clock; below 0 = behind
}

// PartitionRequest takes the leader of a partition away, or gives it one again: POST /partitions.
type PartitionRequest struct {
	Partition  int64 `json:"partition"` // 0 = all
	Leaderless bool  `json:"leaderless"`
}

// Partition tells how a partition is.
type Partition struct {
	ID         int64 `json:"id"`
	OffsetMs   int64 `json:"offsetMs"`
	Leaderless bool  `json:"leaderless"`
}

// TenantsRequest says which tenants the caller may act for; null turns multi-tenancy off: POST /tenants.
type TenantsRequest struct {
	Tenants []string `json:"tenants"`
}
