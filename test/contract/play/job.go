package play

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// JobType is the type of the jobs.
const JobType = "io.camunda:aws-eventbridge:1"

// busAddress stands for the host and port of the job's own bus.
const busAddress = "${BUS}"

// usual are the variables of a job whose case says nothing of them, as JSON text by path.
var usual = map[string]string{
	"authentication.type":      `"credentials"`,
	"authentication.accessKey": `"AKIAPLAYEDKEY000001"`,
	"authentication.secretKey": `"played-secret-key-000000000000000001"`,
	"configuration.region":     `"eu-west-1"`,
	"configuration.endpoint":   `"http://${BUS}"`,
	"input.eventBusName":       `"shop-bus"`,
	"input.source":             `"shop.checkout"`,
	"input.detailType":         `"Order Placed"`,
	"input.detail":             `{"order":"S-17"}`,
}

// object is a JSON object whose values are JSON texts that are kept as they are.
type object struct {
	raw     string // of a value that is no object of ours
	members map[string]*object
}

func (o *object) set(path, text string) error {
	at := o
	for name := range strings.SplitSeq(path, ".") {
		if at.members == nil {
			at.members, at.raw = map[string]*object{}, ""
		}
		if at.members[name] == nil {
			at.members[name] = &object{}
		}
		at = at.members[name]
	}
	if text == "" {
		return fmt.Errorf("%s: expected a JSON text", path)
	}
	at.members, at.raw = nil, text
	return nil
}

func (o *object) drop(path string) error {
	names := strings.Split(path, ".")
	at := o
	for _, name := range names[:len(names)-1] {
		if at = at.members[name]; at == nil {
			return fmt.Errorf("drop: there is no %s", path)
		}
	}
	last := names[len(names)-1]
	if at.members[last] == nil {
		return fmt.Errorf("drop: there is no %s", path)
	}
	delete(at.members, last)
	return nil
}

func (o *object) append(b []byte) []byte {
	if o.members == nil {
		return append(b, o.raw...)
	}
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(o.members)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonvalue.AppendString(b, name), ':')
		b = o.members[name].append(b)
	}
	return append(b, '}')
}

// variables returns the job's variables, for a bus at the address.
func (c *Case) variables(bus string) (string, error) {
	if c.Variables != nil {
		return c.expand(*c.Variables, bus), nil
	}
	root := &object{}
	for path, text := range usual {
		if err := root.set(path, text); err != nil {
			return "", err
		}
	}
	for _, path := range c.Drop {
		if err := root.drop(path); err != nil {
			return "", err
		}
	}
	// The shorter path first, so that a deeper one changes what it set.
	for _, path := range slices.SortedFunc(maps.Keys(c.Set), func(a, b string) int { return len(a) - len(b) }) {
		if err := root.set(path, c.Set[path]); err != nil {
			return "", err
		}
	}
	return c.expand(string(root.append(nil)), bus), nil
}

// expand puts in the bus's address, and for ${LONG:n} the letter x n times.
func (c *Case) expand(text, bus string) string {
	text = strings.ReplaceAll(text, busAddress, bus)
	for {
		before, rest, found := strings.Cut(text, "${LONG:")
		if !found {
			return text
		}
		number, after, _ := strings.Cut(rest, "}")
		n := 0
		_, _ = fmt.Sscan(number, &n)
		text = before + strings.Repeat("x", n) + after
	}
}

// job returns the job as the gateway is given it. Variables and headers that are no JSON object are put in when the job
// is handed out: the gateway refuses them.
func (c *Case) job(variables, headers string, definition int64) embedded.Job {
	return embedded.Job{
		Type: JobType, Variables: variables, CustomHeaders: headers, Retries: c.Retries, TenantID: c.Tenant,
		ProcessID: c.Process, ProcessDefinitionKey: definition,
	}
}

func (c *Case) headers() string {
	if c.HeadersText != nil {
		return *c.HeadersText
	}
	o := &object{members: map[string]*object{}}
	for name, value := range c.Headers {
		o.members[name] = &object{raw: string(jsonvalue.AppendString(nil, value))}
	}
	return string(o.append(nil))
}
