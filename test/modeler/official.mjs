// What Camunda's own element templates for sending to EventBridge write into a model, by version: the bindings, their kinds,
// defaults and conditions. A task that was made with one of them must lose nothing when it gets one of ours.
const id = 'io.camunda.connectors.AWSEventBridge.v1';
const type = 'io.camunda:aws-eventbridge:1';

const task = (property, more) => ({ id: property, binding: { type: 'zeebe:taskDefinition', property }, type: 'String', ...more });
const input = (name, more) => ({ id: name, binding: { type: 'zeebe:input', name }, type: 'String', ...more });
const header = (key, more) => ({ id: key, binding: { type: 'zeebe:taskHeader', key }, type: 'String', ...more });

const required = { constraints: { notEmpty: true } };
const feel = { feel: 'optional' };
const expression = { type: 'Text', feel: 'required' };
const hidden = { type: 'Hidden' };

const isType = { property: 'authentication.type', equals: 'credentials' };
const noCredential = { property: 'awsCredential', isEmpty: true };

function authentication(version) {
  const choices = ['credentials', 'defaultCredentialsChain'].map((value) => ({ name: value, value }));
  const condition = version >= 8 ? { allMatch: [noCredential, isType] } : version >= 4 ? isType : undefined;
  const key = { ...required, ...(version >= 5 ? feel : {}), ...(condition && { condition }) };
  return [
    ...(version >= 7 ? [input('awsCredential', { type: 'Configuration', configurationTemplate: 'io.camunda:aws-credential:1', optional: true })] : []),
    ...(version >= 4 ? [input('authentication.type', { type: 'Dropdown', value: 'credentials', choices, ...(version >= 8 && { condition: noCredential }) })] : []),
    input('authentication.accessKey', key),
    input('authentication.secretKey', key),
  ];
}

function configuration(version) {
  const gate = version >= 8 ? { condition: noCredential } : {};
  return [
    input('configuration.region', { ...required, ...feel, ...gate }),
    ...(version >= 5 ? [input('configuration.endpoint', { ...hidden, optional: true, ...gate })] : []),
  ];
}

function event(version) {
  return [
    input('input.source', { ...required, ...feel }),
    input('input.detailType', { ...required, ...feel }),
    input('input.eventBusName', { ...required, ...(version >= 5 ? expression : feel) }),
    input('input.detail', { ...required, ...(version >= 5 ? feel : expression) }),
  ];
}

function rest(version, templateID) {
  return [
    header('resultVariable'),
    header('resultExpression', expression),
    header('errorExpression', expression),
    ...(version >= 5 ? [task('retries', { value: '3', ...feel }), header('retryBackoff', { value: version >= 6 ? 'PT30S' : 'PT0S' })] : []),
    ...(version >= 6 ? [header('elementTemplateVersion', { ...hidden, value: String(version) }), header('elementTemplateId', { ...hidden, value: templateID })] : []),
  ];
}

// official returns the template of a version, 1 to 8. The hybrid ones began with version 5.
export function official(version, hybrid = false) {
  const templateID = hybrid ? id + '-hybrid' : id;
  return {
    $schema: 'https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json',
    id: templateID,
    name: `Official ${hybrid ? 'hybrid ' : ''}${version}`,
    version,
    appliesTo: ['bpmn:Task'],
    elementType: { value: 'bpmn:ServiceTask' },
    properties: [task('type', { ...(hybrid ? {} : hidden), value: type }), ...authentication(version), ...configuration(version), ...event(version), ...rest(version, templateID)],
  };
}

export const versions = [1, 2, 3, 4, 5, 6, 7, 8];
export const hybridVersions = [5, 6, 7, 8];

// keys, chain and credential are the ways in which a task of a version can say as whom it sends.
const keys = { 'authentication.type': 'credentials', 'authentication.accessKey': '{{secrets.KEY}}', 'authentication.secretKey': '{{secrets.SECRET}}', 'configuration.region': 'us-east-1' };
const chain = { 'authentication.type': 'defaultCredentialsChain', 'configuration.region': '=region' };
const credential = { awsCredential: '=camunda.vars.env.AWS_ORDERS' };

export function identities(version) {
  const { 'authentication.type': _, ...untyped } = keys;
  return [
    ['keys', version >= 4 ? keys : untyped],
    ...(version >= 4 ? [['default chain', chain]] : []),
    ...(version === 7 ? [['reusable credential beside keys', { ...keys, ...credential }], ['reusable credential beside the chain', { ...chain, ...credential }]] : []),
    ...(version >= 8 ? [['reusable credential', credential]] : []),
  ];
}

// taskOf returns a task that was made with a version of the template: as it came, or with every field filled in by a modeler.
export function taskOf(version, hybrid, identity, filled) {
  const made = official(version, hybrid);
  const defaults = (binding, name) => Object.fromEntries(made.properties.filter((p) => p.binding.type === binding && p.value !== undefined).map((p) => [p.binding[name], p.value]));
  const inputs = {
    ...identity,
    'input.source': 'com.example.orders',
    'input.detailType': '=kind',
    'input.eventBusName': version >= 5 ? '="orders"' : 'orders',
    'input.detail': version >= 5 ? '{"orderId": 7, "total": 1.10}' : '={orderId: id}',
  };
  const headers = { ...defaults('zeebe:taskHeader', 'key') };
  const definition = { ...defaults('zeebe:taskDefinition', 'property') };
  if (filled) {
    Object.assign(headers, { resultVariable: 'response', resultExpression: '={eventId: response.entries[1].eventId}', errorExpression: '=if error.code = "X" then bpmnError("X") else null' });
    if (version >= 5) {
      headers.retryBackoff = 'PT7S';
      definition.retries = '7';
      if (!('awsCredential' in identity && version >= 8)) inputs['configuration.endpoint'] = 'http://localhost:4566';
    }
    if (hybrid) definition.type = 'io.example:events:1';
  }
  return { template: made, inputs, headers, definition };
}
