package zeebe

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// splitter cuts a JSON text that comes bit by bit into its values, and holds no more than one of them. It looks at brackets, quotes
// and separators alone: whoever reads a value checks it. A [encoding/json.Decoder] would read each value twice before that, and make
// jobs cost more than double.
type splitter struct {
	source io.Reader
	limit  int // bytes of a value

	buf    []byte
	pos    int   // what is before it was read
	broken error // what ended the source before its end
}

// splitRoom is how many bytes are asked of the source at the least.
const splitRoom = 16 << 10

// more gets more of the text behind what is unread. The error is [io.ErrUnexpectedEOF] at its end.
func (s *splitter) more() error {
	if len(s.buf)-s.pos > s.limit {
		return errTooLong
	}
	if s.pos > 0 {
		s.buf, s.pos = s.buf[:copy(s.buf, s.buf[s.pos:])], 0
	}
	if cap(s.buf)-len(s.buf) < splitRoom {
		room := make([]byte, len(s.buf), 2*cap(s.buf)+splitRoom)
		copy(room, s.buf)
		s.buf = room
	}
	for range 100 { // a source may give nothing now and then, but not for ever
		n, err := s.source.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		switch {
		case n > 0:
			return nil
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			s.broken = err
			return err
		}
	}
	return io.ErrNoProgress
}

// peek returns the next byte that is no white space.
func (s *splitter) peek() (byte, error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			if !isSpace(s.buf[s.pos]) {
				return s.buf[s.pos], nil
			}
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skip reads a byte that must come next.
func (s *splitter) skip(wanted byte) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != wanted {
		return fmt.Errorf("found %q, expected %q", c, wanted)
	}
	s.pos++
	return nil
}

// object calls f with the name of each property of an object. F reads the value.
func (s *splitter) object(f func(name string) error) error {
	return s.each('{', '}', func() error {
		raw, err := s.value()
		if err != nil {
			return err
		}
		name, err := jsonvalue.Unquote(raw)
		if err == nil {
			err = s.skip(':')
		}
		if err != nil {
			return err
		}
		return f(name)
	})
}

// list calls f with each value of a list, which is valid until f returns.
func (s *splitter) list(f func(raw []byte)) error {
	return s.each('[', ']', func() error {
		raw, err := s.value()
		if err == nil {
			f(raw)
		}
		return err
	})
}

// each calls one for each part between two brackets, to read it.
func (s *splitter) each(opening, closing byte, one func() error) error {
	if err := s.skip(opening); err != nil {
		return err
	}
	c, err := s.peek()
	for first := true; err == nil && c != closing; first = false {
		if !first {
			if err = s.skip(','); err != nil {
				return err
			}
		}
		if err = one(); err != nil {
			return err
		}
		c, err = s.peek()
	}
	if err != nil {
		return err
	}
	s.pos++
	return nil
}

// value returns the next value, which is valid until the splitter's next call.
func (s *splitter) value() ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, err
	}
	var e ending
	for {
		n, whole := e.find(s.buf[s.pos:])
		if whole {
			value := s.buf[s.pos : s.pos+n]
			s.pos += n
			switch {
			case n == 0:
				return nil, fmt.Errorf("found %q, expected a value", s.buf[s.pos])
			case n > s.limit:
				return nil, errTooLong
			}
			return value, nil
		}
		if err := s.more(); err != nil {
			return nil, err
		}
	}
}

// end says whether nothing but white space is left.
func (s *splitter) end() error {
	c, err := s.peek()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) && s.broken == nil:
		return nil
	case err == nil:
		return fmt.Errorf("found %q behind the object", c)
	}
	return err
}

// ending looks for the end of a value, in a text that grows from one look to the next.
type ending struct {
	seen   int // so much was looked at
	depth  int // of brackets
	quoted bool
	from   int // where the quoted text begins
}

// find returns the length of the value that text begins with, and whether that is there whole.
func (e *ending) find(text []byte) (n int, whole bool) {
	for e.seen < len(text) {
		if e.quoted {
			at := bytes.IndexByte(text[e.seen:], '"')
			if at < 0 {
				e.seen = len(text)
				return 0, false
			}
			e.seen += at + 1
			e.quoted = escaped(text[e.from : e.seen-1])
			if !e.quoted && e.depth == 0 {
				return e.seen, true
			}
			continue
		}
		switch c := text[e.seen]; c {
		case '"':
			e.quoted, e.from = true, e.seen+1
		case '{', '[':
			e.depth++
		case '}', ']':
			if e.depth == 0 {
				return e.seen, true // it ends what is around the value
			}
			if e.depth--; e.depth == 0 {
				return e.seen + 1, true
			}
		default:
			if e.depth == 0 && (c == ',' || c == ':' || isSpace(c)) {
				return e.seen, true
			}
		}
		e.seen++
	}
	return 0, false
}

// escaped says whether what follows the text is escaped.
func escaped(text []byte) bool {
	return (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}
