// The templates by the schema's own validator.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateZeebe } from '@bpmn-io/element-templates-validator';
import { template } from './panel.mjs';

for (const name of ['aws-eventbridge', 'aws-eventbridge-hybrid', 'versioned/aws-eventbridge-1']) {
  test(`${name}.json is a template by the schema`, () => {
    const { valid, errors } = validateZeebe(template(name));
    assert.ok(valid, JSON.stringify(errors, null, 1));
  });
}
