// The properties panel as a person at the keyboard has it: Tab to go on, Enter to open, keys to type.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = process.env.PROJECT ?? path.resolve(here, '../..');
export const model = (name) => readFileSync(path.join(here, 'models', name), 'utf8');
export const template = (name) => JSON.parse(readFileSync(path.join(root, 'element-templates', name + '.json'), 'utf8'));

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

export class Panel {
  static async open(browser, xml, templates) {
    const panel = new Panel();
    panel.faults = [];
    panel.page = await browser.newPage({ viewport: { width: 1100, height: 1000 } });
    panel.page.on('pageerror', (error) => panel.faults.push(error.message));
    await panel.page.goto(pathToFileURL(path.join(here, 'page.html')).href);
    await panel.page.waitForFunction('window.ready');
    await panel.show(xml, templates);
    return panel;
  }

  // show opens another model, with these templates to choose from.
  async show(xml, templates) {
    await this.page.evaluate(([x, t]) => page.open(x, t), [xml, templates]);
  }

  // pick finds an element by its name and gives it the first template that a search finds, with nothing but keys.
  async pick(element, search, { name }, picture = async () => {}) {
    await this.page.focus('.djs-container svg');
    await this.page.keyboard.press('ControlOrMeta+f');
    await this.page.keyboard.type(element);
    await this.page.locator('.djs-search-results', { hasText: element }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.djs-context-pad .entry[data-action=replace]').waitFor();
    await this.page.keyboard.press('r');
    await this.page.locator('.djs-popup').waitFor();
    await this.page.keyboard.type(search);
    await this.page.locator('.djs-popup .entry.selected', { hasText: name }).waitFor();
    await picture();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.bio-properties-panel-header-type', { hasText: name }).waitFor();
  }

  // update takes the newer version of a template that the panel offers, with nothing but keys.
  async update(picture = async () => {}) {
    const has = (text) => this.page.evaluate((t) => document.activeElement.textContent.trim() === t, text);
    const press = async (text) => {
      for (let i = 0; i < 40 && !(await has(text)); i++) await this.page.keyboard.press('Tab');
      if (!(await has(text))) throw new Error('the keyboard does not reach ' + text);
    };
    await press('Update available');
    await this.page.keyboard.press('Enter');
    await press('Update');
    await picture();
    await this.page.keyboard.press('Enter');
    await this.eventually('the update is there', async () => (await this.page.getByText('Update available').count()) === 0);
  }

  // apply gives an element a template and waits until the panel shows it.
  async apply(element, { id, version, name }) {
    const type = await this.page.evaluate(([e, i, v]) => page.apply(e, i, v), [element, id, version]);
    await this.page.locator('.bio-properties-panel-header-type', { hasText: name }).waitFor();
    return type;
  }

  // xml is the model as it is saved. A field is written a moment after the last key, or when it is left.
  async xml() {
    await this.page.evaluate(() => document.activeElement.blur());
    await this.page.waitForTimeout(400);
    return this.saved();
  }

  // saved is the model as it is saved now, for tests that press no keys.
  async saved() {
    return this.page.evaluate(() => page.xml());
  }

  async templateErrors() {
    return this.page.evaluate(() => page.errors);
  }

  // shown lists the template's groups, each with the labels of its fields.
  async shown() {
    return this.page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll('[data-group-id^="group-ElementTemplates__CustomProperties"]')].map((group) => [
          group.querySelector('.bio-properties-panel-group-header-title').textContent,
          [...group.querySelectorAll('.bio-properties-panel-entry')].map((entry) => entry.querySelector('label').firstChild.textContent.trim()),
        ]),
      ),
    );
  }

  entry(label) {
    return this.page.locator('.bio-properties-panel-entry').filter({
      has: this.page.locator('label', { hasText: new RegExp('^' + label.replace(/[()]/g, '\\$&') + '(?:$|\\s)') }),
    });
  }

  // message is what a field complains of, or an empty text.
  async message(label) {
    const [text] = await this.entry(label).locator('.bio-properties-panel-error').allTextContents();
    return (text ?? '').trim();
  }

  // expectNoViolation waits until every field keeps to its constraints. It passes over expressions: on a busy machine the editor's
  // parser runs out of time and calls good ones unparsable. Camunda's rules for models see the broken ones.
  async expectNoViolation() {
    const errors = () => this.page.locator('.bio-properties-panel-entry', { has: this.page.locator('.bio-properties-panel-error') }).allInnerTexts();
    const wrong = async () => (await errors()).filter((text) => / must /.test(text));
    await this.eventually('no field violates its constraints', async () => (await wrong()).length === 0).catch(async (error) => {
      throw new Error(`${error.message}: ${(await wrong()).join('; ')}`);
    });
  }

  async eventually(what, condition) {
    for (let i = 0; i < 1000; i++) { // longer than a busy machine needs
      if (await condition()) return;
      await this.page.waitForTimeout(30);
    }
    throw new Error('waited in vain: ' + what);
  }

  async expectMessage(label, pattern) {
    let last;
    await this.eventually(`${label} says ${pattern}`, async () => pattern.test((last = await this.message(label)))).catch((error) => {
      throw new Error(`${error.message}, it says "${last}"`);
    });
  }

  // goTo presses Tab until the focus is in the field; from the top of the panel if it does not come.
  async goTo(label) {
    const entry = await this.entry(label).first().elementHandle();
    const inside = () =>
      entry.evaluate((e) => {
        const a = document.activeElement;
        return e.contains(a) && (a.matches('input, select, textarea, .cm-content') || a.classList.contains('cm-content'));
      });
    for (let i = 0; i < 150; i++) {
      if (await inside()) return;
      await this.page.keyboard.press('Escape'); // an editor lets go of Tab
      await this.page.keyboard.press('Tab');
    }
    throw new Error('the keyboard does not reach ' + label);
  }

  async openGroup(title) {
    const group = await this.page
      .locator('.bio-properties-panel-group')
      .filter({ has: this.page.locator('.bio-properties-panel-group-header-title', { hasText: title }) })
      .elementHandle();
    if (await group.evaluate((g) => g.querySelector('.bio-properties-panel-group-header').classList.contains('open'))) return;
    for (let i = 0; i < 150; i++) {
      if (await group.evaluate((g) => g.contains(document.activeElement) && document.activeElement.matches('button'))) {
        await this.page.keyboard.press('Enter');
        await this.eventually(title + ' opens', () => group.evaluate((g) => g.querySelector('.bio-properties-panel-group-header').classList.contains('open')));
        return;
      }
      await this.page.keyboard.press('Tab');
    }
    throw new Error('the keyboard does not reach the group ' + title);
  }

  // type replaces what a field holds.
  async type(label, text) {
    await this.goTo(label);
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.press('Delete');
    if (text) await this.page.keyboard.insertText(text); // brackets typed one by one would be closed by the editor
    await this.page.waitForTimeout(60);
  }

  // choose picks an entry of a dropdown by the arrow keys.
  async choose(label, value) {
    await this.goTo(label);
    const select = this.entry(label).locator('select');
    await this.page.keyboard.press('Home');
    for (let i = 0; i < 10 && (await select.inputValue()) !== value; i++) await this.page.keyboard.press('ArrowDown');
    if ((await select.inputValue()) !== value) throw new Error(`${label} offers no ${value}`);
    await this.page.waitForTimeout(60);
  }
}

// part is the XML of one element of a model.
export const part = (xml, id) => new RegExp(`<bpmn:(\\w+) id="${id}"[^>]*?(?:/>|>[\\s\\S]*?</bpmn:\\1>)`).exec(xml)?.[0] ?? '';

// said reads what a model's task says: inputs, headers, properties and the task definition. It is the only task of the XML.
export function said(xml) {
  const attributes = (tag) => Object.fromEntries([...tag.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, k, v]) => [k, unescape(v)]));
  const unescape = (v) => v.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)).replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');
  const all = (name) => [...xml.matchAll(new RegExp(`<zeebe:${name}\\b[^>]*>`, 'g'))].map(([tag]) => attributes(tag));
  return {
    task: all('taskDefinition')[0],
    inputs: Object.fromEntries(all('input').map((i) => [i.target, i.source])),
    headers: Object.fromEntries(all('header').map((h) => [h.key, h.value])),
    properties: Object.fromEntries(all('property').map((p) => [p.name, p.value])),
    template: { id: /zeebe:modelerTemplate="([^"]*)"/.exec(xml)?.[1], version: Number(/zeebe:modelerTemplateVersion="([^"]*)"/.exec(xml)?.[1]) },
  };
}
