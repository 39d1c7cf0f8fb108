package bpmn

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The bounds of a model. Zeebe takes no deployment above 4 MiB, and no drawing nests so deep.
const (
	MaxSize  = 4 << 20 // bytes
	MaxDepth = 256     // elements within elements
)

// The namespaces that mean something to us.
const (
	nsBPMN     = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	nsDiagram  = "http://www.omg.org/spec/BPMN/20100524/DI"
	nsZeebe    = "http://camunda.org/schema/zeebe/1.0"
	nsModeler  = "http://camunda.org/schema/modeler/1.0"
	nsCamunda7 = "http://camunda.org/schema/1.0/bpmn"
)

// Error says where and why a file cannot be read as a model.
type Error struct {
	Pos      Pos
	Reason   string // what was found and what was expected
	Camunda7 bool   // it is a model, for Camunda 7
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Reason }

func failAt(pos Pos, format string, args ...any) error {
	return &Error{Pos: pos, Reason: fmt.Sprintf(format, args...)}
}

func checkSize(data []byte) error {
	if len(data) > MaxSize {
		return failAt(Pos{1, 1}, "the file has more than %d MiB, which no broker takes", MaxSize>>20)
	}
	return nil
}

// node is an element with what it holds; texts are not kept.
type node struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*node
	pos      Pos
}

// is says whether the node is this element.
func (n *node) is(space, local string) bool { return n.name.Space == space && n.name.Local == local }

// attr returns the value of an attribute; the attributes of BPMN and of zeebe's own elements have no namespace.
func (n *node) attr(space, local string) string {
	for i := range n.attrs {
		if n.attrs[i].Name.Space == space && n.attrs[i].Name.Local == local {
			return n.attrs[i].Value
		}
	}
	return ""
}

// each ranges over the children that are this element.
func (n *node) each(space, local string) func(func(*node) bool) {
	return func(yield func(*node) bool) {
		if n == nil {
			return
		}
		for _, c := range n.children {
			if c.is(space, local) && !yield(c) {
				return
			}
		}
	}
}

// first returns the first child that is this element, or nil.
func (n *node) first(space, local string) *node {
	for c := range n.each(space, local) {
		return c
	}
	return nil
}

// parseTree reads the elements of a text in UTF-8, without those of the drawing. What its declaration says of its encoding does not
// count.
func parseTree(data []byte) (*node, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if err := looksLikeXML(data); err != nil {
		return nil, err
	}
	if m := version11.FindSubmatchIndex(data); m != nil { // what differs in it no model has, and brokers take it
		data = bytes.Clone(data)
		data[m[3]-1] = '0'
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	r := ruler{data: data, pos: Pos{1, 1}}
	d.CharsetReader = alreadyDecoded
	var root *node
	var stack []*node
	for {
		begins := d.InputOffset()
		pos := r.at(begins)
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntaxError(r.at(d.InputOffset()), err, stack)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Space == nsDiagram {
				if err := d.Skip(); err != nil {
					return nil, syntaxError(r.at(d.InputOffset()), err, stack)
				}
				continue
			}
			if len(stack) == MaxDepth {
				return nil, failAt(pos, "more than %d elements within each other", MaxDepth)
			}
			n := &node{name: token.Name, attrs: withNormalizedAttributes(data[begins:d.InputOffset()], token.Attr), pos: pos}
			if err := n.checkPrefixes(); err != nil {
				return nil, err
			}
			switch {
			case len(stack) > 0:
				parent := stack[len(stack)-1]
				parent.children = append(parent.children, n)
			case root != nil:
				return nil, failAt(pos, "found a second root element <%s>, expected the end of the file", n.name.Local)
			default:
				root = n
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.ProcInst:
			if strings.EqualFold(token.Target, "xml") && begins > 0 {
				return nil, failAt(pos, "found the XML declaration <?xml …?> behind other characters, expected it at the very beginning of the file")
			}
		case xml.Directive:
			return nil, failAt(pos, "found <!%s…>, which a BPMN model does not need and which is not read", firstWord(token))
		case xml.CharData:
			if len(stack) == 0 && len(bytes.TrimSpace(token)) > 0 {
				return nil, failAt(pos, "found text outside of the root element")
			}
		}
	}
	if root == nil {
		return nil, failAt(Pos{1, 1}, "the file holds no XML element, expected a BPMN 2.0 model")
	}
	return root, nil
}

// version11 is the beginning of a file in XML 1.1, which the decoder does not take.
var version11 = regexp.MustCompile(`^<\?xml\s+version\s*=\s*["'](1\.1)["']`)

// ruler turns offsets into places. It goes forward only, so that a file of one long line is read once.
type ruler struct {
	data   []byte
	offset int
	pos    Pos
}

func (r *ruler) at(offset int64) Pos {
	end := min(int(offset), len(r.data))
	if end <= r.offset {
		return r.pos
	}
	part := r.data[r.offset:end]
	if lines := bytes.Count(part, []byte("\n")); lines > 0 {
		r.pos.Line += lines
		r.pos.Column = 1
		part = part[bytes.LastIndexByte(part, '\n')+1:]
	}
	r.pos.Column += utf8.RuneCount(part)
	r.offset = end
	return r.pos
}

// looksLikeXML tells the usual wrong files apart before the XML decoder complains of their first byte.
func looksLikeXML(data []byte) error {
	switch text := bytes.TrimSpace(data); {
	case len(text) == 0:
		return failAt(Pos{1, 1}, "the file is empty, expected a BPMN 2.0 model")
	case text[0] == '<':
		return nil
	case text[0] == '{':
		return failAt(Pos{1, 1}, "found JSON (a form or an element template?), expected a BPMN 2.0 model in XML")
	}
	return failAt(Pos{1, 1}, "found no XML, expected a BPMN 2.0 model")
}

// checkPrefixes finds prefixes that nothing declares: the decoder leaves them in the place of the namespace.
func (n *node) checkPrefixes() error {
	undeclared := func(space string) bool {
		switch space {
		case "bpmn", "bpmn2", "bpmndi", "zeebe", "modeler", "camunda":
			return true
		}
		return false
	}
	space := n.name.Space
	for i := 0; !undeclared(space) && i < len(n.attrs); i++ {
		space = n.attrs[i].Name.Space
	}
	if undeclared(space) {
		return failAt(n.pos, "the prefix %q is not declared, expected an attribute xmlns:%s in this element or one around it", space, space)
	}
	return nil
}

// syntaxError says what is wrong at a place within these elements.
func syntaxError(pos Pos, err error, within []*node) error {
	if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
		if e.Msg == "unexpected EOF" && len(within) > 0 {
			open := within[len(within)-1]
			return failAt(pos, "the file ends before <%s> of line %d does: it was cut off", open.name.Local, open.pos.Line)
		}
		return failAt(pos, "not well-formed XML: %s", e.Msg)
	}
	return failAt(pos, "not well-formed XML: %s", strings.TrimPrefix(err.Error(), "xml: "))
}

func firstWord(text []byte) string {
	word, _, _ := bytes.Cut(text, []byte(" "))
	if len(word) > 20 {
		word = word[:20]
	}
	return strings.ToValidUTF8(string(word), "?")
}
