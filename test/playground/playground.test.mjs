// The playground page in Chromium, with the keyboard alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const { BINARY, PROJECT } = process.env;
const out = process.env.OUT ?? 'out';
let server, browser, url;

before(async () => {
  mkdirSync(out, { recursive: true });
  server = spawn(BINARY, ['playground', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  url = await new Promise((found, failed) => {
    server.on('exit', () => failed(new Error('the playground ended')));
    server.stdout.on('data', (line) => {
      const at = /http:\/\/\S+/.exec(String(line));
      if (at) found(at[0]);
    });
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
});
after(async () => {
  await browser?.close();
  server?.kill();
});

// open shows the page; whatever it asks for elsewhere, or complains of, fails the test.
async function open(t, { hash = '', width = 1440, height = 1250, colorScheme = 'light' } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const faults = [];
  page.on('pageerror', (e) => faults.push(e.message));
  page.on('console', (m) => m.type() === 'error' && faults.push(m.text()));
  page.on('request', (r) => new URL(r.url()).origin === new URL(url).origin || r.url().startsWith('data:') || faults.push('asked ' + r.url()));
  await page.goto(url + hash);
  await ready(page);
  t.after(async () => {
    await page.close();
    assert.deepEqual(faults, []);
  });
  return page;
}

const ready = (page) => page.waitForFunction(() => document.body.dataset.state === 'ready' && document.getElementById('tasks').getAttribute('aria-busy') === 'false');
const text = (page, id) => page.locator('#' + id).innerText();
const value = (page, id) => page.evaluate((id) => document.getElementById(id).editor.text, id);
const example = (name) => readFileSync(path.join(PROJECT, 'examples', name), 'utf8');
const picture = (page, name, fullPage = false) => page.screenshot({ path: path.join(out, name + '.png'), fullPage });

async function eventually(what, condition) {
  for (let i = 0; i < 1000; i++) {
    if (await condition()) return;
    await new Promise((go) => setTimeout(go, 30));
  }
  throw new Error('waited in vain: ' + what);
}

// goTo presses Tab until the focus is in the element.
async function goTo(page, id) {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((id) => document.getElementById(id).contains(document.activeElement), id)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not reach ' + id);
}

// type writes into a field of the page, with the keyboard alone.
async function type(page, id, value) {
  await page.locator('body').evaluate(() => document.activeElement?.blur());
  await goTo(page, id);
  await paste(page, value);
}

// fill writes into a field of the page at once.
async function fill(page, id, value) {
  await page.locator(`#${id} .cm-content`).focus();
  await paste(page, value);
}

// paste replaces what is in the field that has the focus.
async function paste(page, value) {
  await page.keyboard.press('ControlOrMeta+a');
  await page.evaluate((value) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', value);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, value);
}

const selected = (page) => page.evaluate(() => getSelection().toString());

test('the result follows as one types, with mistakes underlined, which lead to their place', async (t) => {
  const page = await open(t);
  assert.match(await text(page, 'result-out'), /"accepted": ?true/);
  assert.match(await text(page, 'ending'), /is completed/);
  await type(page, 'result', '= {id: response.entry[1].eventId,\n   n: count(entries)}');
  await eventually('the warning', async () => /line 1, column 17: there is no field entry \(did you mean entries\?\)/.test(await text(page, 'result-out')));
  assert.equal(await page.locator('#result .cm-lintRange').innerText(), 'entry');
  await goTo(page, 'error');
  await page.locator('#result-out button').focus();
  await page.keyboard.press('Enter');
  assert.equal(await selected(page), 'entry');
  await type(page, 'result', '= {id: response.entries[1');
  await eventually('the fault', async () => /expected/.test(await text(page, 'result-out')));
  assert.equal(await page.locator('#result .cm-lintRange-error').count(), 1);
  await eventually('the incident', async () => /incident/.test(await text(page, 'ending')));
  await picture(page, 'playground-mistake');
  await type(page, 'response', '{\n"failedEntryCount": ');
  await eventually('the response', async () => /line 2, column \d+: not valid JSON/.test(await text(page, 'response-fault')));
  assert.equal(await text(page, 'ending'), '', 'nothing old is left');
  assert.equal(await text(page, 'result-out'), '', 'nothing old is left');
});

test('what is shown is marked as old until the new is there', async (t) => {
  const page = await open(t);
  let go;
  const gate = new Promise((done) => (go = done));
  await page.route('**/api/*', async (route) => {
    await gate;
    await route.continue();
  });
  const old = (id) => page.locator('#' + id).getAttribute('aria-busy');
  await type(page, 'result', '= {fresh: 1}');
  for (const id of ['result-out', 'error-out', 'ending']) assert.equal(await old(id), 'true');
  await type(page, 'model', '<x/>');
  assert.equal(await old('tasks'), 'true');
  go();
  await eventually('the new', async () => /fresh/.test(await text(page, 'result-out')));
  await eventually('no mark', async () => (await old('ending')) === 'false' && (await old('tasks')) === 'false');
});

test('numbers are shown as they are', async (t) => {
  const page = await open(t);
  await type(page, 'result', '= {n: 12345678901234567, price: 1.50, s: string(1.50)}');
  await eventually('the result', async () => /"n": ?12345678901234567,/.test(await text(page, 'result-out')));
});

test('FEEL and JSON are coloured, behind the equals sign as well', async (t) => {
  const page = await open(t);
  await type(page, 'result', '= if true then {text: "x", n: 12} else null // why');
  const parts = (id) => page.locator(`#${id} .cm-line span`).evaluateAll((all) => all.map((e) => `${e.className}: ${e.textContent}`));
  await eventually('the colours', async () => {
    const got = (await parts('result')).join('\n');
    return [/tok-keyword: if/, /tok-string: "x"/, /tok-number: 12/, /tok-comment: \/\/ why/].every((want) => want.test(got));
  });
  assert.match((await parts('response')).join('\n'), /tok-propertyName: "failedEntryCount"/);
  assert.notEqual(await page.locator('#result .tok-keyword').first().evaluate((e) => getComputedStyle(e).color), await page.locator('#result').evaluate((e) => getComputedStyle(e).color));
});

test('jq is coloured, also in the expressions within its texts', async (t) => {
  const page = await open(t);
  await page.locator('#language').selectOption('jq');
  await type(page, 'result', '{id: .entries[0].eventId, text: "n \\(.failedEntryCount + 1) \\"x\\"", ok: ($response != null)} # why');
  await eventually('the colours', async () => {
    const got = (await page.locator('#result .cm-line span').evaluateAll((all) => all.map((e) => `${e.className}: ${e.textContent}`))).join('\n');
    return [/tok-propertyName: id/, /tok-propertyName: \.entries/, /tok-number: 0/, /tok-string: "n \\\(/, /tok-propertyName: \.failedEntryCount/, /tok-string: \)/, /tok-variableName.*: \$response/, /tok-atom: null/, /tok-comment: # why/].every((want) => want.test(got));
  });
});

// offered returns what completion offers behind a text that was typed.
async function offered(page, id, source, typed = '') {
  await type(page, id, source);
  if (typed) await page.keyboard.type(typed);
  else await page.keyboard.press('ControlOrMeta+Space');
  const list = page.locator('.cm-tooltip-autocomplete .cm-completionLabel');
  await eventually('the completion of ' + source, async () => (await list.count()) > 0);
  const labels = await list.allInnerTexts();
  await page.keyboard.press('Escape');
  return labels;
}

test('completion offers what the expression sees', async (t) => {
  const page = await open(t);
  assert.deepEqual(await offered(page, 'result', '= response.entries[1].'), ['errorCode', 'errorMessage', 'eventId']);
  assert.deepEqual(await offered(page, 'result', '= {id: input.detail', '.'), ['orderId']);
  const result = await offered(page, 'result', '= ');
  for (const name of ['response', 'entries', 'input', 'count']) assert.ok(result.includes(name), name);
  for (const name of ['error', 'job', 'bpmnError', 'order']) assert.ok(!result.includes(name), name);
  await type(page, 'result', '= {made: {deep: 1}}');
  await eventually('the result', async () => /deep/.test(await text(page, 'result-out')));
  assert.deepEqual(await offered(page, 'error', '= made.'), ['deep']);
  assert.deepEqual(await offered(page, 'error', '= error.'), ['code', 'message', 'type', 'variables']);
  assert.deepEqual((await offered(page, 'error', '= job.')).slice(0, 2), ['elementId', 'key']);
  assert.ok((await offered(page, 'error', '= bpmn')).includes('bpmnError'));
  await type(page, 'error', '= "response.');
  await page.keyboard.press('ControlOrMeta+Space');
  await type(page, 'error', '= string le');
  await page.keyboard.press('ControlOrMeta+Space');
  await type(page, 'error', '= boun');
  await page.keyboard.press('Escape');
  await type(page, 'error', '= backo');
  await page.keyboard.press('ControlOrMeta+Space');
  await eventually('the signature', async () => /backoff\(attempt: number/.test(await page.locator('.cm-completionInfo').first().innerText().catch(() => '')));
  await picture(page, 'playground-completion');
  await page.keyboard.press('Enter');
  assert.equal(await value(page, 'error'), '= backoff()');
  await page.keyboard.type('1');
  assert.equal(await value(page, 'error'), '= backoff(1)');
});

test('completion works in the mappings and headers of a model', async (t) => {
  const page = await open(t);
  await fill(page, 'variables', '{"order": {"id": "A-1", "two words": 2}}');
  const tag = (attributes) => `<a xmlns:zeebe="z"><zeebe:input ${attributes}`;
  assert.deepEqual(await offered(page, 'model', tag('source="={a: order.')), ['id', 'two words']);
  assert.ok((await offered(page, 'model', tag('source="=ord'))).includes('order'));
  assert.deepEqual(await offered(page, 'model', '<a xmlns:zeebe="z"><zeebe:header key="errorExpression" value="=error.'), ['code', 'message', 'type', 'variables']);
  await type(page, 'model', tag('source="order.'));
  await page.keyboard.press('ControlOrMeta+Space');
  await type(page, 'model', tag('source="=order.'));
  await page.keyboard.press('ControlOrMeta+Space');
  await eventually('the list', async () => (await page.locator('.cm-tooltip-autocomplete').count()) > 0);
});

test('what is too long for the address is still evaluated', async (t) => {
  const page = await open(t);
  const big = JSON.stringify({ failedEntryCount: 0, entries: [{ eventId: 'big', errorCode: null, errorMessage: 'x '.repeat(1 << 19) }] });
  const set = (text) => page.evaluate((text) => {
    document.getElementById('response').editor.text = text;
    document.getElementById('retries').dispatchEvent(new Event('input'));
  }, text);
  await type(page, 'result', '= {n: string length(entries[1].errorMessage)}');
  await set(big);
  await eventually('the result', async () => /"n": ?1048576/.test(await text(page, 'result-out')));
  assert.equal(new URL(page.url()).hash, '');
  assert.match(await text(page, 'sharing'), /too long/);
  await set(JSON.stringify({ a: 'x'.repeat(11 << 20) }));
  await eventually('the limit', async () => /too large/.test(await text(page, 'response-fault')));
  await set('{"entries": []}');
  await eventually('the sound one', async () => (await text(page, 'response-fault')) === '' && new URL(page.url()).hash.length > 1);
});

test('each answer of AWS leads to its ending', async (t) => {
  const page = await open(t);
  await goTo(page, 'preset');
  for (const ending of [/throws the BPMN error "REJECTED"/, /fails, with 2 retries left, and is tried again after 30s/, /fails, with 2 retries left/]) {
    await page.keyboard.press('ArrowDown');
    await eventually(String(ending), async () => ending.test(await text(page, 'ending')));
  }
  assert.match(await text(page, 'result-out'), /after an error there is no result/);
});

test('jq is a language, too', async (t) => {
  const page = await open(t);
  await goTo(page, 'language');
  await page.keyboard.press('ArrowDown');
  assert.deepEqual(await offered(page, 'result', '.entries[0].'), ['errorCode', 'errorMessage', 'eventId']);
  assert.deepEqual(await offered(page, 'result', '$input.detail.'), ['orderId']);
  await type(page, 'result', '{id: .entries[0].eventId}');
  await type(page, 'error', 'null');
  await eventually('the result', async () => /"id": ?"11710aed/.test(await text(page, 'result-out')));
});

test('the address holds the state, and nothing but it', async (t) => {
  const page = await open(t);
  await type(page, 'input', '{"eventBusName": "mine"}');
  await type(page, 'result', '= {shared: "ü😀"}'); // last: its result says that the page has taken in both
  await eventually('the result', async () => /shared/.test(await text(page, 'result-out')));
  const hash = new URL(page.url()).hash;
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
  const other = await open(t, { hash });
  assert.equal(await value(other, 'result'), '= {shared: "ü😀"}');
  assert.equal(await value(other, 'input'), '{"eventBusName": "mine"}');
  await open(t, { hash: '#nonsense' });
});

test('a pasted model shows its events, and hands over its expressions', async (t) => {
  const page = await open(t, { height: 1500 });
  await type(page, 'variables', example('several-events.variables.json'));
  await type(page, 'model', example('several-events.bpmn'));
  await eventually('the events', async () => (await page.locator('#tasks figure').count()) === 2);
  assert.match(await text(page, 'tasks'), /Announce each item/);
  assert.match(await text(page, 'tasks'), /"detailType": "GiftOrdered",\n/);
  assert.match(await text(page, 'tasks'), /"sku": "compass",\n/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('#tasks figcaption button').first().click();
  await eventually('the copy', async () => (await page.evaluate(() => navigator.clipboard.readText())).includes('"eventBusName"'));
  JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  await page.getByRole('button', { name: 'Try its expressions' }).focus();
  await page.keyboard.press('Enter');
  await eventually('its expressions', async () => /"count": ?1/.test(await text(page, 'result-out')));
  assert.match(await value(page, 'input'), /"events"/, 'what the expressions see of the task');
  await type(page, 'variables', '{"orders": [}');
  await eventually('the fault', async () => /line 1, column 13: not valid JSON/.test(await text(page, 'variables-fault')));
  await eventually('no old event', async () => (await page.locator('#tasks figure').count()) === 0);
  assert.match(await text(page, 'tasks'), /Not tried/);
  await type(page, 'model', '<html/>');
  await eventually('the fault', async () => /expected <definitions> of BPMN 2.0/.test(await text(page, 'model-fault')));
  assert.equal(await page.locator('#tasks article').count(), 0);
  await type(page, 'model', ' ');
  await eventually('nothing', async () => /appear here/.test(await text(page, 'tasks')) && (await text(page, 'model-fault')) === '');
});

test('a model shows how it ends, where its events go, and as whom', async (t) => {
  const page = await open(t);
  await fill(page, 'variables', example('error-handling.variables.json'));
  await fill(page, 'model', example('error-handling.bpmn'));
  await eventually('the endings', async () => (await page.locator('#tasks .endings dt').count()) === 4);
  const shown = await text(page, 'tasks');
  for (const want of [/If AWS accepts the event\s+is completed/, /throws the BPMN error "EVENT_REJECTED", caught by Event rejected/, /"BUS_BUSY", caught by Bus is busy/, /If AWS denies access\s+fails, with 2 retries left, and is tried again after 1s/, /eu-central-1/, /the access key \{\{secrets\.AWS_ACCESS_KEY\}\}/]) assert.match(shown, want);
  await page.locator('#tasks').scrollIntoViewIfNeeded();
  await page.locator('.wide').screenshot({ path: path.join(out, 'playground-model.png') });
  await page.locator('#tasks .endings button').first().click();
  assert.match(await selected(page), /^<bpmn:boundaryEvent id="Rejected"/);
});

test('a finding leads to its line in the model', async (t) => {
  const page = await open(t);
  await fill(page, 'variables', example('error-handling.variables.json'));
  await fill(page, 'model', example('error-handling.bpmn').replace('com.example.payments', 'aws.payments'));
  const finding = page.locator('#tasks .notes button').first();
  await eventually('the finding', async () => (await finding.count()) > 0);
  await finding.focus();
  await page.keyboard.press('Enter');
  assert.equal(await selected(page), '<zeebe:input source="aws.payments" target="input.source" />');
  assert.ok(await page.locator('#model .cm-lintRange').count());
});

test('a finding about an expression leads to its word', async (t) => {
  const page = await open(t);
  await fill(page, 'variables', example('error-handling.variables.json'));
  await fill(page, 'model', example('error-handling.bpmn').replace('error.code', 'error.kode'));
  const finding = page.locator('#tasks .notes button', { hasText: 'kode' }).first();
  await eventually('the finding', async () => (await finding.count()) > 0);
  await finding.click();
  assert.equal(await selected(page), 'kode');
});

test('a hostile model runs nothing', async (t) => {
  const page = await open(t);
  const evil = '&lt;img src=x onerror=&quot;document.title=1&quot;&gt;&lt;script&gt;document.title=1&lt;/script&gt;';
  const model = example('error-handling.bpmn')
    .replaceAll('"Send"', `"${evil}"`).replaceAll('Announce the payment', evil).replace('"default"', `"${evil}"`).replace('name="Bus is busy"', `name="${evil}"`)
    .replace('com.example.payments', `aws.${evil}`).replace('"PT1S"', `"${evil}"`).replaceAll('BUS_BUSY', 'B&lt;img src=x onerror=alert(1)&gt;');
  const title = await page.title();
  await fill(page, 'variables', example('error-handling.variables.json'));
  for (const text of [model, model.replace('key="retryBackoff"', 'key="other"'), `<${'x'.repeat(20)} onload="alert(1)"/>`, '<a>&lt;img src=x onerror=alert(1)&gt;</a>']) {
    await fill(page, 'model', text);
    await ready(page);
    await eventually('an answer', async () => ((await page.locator('#tasks').getAttribute('aria-busy')) === 'false'));
    assert.equal(await page.locator('#tasks img, #tasks script, .fault img, .fault script').count(), 0);
  }
  await fill(page, 'model', model);
  await eventually('the name, as a text', async () => (await text(page, 'tasks')).includes('<img src=x onerror="document.title=1">'));
  assert.equal(await page.title(), title);
});

test('light, dark and narrow', async (t) => {
  for (const [name, options] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['narrow', { width: 400, height: 900 }], ['narrow-dark', { width: 400, height: 900, colorScheme: 'dark' }]]) {
    const page = await open(t, options);
    await picture(page, 'playground-' + name);
    await fill(page, 'variables', example('error-handling.variables.json'));
    await fill(page, 'model', example('error-handling.bpmn').replace('payment.amount', 'payment.amout'));
    await eventually('the endings', async () => (await page.locator('#tasks .endings dt').count()) === 4);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await picture(page, 'playground-whole-' + name, true);
    const back = options.colorScheme === 'dark' ? ['rgb(23, 19, 27)', 'rgb(246, 245, 248)'] : ['rgb(246, 245, 248)', 'rgb(23, 19, 27)'];
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await background(), back[0]);
    await page.locator('#theme').focus();
    await page.keyboard.press('Space');
    assert.equal(await background(), back[1]);
  }
});

test('everything that can be focused has a name, and the contrast of texts is enough', async (t) => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, { colorScheme });
    const nameless = await page.evaluate(() => {
      const named = (e) => e.labels?.length || (e.tagName !== 'DIV' && e.textContent.trim()) || e.getAttribute('aria-label') || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent.trim();
      return [...document.querySelectorAll('input, select, textarea, button, a, [contenteditable="true"]')].filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 200));
    });
    assert.deepEqual(nameless, []);
    const weak = await page.evaluate(() => {
      const light = (c) => {
        const [r, g, b] = c.match(/[\d.]+/g).map((v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const style = getComputedStyle(document.documentElement);
      const probe = document.body.appendChild(document.createElement('i'));
      const color = (name) => ((probe.style.color = style.getPropertyValue(name)), light(getComputedStyle(probe).color));
      const weak = [];
      for (const text of ['--text', '--quiet', '--accent', '--bad', '--warn', '--good', '--keyword', '--string', '--number', '--name'])
        for (const back of ['--back', '--card', '--field', ...(['--quiet', '--accent', '--bad', '--warn', '--good'].includes(text) ? [] : ['--selection'])]) {
          const [a, b] = [color(text), color(back)].sort((x, y) => y - x);
          if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(`${text} on ${back}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
        }
      probe.remove();
      return weak;
    });
    assert.deepEqual(weak, [], colorScheme);
  }
});

test('the bundle of the editor is what its sources give', async () => {
  for (const [made, committed] of [['editor.js', 'page/editor.js'], ['licences.json', 'editor/licences.json']]) {
    const [a, b] = [path.join(process.env.EDITOR_BUNDLE, made), path.join(PROJECT, 'internal/playground', committed)].map((file) => readFileSync(file, 'utf8'));
    assert.ok(a === b, `internal/playground/${committed} is not what the sources give: run make playground-editor`);
  }
});

test('it answers to this machine and to its own page only', async () => {
  const ask = (headers, body = '{}') =>
    new Promise((done, failed) => {
      const r = http.request(url + 'api/evaluate', { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers } }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      });
      r.on('error', failed);
      r.end(body);
    });
  assert.equal(await ask({ Host: 'attacker.example' }), 403);
  assert.equal(await ask({ Origin: 'http://attacker.example' }), 403);
  assert.equal(await ask({ 'Content-Type': 'text/plain' }), 415);
  assert.equal(await ask({}, '{'), 400);
});
