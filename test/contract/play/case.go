// Package play has a worker process work on jobs that a suite describes, and holds what it does against what the suite
// expects. It plays everything around the worker: the gateway by real gRPC, the REST API that hands out deployed models,
// and for every job an event bus of its own by real HTTP.
package play

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/eventbridge-connector/eventbridge-connector/test/model"
)

// Case is one job and what must become of it.
type Case struct {
	Name    string `yaml:"name"`
	Section string `yaml:"-"`       // of the rules, such as "1.1 Input"; the file's
	Profile string `yaml:"profile"` // empty = the file's

	Set         map[string]string `yaml:"set"`         // JSON text by path into the usual variables, such as input.source
	Drop        []string          `yaml:"drop"`        // paths that are taken out of the usual variables
	Variables   *string           `yaml:"variables"`   // in place of the usual ones, as it stands
	Headers     map[string]string `yaml:"headers"`     // of the job
	HeadersText *string           `yaml:"headersText"` // in place of Headers, as it stands
	Retries     int32             `yaml:"retries"`     // 0 = 3
	Tenant      string            `yaml:"tenant"`      // empty = <default>
	Process     string            `yaml:"process"`     // the process's id; empty = process
	Model       []model.Input     `yaml:"model"`       // input mappings of the deployed model; nil = the cluster has no model

	Answers []Answer `yaml:"answers"` // of the bus to the first requests; then it answers as EventBridge
	Gateway []Reply  `yaml:"gateway"` // to the first commands; then it takes them
	Again   bool     `yaml:"again"`   // a failed job with retries left comes again, and Want is about how it ends
	Want    Want     `yaml:"want"`
}

// Answer is what the bus answers.
type Answer struct {
	Status  int               `yaml:"status"` // 0 = 400 with Error, else 200
	Error   string            `yaml:"error"`  // AWS's code and message, such as "ThrottlingException: Rate exceeded"
	Headers map[string]string `yaml:"headers"`
	Body    string            `yaml:"body"`
	HangUp  bool              `yaml:"hangUp"` // closes the connection
	Stall   bool              `yaml:"stall"`  // answers nothing while the worker waits
	Usual   bool              `yaml:"usual"`  // as EventBridge does, with Headers
	Times   int               `yaml:"times"`  // 0 = once
}

// Reply is what the gateway says to a command.
type Reply struct {
	Code    string `yaml:"code"` // of gRPC, such as UNAVAILABLE
	Message string `yaml:"message"`
	Lost    bool   `yaml:"lost"`   // the command is carried out nevertheless
	Times   int    `yaml:"times"`  // 0 = once
	Method  string `yaml:"method"` // of the command it is for, such as UpdateJobTimeout; empty = any that ends a job
}

// Want is what must become of a job. What is not given is not compared, unless its comment says otherwise.
type Want struct {
	// Refused stands for an input error that is found before anything is sent: a fail with no retries left, INPUT_ERROR,
	// no request, and a message with these texts.
	Refused []string `yaml:"refused"`

	Command      string   `yaml:"command"` // complete, fail, throw; none = the job is left to its lease, any = complete or fail
	Retries      int32    `yaml:"retries"` // of fail
	Backoff      string   `yaml:"backoff"` // of fail, such as 1m30s; empty = none, <any> = not compared
	Code         string   `yaml:"code"`    // of throw
	Message      []string `yaml:"message"` // texts in the message of fail and throw
	MessageLacks []string `yaml:"messageLacks"`
	MessageIs    *string  `yaml:"messageIs"`
	Longest      int      `yaml:"longest"` // characters that the message may have; 0 = not compared

	Variables *string   `yaml:"variables"` // of the command, JSON; "<any>" stands for any value
	Error     *ErrorVar `yaml:"error"`     // the variable error of fail

	Requests   *int                `yaml:"requests"`   // that the bus saw; nil = 1
	Sent       []map[string]string `yaml:"sent"`       // fields of each entry of the first request, byte for byte; Detail is its text, Resources joined by blanks
	SentHas    []string            `yaml:"sentHas"`    // texts that every request holds
	SentLacks  []string            `yaml:"sentLacks"`  // texts that no request may hold
	Credential string              `yaml:"credential"` // access key and region of the signature: KEY/region
	Token      string              `yaml:"token"`      // session token of the request

	Leases []string `yaml:"leases"` // of every UpdateJobTimeout
	Calls  []string `yaml:"calls"`  // every command that ends a job, refused ones too; nil = Command alone, <any> = not compared
	Log    []string `yaml:"log"`    // texts in the worker's log
}

// ErrorVar is the variable error of a failed job.
type ErrorVar struct {
	Code      string   `yaml:"code"`
	Type      string   `yaml:"type"`
	Message   []string `yaml:"message"`
	Lacks     []string `yaml:"lacks"`
	Variables *string  `yaml:"variables"`
}

// file is a file of cases.
type file struct {
	Section string `yaml:"section"`
	Profile string `yaml:"profile"`
	Cases   []Case `yaml:"cases"`
}

// ReadCases reads all cases of the files *.yaml in the folder. An error names the file, and the case.
func ReadCases(folder fs.FS) ([]Case, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Case
	seen := map[string]string{}
	for _, name := range names {
		if name == profilesFile {
			continue
		}
		var f file
		if err := readYAML(folder, name, &f); err != nil {
			return nil, err
		}
		if f.Section == "" || len(f.Cases) == 0 {
			return nil, fmt.Errorf("%s: expected a section and cases", name)
		}
		for i := range f.Cases {
			c := &f.Cases[i]
			c.Section = f.Section
			if c.Profile == "" {
				c.Profile = f.Profile
			}
			if err := c.Complete(); err != nil {
				return nil, fmt.Errorf("%s: case %d %q: %w", name, i+1, c.Name, err)
			}
			if other, twice := seen[c.Name]; twice {
				return nil, fmt.Errorf("%s: case %q: the name is taken in %s", name, c.Name, other)
			}
			seen[c.Name] = name
		}
		all = append(all, f.Cases...)
	}
	if len(all) == 0 {
		return nil, errors.New("no cases found")
	}
	return all, nil
}

func readYAML(folder fs.FS, name string, into any) error {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return nil
}

// Outcomes of a job.
const (
	complete = "complete"
	fail     = "fail"
	throw    = "throw"
	none     = "none"
	either   = "any" // complete or fail
)

// Complete checks the case and fills in what follows from other fields.
func (c *Case) Complete() error {
	if c.Name == "" || c.Profile == "" {
		return errors.New("expected a name and a profile")
	}
	w := &c.Want
	if w.Refused != nil {
		if w.Command != "" {
			return errors.New("refused says what the command is")
		}
		if len(w.Refused) == 0 {
			return errors.New("refused: expected texts of the message")
		}
		w.Command, w.Message = fail, append(slices.Clone(w.Refused), w.Message...)
		if w.Requests == nil {
			w.Requests = new(int)
		}
		if w.Error == nil {
			w.Error = &ErrorVar{Code: "INPUT_ERROR", Type: "io.camunda.connector.api.error.ConnectorInputException"}
		}
	}
	if !slices.Contains([]string{complete, fail, throw, none, either}, w.Command) {
		return fmt.Errorf("command: found %q, expected complete, fail, throw, none or any", w.Command)
	}
	if w.Requests == nil {
		one := 1
		w.Requests = &one
	}
	if w.Command == none && len(w.Leases)+len(w.Calls) == 0 {
		return errors.New("command none: expected leases or calls, which tell how far the job got")
	}
	if w.Calls == nil && w.Command != none {
		w.Calls = []string{w.Command}
	}
	for _, a := range c.Answers {
		if a.Error != "" && !strings.Contains(a.Error, ":") {
			return fmt.Errorf("answers: error: found %q, expected CODE: message", a.Error)
		}
	}
	_, err := c.variables("127.0.0.1:1")
	return err
}
