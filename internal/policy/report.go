package policy

import (
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

// Options say what is known beside the models.
type Options struct {
	JobType string // of the tasks that the worker takes
	// Account is the AWS account of the worker and of the access keys, twelve digits. Empty = unknown. A role's account is in
	// its ARN.
	Account string
	// Regions are those to allow where a model does not say which one it is, and beside the model's for a global endpoint.
	// Nil = all.
	Regions []string
	// TrustedInputs says that the secret filter is switched off: process data can name secrets, and replace an identity.
	TrustedInputs bool
	// ModelsRead says that the worker reads the deployed models, so that a secret resolves only where a model names it.
	ModelsRead bool
	Manager    *Manager // nil = secrets do not come from AWS Secrets Manager
}

// Manager says where in AWS Secrets Manager secrets lie.
type Manager struct {
	Secrets []string // names or ARNs of secrets with a JSON object each
	Prefix  string   // of one secret per name; empty = none of this kind
	Region  string   // empty = unknown
}

// File is a model that was read.
type File struct {
	Name  string
	Model *bpmn.Model
}

// Kind says what an identity is.
type Kind string

// The kinds.
const (
	Worker      Kind = "worker"       // what the default credentials chain of the worker finds
	AccessKey   Kind = "access key"   // the user or role to which the access key of a task belongs
	Role        Kind = "role"         // a role that a task assumes
	ProcessData Kind = "process data" // whoever the process's variables name
)

// Words describes the kind for people.
func (k Kind) Words() string {
	return map[Kind]string{
		Worker: "the worker itself, by its default credentials chain", AccessKey: "whoever the access key belongs to",
		Role: "a role that tasks assume", ProcessData: "whomever the process's variables name",
	}[k]
}

// Report is what the models need.
type Report struct {
	Identities []*Identity `json:"identities"`
	// Notes are about no identity alone.
	Notes []Note `json:"notes,omitempty"`
	// Tasks is how many tasks were looked at.
	Tasks int `json:"tasks"`
}

// Identity is someone whom IAM knows, with the policy that it needs.
type Identity struct {
	// Name tells it from the others: default-chain, key:NAME with the name of the secret that holds the access key,
	// role:ARN, process-data.
	Name   string   `json:"name"`
	Kind   Kind     `json:"kind"`
	Policy Document `json:"policy"`
	Size   int      `json:"size"` // characters of the policy as IAM counts them: without white space
	Notes  []Note   `json:"notes,omitempty"`

	needs needs
}

// Note says what the policy does not show: why it is wide, or what else is to be done.
type Note struct {
	File    string `json:"file,omitempty"` // empty = about no place in a model
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Task    string `json:"task,omitempty"`
	Field   string `json:"field,omitempty"` // such as input.source
	Message string `json:"message"`
}

// String is the note as one line: orders.bpmn:12:7: Task: input.source: message.
func (n Note) String() string {
	text := n.Message
	if n.Field != "" {
		text = n.Field + ": " + text
	}
	if n.Task != "" {
		text = n.Task + ": " + text
	}
	if n.File != "" {
		text = fmt.Sprintf("%s:%d:%d: %s", n.File, n.Line, n.Column, text)
	}
	return text
}

// FindingsError says that models have mistakes, so that it cannot be told what they need.
type FindingsError struct{ Findings []Note }

func (e *FindingsError) Error() string {
	lines := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// NoTaskError says that no task of the models is for the worker.
type NoTaskError struct {
	JobType string
	Notes   []Note // tasks that nearly are
}

func (e *NoTaskError) Error() string {
	lines := []string{fmt.Sprintf("the models have no task of the type %s, so that there is nothing to allow", e.JobType)}
	for _, n := range e.Notes {
		lines = append(lines, n.String())
	}
	return strings.Join(lines, "\n")
}
