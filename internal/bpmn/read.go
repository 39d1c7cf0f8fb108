package bpmn

import (
	"fmt"
	"slices"
	"strings"
)

// Read reads a BPMN 2.0 model for Camunda 8. The error is an *[Error]: the file is no XML, no BPMN, a model for
// Camunda 7, too large, or contradicts itself (an id twice, a reference to no error). A model without tasks is fine.
//
// The file is in the encoding that its byte order mark or its XML declaration says.
func Read(data []byte) (*Model, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	text, err := decoded(data)
	if err != nil {
		return nil, err
	}
	return ReadText(string(text))
}

// ReadText reads a model as Read does from a text that has been decoded, whatever encoding its XML declaration says.
func ReadText(text string) (*Model, error) {
	root, err := parseTree([]byte(text))
	if err != nil {
		return nil, err
	}
	if err := checkRoot(root); err != nil {
		return nil, err
	}
	if err := checkIDs(root, make(map[string]Pos)); err != nil {
		return nil, err
	}
	r := reader{errors: make(map[string]*node)}
	for n := range root.each(nsBPMN, "error") {
		r.errors[n.attr("", "id")] = n
	}
	m := &Model{
		Platform:        root.attr(nsModeler, "executionPlatform"),
		PlatformVersion: root.attr(nsModeler, "executionPlatformVersion"),
		Variables:       variablesOf(root),
	}
	for n := range root.each(nsBPMN, "process") {
		p := &Process{ID: n.attr("", "id"), Name: n.attr("", "name"), Executable: isTrue(n.attr("", "isExecutable")), Pos: n.pos}
		if p.ID == "" {
			return nil, failAt(n.pos, "the process has no id")
		}
		if err := r.container(p, n, around{}); err != nil {
			return nil, err
		}
		m.Processes = append(m.Processes, p)
	}
	for _, p := range m.Processes {
		callers := r.catchesOfCallers(p.ID, nil)
		for _, t := range p.Tasks {
			t.Catches = join(t.Catches, callers)
		}
	}
	return m, nil
}

func checkRoot(root *node) error {
	switch space := root.name.Space; {
	case root.is(nsBPMN, "definitions"):
	case strings.Contains(space, "/spec/DMN/"):
		return failAt(root.pos, "this is a DMN decision model, expected a BPMN 2.0 model")
	case strings.Contains(space, "/spec/CMMN/"):
		return failAt(root.pos, "this is a CMMN case model, expected a BPMN 2.0 model")
	case root.name.Local == "definitions":
		return failAt(root.pos, "the root element is in the namespace %q, expected %q", space, nsBPMN)
	default:
		return failAt(root.pos, "the root element is <%s>, expected <definitions> of BPMN 2.0", root.name.Local)
	}
	if platform := root.attr(nsModeler, "executionPlatform"); platform == "Camunda Platform" {
		return forCamunda7(root.pos, "this is a model for Camunda 7 (execution platform %q), expected one for Camunda 8 (\"Camunda Cloud\")", platform)
	} else if platform == "" {
		if seven, eight := findSpace(root, nsCamunda7), findSpace(root, nsZeebe); seven != nil && eight == nil {
			return forCamunda7(seven.pos, "this is a model for Camunda 7: <%s> has settings for it and the model has none for Camunda 8, expected zeebe: extensions", seven.name.Local)
		}
	}
	return nil
}

func forCamunda7(pos Pos, format string, args ...any) error {
	return &Error{Pos: pos, Reason: fmt.Sprintf(format, args...), Camunda7: true}
}

// findSpace returns the first element that is, or has an attribute, of a namespace.
func findSpace(n *node, space string) *node {
	if n.name.Space == space {
		return n
	}
	for i := range n.attrs {
		if n.attrs[i].Name.Space == space {
			return n
		}
	}
	for _, c := range n.children {
		if found := findSpace(c, space); found != nil {
			return found
		}
	}
	return nil
}

// checkIDs finds an id that two elements of BPMN have.
func checkIDs(n *node, seen map[string]Pos) error {
	if id := n.attr("", "id"); id != "" && n.name.Space == nsBPMN {
		if before, ok := seen[id]; ok {
			return failAt(n.pos, "the id %q is taken by the element at %s", id, before)
		}
		seen[id] = n.pos
	}
	for _, c := range n.children {
		if err := checkIDs(c, seen); err != nil {
			return err
		}
	}
	return nil
}

type reader struct {
	errors map[string]*node // the model's errors by id
	calls  []call
}

// call is a call activity.
type call struct {
	by, of  string       // the ids of two processes; of an expression for the latter, the expression
	catches []ErrorCatch // what catches an error that the called process does not
}

// catchesOfCallers returns what catches an error of a process outside of it: in the processes of the model that call it, and in
// those that call these. Seen are the processes on the way.
func (r *reader) catchesOfCallers(process string, seen []string) []ErrorCatch {
	var all []ErrorCatch
	for _, c := range r.calls {
		if c.of == process && !slices.Contains(seen, c.by) {
			all = append(all, c.catches...)
			all = append(all, r.catchesOfCallers(c.by, append(slices.Clip(seen), process))...)
		}
	}
	return all
}

// around is what is around an element: the events that catch errors, and the sub-processes, the outermost first.
type around struct {
	catches []ErrorCatch
	scopes  []Scope
}

// container reads the elements of a process or sub-process.
func (r *reader) container(p *Process, n *node, outer around) error {
	boundary := make(map[string][]ErrorCatch) // by the element that they sit on
	var beside []ErrorCatch                   // the starts of the event sub-processes in here
	for _, c := range n.children {
		switch {
		case c.is(nsBPMN, "boundaryEvent"):
			on := c.attr("", "attachedToRef")
			if e, ok, err := r.catches(c); err != nil {
				return err
			} else if ok {
				e.Boundary, e.Attached = true, on
				boundary[on] = append(boundary[on], e)
			}
		case isEventSubProcess(c):
			for start := range c.each(nsBPMN, "startEvent") {
				if e, ok, err := r.catches(start); err != nil {
					return err
				} else if ok {
					e.Attached = n.attr("", "id")
					beside = append(beside, e)
				}
			}
		}
	}
	for _, c := range n.children {
		if c.name.Space != nsBPMN {
			continue
		}
		id := c.attr("", "id")
		inner := outer
		if !isEventSubProcess(c) { // an error thrown in an event sub-process is looked for outside of where it stands
			inner.catches = join(beside, outer.catches)
		}
		inner.catches = join(boundary[id], inner.catches)
		if definition := c.first(nsBPMN, "extensionElements").first(nsZeebe, "taskDefinition"); definition != nil {
			p.Tasks = append(p.Tasks, readTask(c, definition, inner))
		} else if c.attr(nsZeebe, "modelerTemplate") != "" {
			p.Untyped = append(p.Untyped, readTask(c, &node{pos: c.pos}, inner))
		}
		switch c.name.Local {
		case "callActivity":
			called := c.first(nsBPMN, "extensionElements").first(nsZeebe, "calledElement")
			if called != nil {
				r.calls = append(r.calls, call{by: p.ID, of: called.attr("", "processId"), catches: inner.catches})
			}
		case "subProcess", "adHocSubProcess", "transaction":
			scope := Scope{ID: id, Inputs: c.first(nsBPMN, "extensionElements").mappings("input"), Loop: c.loop()}
			inner.scopes = append(slices.Clip(inner.scopes), scope)
			if err := r.container(p, c, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// catches reads an event that may catch an error, and says whether it does.
func (r *reader) catches(event *node) (ErrorCatch, bool, error) {
	definition := event.first(nsBPMN, "errorEventDefinition")
	if definition == nil {
		return ErrorCatch{}, false, nil
	}
	e := ErrorCatch{ID: event.attr("", "id"), Name: event.attr("", "name"), Pos: event.pos}
	ref := definition.attr("", "errorRef")
	if _, local, ok := strings.Cut(ref, ":"); ok { // a qualified name
		ref = local
	}
	if ref == "" {
		e.All = true
		return e, true, nil
	}
	found, ok := r.errors[ref]
	if !ok {
		return e, false, failAt(definition.pos, "the event %q refers to the error %q, which the model does not have", e.ID, ref)
	}
	e.Code = found.attr("", "errorCode")
	e.All = e.Code == ""
	return e, true, nil
}

func readTask(n, definition *node, outer around) *Task {
	t := &Task{
		ID: n.attr("", "id"), Name: n.attr("", "name"), Element: n.name.Local,
		Type: definition.attr("", "type"), Retries: definition.attr("", "retries"),
		TemplateID: n.attr(nsZeebe, "modelerTemplate"), TemplateVersion: n.attr(nsZeebe, "modelerTemplateVersion"),
		Catches: outer.catches, Around: outer.scopes, Loop: n.loop(),
		NoJob: !makesJobs(n), Pos: n.pos, TypePos: definition.pos,
	}
	extensions := n.first(nsBPMN, "extensionElements")
	for _, name := range []string{"taskDefinition", "ioMapping", "taskHeaders"} {
		count := 0
		for range extensions.each(nsZeebe, name) {
			count++
		}
		if count > 1 {
			t.Repeated = append(t.Repeated, name)
		}
	}
	t.Inputs, t.Outputs = extensions.mappings("input"), extensions.mappings("output")
	for headers := range extensions.each(nsZeebe, "taskHeaders") {
		for h := range headers.each(nsZeebe, "header") {
			t.Headers = append(t.Headers, Header{h.attr("", "key"), h.attr("", "value"), h.pos})
		}
	}
	return t
}

// makesJobs says whether the broker makes a job of an element that has a zeebe:taskDefinition.
func makesJobs(n *node) bool {
	switch n.name.Local {
	case "serviceTask", "sendTask", "scriptTask", "businessRuleTask", "adHocSubProcess":
		return true
	case "intermediateThrowEvent", "endEvent":
		return n.first(nsBPMN, "messageEventDefinition") != nil
	}
	return false
}

// loop returns the multi-instance of an element, nil if it has none.
func (n *node) loop() *Loop {
	characteristics := n.first(nsBPMN, "multiInstanceLoopCharacteristics")
	if characteristics == nil {
		return nil
	}
	l := &Loop{Pos: characteristics.pos}
	if found := characteristics.first(nsBPMN, "extensionElements").first(nsZeebe, "loopCharacteristics"); found != nil {
		l.Collection, l.Element, l.Pos = found.attr("", "inputCollection"), found.attr("", "inputElement"), found.pos
	}
	return l
}

// mappings returns those of a kind, input or output, in an element's extensions.
func (n *node) mappings(kind string) []Mapping {
	var all []Mapping
	for io := range n.each(nsZeebe, "ioMapping") {
		for m := range io.each(nsZeebe, kind) {
			all = append(all, Mapping{m.attr("", "source"), m.attr("", "target"), m.pos})
		}
	}
	return all
}

func isEventSubProcess(n *node) bool {
	return n.is(nsBPMN, "subProcess") && isTrue(n.attr("", "triggeredByEvent"))
}

// isTrue reads a boolean of XML schema.
func isTrue(text string) bool {
	text = strings.TrimSpace(text)
	return text == "true" || text == "1"
}

// join returns inner and then outer in a slice of their own.
func join(inner, outer []ErrorCatch) []ErrorCatch {
	if len(inner) == 0 {
		return outer
	}
	return append(slices.Clip(inner), outer...)
}
