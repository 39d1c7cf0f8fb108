// The templates by the schema's own validator.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { validateZeebe } from '@bpmn-io/element-templates-validator';
import { root, template } from './panel.mjs';

const names = (folder) => readdirSync(path.join(root, 'element-templates', folder)).filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name.slice(0, -'.json'.length)));
const all = [...names('.'), ...names('versioned')];

test('there is a template for each kind of element, and its hybrid', () => assert.equal(names('.').length, 8));

for (const name of all) {
  test(`${name}.json is a template by the schema`, () => {
    const { valid, errors } = validateZeebe(template(name));
    assert.ok(valid, JSON.stringify(errors, null, 1));
  });
}
