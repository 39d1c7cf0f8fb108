// The templates of send tasks and message events.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { lint } from './lint.mjs';
import { launch, model, Panel, part, said, template } from './panel.mjs';

const out = process.env.OUT ?? 'out';
const suffixes = { send: 'send-task', throw: 'throw-event', end: 'end-event' };
const types = { send: 'bpmn:SendTask', throw: 'bpmn:IntermediateThrowEvent', end: 'bpmn:EndEvent' };
const fixed = Object.fromEntries(Object.entries(suffixes).map(([id, suffix]) => [id, template('aws-eventbridge-' + suffix)]));
const hybrid = Object.fromEntries(Object.entries(suffixes).map(([id, suffix]) => [id, template('aws-eventbridge-hybrid-' + suffix)]));
const service = template('aws-eventbridge');
const all = [service, template('aws-eventbridge-hybrid'), ...Object.values(fixed), ...Object.values(hybrid)];

let browser;
before(async () => {
  mkdirSync(out, { recursive: true });
  browser = await launch();
});
after(() => browser?.close());

const open = async (t) => {
  const panel = await Panel.open(browser, model('elements.bpmn'), all);
  t.after(() => assert.deepEqual(panel.faults, [], 'faults of the page'));
  assert.deepEqual(await panel.templateErrors(), []);
  return panel;
};
const picture = (panel, name) => panel.page.screenshot({ path: path.join(out, name + '.png') });

test('elements that were made by hand keep every value under each template', async (t) => {
  const panel = await open(t);
  const before = await panel.saved();
  for (const templates of [hybrid, fixed]) {
    for (const [id, made] of Object.entries(templates)) {
      assert.equal(await panel.apply(id, made), types[id]);
      const xml = await panel.saved();
      const [was, is] = [said(part(before, id)), said(part(xml, id))];
      assert.deepEqual(is.inputs, { ...was.inputs, 'input.failOnRejectedEntry': '=false' }, id);
      assert.deepEqual(is.headers, { ...was.headers, expressionLanguage: 'feel', elementTemplateId: made.id, elementTemplateVersion: String(made.version) }, id);
      assert.deepEqual(is.task, was.task, id);
      await panel.expectNoViolation();
    }
  }
  assert.deepEqual(panel.faults, []);
});

test('the keyboard makes a message event of an event', async (t) => {
  const panel = await open(t);
  panel.byKeyboard = true;
  await panel.pick('Order packed', 'eventbridge', fixed.throw, () => picture(panel, 'template-pick-event'));
  for (const label of ['Access key', 'Secret key', 'Region', 'Event bus name', 'Source', 'Detail type', 'Payload']) await panel.expectMessage(label, /must not be empty/);
  await panel.choose('Credentials', 'defaultCredentialsChain');
  const filled = { Region: 'eu-central-1', 'Event bus name': 'default', Source: 'com.example.orders', 'Detail type': 'OrderPacked', Payload: '{"kind": "packed", "total": 1.10}' };
  for (const [label, text] of Object.entries(filled)) await panel.type(label, text);
  await panel.expectNoViolation();
  await picture(panel, 'template-throw-event');
  const xml = await panel.xml();
  const { task, inputs } = said(part(xml, 'drawn'));
  assert.deepEqual(task, { type: 'io.camunda:aws-eventbridge:1', retries: '3' });
  assert.equal(inputs['input.detail'], '{"kind": "packed", "total": 1.10}');
  assert.match(part(xml, 'drawn'), /<bpmn:messageEventDefinition /);
  assert.deepEqual(panel.faults, []);
});

test('a model with all kinds of elements is sound by the rules of Camunda', async (t) => {
  const panel = await open(t);
  for (const [id, made] of Object.entries(fixed)) await panel.apply(id, made);
  await panel.apply('drawn', fixed.throw);
  for (const [label, text] of Object.entries({ 'Access key': '{{secrets.AWS_ACCESS_KEY}}', 'Secret key': '{{secrets.AWS_SECRET_KEY}}', Region: 'eu-central-1', 'Event bus name': 'default', Endpoint: '=awsEndpoint', Source: 'com.example.orders', 'Detail type': 'OrderPacked', Payload: '{"kind": "packed", "total": 1.10}' })) await panel.type(label, text);
  const xml = await panel.xml();
  for (const version of ['8-5', '8-6', '8-7', '8-8', '8-9']) assert.deepEqual(await lint(xml, version), {}, version);
  writeFileSync(path.join(out, 'elements.bpmn'), xml);
});
