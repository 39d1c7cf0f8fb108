//go:build e2e

package e2e

import (
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// model is a process of one connector task; behind it waits a job for the test: of type [model.after] on the normal way and
// of type [model.caught] behind a boundary event that catches the error code "CAUGHT" and keeps the error's variables reason
// and tries.
type model struct {
	id      string // of the order that its instances send; [model.process] is the id in the cluster
	jobType string
	retries int
	inputs  [][2]string // target and source, in order; those of defaultInputs that it names replace them
	headers map[string]string
}

// process is the id of the process, which no other run has.
func (m model) process() string { return m.id + "-" + run }

func (m model) after() string  { return m.process() + "-after" }
func (m model) caught() string { return m.process() + "-caught" }

// defaultInputs send an event with the order's id to the endpoint in the variable "endpoint".
var defaultInputs = [][2]string{
	{"authentication.type", "credentials"},
	{"authentication.accessKey", "{{secrets.E2E_ACCESS_KEY}}"},
	{"authentication.secretKey", "{{secrets.E2E_SECRET_KEY}}"},
	{"configuration.region", region},
	{"configuration.endpoint", "=endpoint"},
	{"input.eventBusName", "default"},
	{"input.source", "com.example.e2e"},
	{"input.detailType", "OrderPlaced"},
	{"input.detail", "={orderId: orderId}"},
}

// xml writes the model as BPMN.
func (m model) xml() []byte {
	own := make(map[string]string)
	for _, input := range m.inputs {
		own[input[0]] = input[1]
	}
	var inputs, headers strings.Builder
	add := func(target, source string) {
		fmt.Fprintf(&inputs, `<zeebe:input source="%s" target="%s"/>`, escape(source), escape(target))
	}
	for _, input := range defaultInputs {
		source, replaced := own[input[0]]
		if !replaced {
			source = input[1]
		}
		delete(own, input[0])
		add(input[0], source)
	}
	for _, input := range m.inputs {
		if _, left := own[input[0]]; left {
			add(input[0], input[1])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.headers)) {
		fmt.Fprintf(&headers, `<zeebe:header key="%s" value="%s"/>`, escape(key), escape(m.headers[key]))
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.com/e2e">
 <bpmn:process id="%[1]s" isExecutable="true">
  <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
  <bpmn:serviceTask id="send"><bpmn:extensionElements>
   <zeebe:taskDefinition type="%[2]s" retries="%[3]d"/>
   <zeebe:ioMapping>%[4]s</zeebe:ioMapping>
   <zeebe:taskHeaders>%[5]s</zeebe:taskHeaders>
  </bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:serviceTask>
  <bpmn:boundaryEvent id="boundary" attachedToRef="send"><bpmn:extensionElements><zeebe:ioMapping>
   <zeebe:output source="=reason" target="reason"/><zeebe:output source="=tries" target="tries"/></zeebe:ioMapping></bpmn:extensionElements><bpmn:outgoing>f3</bpmn:outgoing><bpmn:errorEventDefinition errorRef="error"/></bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f2" sourceRef="send" targetRef="after"/>
  <bpmn:sequenceFlow id="f3" sourceRef="boundary" targetRef="handle"/>
  <bpmn:serviceTask id="after"><bpmn:extensionElements><zeebe:taskDefinition type="%[1]s-after"/></bpmn:extensionElements>
   <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f4</bpmn:outgoing></bpmn:serviceTask>
  <bpmn:serviceTask id="handle"><bpmn:extensionElements><zeebe:taskDefinition type="%[1]s-caught"/></bpmn:extensionElements>
   <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing></bpmn:serviceTask>
  <bpmn:sequenceFlow id="f4" sourceRef="after" targetRef="end"/>
  <bpmn:sequenceFlow id="f5" sourceRef="handle" targetRef="end"/>
  <bpmn:endEvent id="end"><bpmn:incoming>f4</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent>
 </bpmn:process>
 <bpmn:error id="error" errorCode="CAUGHT"/>
</bpmn:definitions>`, m.process(), m.jobType, max(1, m.retries), inputs.String(), headers.String())
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
