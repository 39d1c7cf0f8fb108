package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Model writes the process of a case as BPMN: the task "task", with its job type, then the task "after", whose job type has
// "-after" behind it. Id is that of the process, and the job type.
func (c *Case) Model(id string) []byte {
	task := `<bpmn:serviceTask id="task"><bpmn:extensionElements>` + c.definition(id) + mappings(c.Inputs, c.Outputs) + c.headers() + `</bpmn:extensionElements>` + c.each() + `</bpmn:serviceTask>`
	body := task
	next := "task"
	if c.Around != nil {
		next = "around"
		body = `<bpmn:subProcess id="around"><bpmn:extensionElements>` + mappings(c.Around, nil) + `</bpmn:extensionElements>
   <bpmn:startEvent id="inner"/>` + flow("i1", "inner", "task") + task + flow("i2", "task", "done") + `<bpmn:endEvent id="done"/></bpmn:subProcess>`
	}
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.com/mappings">
 <bpmn:process id="` + id + `" isExecutable="true">
  <bpmn:startEvent id="start"/>
  ` + flow("f1", "start", next) + `
  ` + body + `
  ` + flow("f2", next, "after") + `
  <bpmn:serviceTask id="after"><bpmn:extensionElements><zeebe:taskDefinition type="` + id + `-after"/></bpmn:extensionElements></bpmn:serviceTask>
  ` + flow("f3", "after", "end") + `
  <bpmn:endEvent id="end"/>
 </bpmn:process>
</bpmn:definitions>
`)
}

func (c *Case) definition(id string) string {
	retries := ""
	if c.Retries != "" {
		retries = fmt.Sprintf(` retries="%s"`, escape(c.Retries))
	}
	return `<zeebe:taskDefinition type="` + id + `"` + retries + `/>`
}

func (c *Case) headers() string {
	if c.Headers == nil {
		return ""
	}
	var b strings.Builder
	for _, h := range c.Headers {
		fmt.Fprintf(&b, `<zeebe:header key="%s" value="%s"/>`, escape(h[0]), escape(h[1]))
	}
	return `<zeebe:taskHeaders>` + b.String() + `</zeebe:taskHeaders>`
}

func (c *Case) each() string {
	if c.Each == nil {
		return ""
	}
	element := ""
	if c.Each.Element != "" {
		element = fmt.Sprintf(` inputElement="%s"`, escape(c.Each.Element))
	}
	return fmt.Sprintf(`<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="%s"%s/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>`, escape(c.Each.Collection), element)
}

func mappings(inputs, outputs []Mapping) string {
	var b strings.Builder
	for _, part := range []struct {
		kind string
		all  []Mapping
	}{{"input", inputs}, {"output", outputs}} {
		for _, m := range part.all {
			source := ""
			if m.Source != nil {
				source = fmt.Sprintf(` source="%s"`, escape(*m.Source))
			}
			fmt.Fprintf(&b, `<zeebe:%s%s target="%s"/>`, part.kind, source, escape(m.Target))
		}
	}
	return `<zeebe:ioMapping>` + b.String() + `</zeebe:ioMapping>`
}

func flow(id, from, to string) string {
	return fmt.Sprintf(`<bpmn:sequenceFlow id="%s" sourceRef="%s" targetRef="%s"/>`, id, from, to)
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
