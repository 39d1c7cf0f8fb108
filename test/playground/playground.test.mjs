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

const ready = (page) => page.waitForFunction(() => document.body.dataset.state === 'ready');
const text = (page, id) => page.locator('#' + id).innerText();
const picture = (page, name) => page.screenshot({ path: path.join(out, name + '.png') });

async function eventually(what, condition) {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return;
    await new Promise((go) => setTimeout(go, 30));
  }
  throw new Error('waited in vain: ' + what);
}

// goTo presses Tab until the focus is in the element.
async function goTo(page, id) {
  for (let i = 0; i < 40; i++) {
    if ((await page.evaluate(() => document.activeElement.id)) === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not reach ' + id);
}

async function type(page, id, value) {
  await goTo(page, id);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(value);
}

test('the result follows as one types, with mistakes underlined', async (t) => {
  const page = await open(t);
  assert.match(await text(page, 'result-out'), /"accepted": ?true/);
  assert.match(await text(page, 'ending'), /is completed/);
  await picture(page, 'playground-light');
  await type(page, 'result', '= {id: response.entry[1].eventId,\n   n: count(entries)}');
  await eventually('the warning', async () => /line 1, column 17: there is no field entry \(did you mean entries\?\)/.test(await text(page, 'result-out')));
  assert.equal(await page.locator('#result').evaluate((e) => e.previousElementSibling.querySelector('mark').textContent), 'entry');
  await type(page, 'result', '= {id: response.entries[1');
  await eventually('the fault', async () => /expected/.test(await text(page, 'result-out')));
  assert.equal(await page.locator('#result').evaluate((e) => e.previousElementSibling.querySelectorAll('mark.error').length), 1);
  await eventually('the incident', async () => /incident/.test(await text(page, 'ending')));
  await picture(page, 'playground-mistake');
  await type(page, 'response', '{"failedEntryCount": ');
  await eventually('the response', async () => /not valid JSON/.test(await text(page, 'response-fault')));
});

test('numbers are shown as they are', async (t) => {
  const page = await open(t);
  await type(page, 'result', '= {n: 12345678901234567, price: 1.50, s: string(1.50)}');
  await eventually('the result', async () => /"n": ?12345678901234567,/.test(await text(page, 'result-out')));
});

test('what is too long for the address is still evaluated', async (t) => {
  const page = await open(t);
  const big = JSON.stringify({ failedEntryCount: 0, entries: [{ eventId: 'big', errorCode: null, errorMessage: 'x '.repeat(1 << 20) }] });
  await page.locator('#response').fill(big);
  await type(page, 'result', '= {n: string length(entries[1].errorMessage)}');
  await eventually('the result', async () => /"n": ?2097152/.test(await text(page, 'result-out')));
  assert.equal(new URL(page.url()).hash, '');
  assert.match(await text(page, 'sharing'), /too long/);
  await page.locator('#response').fill(JSON.stringify({ a: 'x'.repeat(11 << 20) }));
  await eventually('the limit', async () => /too large/.test(await text(page, 'response-fault')));
  await page.locator('#response').fill('{"entries": []}');
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
  await type(page, 'result', '{id: .entries[0].eventId}');
  await type(page, 'error', 'null');
  await eventually('the result', async () => /"id": ?"11710aed/.test(await text(page, 'result-out')));
});

test('the address holds the state, and nothing but it', async (t) => {
  const page = await open(t);
  await type(page, 'result', '= {shared: "ü😀"}');
  await eventually('the result', async () => /shared/.test(await text(page, 'result-out')));
  const hash = new URL(page.url()).hash;
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
  const other = await open(t, { hash });
  assert.equal(await other.locator('#result').inputValue(), '= {shared: "ü😀"}');
  await open(t, { hash: '#nonsense' });
});

test('a pasted model shows its events, and hands over its expressions', async (t) => {
  const page = await open(t, { height: 1500 });
  await type(page, 'variables', readFileSync(path.join(PROJECT, 'examples/several-events.variables.json'), 'utf8'));
  await page.keyboard.down('Shift');
  await goTo(page, 'model');
  await page.keyboard.up('Shift');
  await page.keyboard.insertText(readFileSync(path.join(PROJECT, 'examples/several-events.bpmn'), 'utf8'));
  await eventually('the events', async () => (await page.locator('#tasks dl').count()) === 2);
  assert.match(await text(page, 'tasks'), /Announce each item/);
  assert.match(await text(page, 'tasks'), /GiftOrdered/);
  assert.match(await text(page, 'tasks'), /"sku":"compass"/);
  await picture(page, 'playground-model');
  await page.locator('#tasks button').focus();
  await page.keyboard.press('Enter');
  await eventually('its expressions', async () => /"count": ?1/.test(await text(page, 'result-out')));
  await goTo(page, 'model');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('<html/>');
  await eventually('the fault', async () => /expected <definitions> of BPMN 2.0/.test(await text(page, 'tasks')));
});

test('dark, and narrow', async (t) => {
  const page = await open(t, { colorScheme: 'dark' });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(23, 19, 27)');
  await picture(page, 'playground-dark');
  await goTo(page, 'theme');
  await page.keyboard.press('Space');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(246, 245, 248)');
  const narrow = await open(t, { width: 400, height: 1600 });
  assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= 400), 'nothing sticks out');
  await picture(narrow, 'playground-narrow');
});

test('everything that can be focused has a name, and the contrast of texts is enough', async (t) => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, { colorScheme });
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('input, select, textarea, button, a')].filter((e) => !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).map((e) => e.outerHTML),
    );
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
      for (const text of ['--text', '--quiet', '--accent', '--bad', '--warn', '--good'])
        for (const back of ['--back', '--card', '--field']) {
          const [a, b] = [color(text), color(back)].sort((x, y) => y - x);
          if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(`${text} on ${back}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
        }
      probe.remove();
      return weak;
    });
    assert.deepEqual(weak, [], colorScheme);
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
