// Package model writes a BPMN process with one task of the connector, for tests.
package model

import (
	"encoding/xml"
	"strings"
)

// Input is an input mapping of the task.
type Input struct {
	Source string `yaml:"source"`
	Target string `yaml:"target"`
}

// Task writes the process "process" with the service task "task": a start event, a flow, and the task with its job type, its input
// mappings and what else it has for extension elements, as XML.
func Task(jobType string, inputs []Input, more string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.com/shop" id="shop">
<bpmn:process id="process" isExecutable="true"><bpmn:startEvent id="start"><bpmn:outgoing>flow</bpmn:outgoing></bpmn:startEvent><bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="task"/>
<bpmn:serviceTask id="task" name="Announce"><bpmn:extensionElements><zeebe:taskDefinition type="` + jobType + `"/><zeebe:ioMapping>`)
	for _, i := range inputs {
		b.WriteString(`<zeebe:input source="`)
		_ = xml.EscapeText(&b, []byte(i.Source)) // a builder takes everything
		b.WriteString(`" target="`)
		_ = xml.EscapeText(&b, []byte(i.Target))
		b.WriteString(`"/>`)
	}
	b.WriteString(`</zeebe:ioMapping>` + more + `</bpmn:extensionElements><bpmn:incoming>flow</bpmn:incoming></bpmn:serviceTask></bpmn:process></bpmn:definitions>`)
	return []byte(b.String())
}
