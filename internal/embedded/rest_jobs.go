package embedded

import (
	"errors"
	"strconv"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// activate gives out jobs that wait, and waits for some if there are none.
func (c *restCall) activate() error {
	g := c.gateway
	known := g.options.release
	p := poll{overREST: true}
	var lease, wait int64
	var limit int32
	var worker string
	var fetched []string
	err := c.read(
		false,
		textProperty("type", &p.jobType), textProperty("worker", &worker), numberProperty("timeout", 64, &lease),
		numberProperty("maxJobsToActivate", 32, &limit), textsProperty("fetchVariable", &fetched),
		numberProperty("requestTimeout", 64, &wait), textsProperty("tenantIds", &p.tenants),
		tenantFilterProperty(&p.assigned).only(known.knowsAssignedTenants()),
		truthProperty("withLease", &p.withLease).only(known.knowsLeases()),
	)
	if err != nil {
		return err
	}
	p.limit, p.lease, p.wait, p.fetch = int(limit), time.Duration(lease)*time.Millisecond, time.Duration(wait)*time.Millisecond, newFetch(fetched)
	jobs, err := g.poll(c.r.Context(), &p)
	if err != nil {
		return err
	}
	body := []byte(`{"jobs":[`)
	for i := range jobs {
		if i > 0 {
			body = append(body, ',')
		}
		body = jobs[i].appendJSON(body, &g.options, worker, &p.fetch)
	}
	c.answer(append(body, "]}"...))
	return nil
}

func tenantFilterProperty(assigned *bool) property {
	return property{"tenantFilter", true, func(raw []byte) error {
		switch text, err := readText(raw); {
		case err == nil && text == "ASSIGNED":
			*assigned = true
		case err != nil || text != "PROVIDED":
			return errors.New("expected PROVIDED or ASSIGNED")
		}
		return nil
	}}
}

// appendJSON writes the job as its taker sees it. Variables and headers are written as they stand.
func (d *delivery) appendJSON(dst []byte, o *GatewayOptions, worker string, f *fetch) []byte {
	e := d.entry
	known := o.release
	separator := byte('{')
	name := func(name string) {
		dst = append(dst, separator, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		separator = ','
	}
	raw := func(n, value string) {
		name(n)
		dst = append(dst, value...)
	}
	text := func(n, value string) {
		name(n)
		dst = jsonvalue.AppendString(dst, value)
	}
	optional := func(n, value string) {
		if value == "" {
			raw(n, "null")
			return
		}
		text(n, value)
	}
	number := func(n string, value int64) {
		name(n)
		dst = strconv.AppendInt(dst, value, 10)
	}
	key := number
	if known.knowsTextKeys() {
		key = func(n string, value int64) { text(n, strconv.FormatInt(value, 10)) }
	}
	text("type", e.Type)
	text("processDefinitionId", e.ProcessID)
	number("processDefinitionVersion", int64(e.ProcessDefinitionVersion))
	text("elementId", e.ElementID)
	raw("customHeaders", e.CustomHeaders)
	text("worker", worker)
	number("retries", int64(d.retries))
	number("deadline", d.deadline)
	raw("variables", f.filter(e.Variables))
	text("tenantId", e.TenantID)
	key("jobKey", e.key)
	key("processInstanceKey", e.ProcessInstanceKey)
	key("processDefinitionKey", e.ProcessDefinitionKey)
	key("elementInstanceKey", e.ElementInstanceKey)
	if known.knowsTags() {
		text("kind", "BPMN_ELEMENT")
		text("listenerEventType", "UNSPECIFIED")
		raw("userTask", "null")
		name("tags")
		dst = appendTexts(dst, e.Tags)
	}
	if known.knowsRootKeys() {
		key("rootProcessInstanceKey", e.ProcessInstanceKey)
	}
	if known.knowsLeases() {
		text("physicalTenantId", o.physicalTenant)
		optional("businessId", e.BusinessID)
		number("priority", 0)
		optional(known.leaseTokenName(), d.token)
	}
	return append(dst, '}')
}

func appendTexts(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, text := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonvalue.AppendString(dst, text)
	}
	return append(dst, ']')
}
