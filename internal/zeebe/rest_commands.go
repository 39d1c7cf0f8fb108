package zeebe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Complete is as [Client.Complete].
func (c *RESTClient) Complete(ctx context.Context, r job.Ref, variables []byte) error {
	b := &commandBody{}
	b.variables(variables)
	return c.command(ctx, http.MethodPost, "/completion", r, b)
}

// Fail is as [Client.Fail].
func (c *RESTClient) Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, variables []byte) error {
	b := &commandBody{}
	b.number("retries", int64(retries))
	b.text("errorMessage", message)
	b.number("retryBackOff", milliseconds(backoff))
	b.variables(variables)
	return c.command(ctx, http.MethodPost, "/failure", r, b)
}

// Throw is as [Client.Throw].
func (c *RESTClient) Throw(ctx context.Context, r job.Ref, code, message string, variables []byte) error {
	b := &commandBody{}
	b.text("errorCode", code)
	b.text("errorMessage", message)
	b.variables(variables)
	return c.command(ctx, http.MethodPost, "/error", r, b)
}

// UpdateTimeout is as [Client.UpdateTimeout].
func (c *RESTClient) UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error {
	b := &commandBody{}
	b.value("changeset", []byte(`{"timeout":`+strconv.FormatInt(milliseconds(d), 10)+`}`))
	err := c.command(ctx, http.MethodPatch, "", r, b)
	if e, ok := errors.AsType[*job.CommandError](err); ok && e.HTTPStatus == http.StatusMethodNotAllowed {
		return &job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED", Reason: e.Reason, Fault: e.Fault, HTTPStatus: e.HTTPStatus, NotTaken: true}
	}
	return err
}

// command sends a command for a job once.
func (c *RESTClient) command(ctx context.Context, method, action string, ref job.Ref, b *commandBody) error {
	names := b.names // of what is in the command beside the token
	if ref.LeaseToken != "" {
		b.text(c.tokenName(ref.LeaseToken), ref.LeaseToken)
	}
	body, err := b.end()
	if err != nil {
		return &job.CommandError{Kind: job.Unacceptable, Code: "INVALID_ARGUMENT", Reason: err.Error(), NotTaken: true}
	}
	_, err = c.call(ctx, restRequest{method: method, path: jobPath(ref.Key, action), body: body}, http.StatusNoContent)
	if ref.LeaseToken != "" {
		err = maskToken(withoutToken(err, names), ref.LeaseToken)
	}
	return tooLargeForProxy(err, len(body))
}

// commandBody writes the JSON object of a command.
type commandBody struct {
	json  []byte
	names []string // of the properties so far
	err   error    // of what is no JSON
}

// key begins a property.
func (b *commandBody) key(name string) {
	if len(b.json) > 0 {
		b.json = append(b.json, ',')
	}
	b.json = append(jsonvalue.AppendString(b.json, name), ':')
	b.names = append(b.names, name)
}

func (b *commandBody) number(name string, n int64) {
	b.key(name)
	b.json = strconv.AppendInt(b.json, n, 10)
}

func (b *commandBody) text(name, text string) {
	b.key(name)
	b.json = jsonvalue.AppendString(b.json, validText(text))
}

func (b *commandBody) texts(name string, all []string) {
	b.key(name)
	b.json = append(b.json, '[')
	for i, text := range all {
		if i > 0 {
			b.json = append(b.json, ',')
		}
		b.json = jsonvalue.AppendString(b.json, validText(text))
	}
	b.json = append(b.json, ']')
}

// value adds a property with a value that is JSON already.
func (b *commandBody) value(name string, raw []byte) {
	b.key(name)
	var err error
	if b.json, err = jsonvalue.AppendCompact(b.json, raw); err != nil {
		b.err = fmt.Errorf("%s: %w", name, err)
	}
}

// variables adds those of the command; empty = it has none.
func (b *commandBody) variables(raw []byte) {
	if len(raw) > 0 {
		b.value("variables", bytes.ToValidUTF8(raw, []byte("\uFFFD")))
	}
}

// end returns the whole object.
func (b *commandBody) end() ([]byte, error) {
	return slices.Concat([]byte("{"), b.json, []byte("}")), b.err
}
