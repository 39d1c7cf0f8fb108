package embedded

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// complete ends a job with variables.
func (c *restCall) complete() error {
	command := Command{Kind: Complete}
	var result string // of listeners and sub-processes, which this gateway has not
	return c.command("CompleteJob", &command, nil, objectProperty("variables", &command.Variables), objectProperty("result", &result))
}

// fail takes a job's retries down, or makes it an incident.
func (c *restCall) fail() error {
	command := Command{Kind: Fail}
	return c.command(
		"FailJob", &command, nil,
		numberProperty("retries", 32, &command.Retries), textProperty("errorMessage", &command.Message),
		durationProperty("retryBackOff", &command.Backoff), objectProperty("variables", &command.Variables),
	)
}

// throw ends a job by a BPMN error, which is taken to be caught.
func (c *restCall) throw() error {
	command := Command{Kind: Throw}
	check := func() error {
		if strings.TrimSpace(command.Code) == "" {
			return invalidArgument("errorCode: found none, expected a text")
		}
		return nil
	}
	return c.command(
		"ThrowError", &command, check,
		textProperty("errorCode", &command.Code), textProperty("errorMessage", &command.Message), objectProperty("variables", &command.Variables),
	)
}

// update moves the end of a job's lease, whoever holds it.
func (c *restCall) update() error {
	command := Command{Kind: UpdateTimeout}
	timed := false
	timeout := durationProperty("timeout", &command.Timeout)
	changes := []property{{"timeout", true, func(raw []byte) error { timed = true; return timeout.read(raw) }}}
	changeset := property{"changeset", true, func(raw []byte) error { return readProperties(raw, changes) }}
	check := func() error {
		if !timed {
			return invalidArgument("changeset: found no timeout, expected one: this gateway updates nothing else")
		}
		return nil
	}
	return c.command("UpdateJobTimeout", &command, check, changeset)
}

// durationProperty is a number of milliseconds.
func durationProperty(name string, to *time.Duration) property {
	var milliseconds int64
	p := numberProperty(name, 64, &milliseconds)
	return property{name, true, func(raw []byte) error {
		if err := p.read(raw); err != nil {
			return err
		}
		*to = time.Duration(milliseconds) * time.Millisecond
		return nil
	}}
}

// command reads a command's body and carries it out. Check refuses what the body lacks; nil = it may have everything or nothing,
// and may be empty itself.
func (c *restCall) command(method string, command *Command, check func() error, properties ...property) error {
	key, err := strconv.ParseInt(c.r.PathValue("jobKey"), 10, 64)
	if err != nil {
		return badRequest("jobKey: found %q, expected the digits of a key", c.r.PathValue("jobKey"))
	}
	known := c.gateway.options.release
	token := textProperty(known.leaseTokenName(), &command.LeaseToken).only(known.knowsLeases())
	if err := c.read(check == nil, append(properties, token)...); err != nil {
		return err
	}
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	command.JobKey = key
	if err := c.gateway.command(c.r.Context(), method, command); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
