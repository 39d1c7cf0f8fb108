// Package plan is the arithmetic of docs/scaling.md: what a load asks of workers, of the gateway and of AWS. Its constants
// were measured; the page names the commands. It is pure: no I/O and no clock.
package plan

import (
	"math"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
)

// What was measured. docs/scaling.md has the commands and the machine; a test holds the page to these numbers.
const (
	// JobTime is how long a job takes at a worker that is not busy, beside the time in which the bus answers.
	JobTime = 2 * time.Millisecond
	// JobCPU is the processor time of a job without its share of a request.
	JobCPU = 250 * time.Microsecond
	// RequestCPU is the processor time of a request to the bus.
	RequestCPU = 150 * time.Microsecond
	// KilobyteCPU is the processor time of 1,000 bytes of an event.
	KilobyteCPU = 10 * time.Microsecond
	// BaseMemory is what a process under load needs beside its jobs.
	BaseMemory = 48 << 20
	// JobMemory is what a job at work needs beside its event.
	JobMemory = 64 << 10
	// EventCopies is how many times the size of an event a job at work needs.
	EventCopies = 8
)

// What is aimed at.
const (
	// Busy is the share of the slots, and of one processor core for each replica, that a plan uses. The rest is for peaks and for
	// the time in which a replica is away. The chart's autoscaling aims at the same share.
	Busy = 0.6
	// Least is the number of replicas that a plan has at least: one may be restarted at any time.
	Least = 2
	// Tries is how often a send is tried if AWS's own settings do not say so.
	Tries = 3
)

// How a worker shares requests.
const (
	firstRequests = 4                      // leave at once, before jobs wait to share one
	companyWait   = 250 * time.Millisecond // the longest that a job waits for others
)

// JobBytes returns how many bytes of jobs a process with a memory limit may have at work: what fits beside its own need, at least
// leastJobBytes.
func JobBytes(memoryLimit int64) int64 {
	return max(leastJobBytes, (memoryLimit-BaseMemory)/EventCopies)
}

// leastJobBytes is what even a process with little memory takes at a time.
const leastJobBytes = 1 << 20

// Load is what is to be carried.
type Load struct {
	Rate    float64       // jobs in a second, all replicas together
	Latency time.Duration // until the bus answers a request
	Size    int           // bytes of an event, as AWS counts them
}

// Settings are those of each worker.
type Settings struct {
	Capacity       int           // jobs at a time
	Entries        int           // events that may share a request
	Lease          time.Duration // of a job
	LeastLease     time.Duration // what must be left of it for a send to begin
	RequestTimeout time.Duration // of one request to the bus
}

// Plan is what the load asks for.
type Plan struct {
	Replicas     int
	ForSlots     int // replicas that the slots ask for
	ForProcessor int // replicas that the processor asks for, with one core each

	JobTime time.Duration // from taking a job to its end
	Slots   float64       // in use, all replicas together (Little's law)
	Share   float64       // of the slots

	Entries  float64 // in a request
	Requests float64 // in a second, to AWS
	Bytes    float64 // of events in a second, to AWS and at least as many from the gateway
	Cores    float64 // processor cores, all replicas together

	Memory     int // bytes of one replica at this load
	MemoryFull int // and with a job in each slot

	Lease LeaseVerdict
}

// LeaseVerdict says whether the lease suits the load.
type LeaseVerdict uint8

// The verdicts.
const (
	LeaseFits        LeaseVerdict = iota // all tries of a send fit into it, each with its whole timeout
	LeaseTight                           // one try fits, not all
	LeaseShort                           // not even one try with its whole timeout is sure to fit
	LeaseNeverInTime                     // requests are cut off before the bus answers
)

// Of returns the plan of a load. All of its numbers are above zero.
func Of(l Load, s Settings) Plan {
	p := Plan{Bytes: l.Rate * float64(l.Size), Lease: leaseOf(l, s)}
	p.ForSlots, p.ForProcessor = 1, 1
	for p.Replicas = Least; ; p.Replicas = max(p.ForSlots, p.ForProcessor) { // fewer jobs for each replica: less to share
		each := l.Rate / float64(p.Replicas)
		p.Entries = Entries(each, l, s)
		p.Requests = l.Rate / p.Entries
		p.JobTime = l.Latency + JobTime + Wait(each, l, s)
		p.Slots = l.Rate * p.JobTime.Seconds()
		p.Cores = l.Rate*(JobCPU.Seconds()+KilobyteCPU.Seconds()*float64(l.Size)/1000) + p.Requests*RequestCPU.Seconds()
		p.ForSlots = max(p.ForSlots, int(math.Ceil(p.Slots/(Busy*float64(s.Capacity)))))
		p.ForProcessor = max(p.ForProcessor, int(math.Ceil(p.Cores/Busy)))
		if max(p.ForSlots, p.ForProcessor) <= p.Replicas {
			break
		}
	}
	p.Share = p.Slots / float64(p.Replicas*s.Capacity)
	p.Memory = memory(p.Slots/float64(p.Replicas), l.Size)
	p.MemoryFull = memory(float64(s.Capacity), l.Size)
	return p
}

// shared is how many entries a worker lets share a request, as far as they fit into one.
func shared(s Settings) int { return min(s.Entries, (s.Capacity+7)/8) }

// full is how many entries a request has that leaves although others are in flight.
func full(l Load, s Settings) float64 {
	return float64(max(1, min(shared(s), limit.RequestSize/max(1, l.Size))))
}

// Entries returns how many events share a request at a worker that takes so many jobs a second. A worker sends each event at once
// while fewer than four requests are in flight. With more jobs, whatever has come leaves when one of the four ends. With still more,
// each request is full. A job that would wait for long for others has a request of its own.
func Entries(rate float64, l Load, s Settings) float64 {
	entries := min(max(1, rate*l.Latency.Seconds()/firstRequests), full(l, s))
	if entries/rate > companyWait.Seconds() {
		return 1
	}
	return entries
}

// Wait returns how long a job waits for others to share a request with, at a worker that takes so many jobs a second.
func Wait(rate float64, l Load, s Settings) time.Duration {
	entries, most := Entries(rate, l, s), full(l, s)
	between := time.Duration(float64(time.Second) / rate)
	switch {
	case rate*l.Latency.Seconds() <= firstRequests, shared(s) <= 1, l.Size >= limit.RequestSize: // it leaves at once, or is full by itself
		return 0
	case entries <= 1 && most > 1:
		return companyWait
	case entries < most: // until the next of the four ends
		return l.Latency / (2 * firstRequests)
	case most == 1: // until the next one comes, which does not fit
		return min(between, companyWait)
	default: // until the request is full
		return time.Duration(most / 2 * float64(between))
	}
}

// memory returns the bytes of a process with so many jobs at work.
func memory(jobs float64, size int) int {
	return BaseMemory + int(jobs*float64(JobMemory+EventCopies*size))
}

func leaseOf(l Load, s Settings) LeaseVerdict {
	margin := max(s.Lease/10, 2*time.Second) // kept for the command behind the send
	switch {
	case l.Latency >= s.RequestTimeout:
		return LeaseNeverInTime
	case s.LeastLease < s.RequestTimeout+margin:
		return LeaseShort
	case s.Lease < Tries*s.RequestTimeout+margin:
		return LeaseTight
	}
	return LeaseFits
}
