package embedded

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// read finds the entries in the request. It returns how EventBridge would refuse it as a whole, if it would.
func (r *BusRequest) read(maxBytes int) *Answer {
	refuse := func(code, message string) *Answer {
		a := AWSError(http.StatusBadRequest, code, message)
		return &a
	}
	if r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" {
		return refuse("UnknownOperationException", "")
	}
	signature := r.Header.Get("Authorization")
	if signature == "" {
		return refuse("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	if err := r.readEntries(signature); err != nil {
		return refuse("SerializationException", err.Error())
	}
	if n := len(r.Entries); n < 1 || n > maxEntries {
		return refuse("ValidationException", fmt.Sprintf("entries: found %d, expected 1 to %d", n, maxEntries))
	}
	size := 0
	for i := range r.Entries {
		size += r.Entries[i].size()
	}
	if size > maxBytes {
		return refuse("ValidationException", fmt.Sprintf("the entries have %d bytes, at most %d are allowed", size, maxBytes))
	}
	return nil
}

// maxEntries is how many entries PutEvents takes at most.
const maxEntries = 10

func (r *BusRequest) readEntries(signature string) error {
	accessKey, region := credentialOf(signature)
	return jsonvalue.Members(r.Body, func(key string, raw []byte) error {
		if key != "Entries" || jsonvalue.RawKind(raw) == jsonvalue.KindNull {
			return nil
		}
		return jsonvalue.Elements(raw, func(raw []byte) error {
			r.Entries = append(r.Entries, Event{AccessKey: accessKey, Region: region})
			return r.Entries[len(r.Entries)-1].read(raw)
		})
	})
}

func (e *Event) read(entry []byte) error {
	return jsonvalue.Members(entry, func(key string, raw []byte) (err error) {
		if jsonvalue.RawKind(raw) == jsonvalue.KindNull {
			return nil
		}
		switch key {
		case "Source":
			e.Source, err = jsonvalue.Unquote(raw)
		case "DetailType":
			e.DetailType, err = jsonvalue.Unquote(raw)
		case "Detail":
			e.Detail, err = jsonvalue.Unquote(raw)
		case "EventBusName":
			e.EventBusName, err = jsonvalue.Unquote(raw)
		case "TraceHeader":
			e.TraceHeader, err = jsonvalue.Unquote(raw)
		case "Time":
			e.Time = string(raw)
		case "Resources":
			err = jsonvalue.Elements(raw, func(raw []byte) error {
				resource, err := jsonvalue.Unquote(raw)
				e.Resources = append(e.Resources, resource)
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
}

// size counts an entry as EventBridge does.
func (e *Event) size() int {
	return limit.EntrySize(e.Source, e.DetailType, e.Detail, e.Resources, e.Time != "")
}

// credentialOf reads the access key and the region from a signature's credential scope.
func credentialOf(signature string) (accessKey, region string) {
	_, scope, _ := strings.Cut(signature, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if len(parts) > 2 {
		region = parts[2]
	}
	return parts[0], region
}

// reject tells with what code and message EventBridge rejects the entry; empty = it does not.
func (e *Event) reject() (code, message string) {
	missing := func(name string) (string, string) { return "InvalidArgument", "the entry has no " + name }
	switch {
	case e.Source == "":
		return missing("Source")
	case e.DetailType == "":
		return missing("DetailType")
	case e.Detail == "":
		return missing("Detail")
	case len(e.DetailType) > 128:
		return "InvalidArgument", "DetailType has more than 128 characters"
	case e.Source == "aws" || strings.HasPrefix(strings.ToLower(e.Source), "aws."):
		return "NotAuthorizedForSourceException", "Not authorized for the source."
	case jsonvalue.RawKind([]byte(e.Detail)) != jsonvalue.KindObject || jsonvalue.Valid([]byte(e.Detail)) != nil:
		return "MalformedDetail", "Detail is malformed."
	default:
		return "", ""
	}
}
