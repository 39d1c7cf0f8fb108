// Our templates over those of Camunda, of every version.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hybridVersions, identities, official, taskOf, versions } from './official.mjs';
import { modelOf } from './models.mjs';
import { launch, Panel, said, template } from './panel.mjs';

const ours = template('aws-eventbridge');
const hybrid = template('aws-eventbridge-hybrid');

let browser;
let panel;
before(async () => {
  browser = await launch();
  panel = await Panel.open(browser, modelOf('task', {}), [ours]);
});
after(() => browser?.close());

const without = (headers, ...names) => Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
const unlabelled = (headers) => without(headers, 'elementTemplateId', 'elementTemplateVersion');

const all = [...versions.map((version) => [version, false]), ...hybridVersions.map((version) => [version, true])];
let shown = 0;
for (const [version, isHybrid] of all) {
  const made = isHybrid ? hybrid : ours;
  test(`a task of the official ${isHybrid ? 'hybrid ' : ''}template ${version} keeps every value under ours, and back`, async () => {
    for (const [as, identity] of isHybrid ? identities(version).slice(-1) : identities(version)) {
      for (const filled of [false, true]) {
        const task = taskOf(version, isHybrid, identity, filled);
        // Modeler treats a value that is still a default differently if it knows the template.
        for (const known of [false, true]) {
          const what = `${as}, ${filled ? 'filled in' : 'as it came'}, official template ${known ? 'known' : 'unknown'}`;
          const id = 'announce' + ++shown;
          await panel.show(modelOf('serviceTask', task, { id }), known ? [made, task.template] : [made]);
          await panel.apply(id, made);
          const now = said(await panel.saved());
          const own = { 'input.failOnRejectedEntry': '=false', ...(version < 4 && { 'authentication.type': 'credentials' }) };
          assert.deepEqual(now.inputs, { ...task.inputs, ...own }, what);
          assert.deepEqual(unlabelled(now.headers), { retryBackoff: 'PT30S', expressionLanguage: 'feel', ...unlabelled(task.headers) }, what);
          assert.deepEqual(now.task, { retries: '3', ...task.definition }, what);
          assert.deepEqual(now.template, { id: made.id, version: made.version }, what);
          assert.deepEqual([now.headers.elementTemplateId, now.headers.elementTemplateVersion], [made.id, String(made.version)], what);
          if (!known) {
            await panel.expectNoViolation();
            continue;
          }
          await panel.apply(id, task.template);
          const back = said(await panel.saved());
          // Camunda's templates hide the endpoint, and Modeler gives a hidden field its template's value: none.
          assert.deepEqual(back.inputs, without(task.inputs, 'configuration.endpoint'), 'back: ' + what);
          assert.deepEqual(unlabelled(back.headers), unlabelled(task.headers), 'back: ' + what);
        }
      }
    }
    assert.deepEqual(panel.faults, []);
  });
}

test('what a modeler may add beside the template stays: a loop and listeners', async () => {
  const loop = '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=items" inputElement="item" /></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>';
  const listener = '<zeebe:executionListener eventType="start" type="audit" />';
  for (const known of [false, true]) {
    const task = taskOf(8, false, identities(8)[0][1], true);
    const xml = modelOf('serviceTask', task, { id: 'looped' + known, inside: loop }).replace('</bpmn:extensionElements>', `<zeebe:executionListeners>${listener}</zeebe:executionListeners></bpmn:extensionElements>`);
    await panel.show(xml, known ? [ours, task.template] : [ours]);
    await panel.apply('looped' + known, ours);
    const now = await panel.saved();
    assert.ok(now.includes('<zeebe:executionListener eventType="start" type="audit" />'), now);
    assert.match(now, /<zeebe:loopCharacteristics inputCollection="=items" inputElement="item" \/>/);
  }
});

test('the official bindings are templates that Modeler takes', async () => {
  for (const [version, isHybrid] of all) {
    await panel.show(modelOf('task', {}), [official(version, isHybrid)]);
    assert.deepEqual(await panel.templateErrors(), [], `version ${version}`);
  }
});
