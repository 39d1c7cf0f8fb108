package jq

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// kind is what a frame is: a request of the parent or an answer of the child.
type kind byte

const (
	kindReady   kind = 'R' // the child serves; the first frame that it writes
	kindCompile kind = 'c' // a program
	kindEval    kind = 'e' // a program and, behind it, a JSON array of . and the variables' values
	kindValue   kind = 'v' // JSON, nothing for a program that compiles
	kindSyntax  kind = 's' // why the program does not compile
	kindFailed  kind = 'f' // why it gives no value
)

// The most bytes that the body of a frame may have.
const (
	maxRequest = MaxSource + 1024 + MaxInput
	maxReply   = MaxAnswer
)

// frame is one message: its kind as one byte, the length of its body as four (the most significant first), its body.
type frame struct {
	kind kind
	body []byte
}

// copiedFrame is how long a body may be, in bytes, that is copied to be written at once. A longer one is written behind its
// head.
const copiedFrame = 64 << 10

func writeFrame(w io.Writer, f frame) error {
	head := binary.BigEndian.AppendUint32([]byte{byte(f.kind)}, uint32(len(f.body)))
	if len(f.body) <= copiedFrame {
		_, err := w.Write(append(head, f.body...))
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(f.body)
	return err
}

// readFrame reads a frame whose body has at most so many bytes. The error is io.EOF if nothing comes any more.
func readFrame(r io.Reader, most int) (frame, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if int64(n) > int64(most) {
		return frame{}, fmt.Errorf("a frame of %d bytes, expected at most %d", n, most)
	}
	f := frame{kind(head[0]), make([]byte, n)}
	if _, err := io.ReadFull(r, f.body); err != nil {
		return frame{}, io.ErrUnexpectedEOF
	}
	return f, nil
}

// appendProgram appends a program: the length of the names, the names with a space between two, and the same of the source.
func appendProgram(dst []byte, source string, names []string) []byte {
	for _, text := range []string{strings.Join(names, " "), source} {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(text)))
		dst = append(dst, text...)
	}
	return dst
}

var errNoProgram = errors.New("the request holds no program")

// cutProgram is the reverse of appendProgram. The rest is what follows the program.
func cutProgram(body []byte) (source string, names []string, rest []byte, err error) {
	var texts [2]string
	for i := range texts {
		if len(body) < 4 {
			return "", nil, nil, errNoProgram
		}
		n := binary.BigEndian.Uint32(body)
		if body = body[4:]; int64(n) > int64(len(body)) {
			return "", nil, nil, errNoProgram
		}
		texts[i], body = string(body[:n]), body[n:]
	}
	return texts[1], strings.Fields(texts[0]), body, nil
}
