package eventbridge

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// parseResponse reads the body of a successful answer to a request with so many entries. Fields that it does not know are
// ignored; an empty body has none. It reads no further than one entry more than were sent. The error says what cannot be
// read.
func parseResponse(status int, header headers, body []byte, sent int) (*Response, error) {
	r := &Response{about: newMetadata(status, header), sent: sent}
	if len(bytes.TrimLeft(body, " \t\r\n")) == 0 {
		return r, nil
	}
	if kind := jsonvalue.RawKind(body); kind != jsonvalue.KindObject {
		_, err := parseObject(string(body))
		return nil, err
	}
	err := jsonvalue.Members(body, func(name string, value []byte) error {
		switch name {
		case "FailedEntryCount":
			v, err := jsonvalue.Parse(value)
			if err == nil {
				r.count, err = count(v)
			}
			return err
		case "Entries":
			return r.readEntries(value, sent)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Response) readEntries(raw []byte, sent int) error {
	r.known, r.entries = false, nil
	switch kind := jsonvalue.RawKind(raw); kind {
	case jsonvalue.KindNull:
		return nil
	case jsonvalue.KindArray:
	default:
		return fmt.Errorf("Entries is a JSON %s, expected an array", kind)
	}
	r.known = true
	r.entries = make([]entry, 0, sent)
	return jsonvalue.Elements(raw, func(element []byte) error {
		i := len(r.entries)
		if i == sent {
			return fmt.Errorf("it has more entries than the %d that were sent", sent)
		}
		r.entries = append(r.entries, entry{})
		v, err := jsonvalue.Parse(element)
		if err != nil || v == nil {
			return err
		}
		return r.entries[i].read(i, v)
	})
}

// read takes in the result of the entry at i.
func (e *entry) read(i int, v jsonvalue.Value) error {
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return wrongKind(fmt.Sprintf("Entries[%d]", i), v, "an object")
	}
	e.present = true
	for name, v := range o.All() {
		var field *jsonvalue.Value
		switch name {
		case "EventId":
			field = &e.eventID
		case "ErrorCode":
			field = &e.errorCode
		case "ErrorMessage":
			field = &e.errorMessage
		default:
			continue
		}
		if *field, ok = text(v); !ok {
			return wrongKind(fmt.Sprintf("Entries[%d].%s", i, name), v, "a string")
		}
	}
	return nil
}

// text takes a string or null as it is and a number or boolean by its text.
func text(v jsonvalue.Value) (jsonvalue.Value, bool) {
	switch v := v.(type) {
	case nil, string:
		return v, true
	case jsonvalue.Number:
		return string(v), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return nil, false
}

// count takes a number as a whole one, or null.
func count(v jsonvalue.Value) (jsonvalue.Value, error) {
	n, ok := v.(jsonvalue.Number)
	if !ok {
		if v == nil {
			return nil, nil
		}
		return nil, wrongKind("FailedEntryCount", v, "a number")
	}
	if _, err := strconv.ParseInt(string(n), 10, 32); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f < -1<<31 || f >= 1<<31 {
		return nil, errors.New("FailedEntryCount is " + string(n) + ", expected a whole number of 32 bits")
	}
	return jsonvalue.Number(strconv.FormatInt(int64(f), 10)), nil
}

func wrongKind(field string, v jsonvalue.Value, expected string) error {
	return fmt.Errorf("%s is a JSON %s, expected %s", field, jsonvalue.KindOf(v), expected)
}
