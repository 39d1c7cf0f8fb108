package embedded

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxRequest is how many bytes a request may have, as many as a message of gRPC.
const maxRequest = 4 << 20

// property is a member of a request's body. Read gets its value as it stands, unless that is null.
type property struct {
	name  string
	known bool // whether the gateway's version knows it; else it is refused as any that is not there
	read  func(raw []byte) error
}

// read reads the body of a request, a JSON object with these properties and no others. An empty body is an object without
// properties if it is optional.
func (c *restCall) read(optional bool, properties ...property) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxRequest))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &problem{http.StatusRequestEntityTooLarge, "Payload Too Large", "the request has more than " + strconv.Itoa(maxRequest) + " bytes"}
	}
	if err != nil {
		return badRequest("the request cannot be read: %v", err)
	}
	if len(body) == 0 && optional {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &problem{http.StatusUnsupportedMediaType, "Unsupported Media Type", "found the content type " + strconv.Quote(c.r.Header.Get("Content-Type")) + ", expected application/json"}
	}
	return readProperties(body, properties)
}

func readProperties(body []byte, properties []property) error {
	var refused error
	err := jsonvalue.Members(body, func(key string, raw []byte) error {
		for i := range properties {
			if p := &properties[i]; p.name == key && p.known {
				if jsonvalue.RawKind(raw) == jsonvalue.KindNull {
					return nil
				}
				err := p.read(raw)
				if _, told := errors.AsType[*problem](err); told {
					refused = err
				} else if err != nil {
					refused = badRequest("the property %q cannot be read: %v", key, err)
				}
				return refused
			}
		}
		refused = badRequest("found the property %q, which this version of the API does not have", key)
		return refused
	})
	if err != nil && refused == nil {
		refused = badRequest("the request is no JSON object: %v", err)
	}
	return refused
}

func textProperty(name string, to *string) property {
	return property{name, true, func(raw []byte) (err error) { *to, err = readText(raw); return err }}
}

func readText(raw []byte) (string, error) {
	if jsonvalue.RawKind(raw) != jsonvalue.KindString {
		return "", errors.New("expected a string")
	}
	return jsonvalue.Unquote(raw)
}

func numberProperty[N int32 | int64](name string, bits int, to *N) property {
	return property{name, true, func(raw []byte) error {
		n, err := strconv.ParseInt(string(raw), 10, bits)
		if err != nil {
			return errors.New("expected a whole number of " + strconv.Itoa(bits) + " bits")
		}
		*to = N(n)
		return nil
	}}
}

func truthProperty(name string, to *bool) property {
	return property{name, true, func(raw []byte) error {
		switch string(raw) {
		case "true", "false":
			*to = string(raw) == "true"
			return nil
		}
		return errors.New("expected true or false")
	}}
}

func textsProperty(name string, to *[]string) property {
	return property{name, true, func(raw []byte) error {
		*to = []string{}
		if jsonvalue.RawKind(raw) != jsonvalue.KindArray {
			return errors.New("expected a list of strings")
		}
		return jsonvalue.Elements(raw, func(raw []byte) error {
			text, err := readText(raw)
			*to = append(*to, text)
			return err
		})
	}}
}

// objectProperty keeps an object as it stands.
func objectProperty(name string, to *string) property {
	return property{name, true, func(raw []byte) error {
		if jsonvalue.RawKind(raw) != jsonvalue.KindObject {
			return errors.New("expected an object")
		}
		*to = string(raw)
		return nil
	}}
}

// only returns the property as one that the gateway's version may not know.
func (p property) only(known bool) property {
	p.known = known
	return p
}
