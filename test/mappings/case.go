package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Case is one set of mappings with what the engine made of it: a line of a file of cases. What it asks comes first, what was
// recorded comes last.
type Case struct {
	Name      string          `json:"name"`
	Variables json.RawMessage `json:"variables,omitempty"` // of the process instance
	// Around are the input mappings of the sub-process around the task; absent = there is no sub-process.
	Around []Mapping `json:"around,omitempty"`
	// Each makes the task a multi-instance of one job for each item of a collection.
	Each    *Each       `json:"each,omitempty"`
	Inputs  []Mapping   `json:"inputs,omitempty"`
	Headers [][2]string `json:"headers,omitempty"` // key and value
	Retries string      `json:"retries,omitempty"` // as the model has it; absent = the attribute is absent
	// Result are the variables that the job is completed with, if the task has output mappings.
	Result  json.RawMessage `json:"result,omitempty"`
	Outputs []Mapping       `json:"outputs,omitempty"`

	Recorded Recorded `json:"recorded"`
}

// Recorded is what the engine did: it refused the model, raised an incident, or made jobs.
type Recorded struct {
	Refused  string          `json:"refused,omitempty"` // why the model cannot be deployed
	Incident *Incident       `json:"incident,omitempty"`
	Jobs     []Job           `json:"jobs,omitempty"`
	After    json.RawMessage `json:"after,omitempty"` // the variables of the process instance behind the task
}

// Incident is an incident before there is a job, or behind it if there are jobs.
type Incident struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// Job is what a job has of its task.
type Job struct {
	Variables json.RawMessage `json:"variables"`
	Headers   json.RawMessage `json:"headers,omitempty"` // absent = {}
	Retries   *int32          `json:"retries,omitempty"` // absent = 3
}

// Each is a multi-instance. The jobs are recorded in the order of the items.
type Each struct {
	Collection string `json:"collection"` // an expression
	Element    string `json:"element,omitempty"`
}

// Mapping is a pair of source and target; a null source stands for an absent attribute.
type Mapping struct {
	Source *string
	Target string
}

// MarshalJSON writes the pair as a list.
func (m Mapping) MarshalJSON() ([]byte, error) { return plain([]any{m.Source, m.Target}) }

// UnmarshalJSON reads the pair from a list.
func (m *Mapping) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&m.Source, &m.Target})
}

// plain is json.Marshal without the escapes for HTML.
func plain(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(out.Bytes()), err
}

// readCases reads a file of cases.
func readCases(file string) ([]Case, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var all []Case
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c Case
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", file, len(all)+1, err)
		}
		all = append(all, c)
	}
	return all, lines.Err()
}

// writeCases writes a file of cases.
func writeCases(file string, all []Case) error {
	var out bytes.Buffer
	for _, c := range all {
		line, err := plain(c)
		if err != nil {
			return err
		}
		out.Write(append(line, '\n'))
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}
