package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// fact is what a gateway did.
type fact struct {
	Name  string `json:"name"`
	Does  string `json:"does"`            // the code of a call, or the ranks of jobs in the order of their keys
	Words string `json:"words,omitempty"` // of a refusal, with N for each number
}

// asked is a gateway that is asked for facts.
type asked struct {
	ctx    context.Context //nolint:containedctx // of the whole run
	client pb.GatewayClient
	add    func(jobType string, n int) error // makes jobs, in the order of their keys
	run    string                            // sets the job types of this run apart
	facts  []fact
}

const lease = 10 * time.Minute

// ask asks for all facts, and returns those that came before a failure.
func (a *asked) ask() ([]fact, error) {
	for _, part := range [...]func() error{a.orders, a.requests, a.ended, a.notHeld, a.pushes} {
		if err := part(); err != nil {
			return a.facts, err
		}
	}
	return a.facts, nil
}

func (a *asked) note(name, does string) { a.facts = append(a.facts, fact{Name: name, Does: does}) }

var number = regexp.MustCompile(`\d+`)

// noteCall notes how a call ended.
func (a *asked) noteCall(name string, err error) {
	s := status.Convert(err)
	a.facts = append(a.facts, fact{Name: name, Does: s.Code().String(), Words: number.ReplaceAllString(s.Message(), "N")})
}

// take takes n jobs by polls, in the order in which they come.
func (a *asked) take(jobType string, n int) ([]int64, error) {
	var keys []int64
	for deadline := time.Now().Add(time.Minute); len(keys) < n; {
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("found %d jobs of type %s within a minute, expected %d", len(keys), jobType, n)
		}
		got, err := a.poll(jobType, n-len(keys), -1)
		if err != nil {
			return nil, err
		}
		if len(got) == 0 {
			if err := pace.Sleep(a.ctx, 100*time.Millisecond); err != nil {
				return nil, err
			}
		}
		keys = append(keys, got...)
	}
	return keys, nil
}

func (a *asked) poll(jobType string, most int, wait time.Duration) ([]int64, error) {
	answers, err := a.client.ActivateJobs(a.ctx, &pb.ActivateJobsRequest{
		Type: jobType, Worker: "facts", Timeout: lease.Milliseconds(), MaxJobsToActivate: int32(most), RequestTimeout: wait.Milliseconds(), //nolint:gosec // a handful
	})
	if err != nil {
		return nil, err
	}
	var keys []int64
	for {
		answer, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return keys, nil
		}
		if err != nil {
			return nil, err
		}
		for _, j := range answer.GetJobs() {
			keys = append(keys, j.GetKey())
		}
	}
}

// made adds jobs of a type of their own and takes them.
func (a *asked) made(name string, n int) (jobType string, keys []int64, err error) {
	jobType = a.run + name
	if err := a.add(jobType, n); err != nil {
		return "", nil, err
	}
	keys, err = a.take(jobType, n)
	return jobType, keys, err
}

// ranks writes the places of keys in the order of all of them.
func ranks(keys []int64) string {
	sorted := slices.Sorted(slices.Values(keys))
	places := make([]int, len(keys))
	for i, key := range keys {
		places[i] = slices.Index(sorted, key)
	}
	return fmt.Sprint(places)
}

func (a *asked) complete(key int64, variables string) error {
	_, err := a.client.CompleteJob(a.ctx, &pb.CompleteJobRequest{JobKey: key, Variables: variables})
	return err
}

func (a *asked) fail(key int64, retries int32, backoff time.Duration) error {
	_, err := a.client.FailJob(a.ctx, &pb.FailJobRequest{JobKey: key, Retries: retries, RetryBackOff: backoff.Milliseconds(), ErrorMessage: "said so"})
	return err
}

func (a *asked) throw(key int64, code string) error {
	_, err := a.client.ThrowError(a.ctx, &pb.ThrowErrorRequest{JobKey: key, ErrorCode: code})
	return err
}

func (a *asked) update(key int64, d time.Duration) error {
	_, err := a.client.UpdateJobTimeout(a.ctx, &pb.UpdateJobTimeoutRequest{JobKey: key, Timeout: d.Milliseconds()})
	return err
}

// orders asks in which order polls give jobs.
func (a *asked) orders() error {
	_, keys, err := a.made("poll", 4)
	if err != nil {
		return err
	}
	a.note("polled: four jobs that wait", ranks(keys))
	jobType, keys, err := a.made("again", 4)
	if err != nil {
		return err
	}
	for _, i := range []int{2, 0, 3, 1} {
		if err := a.fail(keys[i], 2, 0); err != nil {
			return err
		}
	}
	if keys, err = a.take(jobType, 4); err != nil {
		return err
	}
	a.note("polled: four jobs that failed in the order [2 0 3 1], without a backoff", ranks(keys))
	return nil
}

// pushes asks what an open stream is given.
func (a *asked) pushes() error {
	jobType := a.run + "push"
	if err := a.add(jobType, 1); err != nil { // its definition is there then
		return err
	}
	if _, err := a.take(jobType, 1); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	stream, err := a.client.StreamActivatedJobs(ctx, &pb.StreamActivatedJobsRequest{Type: jobType, Worker: "facts", Timeout: lease.Milliseconds(), TenantIds: []string{"<default>"}})
	if err != nil {
		return err
	}
	if err := pace.Sleep(a.ctx, 5*time.Second); err != nil { // the engine learns of a stream a moment later
		return err
	}
	if err := a.add(jobType, 4); err != nil {
		return err
	}
	came := make(chan int64, 10)
	go func() {
		defer close(came)
		for {
			j, err := stream.Recv()
			if err != nil {
				return
			}
			came <- j.GetKey()
		}
	}()
	defer func() {
		cancel()
		for range came { // until the reader has ended
		}
	}()
	next := func() int64 { // 0 = none within ten seconds
		over := time.NewTimer(10 * time.Second)
		defer over.Stop()
		select {
		case key := <-came:
			return key
		case <-over.C:
			return 0
		}
	}
	keys := []int64{next(), next(), next(), next()}
	if slices.Contains(keys, 0) {
		return fmt.Errorf("the stream brought the jobs %d, expected four", keys)
	}
	a.note("pushed: four new jobs", ranks(keys))
	for _, backoff := range [...]time.Duration{0, time.Second} {
		began := time.Now()
		if err := a.fail(keys[0], 2, backoff); err != nil {
			return err
		}
		does := "not within ten seconds"
		if key := next(); key != 0 {
			does = fmt.Sprintf("again: %t, too early: %t", key == keys[0], time.Since(began) < backoff)
		}
		a.note(fmt.Sprintf("pushed: a job that failed with a backoff of %s", backoff), does)
	}
	return nil
}

// requests asks which requests are refused.
func (a *asked) requests() error {
	poll := func(name string, r *pb.ActivateJobsRequest) {
		answers, err := a.client.ActivateJobs(a.ctx, r)
		if err == nil {
			if _, err = answers.Recv(); errors.Is(err, io.EOF) {
				err = nil
			}
		}
		a.noteCall(name, err)
	}
	poll("a poll without a type", &pb.ActivateJobsRequest{Timeout: 1000, MaxJobsToActivate: 1, RequestTimeout: -1})
	poll("a poll with a lease of 0 ms", &pb.ActivateJobsRequest{Type: "none", MaxJobsToActivate: 1, RequestTimeout: -1})
	poll("a poll for 0 jobs", &pb.ActivateJobsRequest{Type: "none", Timeout: 1000, RequestTimeout: -1})
	poll("a poll for jobs that are not there", &pb.ActivateJobsRequest{Type: "none", Timeout: 1000, MaxJobsToActivate: 1, RequestTimeout: -1})
	const nobody = 2251799813685000
	a.noteCall("complete a job that is not there", a.complete(nobody, ""))
	a.noteCall("fail a job that is not there", a.fail(nobody, 1, 0))
	a.noteCall("throw for a job that is not there", a.throw(nobody, "E1"))
	a.noteCall("update the time-out of a job that is not there", a.update(nobody, time.Minute))
	_, keys, err := a.made("variables", 1)
	if err != nil {
		return err
	}
	a.noteCall("complete with a list for variables", a.complete(keys[0], `[1]`))
	a.noteCall("complete with broken JSON for variables", a.complete(keys[0], `{"a":`))
	a.noteCall("complete with null for variables", a.complete(keys[0], `null`))
	return nil
}

// ended asks what becomes of commands for jobs that have ended.
func (a *asked) ended() error {
	after := func(name string, end func(key int64) error) error {
		jobType, keys, err := a.made(name, 1)
		if err != nil {
			return err
		}
		a.noteCall(name, end(keys[0]))
		left, err := a.poll(jobType, 1, -1)
		if err != nil {
			return err
		}
		a.note(name+", then poll", fmt.Sprint(len(left), " jobs"))
		a.noteCall(name+", then complete", a.complete(keys[0], ""))
		return nil
	}
	for _, end := range [...]struct {
		name string
		end  func(key int64) error
	}{
		{"complete", func(key int64) error { return a.complete(key, `{"a":1}`) }},
		{"throw what a boundary event catches", func(key int64) error { return a.throw(key, "E1") }},
		{"fail without retries", func(key int64) error { return a.fail(key, 0, 0) }},
		{"fail with a backoff of a minute", func(key int64) error { return a.fail(key, 1, time.Minute) }},
	} {
		if err := after(end.name, end.end); err != nil {
			return err
		}
	}
	return nil
}

// notHeld asks what becomes of commands for a job that waits.
func (a *asked) notHeld() error {
	for _, c := range [...]struct {
		name    string
		command func(key int64) error
	}{
		{"update the time-out of a job that waits", func(key int64) error { return a.update(key, time.Minute) }},
		{"fail a job that waits", func(key int64) error { return a.fail(key, 1, time.Minute) }},
		{"throw for a job that waits", func(key int64) error { return a.throw(key, "E1") }},
		{"complete a job that waits", func(key int64) error { return a.complete(key, "") }},
	} {
		_, keys, err := a.made(c.name, 1)
		if err != nil {
			return err
		}
		if err := a.fail(keys[0], 2, 0); err != nil {
			return err
		}
		a.noteCall(c.name, c.command(keys[0]))
	}
	return nil
}
