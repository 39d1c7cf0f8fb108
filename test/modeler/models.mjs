// Models with one element, as text.
const escape = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
const attributes = (all) => Object.entries(all).map(([name, value]) => ` ${name}="${escape(value)}"`).join('');

// modelOf returns a model whose element, of a BPMN name such as serviceTask, says these things. Inside and outside are more XML:
// in the element and beside the process.
export function modelOf(element, { inputs = {}, headers = {}, definition = {}, template }, { id = 'announce', inside = '', outside = '' } = {}) {
  const made = template ? { 'zeebe:modelerTemplate': template.id, 'zeebe:modelerTemplateVersion': String(template.version) } : {};
  const size = element.endsWith('Event') ? 'width="36" height="36"' : 'width="100" height="80"';
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.8.0">
  <bpmn:process id="order" isExecutable="true">
    <bpmn:${element} id="${id}" name="Announce"${attributes(made)}>
      <bpmn:extensionElements>
        <zeebe:taskDefinition${attributes(definition)} />
        <zeebe:ioMapping>${Object.entries(inputs).map(([target, source]) => `<zeebe:input${attributes({ source, target })} />`).join('')}</zeebe:ioMapping>
        <zeebe:taskHeaders>${Object.entries(headers).map(([key, value]) => `<zeebe:header${attributes({ key, value })} />`).join('')}</zeebe:taskHeaders>
      </bpmn:extensionElements>${inside}
    </bpmn:${element}>
  </bpmn:process>${outside}
  <bpmndi:BPMNDiagram id="BPMNDiagram_1">
    <bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement="order">
      <bpmndi:BPMNShape id="${id}_di" bpmnElement="${id}"><dc:Bounds x="240" y="80" ${size} /></bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>`;
}
