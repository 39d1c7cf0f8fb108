import { createRequire } from 'node:module';
import { Linter } from 'bpmnlint';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';
import { BpmnModdle } from 'bpmn-moddle';

const require = createRequire(import.meta.url);

// lint is what Camunda's own rules for a cluster of a version say of a model.
export async function lint(xml, version = '8-8') {
  const { rootElement } = await new BpmnModdle({ zeebe: require('zeebe-bpmn-moddle/resources/zeebe.json'), modeler: require('modeler-moddle/resources/modeler.json') }).fromXML(xml);
  return new Linter({ config: { extends: `plugin:camunda-compat/camunda-cloud-${version}` }, resolver: new NodeResolver() }).lint(rootElement);
}
