package zeebe

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// errNoKey is the fault of a job that no command can name.
var errNoKey = errors.New("jobKey: expected a whole number above 0")

// readJob reads one job, and the physical tenant that it says it is of. Variables and headers stay as they came; what is not known is
// passed over. What cannot be read is [job.Job.Unreadable]. The error says why there is no key.
func (c *RESTClient) readJob(raw []byte) (j *job.Job, physicalTenant string, err error) {
	j = &job.Job{CustomHeaders: "{}", Variables: "{}"}
	oldToken := ""
	err = jsonvalue.Members(raw, func(key string, raw []byte) error {
		if jsonvalue.RawKind(raw) == jsonvalue.KindNull {
			return nil
		}
		var err error
		switch key {
		case "jobKey":
			j.Key, err = wholeNumber(raw, 64)
		case "type":
			j.Type, err = text(raw)
		case "processInstanceKey":
			j.ProcessInstanceKey, err = wholeNumber(raw, 64)
		case "processDefinitionId":
			j.ProcessID, err = text(raw)
		case "processDefinitionVersion":
			j.ProcessDefinitionVersion, err = wholeNumber32(raw)
		case "processDefinitionKey":
			j.ProcessDefinitionKey, err = wholeNumber(raw, 64)
		case "elementId":
			j.ElementID, err = text(raw)
		case "elementInstanceKey":
			j.ElementInstanceKey, err = wholeNumber(raw, 64)
		case "customHeaders":
			j.CustomHeaders = string(raw)
		case "worker":
			j.Worker, err = text(raw)
		case "retries":
			j.Retries, err = wholeNumber32(raw)
		case "deadline":
			var at int64
			if at, err = wholeNumber(raw, 64); err == nil {
				j.Deadline = time.UnixMilli(at)
			}
		case "variables":
			j.Variables = string(raw)
		case "tenantId":
			j.TenantID, err = text(raw)
		case "physicalTenantId":
			physicalTenant, err = text(raw)
		case "businessId":
			j.BusinessID, err = text(raw)
		case newTokenName:
			j.LeaseToken, err = text(raw)
		case oldTokenName:
			oldToken, err = text(raw)
		}
		if err != nil && j.Unreadable == "" {
			j.Unreadable = key + ": " + err.Error()
		}
		return nil
	})
	if j.LeaseToken == "" && oldToken != "" { // of a job that has it under both names, the newer one counts
		j.LeaseToken = oldToken
		c.oldTokens.Add(oldToken, struct{}{})
	}
	switch {
	case j.Key <= 0:
		err = cmp.Or(err, errNoKey)
	case err != nil:
		j.Unreadable, err = err.Error(), nil
	}
	return j, physicalTenant, err
}

// nameless is told of a job that no command can name. It waits until its lease is over.
func (c *RESTClient) nameless(err error) {
	c.namelessLog.Do(func() {
		c.log.Error("the gateway gave a job that cannot be read and has no key; it waits until its lease is over", "error", err.Error())
	})
}

// text reads a text. A number is taken as its own.
func text(raw []byte) (string, error) {
	switch kind := jsonvalue.RawKind(raw); kind {
	case jsonvalue.KindNumber:
		return string(raw), nil
	case jsonvalue.KindString:
		return jsonvalue.Unquote(raw)
	default:
		return "", fmt.Errorf("found %s, expected a text", kind)
	}
}

// wholeNumber reads a number of so many bits, which may stand in a text: keys do. The error does not repeat what was found: a name
// may have slipped, and a lease token is to be in no log.
func wholeNumber(raw []byte, bits int) (int64, error) {
	kind := jsonvalue.RawKind(raw)
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, bits)
	switch {
	case err == nil && (kind == jsonvalue.KindNumber || kind == jsonvalue.KindString):
		return n, nil
	case kind == jsonvalue.KindNumber:
		return 0, fmt.Errorf("found another number, expected a whole number of %d bits", bits)
	}
	return 0, fmt.Errorf("found %s, expected a whole number", kind)
}

func wholeNumber32(raw []byte) (int32, error) {
	n, err := wholeNumber(raw, 32)
	return int32(n), err //nolint:gosec // it has 32 bits
}
