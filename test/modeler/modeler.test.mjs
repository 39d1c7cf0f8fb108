// The templates in Camunda's modeler, filled in by the keyboard.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { lint } from './lint.mjs';
import { launch, model, Panel, root, said, template } from './panel.mjs';

const out = process.env.OUT ?? 'out';
const ours = template('aws-eventbridge');
const hybrid = template('aws-eventbridge-hybrid');
const earlier = { 1: template('versioned/aws-eventbridge-1'), 2: template('versioned/aws-eventbridge-2') };
const earlierHybrid = template('versioned/aws-eventbridge-hybrid-2');
const all = [ours, hybrid, ...Object.values(earlier), earlierHybrid];

let browser;
before(async () => {
  mkdirSync(out, { recursive: true });
  browser = await launch();
});
after(() => browser?.close());

const open = async (t, file, templates = all) => {
  const panel = await Panel.open(browser, model(file), templates);
  t.after(() => assert.deepEqual(panel.faults, [], 'faults of the page'));
  assert.deepEqual(await panel.templateErrors(), []);
  return panel;
};
const picture = (panel, name) => panel.page.screenshot({ path: path.join(out, name + '.png') });

const simple = {
  Authentication: ['Credentials', 'Access key', 'Secret key', 'Session token', 'Reusable credential'],
  'Act as a role': ['Role ARN', 'External ID', 'Session name'],
  'Event bus': ['Region', 'Event bus name', 'Endpoint'],
  Event: ['Source', 'Detail type', 'Payload'],
  'More options': ['Several events', 'Resources', 'Time', 'Trace header', 'Process context', 'Global endpoint ID', 'Fail on rejected entries', 'Language of expressions'],
  'Output mapping': ['Result variable', 'Result expression'],
  'Error handling': ['Error expression'],
  Retries: ['Retries', 'Retry backoff', 'Job timeout'],
};

test('a task becomes an EventBridge task with these groups and fields', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  assert.equal(await panel.apply('announce', ours), 'bpmn:ServiceTask');
  assert.deepEqual(await panel.shown(), simple);
  await picture(panel, 'template-new');
  for (const label of ['Access key', 'Secret key', 'Region', 'Event bus name', 'Source', 'Detail type', 'Payload']) {
    await panel.expectMessage(label, /must not be empty/);
  }
  for (const label of ['Endpoint', 'Error expression', 'Result expression']) assert.equal(await panel.message(label), '');
  await panel.page.locator('.bio-properties-panel-tooltip-wrapper', { hasText: 'Error expression' }).hover();
  const tooltip = panel.page.locator('.bio-properties-panel-tooltip');
  await tooltip.waitFor();
  const text = await tooltip.innerText();
  assert.match(text, /It sees error \(type, code, message\).*job \(retries, key, .*Documentation\n?For example\n= if error\.code = "ThrottlingException"\nthen jobError\(/s);
  assert.match(await tooltip.locator('a').getAttribute('href'), /docs\/modeling\.md#errors$/);
  await picture(panel, 'template-tooltip');
  assert.deepEqual(panel.faults, []);
});

test('each constraint says what it expects, and lets expressions and secrets pass', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', ours);
  await panel.openGroup('Act as a role');
  await panel.openGroup('Retries');
  for (const [label, wrong, right, says] of [
    ['Access key', '', 'AKIA', /^Access key must not be empty/],
    ['Secret key', '', 'secret', /^Secret key must not be empty/],
    ['Role ARN', 'send-events', 'arn:aws:iam::123456789012:role/send-events', /^Role ARN must be the ARN of a role/],
    ['Region', '', 'eu-central-1', /^Region must not be empty/],
    ['Region', 'Frankfurt', 'eu-central-1', /region such as eu-central-1/],
    ['Event bus name', '', 'orders', /^Event bus name must not be empty/],
    ['Event bus name', 'my bus', 'orders', /name of an event bus/],
    ['Endpoint', 'http://', 'http://localhost:4566', /URL such as/],
    ['Source', 'aws.ec2', 'com.example.orders', /^Source must have at most 256 characters and not begin with aws\./],
    ['Source', 'x'.repeat(257), 'x'.repeat(256), /at most 256 characters/],
    ['Source', '', 'aws-like.but.mine', /^Source must not be empty/],
    ['Detail type', '', 'Order placed', /^Detail type must not be empty/],
    ['Detail type', 'x'.repeat(129), 'Order placed', /at most 128 characters/],
    ['Payload', '{orderId: order.id}', '{"orderId": 7}', /^Payload must be a JSON object .* begins with =/],
    ['Payload', '', '={orderId: order.id}', /^Payload must not be empty/],
    ['Result variable', '1st', 'response', /name of a variable/],
    ['Retries', 'many', '5', /number such as 3/],
    ['Retry backoff', '10s', 'PT10S', /duration such as PT10S/],
    ['Job timeout', 'P1Y', 'PT5M', /duration such as PT10S/],
  ]) {
    await panel.type(label, wrong);
    await panel.expectMessage(label, says);
    if (wrong === 'aws.ec2') {
      await panel.goTo('Detail type'); // it scrolls the message of the source into view
      await picture(panel, 'template-constraint');
    }
    for (const good of label === 'Payload' ? [right] : [right, '{{secrets.NAME}}']) {
      await panel.type(label, good);
      await panel.expectMessage(label, /^$/);
    }
  }
  const xml = await panel.xml();
  assert.equal(said(xml).inputs['input.source'], '{{secrets.NAME}}');
  assert.deepEqual(panel.faults, []);
});

test('an expression that does not parse is told at once', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', ours);
  await panel.type('Payload', '={orderId: '); // the = turns the field into an editor for an expression
  await panel.expectMessage('Payload', /Unparsable FEEL expression/);
  await panel.type('Payload', '{orderId: order.id}');
  await panel.expectMessage('Payload', /^$/);
  assert.equal(said(await panel.xml()).inputs['input.detail'], '={orderId: order.id}');
  await panel.openGroup('More options');
  for (const [label, broken, sound] of [['Several events', '[{detail: }]', '[{detail: order}]'], ['Resources', '["a"', '["a"]'], ['Result expression', '={a: response.entries[1}', '={a: 1}'], ['Error expression', '=if error = null then', '=null']]) {
    await panel.type(label, broken);
    await panel.expectMessage(label, /Unparsable FEEL expression/);
    await panel.type(label, sound);
    await panel.expectMessage(label, /^$/);
  }
});

test('each choice shows the fields that belong to it', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', ours);
  await panel.choose('Credentials', 'temporaryCredentials');
  assert.deepEqual(await panel.shown(), simple);
  await panel.expectMessage('Session token', /must not be empty/);
  await panel.choose('Credentials', 'defaultCredentialsChain');
  assert.deepEqual((await panel.shown()).Authentication, ['Credentials', 'Reusable credential']);
  await panel.choose('Credentials', 'credentials');
  assert.deepEqual(await panel.shown(), simple);
  await panel.expectMessage('Session token', /^$/);
  await panel.openGroup('Act as a role');
  await picture(panel, 'template-role');
  await panel.openGroup('More options');
  await panel.goTo('Language of expressions');
  await picture(panel, 'template-more');
  await panel.choose('Language of expressions', 'jq');
  await panel.type('Result expression', '{eventId: .entries[0].eventId}');
  await panel.expectMessage('Result expression', /^$/);
  const { inputs, headers } = said(await panel.xml());
  assert.equal(headers.expressionLanguage, 'jq');
  assert.equal(headers.resultExpression, '{eventId: .entries[0].eventId}');
  assert.ok(!('authentication.roleArn' in inputs), 'what is empty is not in the file');
  assert.deepEqual(panel.faults, []);
});

test('a reusable credential makes keys and region needless, and several events the single one', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', ours);
  for (const label of ['Access key', 'Region', 'Source']) await panel.expectMessage(label, /must not be empty/);
  await panel.type('Reusable credential', 'camunda.vars.env.AWS_ORDERS');
  for (const label of ['Access key', 'Secret key', 'Region']) await panel.expectMessage(label, /^$/);
  await panel.choose('Credentials', '');
  assert.deepEqual((await panel.shown()).Authentication, ['Credentials', 'Reusable credential']);
  await picture(panel, 'template-credential');
  await panel.type('Event bus name', 'orders');
  await panel.openGroup('More options');
  await panel.type('Several events', '[{source: "a", detailType: "b", detail: {}}]');
  for (const label of ['Source', 'Detail type', 'Payload']) await panel.expectMessage(label, /^$/);
  const { inputs } = said(await panel.xml());
  assert.deepEqual(inputs, {
    awsCredential: '=camunda.vars.env.AWS_ORDERS', 'input.eventBusName': 'orders', 'input.events': '=[{source: "a", detailType: "b", detail: {}}]', 'input.failOnRejectedEntry': '=false',
  });
  await panel.type('Reusable credential', '');
  await panel.expectMessage('Access key', /must not be empty/);
  assert.equal(said(await panel.xml()).inputs['authentication.type'], 'credentials');
  assert.deepEqual(panel.faults, []);
});

test('Tab goes through every field, in the order of the panel', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', ours);
  await panel.openAll();
  const fields = Object.values(simple).flat();
  assert.deepEqual((await panel.reached()).filter((label) => fields.includes(label)), fields);
});

test('a task filled in by the keyboard is a model that deploys', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  panel.byKeyboard = true;
  await panel.pick('Announce', 'eventbridge', ours, () => picture(panel, 'template-pick'));
  const filled = {
    'Access key': '{{secrets.AWS_ACCESS_KEY}}', 'Secret key': '{{secrets.AWS_SECRET_KEY}}', Region: 'eu-central-1', 'Event bus name': 'default',
    Source: 'com.example.orders', 'Detail type': 'OrderPlaced', Payload: '={orderId: order.id, total: order.total}',
    'Result variable': 'announcement', 'Result expression': '={eventId: response.entries[1].eventId}',
    'Error expression': '= if response.failedEntryCount > 0 then bpmnError("REJECTED", response.entries[1].errorMessage) else null',
  };
  for (const [label, text] of Object.entries(filled)) await panel.type(label, text);
  await panel.goTo('Endpoint');
  await panel.page.keyboard.type('='); // turns the field into an editor for an expression
  const editor = panel.entry('Endpoint').locator('.cm-content');
  await panel.eventually('the editor has the focus', () => editor.evaluateAll((all) => all.length === 1 && all[0] === document.activeElement));
  await panel.page.keyboard.insertText('awsEndpoint');
  await panel.eventually('the model has the expression', async () => said(await panel.saved()).inputs['configuration.endpoint'] === '=awsEndpoint');
  await panel.openGroup('More options');
  await panel.goTo('Fail on rejected entries');
  await panel.page.keyboard.press('Space');
  await panel.openGroup('Retries');
  await panel.type('Retry backoff', 'PT5S');
  await panel.expectNoViolation();
  await picture(panel, 'template-filled');
  const xml = await panel.xml();
  const { task, inputs, headers } = said(xml);
  assert.deepEqual(task, { type: 'io.camunda:aws-eventbridge:1', retries: '3' });
  assert.deepEqual(inputs, {
    'authentication.type': 'credentials', 'authentication.accessKey': '{{secrets.AWS_ACCESS_KEY}}', 'authentication.secretKey': '{{secrets.AWS_SECRET_KEY}}',
    'configuration.region': 'eu-central-1', 'configuration.endpoint': '=awsEndpoint', 'input.eventBusName': 'default', 'input.source': 'com.example.orders',
    'input.detailType': 'OrderPlaced', 'input.detail': '={orderId: order.id, total: order.total}', 'input.failOnRejectedEntry': '=true',
  });
  assert.deepEqual(headers, {
    resultVariable: 'announcement', resultExpression: '={eventId: response.entries[1].eventId}', errorExpression: filled['Error expression'],
    expressionLanguage: 'feel', retryBackoff: 'PT5S', elementTemplateId: ours.id, elementTemplateVersion: String(ours.version),
  });
  assert.deepEqual(await lint(xml), {});
  assert.deepEqual(panel.faults, []);
  writeFileSync(path.join(out, 'announce.bpmn'), xml);
});

for (const [version, before] of Object.entries(earlier)) {
  test(`a task of version ${version} keeps its values when this version is taken`, async (t) => {
    const panel = await open(t, 'empty.bpmn');
    await panel.apply('announce', before);
    const role = version === '2';
    await panel.choose('Credentials', 'temporaryCredentials');
    if (role) await panel.choose('Act as a role', 'yes');
    for (const [label, text] of Object.entries({
      'Access key': 'key', 'Secret key': 'secret', 'Session token': 'token', ...(role && { 'Role ARN': 'arn:aws:iam::123456789012:role/r', 'External ID': 'x' }),
      Region: 'us-east-1', 'Event bus name': 'orders', Endpoint: 'http://localhost:4566', Source: 'a.b', 'Detail type': 'c',
      Payload: '{a: 1}', 'Result variable': 'r', 'Result expression': '={b: 2}', 'Error expression': '=null',
    })) await panel.type(label, text);
    await panel.openGroup(role ? 'More options' : 'More about the event');
    await panel.type('Resources', '["arn:aws:s3:::a"]');
    await panel.type('Time', '2026-01-31T12:30:00Z');
    await panel.goTo('Fail on rejected entries');
    await panel.page.keyboard.press('Space');
    await panel.openGroup('Retries');
    await panel.type('Retries', '9');
    await panel.type('Retry backoff', 'PT1M');
    const old = said(await panel.xml());
    assert.equal(old.template.version, before.version);
    await panel.update(() => picture(panel, 'template-update'));
    const now = said(await panel.xml());
    assert.deepEqual(now.template, { id: ours.id, version: ours.version });
    assert.deepEqual(now.inputs, old.inputs);
    assert.equal(now.inputs['input.failOnRejectedEntry'], '=true');
    assert.deepEqual(now.task, old.task);
    assert.deepEqual({ ...now.headers, elementTemplateVersion: '' }, { ...old.headers, expressionLanguage: 'feel', elementTemplateVersion: '' });
    await panel.expectNoViolation();
    assert.deepEqual(panel.faults, []);
  });
}

test('a task of the hybrid version 2 keeps the task type with which that began', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', earlierHybrid);
  const { task } = said(await panel.xml());
  await panel.apply('announce', hybrid);
  assert.deepEqual(said(await panel.xml()).task, task);
  await panel.type('Task type', 'io.example:events:1');
  assert.equal(said(await panel.xml()).task.type, 'io.example:events:1');
});

test('a task keeps its values when it goes to the hybrid template and back', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', ours);
  await panel.openGroup('Act as a role');
  await panel.openGroup('More options');
  for (const [label, text] of Object.entries({
    'Access key': 'key', 'Secret key': 'secret', 'Role ARN': 'arn:aws:iam::123456789012:role/r', 'External ID': 'x', 'Session name': 's', Region: 'us-east-1', 'Event bus name': 'orders', Source: 'a.b', 'Detail type': 'c',
    Payload: '={a: 1}', 'Several events': '[{detail: {b: 1}}]', 'Trace header': 'Root=1', 'Global endpoint ID': 'abcde.veo', 'Result expression': '{b: .entries}',
  })) await panel.type(label, text);
  await panel.choose('Language of expressions', 'jq');
  await panel.openGroup('Retries');
  await panel.type('Job timeout', 'PT2M');
  const before = said(await panel.xml());
  const labels = (headers) => ({ ...headers, elementTemplateId: '', elementTemplateVersion: '' });
  for (const made of [hybrid, ours]) {
    await panel.apply('announce', made);
    const { inputs, headers, task } = said(await panel.xml());
    assert.deepEqual(inputs, before.inputs);
    assert.deepEqual(labels(headers), labels(before.headers));
    assert.equal(task.type, 'io.camunda:aws-eventbridge:1');
  }
  assert.deepEqual(panel.faults, []);
});

test('the hybrid template has the same fields and a task type of one\'s own', async (t) => {
  const panel = await open(t, 'empty.bpmn');
  await panel.apply('announce', hybrid);
  assert.deepEqual(await panel.shown(), { 'Task type': ['Task type'], ...simple });
  await panel.type('Task type', '');
  await panel.expectMessage('Task type', /^Task type must not be empty/);
  await panel.type('Task type', 'io.example:events:1');
  await panel.expectMessage('Task type', /^$/);
  const { task, headers } = said(await panel.xml());
  assert.equal(task.type, 'io.example:events:1');
  assert.equal(headers.elementTemplateId, hybrid.id);
});

test('the examples are sound by the rules of Camunda, from the oldest cluster to the newest', async () => {
  const folder = path.join(root, 'examples');
  const models = readdirSync(folder).filter((name) => name.endsWith('.bpmn'));
  assert.ok(models.length >= 5);
  for (const name of models) {
    const xml = readFileSync(path.join(folder, name), 'utf8');
    for (const version of ['8-5', '8-6', '8-7', '8-8', '8-9']) assert.deepEqual(await lint(xml, version), {}, `${name} on ${version}`);
    // From 8.10 on there is a second form of secrets beside {{secrets.NAME}}, which older clusters do not know.
    assert.deepEqual(Object.keys(await lint(xml, '8-10')).filter((rule) => rule !== 'camunda-compat/secrets'), [], `${name} on 8-10`);
  }
  const broken = readFileSync(path.join(folder, 'order-placed.bpmn'), 'utf8').replace(/(source="=)[^"]*(" target="input.detail")/, '$1{a: $2');
  assert.notDeepEqual(await lint(broken), {}, 'the rules see a broken expression');
});
