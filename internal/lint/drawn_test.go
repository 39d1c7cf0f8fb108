package lint

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// task is what a model says of its EventBridge task, as lists of target and source, or of key and value.
type drawnTask struct {
	id, template    string
	definition      [2]string // type and retries
	inputs, outputs [][2]string
	headers         [][2]string
	events          string // boundary events on it
}

// with returns the task with other values. A name with a dot, or one that begins with a lower-case >, is an input mapping;
// < is an output mapping; type and retries are the definition; any other is a header. The value - removes it, and + before a name
// adds a second one.
func (d drawnTask) with(changes ...string) drawnTask {
	d.inputs, d.outputs, d.headers = slices.Clone(d.inputs), slices.Clone(d.outputs), slices.Clone(d.headers)
	for i := 0; i < len(changes); i += 2 {
		name, value := changes[i], changes[i+1]
		switch {
		case name == "template":
			d.template = value
		case name == "event":
			d.events += value + "\n"
		case name == "type":
			d.definition[0] = value
		case name == "retries":
			d.definition[1] = value
		case strings.HasPrefix(name, "<"):
			d.outputs = append(d.outputs, [2]string{name[1:], value})
		case strings.HasPrefix(name, ">"):
			d.inputs = append(d.inputs, [2]string{name[1:], value})
		case strings.HasPrefix(name, "+"):
			d.headers = append(d.headers, [2]string{name[1:], value})
		case strings.Contains(name, "."):
			d.inputs = set(d.inputs, name, value)
		default:
			d.headers = set(d.headers, name, value)
		}
	}
	return d
}

func set(all [][2]string, name, value string) [][2]string {
	at := slices.IndexFunc(all, func(p [2]string) bool { return p[0] == name })
	switch {
	case value == "-":
		return slices.DeleteFunc(all, func(p [2]string) bool { return p[0] == name })
	case at < 0:
		return append(all, [2]string{name, value})
	}
	all[at][1] = value
	return all
}

// xml writes the task as an element, one mapping or header a line.
func (d drawnTask) xml(element, inside string) string {
	escape := func(text string) string { return strings.ReplaceAll(html.EscapeString(text), "\n", "&#10;") }
	template := ""
	if d.template != "" {
		template = fmt.Sprintf(` zeebe:modelerTemplate="%s" zeebe:modelerTemplateVersion="1"`, d.template)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<bpmn:%s id=\"%s\" name=\"Tell the others\"%s>\n<bpmn:extensionElements>\n", element, d.id, template)
	fmt.Fprintf(&b, "<zeebe:taskDefinition type=\"%s\" retries=\"%s\" />\n<zeebe:ioMapping>\n", escape(d.definition[0]), escape(d.definition[1]))
	for _, m := range d.inputs {
		fmt.Fprintf(&b, "<zeebe:input source=\"%s\" target=\"%s\" />\n", escape(m[1]), escape(m[0]))
	}
	for _, m := range d.outputs {
		fmt.Fprintf(&b, "<zeebe:output source=\"%s\" target=\"%s\" />\n", escape(m[1]), escape(m[0]))
	}
	b.WriteString("</zeebe:ioMapping>\n<zeebe:taskHeaders>\n")
	for _, h := range d.headers {
		fmt.Fprintf(&b, "<zeebe:header key=\"%s\" value=\"%s\" />\n", escape(h[0]), escape(h[1]))
	}
	fmt.Fprintf(&b, "</zeebe:taskHeaders>\n</bpmn:extensionElements>\n%s</bpmn:%s>\n%s", inside, element, d.events)
	return b.String()
}

// bindings are the tasks that the element templates of all versions make, filled in.
func bindings() map[string]drawnTask {
	event := [][2]string{{"input.eventBusName", "orders"}, {"input.source", "com.example.orders"}, {"input.detailType", "OrderPlaced"}, {"input.detail", "={orderId: order.id, total: order.total}"}}
	keys := [][2]string{{"authentication.accessKey", "{{secrets.AWS_ACCESS_KEY}}"}, {"authentication.secretKey", "{{secrets.AWS_SECRET_KEY}}"}}
	region := [][2]string{{"configuration.region", "eu-central-1"}}
	definition := [2]string{TaskType, "3"}
	made := func(template string, parts ...[][2]string) drawnTask {
		return drawnTask{id: "Send", template: template, definition: definition, inputs: slices.Concat(parts...)}
	}
	typed := func(kind string) [][2]string { return [][2]string{{"authentication.type", kind}} }
	all := map[string]drawnTask{
		"by hand":              made("", keys, region, event),
		"official, first":      made("io.camunda.connectors.AWSEventBridge.v1", keys, region, event).with("retryBackoff", "PT30S"),
		"official, later":      made("io.camunda.connectors.AWSEventBridge.v1", typed("credentials"), keys, region, event).with("elementTemplateId", "io.camunda.connectors.AWSEventBridge.v1", "elementTemplateVersion", "8", "retryBackoff", "PT0S"),
		"official, hybrid":     made("io.camunda.connectors.AWSEventBridge.v1-hybrid", typed("credentials"), keys, region, event).with("type", "io.camunda:aws-eventbridge:1-local", "resultVariable", "", "resultExpression", ""),
		"official, chain":      made("io.camunda.connectors.AWSEventBridge.v1", typed("defaultCredentialsChain"), region, event),
		"official, credential": made("io.camunda.connectors.AWSEventBridge.v1", event, [][2]string{{"awsCredential", "=camunda.vars.cluster.AWS"}}),
		"ours":                 made("io.github.eventbridge-connector.aws-eventbridge", typed("temporaryCredentials"), keys, [][2]string{{"authentication.sessionToken", "{{secrets.AWS_SESSION_TOKEN}}"}}, region, event).with("expressionLanguage", "feel", "input.failOnRejectedEntry", "=true"),
	}
	return all
}

// shapes are the drawings that a task can stand in. Each takes the task, and gives what is in the definitions.
var shapes = map[string]func(drawnTask) string{
	"service task": func(d drawnTask) string { return process(d.xml("serviceTask", "")) },
	"send task":    func(d drawnTask) string { return process(d.xml("sendTask", "")) },
	"throw event": func(d drawnTask) string {
		return process(d.xml("intermediateThrowEvent", "<bpmn:messageEventDefinition id=\"Message_1\" />\n"))
	},
	"end event": func(d drawnTask) string {
		return process(d.xml("endEvent", "<bpmn:messageEventDefinition id=\"Message_1\" />\n"))
	},
	"business rule":  func(d drawnTask) string { return process(d.xml("businessRuleTask", "")) },
	"multi-instance": func(d drawnTask) string { return process(d.xml("serviceTask", loop)) },
	"sub-process": func(d drawnTask) string {
		return process("<bpmn:subProcess id=\"Sub\">\n" + d.xml("serviceTask", "") + "</bpmn:subProcess>\n")
	},
	"sub-process in a loop": func(d drawnTask) string {
		return process("<bpmn:subProcess id=\"Sub\">\n" + loop + d.xml("sendTask", "") + "</bpmn:subProcess>\n")
	},
	"event sub-process": func(d drawnTask) string {
		return process("<bpmn:subProcess id=\"Sub\" triggeredByEvent=\"true\">\n<bpmn:startEvent id=\"Late\"><bpmn:timerEventDefinition id=\"T\"><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>\n" + d.xml("serviceTask", "") + "</bpmn:subProcess>\n")
	},
	"transaction": func(d drawnTask) string {
		return process("<bpmn:transaction id=\"Sub\">\n" + d.xml("serviceTask", "") + "</bpmn:transaction>\n")
	},
	"tools of an agent": func(d drawnTask) string {
		return process("<bpmn:adHocSubProcess id=\"Tools\">\n<bpmn:extensionElements><zeebe:adHoc outputCollection=\"toolResults\" outputElement=\"={id: toolCall._meta.id, content: toolCallResult}\" /></bpmn:extensionElements>\n" + d.with("input.detail", `={orderId: fromAi(toolCall.orderId, "the order", "string"), total: fromAi(toolCall.total, "its total", "number")}`).xml("serviceTask", "") + "</bpmn:adHocSubProcess>\n")
	},
	"two pools": func(d drawnTask) string {
		return "<bpmn:collaboration id=\"C\">\n<bpmn:participant id=\"A\" processRef=\"P\" />\n<bpmn:participant id=\"B\" processRef=\"Q\" />\n<bpmn:messageFlow id=\"F\" sourceRef=\"Send\" targetRef=\"B\" />\n</bpmn:collaboration>\n" +
			process(d.xml("sendTask", "")) + "<bpmn:process id=\"Q\" isExecutable=\"false\">\n<bpmn:startEvent id=\"Start_Q\" />\n</bpmn:process>\n"
	},
	"beside other tasks": func(d drawnTask) string {
		other := drawnTask{id: "Mail", definition: [2]string{"io.camunda:sendgrid:1", "3"}, inputs: [][2]string{{"from.name", "aws.orders"}, {"content", "Dear {{order.name}}"}}}
		second := bindings()["by hand"].with("input.detailType", "OrderPaid")
		second.id = "Second"
		return process(other.xml("serviceTask", "") + d.xml("serviceTask", "") + second.xml("sendTask", ""))
	},
}

const loop = "<bpmn:multiInstanceLoopCharacteristics>\n<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection=\"=orders\" inputElement=\"order\" /></bpmn:extensionElements>\n</bpmn:multiInstanceLoopCharacteristics>\n"

func process(inside string) string {
	return "<bpmn:process id=\"P\" name=\"Größe prüfen\" isExecutable=\"true\">\n<bpmn:startEvent id=\"Start\" />\n" + inside + "</bpmn:process>\n"
}

// styles are how tools write a model: their namespaces, prefixes and declarations.
var styles = map[string]func(string) string{
	"Desktop Modeler": func(inside string) string {
		return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="D" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler" exporterVersion="5.35.0" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.8.0">` + "\n" +
			inside + drawing + "</bpmn:definitions>\n"
	},
	"Web Modeler": func(inside string) string {
		return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" id="D" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Web Modeler" exporterVersion="a1b2c3d" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.10.0">` + "\n" +
			inside + drawing + "</bpmn:definitions>\n"
	},
	"default namespace": func(inside string) string {
		return `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="D">` + "\n" +
			strings.NewReplacer("<bpmn:", "<", "</bpmn:", "</").Replace(inside) + drawing + "</definitions>\n"
	},
	"other prefixes": func(inside string) string {
		return `<semantic:definitions xmlns:semantic="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="http://camunda.org/schema/zeebe/1.0" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="D">` + "\n" +
			strings.NewReplacer("<bpmn:", "<semantic:", "</bpmn:", "</semantic:", "<zeebe:", "<z:", "</zeebe:", "</z:", " zeebe:", " z:").Replace(inside) + drawing + "</semantic:definitions>\n"
	},
	"lines of Windows": func(inside string) string {
		return strings.ReplaceAll(`<bpmn2:definitions xmlns:bpmn2="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="D">`+"\n<!-- drawn -->\n"+
			strings.NewReplacer("<bpmn:", "<bpmn2:", "</bpmn:", "</bpmn2:").Replace(inside)+drawing+"</bpmn2:definitions>\n", "\n", "\r\n")
	},
}

const drawing = `<bpmndi:BPMNDiagram id="Diagram"><bpmndi:BPMNPlane id="Plane" bpmnElement="P" /></bpmndi:BPMNDiagram>` + "\n"
