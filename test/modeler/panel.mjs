// The properties panel as a person at the keyboard has it: Tab to go on, Enter to open, keys to type.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = process.env.PROJECT ?? path.resolve(here, '../..');
export const model = (name) => readFileSync(path.join(here, 'models', name), 'utf8');
export const template = (name) => JSON.parse(readFileSync(path.join(root, 'element-templates', name + '.json'), 'utf8'));

// launch starts the browser. All tests of a process share it, and its page: to start it and to read the page's script takes longer
// than most tests.
let browser;
export const launch = () =>
  (browser ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  }));

const faults = []; // of the page since the last modeler was started
let loading;
const load = (browser) =>
  (loading ??= browser.newPage({ viewport: { width: 1100, height: 1000 }, reducedMotion: 'reduce' }).then(async (page) => {
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(pathToFileURL(path.join(here, 'page.html')).href);
    await page.waitForFunction('window.ready');
    return page;
  }));

// What takes text or a choice in an entry of the panel.
const field = 'input, select, textarea, .cm-content';

export class Panel {
  // byKeyboard has goTo and openGroup use nothing but keys; otherwise they focus and click.
  byKeyboard = false;
  unseen = ''; // the name of the template that apply has given and the panel has not shown

  // open starts a new modeler in the browser's page.
  static async open(browser, xml, templates) {
    const panel = new Panel();
    panel.page = await load(browser);
    faults.length = 0;
    panel.faults = faults;
    await panel.page.mouse.move(0, 0);
    await panel.page.evaluate(() => page.start());
    await panel.show(xml, templates);
    return panel;
  }

  // show opens another model, with these templates to choose from.
  async show(xml, templates) {
    this.unseen = '';
    await this.page.evaluate(([x, t]) => page.open(x, t), [xml, templates]);
  }

  // pick finds an element by its name and gives it the first template that a search finds, with nothing but keys.
  async pick(element, search, { name }, picture = async () => {}) {
    await this.page.focus('.djs-container svg');
    await this.press('ControlOrMeta+f', '.djs-search-open');
    await this.page.keyboard.type(element);
    await this.page.locator('.djs-search-results', { hasText: element }).waitFor();
    await this.press('Enter', '.djs-context-pad .entry[data-action=replace]');
    await this.press('r', '.djs-popup');
    await this.page.keyboard.press('ControlOrMeta+a'); // an r that came late
    await this.page.keyboard.type(search);
    await this.page.locator('.djs-popup .entry.selected', { hasText: name }).waitFor();
    await picture();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.bio-properties-panel-header-type', { hasText: name }).waitFor();
  }

  // press presses a key until its effect is there: while the focus moves, a busy page loses keys.
  async press(key, effect) {
    await this.again(() => this.page.keyboard.press(key), this.page.locator(effect).first(), { timeout: 5000 });
  }

  // again does something until its effect is seen, six times at most.
  async again(act, effect, wait) {
    for (let more = 5; ; more--) {
      await act();
      try {
        return await effect.waitFor(wait);
      } catch (error) {
        if (more === 0) throw error;
      }
    }
  }

  // update takes the newer version of a template that the panel offers, with nothing but keys.
  async update(picture = async () => {}) {
    await this.look();
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

  // apply gives an element a template. The panel shows it when it is first looked at: to draw it takes longer than to apply it.
  async apply(element, { id, version, name }) {
    const type = await this.page.evaluate(([e, i, v]) => page.apply(e, i, v), [element, id, version]);
    this.unseen = name;
    return type;
  }

  // look waits until the panel shows what apply has made. A panel that is still being drawn can miss what is selected: it is then
  // selected again.
  async look() {
    if (!this.unseen) return;
    const header = this.page.locator('.bio-properties-panel-header-type', { hasText: this.unseen });
    await this.again(() => this.page.evaluate(() => page.look()), header);
    this.unseen = '';
  }

  // xml is the model as it is saved. A field is written a moment after the last key, or when it is left.
  async xml() {
    await this.page.evaluate(() => document.activeElement.blur());
    await this.page.waitForTimeout(100);
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
    await this.look();
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
    await this.look();
    return this.page.evaluate((l) => page.message(l), label);
  }

  // expectNoViolation waits until every field keeps to its constraints. It passes over expressions: on a busy machine the editor's
  // parser runs out of time and calls good ones unparsable. Camunda's rules for models see the broken ones.
  async expectNoViolation() {
    await this.look();
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
    await this.look();
    const wait = { timeout: 30_000, polling: 30 };
    await this.page.waitForFunction(([l, p]) => p.test(page.message(l)), [label, pattern], wait).catch(async () => {
      throw new Error(`waited in vain: ${label} says ${pattern}, it says "${await this.message(label)}"`);
    });
  }

  // goTo puts the focus into a field.
  async goTo(label) {
    await this.look();
    if (!this.byKeyboard) {
      if (await this.page.evaluate(([l, f]) => page.focus(l, f), [label, field])) return;
      throw new Error('the focus does not get into ' + label);
    }
    const entry = await this.entry(label).first().elementHandle();
    await this.tab(label, await entry.evaluateHandle((e, field) => e.querySelector(field) ?? e, field));
  }

  // openGroup opens a group of the panel.
  async openGroup(title) {
    await this.look();
    const group = await this.page
      .locator('.bio-properties-panel-group')
      .filter({ has: this.page.locator('.bio-properties-panel-group-header-title', { hasText: title }) })
      .elementHandle();
    const isOpen = () => group.evaluate((g) => g.querySelector('.bio-properties-panel-group-header').classList.contains('open'));
    if (await isOpen()) return;
    if (this.byKeyboard) {
      await this.tab(title, await group.evaluateHandle((g) => g.querySelector('.bio-properties-panel-group-header button')));
      await this.page.keyboard.press('Enter');
    } else {
      await group.evaluate((g) => g.querySelector('.bio-properties-panel-group-header button').click());
    }
    await this.eventually(title + ' opens', isOpen);
  }

  // tab presses Tab, or Shift and Tab for what is behind the focus, until an element has the focus.
  async tab(what, element) {
    for (let i = 0; i < 150; i++) {
      const { there, inEditor, behind } = await element.evaluate((e) => {
        const at = document.activeElement;
        return { there: at === e, inEditor: at.matches('.cm-content'), behind: !!(at.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING) };
      });
      if (there) return;
      if (inEditor) await this.page.keyboard.press('Escape'); // an editor lets go of Tab
      await this.page.keyboard.press(behind ? 'Shift+Tab' : 'Tab');
    }
    throw new Error('the keyboard does not reach ' + what);
  }

  // openAll opens every group of fields.
  async openAll() {
    await this.look();
    const closed = this.page.locator('.bio-properties-panel-group-header:not(.open) .bio-properties-panel-group-header-button.bio-properties-panel-arrow');
    await closed.evaluateAll((buttons) => buttons.forEach((button) => button.click()));
    await this.eventually('all groups open', async () => (await closed.count()) === 0);
  }

  // reached lists the labels of the fields that get the focus as Tab is pressed from the first field of the panel to its last.
  async reached() {
    const labels = [];
    await this.page.evaluate((field) => document.querySelector(`.bio-properties-panel-entry :is(${field})`).focus(), field);
    for (let i = 0; i < 300; i++) {
      const { inPanel, inEditor, label } = await this.page.evaluate((field) => {
        const at = document.activeElement;
        return {
          inPanel: !!at.closest('#properties'), inEditor: at.matches('.cm-content'),
          label: at.matches(field) && at.closest('.bio-properties-panel-entry')?.querySelector('label')?.firstChild.textContent.trim(),
        };
      }, field);
      if (!inPanel) break;
      if (label) labels.push(label);
      if (inEditor) await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Tab');
    }
    return labels;
  }

  // type replaces what a field holds.
  async type(label, text) {
    await this.goTo(label);
    await this.page.keyboard.press('ControlOrMeta+a');
    if (text) await this.page.keyboard.insertText(text); // brackets typed one by one would be closed by the editor
    else await this.page.keyboard.press('Delete');
    await this.page.waitForTimeout(40);
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
